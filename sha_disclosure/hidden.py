"""Holders that hide content, keys and a service's own words from debuggers and logs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, NoReturn, TypeVar

T = TypeVar("T")

MASK = "***"
"""Shown in place of anything hidden."""


class Held(Generic[T]):
    """A secret that is passed around: shown as ``***``, read by ``reveal()``, never pickled.

    It is not stored as an attribute, so printing ``vars()`` or slots does not reveal it.
    """

    __slots__ = ("reveal",)
    reveal: Callable[[], T]

    def __init__(self, value: T) -> None:
        self.reveal = lambda: value

    def __repr__(self) -> str:
        return MASK

    __str__ = __repr__

    def __format__(self, format_spec: str) -> str:
        return MASK

    def __reduce__(self) -> NoReturn:
        raise TypeError("what is hidden is not pickled or copied")


__all__ = ["MASK", "Held"]
