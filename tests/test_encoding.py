"""JSON, TOML and base64 are read strictly and within limits; what is wrong is named, not shown."""

from __future__ import annotations

import pytest

from sha_disclosure.encoding import Malformed, read_json, read_toml
from sha_disclosure.messages import LANGUAGES


def fault(read: object, given: str | bytes) -> str:
    with pytest.raises(Malformed) as caught:
        read(given)  # type: ignore[operator]
    assert all(caught.value.message.text(language) for language in LANGUAGES)
    return str(caught.value)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        ('{"a": 1}'.encode("utf-16"), "UTF-16"),
        ('{"a": 1}'.encode("utf-16-le"), "NUL"),
        ('{"a": 1}'.encode("utf-32-be"), "NUL"),
        ('{"a": "ä"}'.encode("latin-1"), "not UTF-8"),
        (b'{"a": 1, "a": 2}', "same member twice"),
        (b"1" * 5000, "too many digits"),
        (b"NaN", "JSON does not allow"),
        (b"[" * 200_000, "nested too deeply"),
    ],
)
def test_json_that_is_not_strict_is_named(data: bytes, why: str) -> None:
    assert why in fault(read_json, data)


def test_json_with_a_byte_order_mark_is_read() -> None:
    assert read_json('\ufeff{"a": "ä"}'.encode()) == {"a": "ä"}


def test_json_with_too_many_values_is_refused_before_it_is_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SHA_DISCLOSURE_LIMIT_JSON_VALUES", "1000")
    assert read_json("[" + "1," * 900 + "1]")
    assert "more than 1000 values" in fault(read_json, "[" + "1," * 1000)
    monkeypatch.delenv("SHA_DISCLOSURE_LIMIT_JSON_VALUES")
    assert "more than 1000000 values" in fault(read_json, "[" + "[]," * 500_000)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("a = " + "[" * 100_000, "more than 32 deep"),
        ("a = " + "[" * 40 + "]" * 40, "more than 32 deep"),
        ("a = " + "{ a = " * 40 + "1" + " }" * 40, "more than 32 deep"),
        (".".join("a" * 40) + " = 1", "more than 32 deep"),
        (".".join("a" * 100_000) + " = 1", "more than 32 deep"),
        (' . '.join(['"a"'] * 100_000) + " = 1", "more than 32 deep"),
        ("[" + ".".join("a" * 100_000) + "]", "more than 32 deep"),
        ("a = " + "9" * 5000, "too many digits"),
        ("a = [", "ends too early"),
        ("a = 1979-13-01", "line 1"),
    ],
)  # fmt: skip
def test_toml_beyond_use_is_refused(text: str, why: str) -> None:
    assert why in fault(read_toml, text)


@pytest.mark.parametrize("line", [r'key = "C:\Users\a.pem"', r'x = ["\\srv\keys"]', r'a = "\q"'])
def test_a_path_of_windows_in_double_quotes_has_its_hint(line: str) -> None:
    told = fault(read_toml, f"b = 1\n{line}\n")
    assert "line 2" in told
    assert r"'C:\keys\a.pem'" in told


def test_other_faults_have_no_such_hint() -> None:
    assert "single quotes" not in fault(read_toml, "a = 'C:\\keys\nb = ]")


def test_long_texts_with_dots_are_values_like_others() -> None:
    oids = [".".join("1" * 32) for _ in range(100)]
    assert read_toml(f"a = {oids!r}") == {"a": oids}
