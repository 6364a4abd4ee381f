"""The ``pkcs11:`` URI of a key on a token (RFC 7512)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self
from urllib.parse import unquote, unquote_to_bytes

from sha_disclosure.errors import ConfigurationError
from sha_disclosure.messages import Message, message

_PATH = ("token", "serial", "manufacturer", "model", "slot-id", "object", "id", "type")
_QUERY = ("module-path", "module-name", "pin-source")


@dataclass(frozen=True, slots=True)
class TokenUri:
    """Identifies a key on a token of a module; every part but the module is optional.

    ``str`` is the part that identifies the key, for errors. ``id`` is bytes. ``pin_source`` says
    where the PIN is; a PIN itself (``pin-value``) is never read from a URI.
    """

    name: str
    token: str | None = None
    serial: str | None = None
    manufacturer: str | None = None
    model: str | None = None
    slot_id: int | None = None
    label: str | None = None
    id: bytes | None = None
    module_path: str | None = None
    module_name: str | None = None
    pin_source: str | None = None

    def __str__(self) -> str:
        return self.name

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the parsed URI. Raises ConfigurationError without repeating its values."""
        path, _, query = text.removeprefix("pkcs11:").partition("?")
        named = _attributes(path, ";", _PATH)
        asked = _attributes(query, "&", _QUERY)
        if named.get("type", "private") != "private":
            raise _refused(message("pkcs11_uri.type"))
        if not ("module-path" in asked or "module-name" in asked):
            raise _refused(message("pkcs11_uri.no_module"))
        slot = named.get("slot-id")
        if slot is not None and not (slot.isascii() and slot.isdigit()):
            raise _refused(message("pkcs11_uri.slot"))
        return cls(
            name=f"pkcs11:{path}",
            token=named.get("token"),
            serial=named.get("serial"),
            manufacturer=named.get("manufacturer"),
            model=named.get("model"),
            slot_id=None if slot is None else int(slot),
            label=named.get("object"),
            id=_raw(path).get("id"),
            module_path=asked.get("module-path"),
            module_name=asked.get("module-name"),
            pin_source=asked.get("pin-source"),
        )


def _attributes(text: str, separator: str, known: tuple[str, ...]) -> dict[str, str]:
    made: dict[str, str] = {}
    for part in filter(None, text.split(separator)):
        name, equals, value = part.partition("=")
        if name.startswith("pin") and name not in known:
            raise _refused(message("pkcs11_uri.holds_pin", name=name))
        if not equals or name not in known:
            raise _refused(message("pkcs11_uri.unknown", known=known))
        if name in made:
            raise _refused(message("pkcs11_uri.twice", name=name))
        made[name] = unquote(value)
    return made


def _raw(path: str) -> dict[str, bytes]:
    pairs = (part.partition("=") for part in path.split(";"))
    # Bytes that are not valid text come from variables as lone surrogates.
    return {
        name: unquote_to_bytes(value.encode("utf-8", "surrogatepass")) for name, _, value in pairs
    }


def _refused(why: Message) -> ConfigurationError:
    return ConfigurationError(message("pkcs11_uri.refused", why=why))
