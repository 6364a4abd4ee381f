"""Write the generated files, or with ``--check`` say whether they are current.

python specs/generate.py [--check]

The schema of the notice, the catalogue of the rules with the tests that prove them, the table
of grounds and recipients, and where every edition entry and rule comes from and is proven.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from pathlib import Path

from traceability.page import traceability
from traceability.proofs import rule_proofs

from sha_disclosure.law.grounds import BY_KIND, Row
from sha_disclosure.law.provisions import PROVISIONS
from sha_disclosure.law.recipients import CATEGORIES, category_name
from sha_disclosure.law.rulebook import RuleEntry, rule_entries
from sha_disclosure.messages import Message
from sha_disclosure.notice.schema import notice_schema

HERE = Path(__file__).resolve().parent
SCHEMA = HERE / "disclosure-notice.schema.json"
RULES = HERE / "rules.md"
TRACEABILITY = HERE / "traceability.md"
GROUNDS = HERE.parent / "docs" / "grounds.md"


def rule_catalogue() -> str:
    """Return the catalogue of the rules as Markdown."""
    proven = rule_proofs()
    parts = [
        "# The rules\n\n",
        "Written by `python specs/generate.py` from `sha_disclosure/messages`; do not edit.\n\n",
        "N rules judge a notice, A rules the reason of a search in the archive, SHAPE any input. "
        "Errors keep a notice from being signed, objections too until it lists them in "
        "`acknowledged`; warnings come with it (`prepared.warnings`). "
        "Names in braces stand for constants, never for what was given. Law: 703/2023 with "
        "307/2024, as of 21.2.2025.\n",
    ]
    parts += [_rule(entry, proven.get(entry.id, {})) for entry in rule_entries().values()]
    return "".join(parts)


def _rule(entry: RuleEntry, proven: Mapping[str, list[str]]) -> str:
    lines = [
        f"\n## {entry.id}\n",
        f"{entry.summary['en']}  \n{entry.summary['fi']}\n",
        f"Rests on: {entry.rests_on}\n",
        "| breach | severity | English | suomeksi |\n|---|---|---|---|",
    ]
    lines += [
        f"| {each.key.removeprefix(entry.id).lstrip('.') or 'plain'} | {each.severity} "
        f"| {_cell(each.texts['en'])} | {_cell(each.texts['fi'])} |"
        for each in entry.breaches
    ]
    lines.append("")
    for marker in ("accepts", "refuses"):
        lines += [f"- {marker}: `{test}`" for test in proven.get(marker, ())]
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def ground_table() -> str:
    """Return the table of grounds and recipients as Markdown."""
    return "".join(
        (
            "# Which ground with which recipient\n\n",
            "Written by `python specs/generate.py` from `sha_disclosure/law`; do not edit.\n\n",
            "Law: 703/2023 with 307/2024, as of 21.2.2025. **yes**: the provision names this "
            "recipient. **?**: the provision does not exclude it, or asks for more than a "
            "provision says; the SDK warns. **-**: the law does not know it; the SDK objects, "
            "under the rule in the last column ([specs/rules.md](../specs/rules.md)). **!**: only "
            "what is necessary (56 § 3 mom.); the SDK warns when `necessity` does not say why it "
            "was.\n\n",
            "The log says what happened (10 § 1 mom.). An objection asks a person: a notice that "
            "lists it in `acknowledged` is stored as it is, and nothing in it is to be changed so "
            "that a rule is content. A warning asks nothing.\n\n",
            "A recipient with several roles fits when one of them does; a social welfare "
            "authority that arranges or provides services is a provider too (3 § 11 kohta). A "
            'provision in free text is understood when it cites 703/2023 ("703/2023 62 §", '
            '"asiakastietolaki 63 § 2 mom.", "63 §:n 1 momentti") and nothing else; a text that '
            "cites another law, alone or too, is never judged. Without a subsection the recipient "
            "may fit any of them. A text without any section, article or number of a statute, as "
            "of a letter to a wrong address, is objected to (N06) and stored as it is once "
            "acknowledged.\n",
            "\n## By the kind of ground\n\n",
            _table(BY_KIND, "ground"),
            "\n## By the provision, for the grounds `statute` and `information_request`\n\n",
            _table(PROVISIONS, "provision"),
            "\nThe table is of social welfare client data. 49 § 1-2 mom. and 53 § 2 and 5 mom. "
            "are about patient data (3 § 7 kohta), so they are doubtful in it. 55 § 3 mom. is a "
            "manner of access, no ground; 55 § 1 mom. and 53 § 3 mom. rest on a permission, whose "
            "data the ground `permission` has. Consent rests on 6 §, for authorities with "
            "621/1999 26 § and 29 §.\n",
            "\nOther sections of 703/2023 give no right to disclose past Kanta, and the SDK "
            "objects (N24), also to a section or subsection that is not in the act. It only warns, "
            "in words of their own, of 6 § (consent), 11 § (log data), 14 § (a producer that acts "
            "for another), 15 § and 16 § (documents move to another controller), 39 § and 64 § "
            "(data you obtain), 48 § (recording in work across sectors) and 76 § (relayed through "
            "Kanta), of 703/2023 without a section, and of 703/2023 cited for a disclosure before "
            "1.1.2024, when it came into force (101 § 1 mom.): such a disclosure is not judged by "
            "this table.\n",
            "\n## A permission or consent in Kanta\n\n",
            "`stored_in_kanta: true` needs no other data of the permission or consent. Where none "
            "is given, the SDK warns (N07) of a permission to a health-care provider, in which the "
            "client itemises the data (53 § 3 mom.), and of a consent to a disclosure outside "
            "care, since of consents only those that concern the national services are stored "
            "there (72 § 1 mom.).\n",
            "\n## Whether a notice is needed at all\n\n",
            "`sha_disclosure.notice_needed(...)` answers with the citation: not for data you "
            "obtain (39 §, 64 §), not within the same register of the same controller (10 § 2 "
            "mom., 13 §), not between the organiser and a producer that acts for it (14 §), not "
            "through Kanta (70 § 2 mom.); otherwise yes (10 § 3 mom., 70 § 1 mom.), without delay. "
            "Between two registers of one controller the answer is yes, unless your lawyer has "
            "decided otherwise (10 § 1 mom., 18 § 1 mom., 3 § 10 kohta). Since when, and who need "
            "not store: [duties.md](duties.md).\n",
            "\n## Words\n\n| word | English | suomeksi |\n|---|---|---|\n",
            *(f"| `{each}` | {_both(category_name(each), ' | ')} |\n" for each in CATEGORIES),
        )
    )


_SHORT = {
    "social_welfare_provider": "social prov.",
    "social_welfare_authority": "social auth.",
    "health_care_provider": "health prov.",
    "other_authority": "other auth.",
    "other": "other body",
    "client": "client",
    "legal_representative": "legal repr.",
    "close_person": "close person",
    "other_person": "other person",
}


def _both(text: Message, between: str) -> str:
    return f"{text.text('en')}{between}{text.text('fi')}"


def _table(rows: tuple[Row, ...], first: str) -> str:
    heading = [first, "what it is", *_SHORT.values(), "rule"]
    lines = [f"| {' | '.join(heading)} |", "|" + "---|" * len(heading)]
    for row in rows:
        name = f"`{row.kind}`<br>{row.provision}" if first == "ground" else row.provision
        cells = [
            name,
            _both(row.text, "<br>"),
            *(_mark(row, word) for word in _SHORT),
        ]
        lines.append(f"| {' | '.join((*cells, row.rule.partition('.')[0]))} |")
    return "\n".join(lines) + "\n"


def _mark(row: Row, word: str) -> str:
    if word in row.necessity:
        return "!"
    return "yes" if word in row.known else "?" if word in row.doubtful else "-"


def main() -> int:
    """Write the files; with ``--check`` return 1 when one of them is not current."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when stale")
    wanted = {
        SCHEMA: json.dumps(notice_schema(), ensure_ascii=False, indent=2) + "\n",
        RULES: rule_catalogue(),
        GROUNDS: ground_table(),
        TRACEABILITY: traceability(),
    }
    if not parser.parse_args().check:
        for file, text in wanted.items():
            file.parent.mkdir(exist_ok=True)
            file.write_text(text, "utf-8")
        return 0
    stale = [f for f, text in wanted.items() if not f.is_file() or f.read_text("utf-8") != text]
    for file in stale:
        print(f"{file.name} is not current: run python specs/generate.py")
    return 1 if stale else 0


if __name__ == "__main__":
    raise SystemExit(main())
