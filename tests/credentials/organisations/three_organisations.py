"""The organisations of these tests."""

FIRST, SECOND, THIRD = (f"1.2.246.10.{number}.10.0" for number in (10000001, 10000002, 10000003))
REGISTER = "1.2.246.10.10000003.19.1"
"""A controller whose notices the third one sends."""
