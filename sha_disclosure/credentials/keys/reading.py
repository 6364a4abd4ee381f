"""Reading keys, PINs and certificates where they lie, guarded and hidden from every traceback."""

from __future__ import annotations

import logging
import os
import stat
from pathlib import Path

from pydantic import SecretBytes

from sha_disclosure.errors import ConfigurationError, KeyUnavailable


def read_secret(place: Path | str, what: str = "key") -> SecretBytes:
    """Return what a file only its owner may read holds, or a variable ``env:NAME``.

    ``what`` names it in errors. Raises KeyUnavailable, and ConfigurationError for a file that
    others may read.
    """
    if isinstance(place, Path):
        return _read_guarded(place, what)
    value = os.environ.get(place.removeprefix("env:"), "")
    if not value:
        raise KeyUnavailable(f"{place}: this environment variable is not set; put the {what} in it")
    # Many tools keep a variable on one line, with the two characters \n where a line ends.
    return SecretBytes(value.replace("\\n", "\n").encode("utf-8"))


def read_certificates(place: Path | str) -> SecretBytes:
    """Return what a certificate file or a variable holds: some hold the key as well.

    Raises ConfigurationError.
    """
    fault = ""
    if isinstance(place, Path):
        try:
            return SecretBytes(place.read_bytes())
        except OSError as error:
            fault = f"the file cannot be read ({error.strerror or 'input error'})"
        raise ConfigurationError(f"{place}: {fault}; check name and owner")
    if not place.startswith("env:"):
        raise ConfigurationError(
            f"{place}: a certificate is a file or env:NAME. Leave `certificate` out to take the "
            "one that lies beside the key on the token"
        )
    value = os.environ.get(place.removeprefix("env:"), "")
    if not value:
        raise ConfigurationError(
            f"{place}: this environment variable is not set; put the PEM certificates in it"
        )
    return SecretBytes(value.replace("\\n", "\n").encode("utf-8"))


def open_to_others(mode: int, owner: int, reader: int) -> bool:
    """Return whether others than ``owner`` and ``reader`` (user ids) may use a file of ``mode``.

    A file of root's may be readable by one group: mounted secrets are given to a service so.
    """
    return bool(mode & (0o037 if owner == 0 != reader else 0o077))


def _read_guarded(path: Path, what: str) -> SecretBytes:
    data, mode, fault = SecretBytes(b""), 0, ""
    try:
        with path.open("rb") as file:
            about = os.fstat(file.fileno())
            if not hasattr(os, "geteuid"):
                _warn(path, what)
            elif open_to_others(about.st_mode, about.st_uid, os.geteuid()):
                mode = stat.S_IMODE(about.st_mode)
            data = SecretBytes(file.read())
    except OSError as error:
        fault = error.strerror or "input error"
    if fault:
        raise KeyUnavailable(
            f"{path}: the {what} file cannot be read ({fault}); check name and owner"
        )
    if mode:
        private = "private key" if what == "key" else what
        raise ConfigurationError(
            f"{path}: others may read this {private} (mode {mode:o}); run `chmod 600 {path}`"
        )
    return data


def _warn(path: Path, what: str) -> None:
    logging.getLogger("sha_disclosure").warning(
        "%s: who may read this %s file was not checked, since Windows keeps that in an access "
        "list; see it with `icacls` and leave only the service's account",
        path,
        what,
    )
