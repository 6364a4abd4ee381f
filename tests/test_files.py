"""Files are read by one function: regular files, within a limit, and text is UTF-8 or named."""

from __future__ import annotations

import os
import tracemalloc
from pathlib import Path

import pytest

from sha_disclosure.errors import ConfigurationError
from sha_disclosure.files import Unreadable, open_file, read_file, read_text, text_of
from sha_disclosure.messages import LANGUAGES


def refused(path: str | Path) -> str:
    with pytest.raises(Unreadable) as caught:
        read_file(path)
    assert all(caught.value.message.text(language) for language in LANGUAGES)
    return str(caught.value)


def test_a_regular_file_is_read_with_its_mode(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_bytes(b"abc")
    file.chmod(0o640)
    content = read_file(file)
    assert (content.data, content.mode, content.owner) == (b"abc", 0o640, os.geteuid())


def test_what_is_no_regular_file_is_refused_without_being_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", "/dev/zero", "/dev/stdin"):
        assert "not a regular file" in refused(path)
    assert "Is a directory" in refused(tmp_path)


def test_a_link_is_followed_to_a_file_and_named_when_it_leads_nowhere(tmp_path: Path) -> None:
    (tmp_path / "there").write_bytes(b"x")
    (tmp_path / "good").symlink_to("there")
    (tmp_path / "broken").symlink_to("gone")
    (tmp_path / "loop").symlink_to("loop")
    assert read_file(tmp_path / "good").data == b"x"
    assert refused(tmp_path / "broken") == "the file is a link to one that does not exist"
    assert "symbolic links" in refused(tmp_path / "loop")


@pytest.mark.parametrize("name", ["a\0b", "a\ud800b"])
def test_a_name_no_file_can_have_is_told(name: str) -> None:
    assert "no file name can have" in refused(name)


def test_a_name_that_is_too_long_is_told() -> None:
    assert "too long" in refused("x" * 5000)


def test_more_than_the_limit_is_refused_with_its_number_and_its_variable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a").write_bytes(b"x" * 11)
    monkeypatch.setenv("SHA_DISCLOSURE_LIMIT_FILE_BYTES", "10")
    assert "larger than 10 bytes; SHA_DISCLOSURE_LIMIT_FILE_BYTES" in refused(tmp_path / "a")
    monkeypatch.setenv("SHA_DISCLOSURE_LIMIT_FILE_BYTES", "11")
    assert len(read_file(tmp_path / "a").data) == 11


@pytest.mark.parametrize("over", [-1, 0, 1])
def test_the_limit_holds_wherever_a_piece_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, over: int
) -> None:
    pieces = 3 * 64 * 1024
    data = os.urandom(pieces + over)
    (tmp_path / "a").write_bytes(data)
    monkeypatch.setenv("SHA_DISCLOSURE_LIMIT_FILE_BYTES", str(pieces))
    if over > 0:
        assert f"larger than {pieces} bytes" in refused(tmp_path / "a")
    else:
        assert read_file(tmp_path / "a").data == data


@pytest.mark.parametrize("size", [0, 1_000, 3_000_000])
def test_reading_takes_memory_by_the_size_of_the_file(tmp_path: Path, size: int) -> None:
    (tmp_path / "a").write_bytes(b"x" * size)
    read_file(tmp_path / "a")
    tracemalloc.start()
    try:
        content = read_file(tmp_path / "a")
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(content.data) == size
    assert most < 1.5 * size + 256 * 1024


@pytest.mark.parametrize("value", ["0", "-1", "1.5", "ten", "9" * 5000, "٣"])
def test_a_limit_that_is_no_whole_number_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    (tmp_path / "a").write_bytes(b"")
    monkeypatch.setenv("SHA_DISCLOSURE_LIMIT_FILE_BYTES", value)
    with pytest.raises(ConfigurationError, match="SHA_DISCLOSURE_LIMIT_FILE_BYTES"):
        read_file(tmp_path / "a")


def test_an_error_while_a_file_is_read_is_told_too(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"")
    with pytest.raises(Unreadable, match="Input/output"), open_file(tmp_path / "a"):
        raise OSError(5, "Input/output error")


@pytest.mark.parametrize(
    ("data", "why"),
    [
        ("ä".encode("utf-16"), "UTF-16"),
        (b"\xff\xfe" + "ä".encode("utf-16-le"), "UTF-16"),
        (b"\xfe\xff" + "ä".encode("utf-16-be"), "UTF-16"),
        ("abc".encode("utf-16-le"), "NUL"),
        (b"a\0b", "NUL"),
        ("ä".encode("latin-1"), "not UTF-8"),
    ],
)
def test_text_that_is_not_utf_8_is_named(data: bytes, why: str) -> None:
    with pytest.raises(Unreadable, match=why) as caught:
        text_of(data)
    assert "UTF-8" in str(caught.value)


def test_a_byte_order_mark_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes("\ufeffä".encode())
    assert read_text(tmp_path / "a") == "ä"
