"""The meaning of PKCS #11 errors, and whether a new session may recover from them."""

from __future__ import annotations

from sha_disclosure.messages import Message, catalogue, message

_LOST = frozenset({
    "DeviceError", "DeviceMemory", "DeviceRemoved", "FunctionFailed", "GeneralError",
    "KeyHandleInvalid", "ObjectHandleInvalid", "OperationNotInitialized", "SessionClosed",
    "SessionHandleInvalid", "SlotIDInvalid", "TokenNotPresent", "TokenNotRecognised",
    "UserNotLoggedIn",
    "PKCS11Error",  # without a class of its own: the module was not initialised
})  # fmt: skip


class Lost(Exception):  # noqa: N818 - a signal inside this room, never seen outside
    """The token or the key was not found; it may be there when the module is asked again."""

    def __init__(self, why: Message) -> None:
        super().__init__(str(why))
        self.message = why


def may_pass(error: Exception) -> bool:
    """Return whether a new session, or a restarted module, may succeed."""
    return isinstance(error, Lost) or type(error).__name__ in _LOST


def explained(error: Exception) -> Message:
    """Return what happened and what to do; never the text of the error itself."""
    if isinstance(error, Lost):
        return error.message
    known = message(f"token_error.{type(error).__name__}")
    if known.id in catalogue("en"):
        return known
    return message("pkcs11.failed", kind=type(error).__name__)
