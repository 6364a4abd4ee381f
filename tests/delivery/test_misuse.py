"""What is called wrongly says what to give instead, also without its extra or once closed."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from places import NOTICES, ROOT
from proofs import sample

from sha_disclosure import (
    AsyncKantaClient,
    ConfigurationError,
    DisclosureNotice,
    KantaClient,
    Outbox,
    PreparedNotice,
    Rejected,
    Settings,
)
from sha_disclosure.tools.sandbox import Sandbox

REFUSAL = Rejected("refused", notice_ids=["1.2"], request_id="r", attempts=1)


@pytest.fixture(scope="module")
def given() -> Iterator[Settings]:
    with Sandbox() as sandbox:
        yield sandbox.settings()


@pytest.fixture
def notice() -> DisclosureNotice:
    text = (NOTICES / "statute-to-authority.json").read_bytes()
    return DisclosureNotice.model_validate_json(text)


@pytest.fixture
def refused() -> Callable[..., str]:
    def refused(call: Callable[..., object], *arguments: object) -> str:
        with pytest.raises(ConfigurationError) as caught:
            call(*arguments)
        assert caught.value.text("fi") != str(caught.value)
        return str(caught.value)

    return refused


@pytest.mark.parametrize("client", [KantaClient, AsyncKantaClient])
@pytest.mark.parametrize("wrong", ["sha-disclosure.toml", None, {"environment": "at"}])
def test_a_client_takes_settings_only(client: Any, wrong: object, refused: Any) -> None:
    said = refused(client, wrong)
    assert f"not {type(wrong).__name__}: KantaClient(Settings.load(" in said


@pytest.mark.parametrize("wrong", ["{}", b"{}", {"client": {}}, 5, None, ["{}"]])
def test_prepare_takes_notices_only(given: Settings, wrong: object, refused: Any) -> None:
    with KantaClient(given) as kanta:
        said = refused(kanta.prepare, wrong)
    assert "DisclosureNotice.model_validate_json(text)" in said
    named = "str" if isinstance(wrong, list) else type(wrong).__name__
    assert f"not {named}:" in said


def test_prepare_takes_any_collection_of_notices(given: Settings, notice: DisclosureNotice) -> None:
    with KantaClient(given) as kanta:
        for several in ([notice], (notice,), iter([notice])):
            assert isinstance(kanta.prepare(several), PreparedNotice)  # type: ignore[arg-type]
        with pytest.raises(ConfigurationError, match="at least one"):
            kanta.prepare([])


def test_a_part_of_a_notice_is_no_notice(
    given: Settings, notice: DisclosureNotice, refused: Any
) -> None:
    with KantaClient(given) as kanta:
        assert "not Client:" in refused(kanta.prepare, notice.client)


def test_what_was_not_prepared_is_neither_sent_nor_kept(
    given: Settings, notice: DisclosureNotice, refused: Any, tmp_path: Path
) -> None:
    with KantaClient(given) as kanta, Outbox(tmp_path / "outbox.sqlite") as outbox:
        assert "kanta.submit(kanta.prepare(notice))" in refused(kanta.submit, notice)
        assert "not a DisclosureNotice: pass it `kanta.prepare" in refused(outbox.add, notice)


async def test_the_asynchronous_client_says_the_same(
    given: Settings, notice: DisclosureNotice
) -> None:
    async with AsyncKantaClient(given) as kanta:
        with pytest.raises(ConfigurationError, match="what prepare returns"):
            await kanta.submit(notice)  # type: ignore[arg-type]
        prepared = kanta.prepare(notice)
    with pytest.raises(ConfigurationError, match="closed"):
        await kanta.submit(prepared)
    for call in (kanta.prepare_async(notice), kanta.confirms(REFUSAL), kanta.renew()):
        with pytest.raises(ConfigurationError, match="closed"):
            await call
    with pytest.raises(ConfigurationError, match="closed"):
        kanta.prepare(notice)
    with pytest.raises(ConfigurationError, match="closed"):
        await kanta.__aenter__()


def test_a_closed_client_prepares_and_sends_nothing(
    given: Settings, notice: DisclosureNotice, refused: Any
) -> None:
    with KantaClient(given) as kanta:
        prepared = kanta.prepare(notice)
    for call, arguments in (
        (kanta.submit, [prepared]),
        (kanta.prepare, [notice]),
        (kanta.confirms, [REFUSAL]),
        (kanta.renew, []),
    ):
        assert "closed" in refused(call, *arguments)
    assert "closed" in refused(kanta.__enter__)
    kanta.close()  # a second time does no harm


@pytest.mark.parametrize(
    ("module", "imports", "extra"),
    sample(
        [
            ("sqlalchemy", "from sha_disclosure import Outbox", "outbox"),
            ("sqlalchemy", "from sha_disclosure.outbox import OutboxKey", "outbox"),
            ("aiohttp", "from sha_disclosure.tools.sandbox import Sandbox", "sandbox"),
            ("jinja2", "from sha_disclosure.tools.sandbox import Sandbox", "sandbox"),
            ("joserfc", "from sha_disclosure.tools.sandbox import Sandbox", "sandbox"),
            ("joserfc", "from sha_disclosure.tools.verifier import verify_bundle", "sandbox"),
        ],
        every=5,
    ),
)
def test_a_missing_extra_is_named(module: str, imports: str, extra: str) -> None:
    code = f"import sys\nsys.modules[{module!r}] = None\n{imports}"
    run = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert run.returncode == 1
    last = run.stderr.splitlines()[-1]
    assert last.startswith("ModuleNotFoundError: This needs an extra")
    assert f'pip install "sha-disclosure[{extra}]"' in last
