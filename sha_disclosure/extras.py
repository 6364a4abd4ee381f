"""Extras (optional dependencies): a missing one is named in the import error."""

from __future__ import annotations

from types import TracebackType

from sha_disclosure.messages import message


class NamedExtra:
    """Marks imports that need an extra: ``with NamedExtra("outbox"): ...``.

    Raises ModuleNotFoundError, which says how to install the extra, if a third-party package is
    missing.
    """

    def __init__(self, extra: str) -> None:
        self._extra = extra

    def __enter__(self) -> None:
        """Enter the block."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Name the extra if a package is missing."""
        if isinstance(error, ModuleNotFoundError) and not _own(error.name):
            named = str(message("extras.missing", extra=self._extra))
            raise ModuleNotFoundError(named, name=error.name) from None


def _own(module: str | None) -> bool:
    return (module or "").partition(".")[0] in {"", __name__.partition(".")[0]}
