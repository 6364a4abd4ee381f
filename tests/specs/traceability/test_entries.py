"""Every entry of the edition: read, seen on the wire or judged, and written nowhere in code.

What is seen is the table in specs/traceability.md; these tests say that no row of it is idle.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from traceability.changing import fixed
from traceability.forms import FORMS
from traceability.messages import KINDS
from traceability.observing import Observation, Observer
from traceability.proofs import ROOT

from sha_disclosure.editions import load_edition
from sha_disclosure.errors import ConfigurationError

# Each process that runs one of these changes every entry once, which takes ten seconds.
pytestmark = pytest.mark.proof
Observed = dict[str, Observation]
ENTRIES = [entry.key for entry in load_edition().entries]
FIXED = [key for key in ENTRIES if fixed(key)]
ADD = (
    "add to specs/traceability a notice that needs it (messages.py), a form that shows it "
    "(forms.py), or the gate it opens (gates.py)"
)


@pytest.mark.parametrize("key", ENTRIES)
def test_an_entry_is_read_by_the_code(key: str, observed: Observed) -> None:
    assert observed[key].modules, f"{key} is read by nothing that was run: remove it, or {ADD}"


@pytest.mark.parametrize("key", ENTRIES)
def test_another_value_reaches_the_wire_or_is_judged(key: str, observed: Observed) -> None:
    seen = observed[key]
    assert seen.places or seen.judges, f"{key} changes nothing: {ADD}"


@pytest.mark.parametrize("key", ENTRIES)
def test_no_part_of_a_value_is_written_in_code(key: str, observed: Observed) -> None:
    assert observed[key].lost == (), f"{key}: these parts of another value are not used"
    assert observed[key].refused == (), f"{key}: a judge of the same edition expects another value"


@pytest.mark.parametrize("key", FORMS)
def test_a_form_is_the_one_its_entry_names(
    key: str, observed: Observed, observer: Observer
) -> None:
    form, value = FORMS[key], str(observed[key].entry.value)
    seen = form.shown(observer.message(form.notice))
    assert words(value) - {"of", "the", "and", "recipient"} <= words(seen), (value, seen)
    for module in form.modules:
        assert (ROOT / "sha_disclosure" / f"{module.replace('.', '/')}.py").is_file()


@pytest.mark.parametrize("key", FIXED)
def test_no_edition_names_a_form_the_code_does_not_build(key: str, tmp_path: Path) -> None:
    file = tmp_path / "ours.toml"
    other = json.dumps("another form")
    file.write_text(f'name = "ours"\nbased_on = "kanta-1.0.0"\n[{key}]\nvalue = {other}\n')
    with pytest.raises(ConfigurationError, match=re.escape(key)):
        load_edition(file)


def test_every_form_is_fixed_and_every_fixed_entry_shows(observed: Observed) -> None:
    assert set(FORMS) <= set(FIXED)
    assert all(observed[key].places for key in FIXED)


def test_algorithms_show_for_their_kind_of_key(observed: Observed) -> None:
    for section in ("content_signature", "token"):
        for kind in KINDS:
            (place,) = observed[f"{section}.{kind}"].places
            assert place.endswith(".alg")


def words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text))
