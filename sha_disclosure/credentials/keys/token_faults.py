"""What the errors of PKCS #11 mean: whether a new session may mend them, and words for a person."""

from __future__ import annotations

_LOST = frozenset({
    "DeviceError", "DeviceMemory", "DeviceRemoved", "FunctionFailed", "GeneralError",
    "KeyHandleInvalid", "ObjectHandleInvalid", "OperationNotInitialized", "SessionClosed",
    "SessionHandleInvalid", "SlotIDInvalid", "TokenNotPresent", "TokenNotRecognised",
    "UserNotLoggedIn",
    "PKCS11Error",  # without a class of its own: the module was not initialised
})  # fmt: skip

_WORDS = {
    "PinIncorrect": "the token refused the PIN. It will not be tried again by itself, since cards "
    "lock after a few tries: correct it where it is read from",
    "PinInvalid": "the PIN has characters the token does not take: correct it where it is read "
    "from",
    "PinLenRange": "the PIN is too short or too long: correct it where it is read from",
    "PinLocked": "the PIN is locked after too many wrong tries: unlock the token with the tool of "
    "its maker (PUK code, or the security officer)",
    "PinExpired": "the PIN has expired: set a new one with the tool of the token's maker",
    "UserPinNotInitialized": "the token has no PIN yet: set one with the tool of its maker",
    "UserNotLoggedIn": "the token wants a login for this key: check the PIN's source",
    "MechanismInvalid": "the token cannot sign by this algorithm: choose a key it can sign with",
    "KeyTypeInconsistent": "the key is of another kind than its certificate: name the key that "
    "belongs to the certificate",
    "SessionCount": "the token has no session left: close other programs that use it",
}


class Lost(Exception):  # noqa: N818 - a finding inside this room, never seen outside
    """The token or the key was not found; it may be back when the module is asked anew."""


def may_be_mended(error: Exception) -> bool:
    """Return whether a new session, or a restarted module, may do what failed."""
    return isinstance(error, Lost) or type(error).__name__ in _LOST


def words_for(error: Exception) -> str:
    """Return what happened and what to do; never the text of the error itself."""
    if isinstance(error, Lost):
        return str(error)
    kind = type(error).__name__
    return _WORDS.get(
        kind,
        f"the token failed ({kind}); nothing was signed. Check that the device is connected and "
        "works with its maker's own tool",
    )
