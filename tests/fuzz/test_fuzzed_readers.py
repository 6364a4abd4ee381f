"""No reader of what others wrote ends outside the SDK's errors, however damaged or odd that is."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fuzz.readers import READERS, Reader, damaged, shown
from tests.proofs import lengths

SEED = 20261126


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.name)
@pytest.mark.parametrize("sixths", lengths(1, 48))
def test_a_reader_ends_with_what_it_says_it_raises(
    reader: Reader, sixths: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIN", "271828")
    monkeypatch.chdir(tmp_path)
    for number, data in enumerate(damaged(reader, SEED, reader.cases * sixths // 6)):
        try:
            reader.read(data, tmp_path)
        except reader.refuses as refused:
            shown(refused)
        except Exception as fault:
            fault.add_note(f"{reader.name} {number}: {data[:2000]!r}")
            raise


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.name)
def test_the_input_that_is_damaged_is_good_before(
    reader: Reader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIN", "271828")
    monkeypatch.chdir(tmp_path)
    for data in reader.good():
        assert not reader.refusal(data, tmp_path)
