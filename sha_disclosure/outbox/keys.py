"""Keys that encrypt the outbox's payloads (levossa olevan tiedon salaus): 256 bits, AES-GCM.

The first key encrypts, every key decrypts, so that keys can be rotated without losing a notice.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from sha_disclosure.boundary import boundary
from sha_disclosure.encoding import Malformed, base64url, from_base64url, read_json
from sha_disclosure.errors import ConfigurationError
from sha_disclosure.files import Unreadable, read_file, text_of
from sha_disclosure.messages import Message, message

VARIABLE = "SHA_DISCLOSURE_OUTBOX_KEY"
_BYTES = 32
_BINDING = "row"  # member of the protected header: the row the encrypted data belongs to
# RFC 7518, sections 4.5 and 5.3: the key itself encrypts; 96 bits of nonce, 128 of tag.
_FORM = {"alg": "dir", "enc": "A256GCM"}
_NONCE, _TAG = 12, 16
_OWN = frozenset({"kid", _BINDING})


class OutboxKey:
    """One symmetric key (avain) and the id by which encrypted payloads name it.

    Raises ConfigurationError unless ``secret`` has 32 bytes.
    """

    @boundary
    def __init__(self, secret: bytes, kid: str | None = None) -> None:
        if len(secret) != _BYTES:
            raise ConfigurationError(message("outbox.key.length", length=len(secret)))
        named = hmac.new(secret, b"sha-disclosure outbox key id", hashlib.sha256)
        self.kid = kid or named.hexdigest()[:16]
        self._cipher = AESGCM(secret)
        self._header = {**_FORM, "kid": self.kid}

    def __repr__(self) -> str:
        return f"OutboxKey(kid={self.kid!r})"

    def __reduce__(self) -> str:
        raise TypeError("a key is not pickled")

    @classmethod
    @boundary
    def parse(cls, text: str) -> OutboxKey:
        """Return the key from base64 or JWK text. Raises ConfigurationError."""
        try:
            jwk_given = read_json(text) if text.lstrip().startswith("{") else {"k": text.strip()}
            kid = str(jwk_given["kid"]) if "kid" in jwk_given else None
            secret = _decoded(jwk_given["k"]) if jwk_given.get("kty", "oct") == "oct" else b""
        except (ValueError, KeyError, TypeError, AttributeError):
            kid, secret = None, b""
        return cls(secret, kid)

    def seal(self, data: bytes, binding: str | None = None) -> bytes:
        """Return the data encrypted: compact JWE, ``dir`` with A256GCM.

        The header is authenticated, including the ``binding``.
        """
        header = {**self._header, _BINDING: binding} if binding else self._header
        head = base64url(orjson.dumps(header))
        nonce = os.urandom(_NONCE)
        sealed = self._cipher.encrypt(nonce, data, head)
        parts = (nonce, sealed[:-_TAG], sealed[-_TAG:])
        return b".".join((head, b"", *map(base64url, parts)))

    def open(self, sealed: bytes) -> bytes | None:
        """Return the data, or None if it was changed or encrypted with another key."""
        try:
            head, no_key, *parts = sealed.split(b".")
            nonce, data, tag = (from_base64url(part.decode("ascii")) for part in parts)
            header = _header_of(sealed) or {}
            form = {name: value for name, value in header.items() if name not in _OWN}
            if no_key or form != _FORM or len(nonce) != _NONCE or len(tag) != _TAG:
                return None
            return self._cipher.decrypt(nonce, data + tag, head)
        except (InvalidTag, ValueError):
            return None


def _decoded(text: str) -> bytes:
    # Lenient on purpose: a key written by a person may use either alphabet, padded or not,
    # and a key that was accepted once must keep decrypting its data.
    padded = text.translate(str.maketrans("-_", "+/")).rstrip("=")
    try:
        return base64.b64decode(padded + "=" * (-len(padded) % 4), validate=True)
    except binascii.Error:
        return b""


class Keyring:
    """The keys of one outbox, the encrypting one first; without any, payloads are plain text."""

    def __init__(self, keys: Sequence[OutboxKey] = ()) -> None:
        self._keys = {key.kid: key for key in reversed(keys)}
        self._first = keys[0] if keys else None

    def __bool__(self) -> bool:
        return self._first is not None

    def seal(self, data: bytes, binding: str | None = None) -> bytes:
        """Return the data encrypted with the first key, or unchanged without one.

        ``binding``: what it belongs to, authenticated by the encryption.
        """
        return self._first.seal(data, binding) if self._first else data

    def is_current(self, stored: bytes, binding: str | None = None) -> bool:
        """Return whether stored data is in the form that ``seal`` currently produces."""
        header = _header_of(stored)
        if self._first is None:
            return header is None
        return header is not None and (header.get("kid"), header.get(_BINDING)) == (
            self._first.kid,
            binding,
        )

    def knows(self, stored: bytes) -> bool:
        """Return whether a key for stored data is available, or none would help."""
        kid = kid_of(stored)
        return not kid or kid in self._keys

    def is_bound(self, stored: bytes, binding: str) -> bool | None:
        """Return whether stored data is bound to ``binding``; None if it is not bound at all."""
        found = (_header_of(stored) or {}).get(_BINDING)
        return None if found is None else found == binding

    def open(self, stored: bytes) -> bytes | None:
        """Return stored data decrypted, or None if no key decrypts it."""
        kid = kid_of(stored)
        if kid is None:
            return stored
        key = self._keys.get(kid)
        return key.open(stored) if key else None


def kid_of(stored: bytes) -> str | None:
    """Return the id of the key that encrypted stored data, or None if it is not encrypted."""
    header = _header_of(stored)
    # Data that is neither plain nor encrypted by an outbox cannot be decrypted by any key.
    return None if header is None else str(header.get("kid", ""))


def _header_of(stored: bytes) -> dict[str, Any] | None:
    """Return the header of encrypted data, possibly empty; None if it is not encrypted."""
    if stored.startswith(b"{"):
        return None
    head = stored.partition(b".")[0]
    try:
        header = read_json(from_base64url(head.decode("ascii")))
    except ValueError:
        return {}
    return header if isinstance(header, dict) else {}


@boundary
def keys_from_environment(variables: Mapping[str, str] | None = None) -> list[OutboxKey]:
    """Return the keys of SHA_DISCLOSURE_OUTBOX_KEY and then ..._KEY_2, ..._KEY_3 and so on."""
    given = os.environ if variables is None else variables
    names = [VARIABLE]
    while f"{VARIABLE}_{len(names) + 1}" in given:
        names.append(f"{VARIABLE}_{len(names) + 1}")
    return [OutboxKey.parse(given[name]) for name in names if given.get(name)]


@boundary
def keys_from_file(path: str | Path) -> list[OutboxKey]:
    """Return the keys of a file: a JWK set, or one key per line, the encrypting one first.

    Raises ConfigurationError, also if anyone but the owner may read the file.
    """
    why: Message | None = None
    try:
        content = read_file(path)
        text = text_of(content.data)
    except Unreadable as error:
        why = error.message
    else:
        texts = _texts_of_keys(text)
        why = content.exposed(path)
        if not why and not texts:
            why = message("outbox.key.none")
    if why:
        raise ConfigurationError(message("outbox.key.file", path=str(path), why=why))
    return [OutboxKey.parse(each) for each in texts]


def _texts_of_keys(text: str) -> list[str]:
    try:
        return [json.dumps(key) for key in read_json(text)["keys"]]
    except (Malformed, KeyError, TypeError):
        return [line for line in text.splitlines() if line.strip()]
