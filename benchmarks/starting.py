"""What starts cost, and how much memory a long file takes: each in a process of its own."""

import itertools
import json
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median

from measuring import Effort
from rig import HERE, NOTICE_JSON, keys, service, settings_for
from targets import Measured

COMMAND = "from sha_disclosure.cli import main; main()"
# pydantic imports its parts at first use.
MODELS = "from pydantic import BaseModel, TypeAdapter"
LIBRARIES = f"import httpx, h11, orjson, tenacity, cryptography.x509; {MODELS}"
COMMAND_LIBRARIES = f"import typer, rich.console, orjson; {MODELS}"


def measured(effort: Effort) -> Iterator[Measured]:
    """Measure starts above bare Python, and the memory of sending long files."""
    notice = HERE.parent / "examples" / "notices" / "permission-to-organisation.json"
    starts = {
        "bare": ("-c", "pass"),
        "libraries": ("-c", LIBRARIES),
        "package": ("-c", "import sha_disclosure"),
        "typer": ("-c", "import typer"),
        "command": ("-c", COMMAND_LIBRARIES),
        "client": ("-c", "from sha_disclosure import KantaClient"),
        "help": ("-c", COMMAND, "--help"),
        "validate": ("-c", COMMAND, "validate", str(notice)),
    }
    seconds: dict[str, list[float]] = {name: [] for name in starts}
    with tempfile.TemporaryDirectory() as compiled:
        for _ in range(effort.rounds + 1):  # the first writes what Python compiles
            for name, arguments in starts.items():
                seconds[name].append(_ended(arguments, compiled)[0])
    own = {name: median(found[1:]) for name, found in seconds.items()}
    above = {name: took - own["bare"] for name, took in own.items()}
    yield Measured("start.package", above["package"], own["package"], own["bare"])
    yield Measured("start.client", above["client"], above["client"], above["libraries"])
    yield Measured("start.help", above["help"], above["help"], above["typer"])
    yield Measured("start.validate", above["validate"], above["validate"], above["command"])
    yield _memory(effort.count(100_000))


def _memory(lines: int) -> Measured:
    """Send a file of so many notices, and one of a tenth."""
    with keys() as pki, service(pki.folder) as running, tempfile.TemporaryDirectory() as made:
        settings = Path(made) / "settings.toml"
        given = settings_for(pki.folder, running.port).model_dump(mode="json", exclude_none=True)
        names = ("environment", "base_url", "system", "subscriber", "tls", "signing")
        settings.write_text("".join(_toml(name, given[name]) for name in names), "utf-8")
        peaks = []
        for count in (lines // 10, lines):
            file = Path(made) / f"{count}.jsonl"
            line = json.dumps({**json.loads(NOTICE_JSON), "id": None}) + "\n"
            # What this process holds when it starts another counts as that one's memory too.
            with file.open("w", encoding="utf-8") as stream:
                stream.writelines(itertools.repeat(line, count))
            command = (COMMAND, "send", "--quiet", "--settings", str(settings), str(file))
            peaks.append(_ended(("-c", *command), made)[1])
    return Measured("memory.send", peaks[1] / peaks[0], peaks[1], peaks[0])


def _toml(name: str, value: object) -> str:
    if not isinstance(value, dict):
        return f"{name} = {json.dumps(value)}\n"
    parts = ", ".join(f"{key} = {json.dumps(part)}" for key, part in value.items())
    return f"{name} = {{ {parts} }}\n"


def _ended(arguments: Sequence[str], compiled: str) -> tuple[float, float]:
    """Return the processor seconds and the most memory, in MB, of a run of Python.

    ``compiled``: the folder in which runs find what Python compiled in an earlier one.
    """
    to = os.open(os.devnull, os.O_WRONLY)
    actions = [(os.POSIX_SPAWN_DUP2, to, 1), (os.POSIX_SPAWN_DUP2, to, 2)]
    command = [sys.executable, *arguments]
    variables = {**os.environ, "PYTHONPYCACHEPREFIX": compiled}
    variables.pop("PYTHONDONTWRITEBYTECODE", None)
    started = os.posix_spawn(sys.executable, command, variables, file_actions=actions)
    os.close(to)
    _, status, used = os.wait4(started, 0)
    if os.waitstatus_to_exitcode(status):
        raise RuntimeError(f"{' '.join(command)}: exit {os.waitstatus_to_exitcode(status)}")
    kilobytes = used.ru_maxrss / (1000 if sys.platform == "darwin" else 1)
    return used.ru_utime + used.ru_stime, kilobytes / 1000
