"""One right message, and for every check a message that it refuses."""

import copy
import itertools
from datetime import UTC, datetime, timedelta

import pytest
import wire_messages as m
from proofs import sample

EVENT = ("entry", 0, "resource")
METADATA = ("entry", 1, "resource")
CONTROLLER, ROLE, PERSON, UNIT, CLIENT, RECIPIENT, DEVICE = (
    (*EVENT, "contained", index) for index in range(7)
)
GROUND = (*EVENT, "purposeOfEvent", 0, "coding", 0)
DETAIL = (*EVENT, "extension", 2)
DATA = (*EVENT, "entity", 1)


def issues(answer):
    assert answer.status_code == 400, answer.text
    return [
        (issue["diagnostics"], (issue.get("expression") or [""])[0])
        for issue in answer.json()["issue"]
    ]


def test_a_right_message_is_stored_and_answered_in_the_order_of_its_entries(caller, shared):
    before = len(shared.received())
    content = m.bundle(pairs=2)
    answer = caller.post(content)
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert (body["resourceType"], body["type"]) == ("Bundle", "transaction-response")
    kinds = [entry["response"]["location"].split("/")[0] for entry in body["entry"]]
    assert kinds == ["AuditEvent", "Provenance"] * 2
    assert all(entry["response"]["status"] == "201 Created" for entry in body["entry"])
    received = shared.received()[before:]
    assert [r.notice_id for r in received] == [
        entry["resource"]["id"] for entry in content["entry"][::2]
    ]
    assert all(check.passed for r in received for check in r.checks)
    assert received[0].ground_code == "broad-right"
    assert b"body" not in repr(received[0]).encode()


def test_the_answer_names_the_request_and_has_an_id_of_its_own(caller):
    answer = caller.post(X_Request_Id="6f1d7f6e-9c4e-4a0a-8f3e-6a1a3ed0b9b1")
    assert answer.headers["X-Correlation-Id"] == "6f1d7f6e-9c4e-4a0a-8f3e-6a1a3ed0b9b1"
    assert answer.headers["X-Request-Id"] != answer.headers["X-Correlation-Id"]
    assert answer.headers["Content-Type"] == "application/fhir+json;charset=UTF-8"
    assert "Date" in answer.headers


def other_ground(kind, provision=None, detail=None):
    """Turn the message into one of another ground."""

    def change(content):
        event = content["entry"][0]["resource"]
        event["purposeOfEvent"][0]["coding"][0] = m.GROUNDS[kind]
        event["extension"] = [event["extension"][1]]
        if provision:
            event["extension"].append({"url": m.GEN + "Provision", "valueString": provision})
        if detail:
            event["extension"].append({"url": m.OURS + "ground-detail", "extension": detail})
        return content

    return change


def stored(flag):
    return [{"url": "storedInKanta", "valueBoolean": flag}]


def consent(given_by="#ASIAKAS-1"):
    return {
        "resourceType": "Consent",
        "id": "LUPA-1",
        "meta": {"profile": [m.SHARK + "SocialWelfareConsent"]},
        "identifier": [m.oid("1.2.246.10.28777751.97.2026.9")],
        "status": "active",
        "scope": {
            "coding": [
                m.coding(
                    "http://terminology.hl7.org/CodeSystem/consentscope",
                    "patient-privacy",
                    "Privacy Consent",
                )
            ]
        },
        "category": [{"coding": [m.coding(m.OURS + "consent-category", "suostumus", "Suostumus")]}],
        "patient": {"reference": "#ASIAKAS-1"},
        "dateTime": "2026-01-05T09:00:00+02:00",
        "performer": [{"reference": given_by}],
        "organization": [{"reference": "#REK-PIT-ORG-1"}],
        "policyRule": {
            "coding": [
                m.coding("http://terminology.hl7.org/CodeSystem/v3-ActCode", "OPTIN", "opt-in")
            ]
        },
        "provision": {"type": "permit", "code": [{"text": "Koko asiakirja"}]},
    }


def with_consent(content, given_by="#ASIAKAS-1"):
    content = other_ground("consent", detail=stored(flag=False))(content)
    event = content["entry"][0]["resource"]
    event["contained"].append(consent(given_by))
    if given_by != "#ASIAKAS-1":
        event["contained"].append(
            {
                "resourceType": "RelatedPerson",
                "id": "LAIL-EDUST-1",
                "patient": {"reference": "#ASIAKAS-1"},
                "relationship": [
                    {
                        "coding": [
                            m.coding(
                                "http://terminology.hl7.org/CodeSystem/v3-RoleCode",
                                "POWATT",
                                "power of attorney",
                            )
                        ]
                    }
                ],
            }
        )
    event["extension"].append(
        {"url": m.GEN + "Consent", "valueReference": {"reference": "#LUPA-1"}}
    )
    return content


def with_document_id_only(content):
    content = other_ground("permission", detail=stored(flag=True))(content)
    content["entry"][0]["resource"]["extension"].append(
        {"url": m.GEN + "Consent", "valueReference": {"identifier": m.oid("1.2.246.10.1.97.1")}}
    )
    return content


def authority(content):
    content = other_ground(
        "authority_right",
        "703/2023 55 § 2 mom.",
        [
            {"url": "purpose", "valueCoding": m.ASSESS},
            {"url": "statutoryTask", "valueString": "417/2007 26 §"},
        ],
    )(content)
    content["entry"][0]["resource"]["agent"][2]["role"] = [{"coding": [m.AUTHORITY]}]
    return content


def to_the_client(content):
    content = other_ground("information_request", "(EU) 2016/679 art. 15")(content)
    event = content["entry"][0]["resource"]
    event["agent"][2]["who"]["reference"] = "#ASIAKAS-1"
    del event["agent"][2]["role"]
    event["contained"] = [c for c in event["contained"] if c["id"] != "LUOV-SAAJA-ORG-1"]
    return content


def to_a_person(content):
    content = to_the_client(content)
    event = content["entry"][0]["resource"]
    event["agent"][2]["who"]["reference"] = "#LUOV-SAAJA-HLO-1"
    event["contained"].append(
        {
            "resourceType": "RelatedPerson",
            "id": "LUOV-SAAJA-HLO-1",
            "patient": {"reference": "#ASIAKAS-1"},
            "relationship": [
                {
                    "coding": [
                        m.coding(
                            "http://terminology.hl7.org/CodeSystem/v3-RoleCode",
                            "FAMMEMB",
                            "family member",
                        )
                    ]
                }
            ],
            "name": [{"family": "Esimerkki", "given": ["Eero"]}],
        }
    )
    return content


def to_a_professional(content):
    event = content["entry"][0]["resource"]
    event["agent"][2]["who"]["reference"] = "#LUOV-SAAJA-ROLE-1"
    event["contained"] = [c for c in event["contained"] if c["id"] != "LUOV-SAAJA-ORG-1"]
    names = {
        "AMM-HLO-ROLE-1": "LUOV-SAAJA-ROLE-1",
        "AMM-HLO-PRAC-1": "LUOV-SAAJA-PRAC-1",
        "AMM-HLO-ORG-1": "LUOV-SAAJA-YKS-1",
    }
    role, person, unit = m.discloser_resources()
    role["practitioner"]["reference"] = "#LUOV-SAAJA-PRAC-1"
    role["organization"]["reference"] = "#LUOV-SAAJA-YKS-1"
    del unit["identifier"], person["identifier"]
    for resource in (role, person, unit):
        resource["id"] = names[resource["id"]]
        event["contained"].append(resource)
    return content


@pytest.mark.parametrize(
    "change",
    [
        other_ground("statute", "703/2023 63 § 1 mom."),
        other_ground("permission", detail=stored(flag=True)),
        with_document_id_only,
        with_consent,
        lambda content: with_consent(content, "#LAIL-EDUST-1"),
        authority,
        to_the_client,
        to_a_person,
        to_a_professional,
    ],
    ids=[
        "statute", "permission stored in Kanta", "permission known by its id",
        "consent of the client", "consent of a representative", "authority's right",
        "information request of the client", "to a person", "to a professional",
    ],
)  # fmt: skip
def test_every_ground_and_recipient_is_accepted(caller, change):
    answer = caller.post(change(m.bundle()))
    assert answer.status_code == 200, answer.text


def at(path, new):
    return lambda content: m.changed(content, path, new)


def both(*changes):
    def change(content):
        for one in changes:
            content = one(content)
        return content

    return change


def appended(path, value):
    return at(path, lambda there: [*there, value])


def swapped(content):
    content["entry"].reverse()
    return content


def same_id_twice(content):
    first, second = content["entry"][0], m.bundle()["entry"]
    second[0] = copy.deepcopy(first)
    return {**content, "entry": [*content["entry"], *second]}


def another_client(content):
    other = m.changed(m.bundle(), (*CLIENT, "name", 0, "family"), "Muu")
    return {**content, "entry": [*content["entry"], *other["entry"]]}


FUTURE = m.instant(datetime.now(UTC) + timedelta(hours=1))

REFUSED = {
    # name: (change, check, part of the reason, end of the place)
    "a null": (at((*DATA, "description"), None), "no empty values", "empty or null", "description"),
    "an empty text": (at((*DATA, "description"), ""), "no empty values", "empty", "description"),
    "a blank text": (at((*DATA, "description"), "  "), "no empty values", "blank", "description"),
    "an empty array": (at((*PERSON, "name", 0, "given"), []), "no empty values", "empty", "given"),
    "an empty object": (at((*DATA, "what"), {}), "no empty values", "empty", "what"),
    "a control character": (
        at((*DATA, "description"), "a\x01b"), "no empty values", "character", "description",
    ),
    "half a Unicode pair": (
        at((*DATA, "description"), "a\ud800"), "no empty values", "character", "description",
    ),
    "an identity code in a text": (
        at((*DATA, "description"), "koskee 120438X901U"), "no identity code in texts",
        "identity code", "description",
    ),
    "an unknown element": (
        at((*EVENT, "outcome"), "0"), "unknown elements", "not an element", "resource.outcome",
    ),
    "a member of a name of one's own": (
        at((*EVENT, "Salainen"), "x"), "unknown elements", "member 13", "",
    ),
    "an unknown element deep inside": (
        at((*CLIENT, "name", 0, "use"), "official"), "unknown elements", "not an element",
        "name[0].use",
    ),
    "an unknown extension": (
        appended((*EVENT, "extension"), {"url": "https://example.fi/x", "valueString": "x"}),
        "unknown elements", "extension is not known", "extension[3].url",
    ),
    "another Bundle type": (at(("type",), "batch"), "Bundle", "must be", "Bundle.type"),
    "no resource type": (at(("resourceType",), ...), "Bundle", "missing", "Bundle.resourceType"),
    "a root id": (at(("id",), "1.2.3"), "unknown elements", "not an element", "Bundle.id"),
    "a root meta": (
        at(("meta",), {"tag": [{"code": "x"}]}), "unknown elements", "not an element",
        "Bundle.meta",
    ),
    "a root timestamp": (
        at(("timestamp",), FUTURE), "unknown elements", "not an element", "Bundle.timestamp",
    ),
    "no entries": (at(("entry",), ...), "Bundle", "missing", "Bundle.entry"),
    "entries that are no array": (at(("entry",), {"a": 1}), "Bundle", "not an array", "entry"),
    "an odd number of entries": (
        lambda c: {**c, "entry": [*c["entry"], m.bundle()["entry"][0]]}, "pairs", "no counterpart",
        "entry",
    ),
    "a pair the other way round": (
        swapped, "pairs", 'must be "AuditEvent"', "entry[0].request.url",
    ),
    "a fullUrl of another id": (
        at(("entry", 0, "fullUrl"), "urn:oid:1.2.3"), "pairs", "fullUrl", "entry[0].fullUrl",
    ),
    "a fullUrl that is a UUID": (
        at(("entry", 1, "fullUrl"), "urn:uuid:6f1d7f6e-9c4e-4a0a-8f3e-6a1a3ed0b9b1"),
        "pairs", "fullUrl", "entry[1].fullUrl",
    ),
    "the same id twice": (same_id_twice, "pairs", "two entries have this id", "entry[2].fullUrl"),
    "another method": (
        at(("entry", 0, "request", "method"), "PUT"), "pairs", 'must be "POST"', "request.method",
    ),
    "another url": (
        at(("entry", 1, "request", "url"), "AuditEvent"), "pairs", "must be", "request.url",
    ),
    "no request": (at(("entry", 0, "request"), ...), "pairs", "missing", "entry[0].request"),
    "an id that is too long": (
        at((*EVENT, "id"), "1.2." + "3" * 61), "pairs", "not an OID", "resource.id",
    ),
    "an id that is no OID": (at((*METADATA, "id"), "abc"), "pairs", "not an OID", "resource.id"),
    "another profile": (
        at((*EVENT, "meta", "profile"), ["https://example.fi/x"]), "event", "profile", "profile",
    ),
    "two profiles": (
        at((*EVENT, "meta", "profile"), lambda p: [*p, "https://example.fi/x"]), "event",
        "no other", "meta.profile",
    ),
    "another event type": (
        at((*EVENT, "type", "code"), "110100"), "event", "not a coding of the edition", "type",
    ),
    "a coding without display": (
        at((*EVENT, "extension", 1, "valueCoding", "display"), ...), "event", "missing", "display",
    ),
    "a time without offset": (
        at((*EVENT, "period", "start"), "2026-11-15T11:00:00"), "times", "offset", "period.start",
    ),
    "no time of recording": (at((*EVENT, "recorded"), ...), "times", "missing", "recorded"),
    "a time in the future": (at((*EVENT, "recorded"), FUTURE), "times", "future", "recorded"),
    "a disclosure in the future": (
        at((*EVENT, "period", "start"), FUTURE), "times", "future", "period.start",
    ),
    "a disclosure after its recording": (
        at((*EVENT, "recorded"), "2026-01-01T00:00:00Z"), "times", "later than", "period.start",
    ),
    "a contained id twice": (
        at((*RECIPIENT, "id"), "REK-PIT-ORG-1"), "contained resources", "twice", "contained[5].id",
    ),
    "a contained id of one's own": (
        at((*RECIPIENT, "id"), "ORG-7"), "contained resources", "labels", "contained[5].id",
    ),
    "a nested contained": (
        at((*RECIPIENT, "contained"), m.discloser_resources()), "contained resources",
        "must not contain another", "contained[5].contained",
    ),
    "a contained resource of another type": (
        at((*DEVICE, "resourceType"), "Organization"), "contained resources", 'must be "Device"',
        "contained[6].resourceType",
    ),
    "no controller": (
        at((*EVENT, "contained"), lambda c: c[1:]), "references", "does not exist", "agent[0].who",
    ),
    "a resource nobody refers to": (
        at((*EVENT, "source"), ...), "references", "nothing refers", "contained[6]",
    ),
    "a dangling reference": (
        at((*EVENT, "source", "observer", "reference"), "#JARJ-2"), "references", "does not exist",
        "source.observer",
    ),
    "a reference without its hash": (
        at((*EVENT, "source", "observer", "reference"), "JARJ-1"), "actors", "does not refer",
        "observer.reference",
    ),
    "a reference to another type": (
        at((*EVENT, "agent", 0, "who", "reference"), "#JARJ-1"), "actors", "does not refer",
        "agent[0].who.reference",
    ),
    "a role of another person": (
        at((*ROLE, "practitioner", "reference"), "#ASIAKAS-1"), "contained resources",
        "does not refer", "practitioner.reference",
    ),
    "no register code": (
        at((*CONTROLLER, "extension"), ...), "contained resources", "register's code", "extension",
    ),
    "a register code of another system": (
        at((*CONTROLLER, "extension", 0, "valueCoding", "system"), "urn:oid:1.2.3"),
        "contained resources", "code system", "valueCoding",
    ),
    "an identifier that is no OID": (
        at((*CONTROLLER, "identifier", 0, "value"), "28777751"), "contained resources",
        "urn:oid:", "identifier[0].value",
    ),
    "an identifier of another system": (
        at((*UNIT, "identifier", 0, "system"), "urn:oid:1.2"), "contained resources", "must be",
        "identifier[0].system",
    ),
    "an identity code that is wrong": (
        at((*CLIENT, "identifier", 0, "value"), "120438X901V"), "contained resources",
        "valid personal identity code", "identifier[0].value",
    ),
    "a client who cannot be told from others": (
        at((*CLIENT, "identifier"), ...), "contained resources", "no identifier", "contained[4]",
    ),
    "a date of birth that is none": (
        at((*CLIENT, "birthDate"), "2026-02-30"), "contained resources", "date of birth",
        "birthDate",
    ),
    "a client without a name": (
        at((*CLIENT, "name"), ...), "contained resources", "missing", "contained[4].name",
    ),
    "a device name of another type": (
        at((*DEVICE, "deviceName", 0, "type"), "model-name"), "contained resources", "must be",
        "deviceName[0].type",
    ),
    "two agents": (at((*EVENT, "agent"), lambda a: a[:2]), "actors", "exactly 3", "agent"),
    "agents in another order": (
        at((*EVENT, "agent"), lambda a: [a[1], a[0], a[2]]), "actors", "coding of the edition",
        "agent[0].type.coding[0]",
    ),
    "two requestors": (
        at((*EVENT, "agent", 0, "requestor"), True), "actors", "requestor", "agent[0].requestor",
    ),
    "no requestor": (
        at((*EVENT, "agent", 1, "requestor"), False), "actors", "requestor", "agent[1].requestor",
    ),
    "a requestor that is a text": (
        at((*EVENT, "agent", 1, "requestor"), "true"), "actors", "not a boolean", "requestor",
    ),
    "no purpose": (
        at((*EVENT, "agent", 2, "purposeOfUse"), ...), "recipient", "missing", "purposeOfUse",
    ),
    "no role of the recipient": (
        at((*EVENT, "agent", 2, "role"), ...), "recipient", "missing", "agent[2].role",
    ),
    "a role of the client": (
        both(to_the_client, at((*EVENT, "agent", 2, "role"), [{"coding": [m.PROVIDER]}])),
        "recipient", "no role", "agent[2].role",
    ),
    "no client among the entities": (
        at((*EVENT, "entity", 0, "what"), ...), "client", "missing", "entity[0].what",
    ),
    "no data set": (at((*EVENT, "entity"), lambda e: e[:1]), "client", "at least 2", "entity"),
    "a data set without a service task": (
        at((*DATA, "extension"), lambda e: e[1:]), "disclosed data", "service task", "extension",
    ),
    "a service task of another system": (
        at((*DATA, "extension", 0, "valueCoding", "system"), "urn:oid:1.2"), "disclosed data",
        "code system of service tasks", "valueCoding.system",
    ),
    "a data set without type and explanation": (
        at(DATA, lambda d: {"extension": d["extension"][:1]}), "disclosed data", "no type",
        "entity[1]",
    ),
    "an unknown ground": (
        at((*GROUND, "code"), "x"), "ground", "coding of the edition", "coding[0]",
    ),
    "a statute without its provision": (
        other_ground("statute"), "ground", "provision is missing", "extension",
    ),
    "a right of access under another provision": (
        at((*EVENT, "extension", 0, "valueString"), "703/2023 63 §"), "ground", "55 §",
        "valueString",
    ),
    "a permission with a provision": (
        other_ground("permission", "703/2023 63 §", stored(flag=True)), "ground",
        "does not belong to", "extension[1]",
    ),
    "a permission that does not say where it is": (
        other_ground("permission"), "ground", "detail is missing", "extension",
    ),
    "a permission outside Kanta without its data": (
        other_ground("permission", detail=stored(flag=False)), "ground", "own data", "contained",
    ),
    "a consent of another category": (
        both(with_consent, at(GROUND, m.GROUNDS["permission"])), "ground", "coding of the edition",
        "category[0].coding[0]",
    ),
    "a consent nobody gave": (
        both(with_consent, at((*EVENT, "contained", 7, "performer"), ...)), "ground", "missing",
        "contained[7].performer",
    ),
    "a broad right without its detail": (
        at((*EVENT, "extension"), lambda e: e[:2]), "ground", "detail is missing", "extension",
    ),
    "a broad right with its cause, which the edition does not send": (
        appended((*DETAIL, "extension"), m.CAUSE), "ground", "does not belong to this ground",
        "extension[2]",
    ),
    "a broad right without necessity": (
        at((*DETAIL, "extension"), lambda e: e[:1]), "ground", "part necessity", "extension",
    ),
    "a broad right with another's part": (
        appended((*DETAIL, "extension"), {"url": "statutoryTask", "valueString": "x"}), "ground",
        "does not belong to this ground", "extension[2]",
    ),
    "an authority's right without a task": (
        both(authority, at((*DETAIL, "extension"), lambda e: e[:1])), "ground",
        "part statutory_task", "extension",
    ),
    "a Provenance of another notice": (
        at((*METADATA, "target", 0, "reference"), "urn:oid:1.2.3"), "Provenance",
        "not the AuditEvent of this pair", "target[0].reference",
    ),
    "a Provenance recorded at another time": (
        at((*METADATA, "recorded"), "2026-01-01T00:00:00Z"), "Provenance", "differs", "recorded",
    ),
    "a Provenance of another discloser": (
        at((*METADATA, "contained", 1, "name", 0, "family"), "Muu"), "Provenance", "differs",
        "contained[1]",
    ),
    "a Provenance without language": (
        at((*METADATA, "language"), ...), "Provenance", "missing", "language",
    ),
    "a Provenance with agents in another order": (
        at((*METADATA, "agent"), lambda a: a[::-1]), "Provenance", "coding of the edition",
        "agent[0].role[0].coding[0]",
    ),
    "notices about two clients": (another_client, "one client", "one client", "Bundle.entry"),
    "another discloser than the token's user": (
        both(
            at((*PERSON, "name", 0, "family"), "Muu"),
            at((*METADATA, "contained", 1, "name", 0, "family"), "Muu"),
        ),
        "token: user is the discloser", "user.name", "entry[0].resource",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_the_sandbox_refuses(caller, name):
    change, check, reason, place = REFUSED[name]
    content = change(m.bundle())
    if name == "half a Unicode pair":  # has no canonical form, so no signature of its own
        signed = {**m.sign(m.bundle(), caller.pki.signing), **content}
    else:
        signed = m.sign(content, caller.pki.signing)
    answer = caller.post(signed=signed)
    found = issues(answer)
    assert any(
        text.startswith(f"{check}: ") and reason in text and where.endswith(place)
        for text, where in found
    ), found
    assert not any(secret in answer.text for secret in m.SECRETS)
    last = caller.last_refusal()
    assert last.status == 400
    assert not next(c for c in last.checks if c.check_name() == check).passed


LAWS_OWN = {
    "an information request to an organisation": other_ground("information_request", "JulkL 11 §"),
    "a consent given after the disclosure": both(
        with_consent, at((*EVENT, "contained", 7, "dateTime"), FUTURE)
    ),
    "a broad right past a legal representative": at(
        (*DETAIL, "extension", 0, "valueBoolean"), False
    ),
    "a broad right of an authority": at((*EVENT, "agent", 2, "role", 0, "coding", 0), m.AUTHORITY),
    "an authority's right of a provider": both(
        authority, at((*EVENT, "agent", 2, "role", 0, "coding", 0), m.PROVIDER)
    ),
}


@pytest.mark.parametrize("name", LAWS_OWN)
def test_what_the_law_does_not_seem_to_support_is_stored_as_it_happened(caller, name):
    answer = caller.post(LAWS_OWN[name](m.bundle()))
    assert answer.status_code == 200, issues(answer)


def test_every_fault_of_a_message_is_told_at_once(caller):
    content = m.changed(m.bundle(), ("type",), "batch")
    content = m.changed(content, (*EVENT, "recorded"), ...)
    content = m.changed(content, (*DATA, "description"), "")
    assert len(issues(caller.post(content))) >= 3


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "not JSON"),
        (b"{", "not JSON"),
        (b"[]", "not a JSON object"),
        (b"\xff", "not UTF-8"),
        (b"\xef\xbb\xbf{}", "byte order mark"),
        (b'{"a": NaN}', "number"),
        (b'{"a": 1, "a": 1}', "same member twice"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"a": ' + b"9" * 5000 + b"}", "number"),
    ],
)
def test_the_body_is_read_strictly(caller, body, reason):
    assert any(reason in text for text, _ in issues(caller.post(signed=body)))


SHAPES = itertools.product(
    [("entry",), ("entry", 0), EVENT, (*EVENT, "contained"), (*EVENT, "agent"), CLIENT, GROUND,
     (*EVENT, "meta"), (*METADATA, "target"), (*PERSON, "name"), DETAIL],
    [1, "x", True, None, [], [1], {}, [[]], 1.5],
)  # fmt: skip


@pytest.mark.parametrize(("path", "value"), sample(SHAPES, every=4))
def test_no_shape_makes_the_sandbox_fail(caller, path, value):
    assert caller.post(m.changed(m.bundle(), path, value)).status_code == 400


def test_the_same_notice_again_gets_the_first_answer(caller, shared):
    content = m.bundle()
    first = caller.post(content)
    again = caller.post(content)
    assert (first.status_code, again.status_code) == (200, 200)
    assert again.json() == first.json()
    assert [r.deliveries for r in shared.received() if content["entry"][0]["resource"]["id"]
            == r.notice_id] == [2]  # fmt: skip


def test_another_notice_under_a_known_id_is_refused(caller):
    content = m.bundle()
    assert caller.post(content).status_code == 200
    other = m.changed(content, (*DATA, "description"), "Muu selite")
    answer = caller.post(other)
    assert answer.status_code == 409
    assert answer.json()["issue"][0]["code"] == "duplicate"
