"""Notices for tests: builders with good defaults, places of every field, and strategies.

Every identity code made here is artificial (individual number 900-999).
"""

from __future__ import annotations

import string
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

from hypothesis import strategies as st

from sha_disclosure.characters import NONCHARACTER, shows_nothing
from sha_disclosure.identity_codes import may_hide_code
from sha_disclosure.values import PersonalId
from sha_disclosure.values.times import day_in_finland

Data = dict[str, Any]

NOW = datetime(2026, 11, 22, 10, 0, 0, tzinfo=UTC)
"""The moment at which tests build."""

CHECK_CHARACTERS = "0123456789ABCDEFHJKLMNPRSTUVWXY"
SEPARATORS = {
    **dict.fromkeys("+", 1800),
    **dict.fromkeys("-YXWVU", 1900),
    **dict.fromkeys("ABCDEF", 2000),
}
GROUNDS = (
    "permission",
    "consent",
    "statute",
    "information_request",
    "broad_right",
    "authority_right",
)
RECIPIENTS = ("organisation", "professional", "client", "person")
ROLES = (
    "social_welfare_provider",
    "social_welfare_authority",
    "health_care_provider",
    "other_authority",
    "other",
)


def identity_code(day: date, number: int, separator: str | None = None) -> str:
    """Return a well-formed identity code; ``separator`` defaults to the century's first."""
    century = day.year // 100 * 100
    sign = separator or next(s for s, c in SEPARATORS.items() if c == century)
    digits = f"{day:%d%m}{day.year % 100:02}"
    check = CHECK_CHARACTERS[int(f"{digits}{number:03}") % 31]
    return f"{digits}{sign}{number:03}{check}"


def coding(code: str = "esim-1", display: str = "Esimerkki", **more: Any) -> Data:
    """Return a coding."""
    return {"code": code, "display": display, **more}


def ground(kind: str, **changes: Any) -> Data:
    """Return a complete ground of a kind."""
    own = {
        "stored_in_kanta": False,
        "document_id": "1.2.246.10.28777751.14.2026.7",
        "given_at": "2026-11-02T13:00:00+02:00",
        "given_by": "client",
        "scope": "Palvelutarpeen arvio",
    }
    fields: dict[str, Data] = {
        "permission": own,
        "consent": own,
        "statute": {"provision": "703/2023 63 § 1 mom."},
        "information_request": {"provision": "703/2023 50 §"},
        "broad_right": {
            "cause": "memory_disease",
            "no_legal_representative": True,
            "necessity": "Kiireellisen hoivan järjestäminen",
            "reason": coding("1", "Laaja tiedonhaku"),
        },
        "authority_right": {
            "purpose": "assess_need",
            "statutory_task": "Lastensuojelutarpeen selvittäminen",
            "reason": coding("2", "Viranomaisen tiedonhaku"),
        },
    }
    return {"kind": kind, **fields[kind], **changes}


def recipient(kind: str, **changes: Any) -> Data:
    """Return a complete recipient of a kind, with the roles both rights of 55 § ask for."""
    roles = ["social_welfare_provider", "social_welfare_authority"]
    name = {"family_name": "Salo", "given_names": ["Sofia"]}
    fields: dict[str, Data] = {
        "organisation": {"oid": "1.2.246.10.88776655.10.0", "name": "Toinen alue", "roles": roles},
        "professional": {
            **name,
            "title": "Johtava sosiaalityöntekijä",
            "unit": {"oid": "1.2.246.10.88776655.10.3", "name": "Lastensuojelu"},
            "roles": roles,
        },
        "client": {},
        "person": {**name, "relation": "close_person"},
    }
    return copied({"kind": kind, **fields[kind], **changes})


def full(ground_kind: str = "statute", recipient_kind: str | None = None, **changes: Any) -> Data:
    """Return a notice with every field given; without ``recipient_kind``, one that fits."""
    if recipient_kind is None:
        recipient_kind = "person" if ground_kind == "information_request" else "organisation"
    by_provision = ground_kind in {"statute", "information_request"}
    own = (ground_kind, recipient_kind) != ("information_request", "person") and (
        recipient_kind in {"client", "person"}
    )
    provision = {"provision": "(EU) 2016/679 15 art."} if by_provision and own else {}
    return copied(
        {
            "id": "1.2.246.10.28777751.10.0.95.2026.1",
            "client": {
                "personal_id": identity_code(date(1994, 5, 1), 903, "Y"),
                "temporary_id": "1.2.246.10.28777751.22.2026.17",
                "birth_date": "1994-05-01",
                "family_name": "Asiakas",
                "given_names": ["Testi", "Toinen"],
            },
            "controller": {
                "oid": "1.2.246.10.28777751.19.0",
                "name": "Esimerkin hyvinvointialue",
                "register": "1",
            },
            "discloser": {
                "family_name": "Virtanen",
                "given_names": ["Aino", "Maria"],
                "id": {"system": "urn:oid:1.2.246.537.29", "value": "81234567890"},
                "title": "Sosiaalityöntekijä",
                "authentication_method": {"code": "CUT", "display": "Kortti"},
                "unit": {"oid": "1.2.246.10.28777751.10.12", "name": "Aikuissosiaalityö"},
            },
            "recipient": recipient(recipient_kind),
            "ground": ground(ground_kind, **provision),
            "purpose": "Palvelun järjestäminen",
            "disclosed_at": "2026-11-15T11:00:00+02:00",
            "recorded_at": "2026-11-15T11:04:00+02:00",
            "disclosed_data": [
                {
                    "document_type": coding("esim-arvio", "Arvio", system="urn:oid:1.2.246.1"),
                    "specific_document_type": coding("esim-pta", "Palvelutarpeen arvio"),
                    "description": "Arvio keväältä",
                    "service_tasks": [coding("esim-iakkaat", "Iäkkäiden palvelut")],
                    "original_service_tasks": [coding("esim-vanha", "Vanha tehtävä")],
                    "document_id": "1.2.246.10.28777751.11.2026.4711",
                }
            ],
            "type_of_disclosure": coding("kirje", "Kirje"),
            "language": "fi",
            **changes,
        }
    )


# --- places in a notice ------------------------------------------------------------------------

Path = tuple[str | int, ...]


def places(data: object, path: Path = ()) -> Iterator[Path]:
    """Return the place of every field and every list member in JSON data."""
    steps: list[tuple[str | int, object]] = []
    if isinstance(data, dict):
        steps = list(data.items())
    elif isinstance(data, list):
        steps = list(enumerate(data))
    for step, value in steps:
        yield (*path, step)
        yield from places(value, (*path, step))


def written(path: Path) -> str:
    """Return a place as problems write it: ``disclosed_data[0].description``."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}"
    return text.removeprefix(".")


def copied(data: Any) -> Any:
    """Return a copy of JSON data that shares no list or object; much faster than ``deepcopy``."""
    if isinstance(data, dict):
        return {name: copied(value) for name, value in data.items()}
    return [copied(value) for value in data] if isinstance(data, list) else data


def at(data: Any, path: Path) -> Any:
    """Return what is at a place."""
    for step in path:
        data = data[step]
    return data


def without(data: Data, path: Path) -> Data:
    """Return the data without what is at a place."""
    made = copied(data)
    del at(made, path[:-1])[path[-1]]
    return made


def having(data: Data, path: Path, value: object) -> Data:
    """Return the data with another value at a place (``path`` may name a new field)."""
    made = copied(data)
    at(made, path[:-1])[path[-1]] = value
    return made


# --- strategies --------------------------------------------------------------------------------

_SPICE = st.sampled_from(
    ['"', "\\", "\n", "\r\n", "\t", "😀", "𝔘", "👩‍👩‍👧", "ä", "\u2028", "</b>", "{}"]
)
_PLAIN = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n\t\r"),
    min_size=1,
    max_size=12,
)


def _may_be_written(text: str) -> bool:
    return not (shows_nothing(text) or NONCHARACTER.search(text) or may_hide_code(text))


texts = (
    st.lists(st.one_of(_PLAIN, _SPICE), min_size=1, max_size=4).map("".join).filter(_may_be_written)
)
"""Free text with everything FHIR allows in a string, but no identity code.

Hypothesis also draws constants of the modules that are loaded, codes among them.
"""

provisions = texts.filter(
    lambda text: "703/2023" not in text and "asiakastieto" not in text.lower()
).map("JulkL 11 § {}".format)
"""Provisions of other acts, which are never judged."""

_LETTERS = string.ascii_letters + string.digits
_CODE = st.text(_LETTERS + "ÄÖ._-", min_size=1, max_size=8)
codes = _CODE | st.tuples(_CODE, st.text(_LETTERS, min_size=1, max_size=4)).map(" ".join)
oids = st.lists(st.integers(0, 999_999), min_size=1, max_size=6).map(
    lambda arcs: ".".join(map(str, ("1.2.246", *arcs)))
)
uris = st.one_of(
    oids.map("urn:oid:{}".format), st.sampled_from(["http://example.org/cs", "urn:x:1"])
)
names = st.fixed_dictionaries({"family_name": texts, "given_names": st.lists(texts, max_size=3)})
roles = st.lists(st.sampled_from(ROLES), min_size=1, max_size=3, unique=True)


@st.composite
def artificial_codes(draw: st.DrawFn) -> str:
    """Return an artificial identity code of a person alive in 2025."""
    day = draw(st.dates(date(1850, 1, 1), date(2025, 12, 31)))
    signs = [s for s, century in SEPARATORS.items() if century == day.year // 100 * 100]
    return identity_code(day, draw(st.integers(900, 999)), draw(st.sampled_from(signs)))


@st.composite
def codings(draw: st.DrawFn, systems: st.SearchStrategy[str] = uris) -> Data:
    """Return a coding with or without its system."""
    made = {"code": draw(codes), "display": draw(texts)}
    return made | ({"system": draw(systems)} if draw(st.booleans()) else {})


_CODINGS = codings()
_TASKS = st.lists(codings(st.just("urn:oid:1.2.246.537.6.1221.201601")), min_size=1, max_size=3)
_ORIGINAL_TASKS = st.lists(
    codings(
        st.sampled_from(["urn:oid:1.2.246.537.6.1283.201101", "urn:oid:1.2.246.537.6.1259.201601"])
    ),
    max_size=2,
)

_OFFSETS = ("Z", "+00:00", "-00:00", "+02:00", "+03:00", "-05:00", "+05:45", "+14:00")


def _instant(draw: st.DrawFn, moment: datetime) -> str:
    offset = draw(st.sampled_from(_OFFSETS))
    sign = -1 if offset[0] == "-" else 1
    ahead = (
        timedelta() if offset == "Z" else timedelta(hours=int(offset[1:3]), minutes=int(offset[4:]))
    )
    local = moment.astimezone(timezone(sign * ahead))
    fraction = draw(st.sampled_from(["", ".0", ".000", ".000000000"]))
    return f"{local:%Y-%m-%dT%H:%M:%S}{fraction}{offset}"


def _time(draw: st.DrawFn, moment: datetime) -> str:
    """Return a moment, or its day in Finland alone."""
    alone = draw(st.booleans())
    return day_in_finland(moment).isoformat() if alone else _instant(draw, moment)


def _some(draw: st.DrawFn, **optional: st.SearchStrategy[Any]) -> Data:
    return {name: draw(each) for name, each in optional.items() if draw(st.booleans())}


@st.composite
def _grounds(draw: st.DrawFn, disclosed: datetime) -> Data:
    kind = draw(st.sampled_from(GROUNDS))
    if kind in {"permission", "consent"}:
        given = disclosed - timedelta(seconds=draw(st.integers(0, 10**7)))
        own: dict[str, st.SearchStrategy[Any]] = {
            "given_at": st.just(_time(draw, given)),
            "given_by": st.sampled_from(["client", "legal_representative", "authorised_person"]),
            "scope": texts,
        }
        stored = draw(st.booleans())
        told = _some(draw, **own) if stored else {name: draw(each) for name, each in own.items()}
        return {"kind": kind, "stored_in_kanta": stored, **told, **_some(draw, document_id=oids)}
    if kind in {"statute", "information_request"}:
        stated = _some(draw, necessity=texts) if kind == "statute" else {}
        return {"kind": kind, "provision": draw(provisions), **stated}
    met = st.just(value=True)
    reason = _some(draw, reason=_CODINGS)
    if kind == "broad_right":
        causes = ["memory_disease", "mental_disorder", "intellectual_disability", "similar_cause"]
        cause, necessity = draw(st.sampled_from(causes)), draw(texts)
        conditions = {"cause": cause, "no_legal_representative": True, "necessity": necessity}
        more = _some(draw, cannot_judge_permission=met, service_necessary=met)
        return {"kind": kind, **conditions, **more, **reason}
    purposes = st.sampled_from(["assess_need", "arrange_care", "verify_information"])
    several = st.lists(purposes, min_size=1, max_size=3, unique=True)
    purpose, task = draw(purposes | several), draw(texts)
    more = _some(draw, essential_effect=met, necessary_for_task=met)
    return {"kind": kind, "purpose": purpose, "statutory_task": task, **more, **reason}


_NEEDED_ROLE = {
    "permission": "social_welfare_provider",
    "broad_right": "social_welfare_provider",
    "authority_right": "social_welfare_authority",
}
_RECIPIENTS = {
    "information_request": ("client", "person"),
    "permission": ("organisation", "professional"),
    "broad_right": ("organisation", "professional"),
    "authority_right": ("organisation", "professional"),
}


@st.composite
def _recipients(draw: st.DrawFn, ground_kind: str) -> Data:
    kind = draw(st.sampled_from(_RECIPIENTS.get(ground_kind, RECIPIENTS)))
    if kind == "client":
        return {"kind": kind}
    if kind == "person":
        relations = st.sampled_from(["legal_representative", "close_person", "other"])
        return {"kind": kind, **draw(names), "relation": draw(relations)}
    needed = _NEEDED_ROLE.get(ground_kind)
    held = draw(roles)
    held += [needed] if needed and needed not in held else []
    organisation = {"name": draw(texts), **_some(draw, oid=oids)}
    if kind == "organisation":
        return {"kind": kind, **organisation, "roles": held}
    return {
        "kind": kind,
        **draw(names),
        **_some(draw, title=texts),
        "unit": organisation,
        "roles": held,
    }


@st.composite
def _data_sets(draw: st.DrawFn) -> Data:
    what = _some(draw, document_type=_CODINGS, specific_document_type=_CODINGS, description=texts)
    what = what or {"description": draw(texts)}
    return {
        **what,
        "service_tasks": draw(_TASKS),
        **_some(draw, original_service_tasks=_ORIGINAL_TASKS, document_id=oids),
    }


@st.composite
def _clients(draw: st.DrawFn) -> Data:
    birth = st.dates(date(1850, 1, 1), date(2024, 12, 31)).map(date.isoformat)
    ids = _some(draw, personal_id=artificial_codes(), temporary_id=oids, birth_date=birth)
    if {"personal_id", "birth_date"} <= ids.keys():
        ids["birth_date"] = PersonalId(ids["personal_id"]).born.reveal()
    return {**draw(names), **(ids or {"birth_date": draw(birth)})}


_PEOPLE = st.just({}) | st.builds(
    lambda name, more: {**name, **more},
    names,
    st.fixed_dictionaries(
        {},
        optional={
            "id": st.fixed_dictionaries({"system": uris, "value": texts}),
            "title": texts,
            "authentication_method": st.fixed_dictionaries({"code": codes, "display": texts}),
        },
    ),
)
_DATA_SETS = st.lists(_data_sets(), min_size=1, max_size=3)
_ANY_CLIENT = _clients()


@st.composite
def notices(draw: st.DrawFn) -> Data:
    """Return a notice that keeps every rule at NOW, as JSON data."""
    disclosed = draw(st.datetimes(datetime(2025, 2, 1), datetime(2026, 11, 20))).replace(  # noqa: DTZ001
        microsecond=0, tzinfo=UTC
    )
    recorded = disclosed + timedelta(seconds=draw(st.integers(0, 86400)))
    basis = draw(_grounds(disclosed))
    controller = {"oid": draw(oids), "name": draw(texts), **_some(draw, register=st.just("1"))}
    return {
        "client": draw(_ANY_CLIENT),
        "controller": controller,
        "discloser": {
            **draw(_PEOPLE),
            "unit": {"oid": draw(oids), "name": draw(texts)},
        },
        "recipient": draw(_recipients(basis["kind"])),
        "ground": basis,
        "purpose": draw(texts),
        "disclosed_at": _time(draw, disclosed),
        "disclosed_data": draw(_DATA_SETS),
        **_some(
            draw,
            id=oids,
            recorded_at=st.just(_instant(draw, recorded)),
            type_of_disclosure=_CODINGS,
            language=st.sampled_from(["fi", "sv", "en", "se", "smn", "zh-Hans", "es-419"]),
        ),
    }


json_values = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(2**70), 2**70),
        st.floats(allow_nan=False, allow_infinity=False),
        st.text(),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)
"""Any JSON value."""
