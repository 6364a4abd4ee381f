"""Where the examples send: the embedded sandbox, or what SHA_DISCLOSURE_SETTINGS names."""

import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from sha_disclosure import DisclosureNotice, Settings
from sha_disclosure.settings import FILE_VARIABLE

NOTICES = Path(__file__).parent / "notices"


@contextmanager
def service() -> Generator[Settings]:
    """Give the settings of the service to send to."""
    if os.environ.get(FILE_VARIABLE):
        yield Settings.load()
    else:
        from sha_disclosure.tools.sandbox import Sandbox  # noqa: PLC0415 - needs the extra `sandbox`

        with Sandbox() as sandbox:
            yield sandbox.settings()


def signing_files(settings: Settings) -> tuple[Path, Path]:
    """Return the files of the certificate and the key that sign, as the settings name them."""
    pair = settings.signing
    if pair is None or pair.certificate is None:
        raise SystemExit("The settings name no certificate and key in [signing]")
    return Path(pair.certificate), Path(pair.key)


def example(name: str) -> DisclosureNotice:
    """Read one of the example notices."""
    return DisclosureNotice.model_validate_json((NOTICES / name).read_bytes())
