"""Keys that seal the outbox's payloads (levossa olevan tiedon salaus): 256 bits, AES-GCM.

The first key seals, every key opens: so keys are changed without losing a notice.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import os
import stat
from collections.abc import Mapping, Sequence
from pathlib import Path

from jwcrypto import jwe, jwk
from jwcrypto.common import JWException

from sha_disclosure.errors import ConfigurationError

VARIABLE = "SHA_DISCLOSURE_OUTBOX_KEY"
_BYTES = 32
_MEND = (
    "give 32 random bytes as base64, such as `openssl rand -base64 32` prints, or a JWK of "
    'kty "oct" with them'
)


class OutboxKey:
    """One symmetric key and the id by which sealed payloads name it."""

    def __init__(self, secret: bytes, kid: str | None = None) -> None:
        if len(secret) != _BYTES:
            raise ConfigurationError(f"A key of the outbox has {len(secret)} bytes: {_MEND}")
        named = hmac.new(secret, b"sha-disclosure outbox key id", hashlib.sha256)
        self.kid = kid or named.hexdigest()[:16]
        encoded = base64.urlsafe_b64encode(secret).rstrip(b"=").decode()
        self._key = jwk.JWK(kty="oct", k=encoded)
        self._header = json.dumps({"alg": "dir", "enc": "A256GCM", "kid": self.kid})

    def __repr__(self) -> str:
        return f"OutboxKey(kid={self.kid!r})"

    def __reduce__(self) -> str:
        raise TypeError("a key is not pickled")

    @classmethod
    def parse(cls, text: str) -> OutboxKey:
        """Return the key in base64 or JWK text. Raises ConfigurationError."""
        try:
            if text.lstrip().startswith("{"):
                given = json.loads(text)
                if given["kty"] != "oct":
                    raise ValueError  # noqa: TRY301 - told below, without the text
                return cls(_decoded(given["k"]), str(given["kid"]) if "kid" in given else None)
            secret = _decoded(text.strip())
        except (ValueError, KeyError, TypeError, AttributeError):
            secret = b""
        return cls(secret)

    def seal(self, data: bytes) -> bytes:
        """Return the data encrypted: compact JWE, ``dir`` with A256GCM."""
        token = jwe.JWE(data, protected=self._header)
        token.add_recipient(self._key)
        return str(token.serialize(compact=True)).encode()

    def open(self, sealed: bytes) -> bytes | None:
        """Return the data, or None when it was changed or sealed with another key."""
        token = jwe.JWE(algs=["dir", "A256GCM"])
        try:
            token.deserialize(sealed.decode("ascii"), self._key)
        except (JWException, ValueError):
            return None
        data: bytes = token.payload
        return data


def _decoded(text: str) -> bytes:
    padded = text.translate(str.maketrans("-_", "+/")).rstrip("=")
    try:
        return base64.b64decode(padded + "=" * (-len(padded) % 4), validate=True)
    except binascii.Error:
        return b""


class Keyring:
    """The keys of one outbox, the one that seals first; none leaves payloads readable."""

    def __init__(self, keys: Sequence[OutboxKey] = ()) -> None:
        self._keys = {key.kid: key for key in reversed(keys)}
        self._first = keys[0] if keys else None

    def __bool__(self) -> bool:
        return self._first is not None

    def seal(self, data: bytes) -> bytes:
        """Return the data sealed with the first key, or as it is without one."""
        return self._first.seal(data) if self._first else data

    def is_current(self, stored: bytes) -> bool:
        """Tell whether stored data is in the form ``seal`` gives now."""
        return kid_of(stored) == (self._first.kid if self._first else None)

    def open(self, stored: bytes) -> bytes | None:
        """Return stored data readable, or None when no key opens it."""
        kid = kid_of(stored)
        if kid is None:
            return stored
        key = self._keys.get(kid)
        return key.open(stored) if key else None


def kid_of(stored: bytes) -> str | None:
    """Return the id of the key that sealed stored data, or None when it is not sealed."""
    if stored.startswith(b"{"):
        return None
    head = stored.partition(b".")[0]
    try:
        header = json.loads(base64.urlsafe_b64decode(head + b"=" * (-len(head) % 4)))
        return str(header["kid"])
    except (ValueError, KeyError, TypeError):
        return ""  # neither readable nor ours: no key opens it


def keys_from_environment(variables: Mapping[str, str] | None = None) -> list[OutboxKey]:
    """Return the keys of SHA_DISCLOSURE_OUTBOX_KEY and then ..._KEY_2, ..._KEY_3 and so on."""
    given = os.environ if variables is None else variables
    names = [VARIABLE]
    while f"{VARIABLE}_{len(names) + 1}" in given:
        names.append(f"{VARIABLE}_{len(names) + 1}")
    return [OutboxKey.parse(given[name]) for name in names if given.get(name)]


def keys_from_file(path: str | Path) -> list[OutboxKey]:
    """Return the keys of a file: a JWK set, or one key a line, the one that seals first.

    Raises ConfigurationError, also when others than the owner may read the file.
    """
    file, fault, text = Path(path), "", ""
    try:
        mode = file.stat().st_mode
        text = file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        fault = f"it cannot be read ({type(error).__name__})"
    else:
        if os.name == "posix" and mode & (stat.S_IRWXG | stat.S_IRWXO) & ~stat.S_IRGRP:
            fault = "others may read it; run chmod 600 on it"
    if fault:
        raise ConfigurationError(f"Key file of the outbox {file}: {fault}")
    try:
        keyset = json.loads(text)["keys"]
        lines = [json.dumps(key) for key in keyset]
    except (ValueError, KeyError, TypeError):
        lines = [line for line in text.splitlines() if line.strip()]
    if not lines:
        raise ConfigurationError(f"Key file of the outbox {file}: no key is in it; {_MEND}")
    return [OutboxKey.parse(line) for line in lines]
