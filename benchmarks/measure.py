"""How the benchmarks measure: rounds in turn, medians, ratios within one run."""

import ssl
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from sha_disclosure import DisclosureNotice, Settings

Kind = Literal["P-256", "RSA-2048", "RSA-3072"]
"""The kinds of key that are measured."""

HERE = Path(__file__).parent
NOTICE = DisclosureNotice.model_validate_json(
    (HERE.parent / "examples" / "notices" / "permission-to-organisation.json").read_bytes()
)


def per_call(work: Callable[[], object], seconds: float) -> float:
    """Return microseconds per call over about ``seconds``."""
    work()
    calls, began = 0, time.perf_counter()
    while (elapsed := time.perf_counter() - began) < seconds:
        work()
        calls += 1
    return elapsed / calls * 1e6


def cpu_per_call(work: Callable[[], object], calls: int = 300) -> float:
    """Return the processor time of this process in microseconds per call."""
    work()
    began = time.process_time()
    for _ in range(calls):
        work()
    return (time.process_time() - began) / calls * 1e6


def side_by_side(
    ours: Callable[[], object], floor: Callable[[], object], rounds: int = 7, seconds: float = 0.25
) -> tuple[float, float, float]:
    """Return medians of both in microseconds and the median of the ratios, round by round."""
    pairs = [(per_call(ours, seconds), per_call(floor, seconds)) for _ in range(rounds)]
    return (
        statistics.median(a for a, _ in pairs),
        statistics.median(b for _, b in pairs),
        statistics.median(a / b for a, b in pairs),
    )


def report(name: str, ours: float, floor: float, ratio: float, floor_is: str) -> None:
    """Print one row."""
    print(f"{name:<34}{ours:>10.1f} us {floor:>10.1f} us {ratio:>8.2f}   {floor_is}")


def settings_for(folder: Path, port: int) -> Settings:
    """Return settings for the bench's own service, with the keys of a folder."""
    stand_in = Settings.stand_in()
    tables: dict[str, Any] = {
        "tls": {"certificate": "tls.crt", "key": "tls.key", "ca": "ca.crt"},
        "signing": {"certificate": "signing.crt", "key": "signing.key"},
    }
    files = {n: {k: str(folder / v) for k, v in table.items()} for n, table in tables.items()}
    return Settings(
        environment="sandbox",
        base_url=f"https://127.0.0.1:{port}/fhir",
        system=stand_in.system,
        subscriber=stand_in.subscriber,
        **files,
    )


def client_context(folder: Path) -> ssl.SSLContext:
    """Return the context of a bare client with the keys of a folder."""
    context = ssl.create_default_context(cafile=folder / "ca.crt")
    context.load_cert_chain(folder / "tls.crt", folder / "tls.key")
    return context


class Service:
    """The bench's own service in a process; ``handshakes`` is known once it has stopped."""

    def __init__(self, process: "subprocess.Popen[str]", port: int) -> None:
        self._process = process
        self.port = port
        self.handshakes = 0

    def stop(self) -> None:
        """Stop the service."""
        if self._process.stdin and self._process.stdout and not self._process.stdin.closed:
            self._process.stdin.close()
            self.handshakes = int(self._process.stdout.readline())
            self._process.wait()


@contextmanager
def service(folder: Path) -> Iterator[Service]:
    """Run the bench's own service with the keys of a folder."""
    command = [sys.executable, str(HERE / "service.py"), str(folder)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
        line = process.stdout.readline() if process.stdout else ""
        running = Service(process, int(line))
        try:
            yield running
        finally:
            running.stop()
