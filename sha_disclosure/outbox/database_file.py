"""The file of an SQLite outbox: private to its owner, and refused if others may read it."""

from __future__ import annotations

import logging
import os
import stat
from pathlib import Path

from sha_disclosure.errors import OutboxError
from sha_disclosure.files import exposed
from sha_disclosure.messages import Message, message

_OWNER_ONLY = 0o600
_REMOUNTED = 0o660


def private_file(path: Path, *, create: bool = True) -> None:
    """Create the database file, private to its owner; refuse one that others may read.

    It is created before the database opens it, so that others can never open it; SQLite gives
    its journal files the same mode. Raises OutboxError.
    """
    why: Message | None = None
    flags = os.O_CREAT | os.O_EXCL | os.O_RDWR if create else os.O_RDONLY
    try:
        handle = os.open(path, flags, _OWNER_ONLY)
    except FileExistsError:
        why = _not_private(path)
    except FileNotFoundError as error:
        sentence = "not_made" if create else "missing"
        why = message(f"outbox.place.{sentence}", path=str(path), reason=error.strerror or "")
    except OSError as error:
        why = message("outbox.place.not_made", path=str(path), reason=error.strerror or "")
    except ValueError:  # a NUL in the name
        why = message("outbox.place.not_made", path=str(path), reason=message("file.name"))
    else:
        os.close(handle)
        why = None if create else _not_private(path)
        _sync_folder(path.absolute().parent)
    if why:
        raise OutboxError(why)


def _not_private(path: Path) -> Message | None:
    try:
        about = path.stat()
    except OSError as error:  # a dangling link
        reason = error.strerror or ""
        return message("outbox.place.not_made", path=str(path), reason=reason)
    if not stat.S_ISREG(about.st_mode):
        return message("outbox.place.not_a_file", path=str(path))
    mode = stat.S_IMODE(about.st_mode)
    why = exposed(mode, about.st_uid, path)
    if why and about.st_uid == os.geteuid() and mode == _REMOUNTED:
        _close_again(path)
        return None
    return why and message("outbox.place.exposed", path=str(path), why=why)


def _close_again(path: Path) -> None:
    """Remove the group's rights that Kubernetes grants on mounting with ``fsGroup``."""
    for each in (path, *path.parent.glob(f"{path.name}-*")):
        each.chmod(_OWNER_ONLY)
    logging.getLogger("sha_disclosure").warning(
        "The outbox's file was opened to its group, as a mount with fsGroup does; mode 600 again"
    )


def _sync_folder(folder: Path) -> None:
    """Write the folder to disk, so that the new file's name survives a power failure."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
