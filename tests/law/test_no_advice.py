"""No sentence advises to change a fact so that a rule is content: the log says what happened."""

from __future__ import annotations

import re

import pytest

from sha_disclosure.findings import problem
from sha_disclosure.law.rulebook import rule_entries
from sha_disclosure.messages import LANGUAGES, Language, catalogue

FIELD = (
    r"`(?:given_at|given_by|scope|disclosed_at|recorded_at|birth_date|cause|purpose"
    r"|statutory_task|provision|roles|relation|kind|recipient|permission|consent|statute"
    r"|broad_right|authority_right|information_request|other_authority|right|relationship"
    r"|verified|asked_at|unit|obstacle|need|alternative|data_necessary|service_necessary"
    r"|cannot_judge_permission|essential_effect|necessary_for_task"
    r"|social_welfare_\w+|no_legal_representative)[^`]*`"
)
FACT = {
    "en": (
        r"(?:ground|basis|kind|role|recipient|provision|subsection|citation|section|relation|cause"
        r"|purpose|task|necessity|permission|consent|client|discloser|controller|date|time|day"
        r")"
    ),
    "fi": (
        r"(?:perust\w+|laji\w*|rooli\w*|luovutuksensaaja\w*|säännös\w*|säännöks\w+|momen\w+"
        r"|pykäl\w+|viittau\w+|suhde\w*|syy\w*|käyttötarkoitu\w+|tehtäv\w+|lupa\w*|luvan"
        r"|suostumu\w+|asiak\w+|luovuttaj\w+|rekisterinpitäj\w+|päiv(?!it)\w+|ajankoh\w+|aika\w*"
        r")"
    ),
    "sv": (
        r"(?:grund\w*|typ\w*|slag\w*|roll\w*|mottagar\w+|bestämmels\w+|moment\w*|paragraf\w*"
        r"|hänvisning\w*|relation\w*|orsak\w*|ändamål\w*|uppgift(?:en)?\b|tillstånd\w*"
        r"|utlämnandetillstånd\w*|samtyck\w+|klient\w*|utlämnare\w*|personuppgiftsansvarig\w*"
        r"|datum\w*|tidpunkt\w*|tid\w*|dag\w*"
        r")"
    ),
}
CHANGE = {
    "en": r"(?:correct|change|alter|replace|adjust|switch|add|make|use|cite|set|give)",
    "fi": r"(?:korjaa|muuta|vaihda|korvaa|lisää|käytä|ilmoita|aseta|anna(?! oikeu))",
    "sv": r"(?:rätta|ändra|byt|ersätt|lägg till|gör om|använd|hänvisa till|ange|ge|sätt)",
}
"""Imperatives that would put another fact into a notice."""
BETWEEN = r"(?:\W+(?!if\b|jos\b|kun\b|om\b)[\w§-]+){0,4}?\W+"
ANOTHER = {
    "en": r"\b(?:use|cite|choose|give|name) (?:an|some) ?other\b|\botherwise (?:use|cite|give)\b",
    "fi": r"\b(?:käytä|ilmoita|valitse|anna) (?:muu|toi)\w+|\bmuuten (?:käytä|ilmoita|anna)\b",
    "sv": r"\b(?:använd|ange|välj|hänvisa till) (?:någon |en |ett )?ann(?:an|at)\b"
    r"|\bannars (?:använd|ange)\b",
}

# What a notice lacks may be asked for; what it says, never changed. These rules ask.
ASKS = {"N01", "N02", "N03", "N04", "N05", "N06", "N07", "N08", "N13", "N15", "N26"}
ASKING = re.compile("give|anna|ilmoita|ange|ge", re.IGNORECASE)
JUDGES = [f"N{number:02}" for number in (*range(3, 11), *range(16, 25), 28, 29, 30)]


def advice(text: str, language: Language) -> list[str]:
    """Return where a text advises to change a fact."""
    pattern = (
        rf"(?i)\b{CHANGE[language]}{BETWEEN}(?:{FACT[language]}\b|{FIELD})|{ANOTHER[language]}"
    )
    return [match[0] for match in re.finditer(pattern, text)]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("rule", JUDGES)
def test_no_rule_on_what_happened_advises_to_change_it(rule: str, language: Language) -> None:
    for breach in rule_entries()[rule].breaches:
        found = advice(breach.texts[language], language)
        if breach.severity == "error" and rule in ASKS:
            found = [each for each in found if not ASKING.match(each)]
        assert found == [], breach.key


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_of_a_rule_or_a_search_names_another_ground_to_use(language: Language) -> None:
    texts = catalogue(language)
    keys = [
        key
        for key in texts
        if key.startswith(("rules.", "objection.", "provision.", "notice_need."))
    ]
    assert len(keys) > 150
    said = {key: re.findall(rf"(?i){ANOTHER[language]}", texts[key]) for key in keys}
    # Code lists and identity codes of tests are no facts of a disclosure.
    assert {key for key, found in said.items() if found} <= {"rules.N13.real"}


@pytest.mark.parametrize("rule", JUDGES)
def test_every_objection_says_how_what_happened_is_stored(rule: str) -> None:
    for breach in rule_entries()[rule].breaches:
        if breach.severity == "objection":
            made = problem(breach.key, "ground", "objection", provision="703/2023 63 §")
            assert f"list `{breach.key}` in `acknowledged`" in made.text("en")
            assert f"luettele `{breach.key}` kohdassa `acknowledged`" in made.text("fi")


SEARCHES = [f"A{number:02}" for number in range(1, 12)]
IF = {"en": r"\bif\b", "fi": r"\bjos\b", "sv": r"\bom\b"}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("rule", SEARCHES)
def test_no_rule_of_a_search_advises_to_change_what_is_so(rule: str, language: Language) -> None:
    for breach in rule_entries()[rule].breaches:
        text = breach.texts[language]
        assert [each for each in advice(text, language) if not ASKING.match(each)] == [], breach.key
        assert not re.search(rf"(?i){ANOTHER[language]}", text), breach.key
        # A condition is confirmed where it is met, and no search is made where it is not.
        if ": true" in text and rule != "A06":
            assert re.search(IF[language], text), breach.key


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("correct `given_at`, or use the ground the disclosure rested on", "en"),
        ("add the role `other_authority` to the recipient", "en"),
        ("cite another provision", "en"),
        ("Correct the recipient's role or the provision.", "en"),
        ("otherwise use another ground", "en"),
        ("korjaa `given_at` tai käytä perustetta, johon luovutus perustui", "fi"),
        ("Korjaa luovutuksensaajan rooli tai säännös.", "fi"),
        ("muuten ilmoita toinen säännös", "fi"),
        ("lisää luovutuksensaajalle rooli", "fi"),
        ("rätta `given_at` eller använd den grund som utlämnandet vilade på", "sv"),
        ("Ändra mottagarens roll eller bestämmelsen.", "sv"),
        ("ange annars en annan bestämmelse; använd en annan grund", "sv"),
        ("set `cannot_judge_permission: true`", "en"),
        ("change `verified_at`", "en"),
    ],
)
def test_advice_is_recognised(text: str, language: Language) -> None:
    assert advice(text, language) != []
