"""Messages written by hand after specs/wire.md, with joserfc and rfc8785: no SDK code in them."""

import base64
import copy
import json
import uuid
from datetime import UTC, datetime, timedelta

import rfc8785
from joserfc import jws
from joserfc.jwk import ECKey, RSAKey

SHARK = "https://shark.kanta.fi/fhir/StructureDefinition/"
GEN = "https://gen.kanta.fi/fhir/StructureDefinition/extension/"
OURS = "urn:sha-disclosure:assumed:"
RFC3986 = "urn:ietf:rfc:3986"
REQUESTER = "1.2.246.10.28777751.10.0"
REQUESTER_NAME = "Esimerkin hyvinvointialue"
SYSTEM = "1.2.246.10.12345678.20.1"
PERSONAL_ID = "120438X901U"
SECRETS = (
    "Salainen", "Kaarina", PERSONAL_ID, "Luottamuksellinen selite", "Hoivan käyttötarkoitus",
    "Välttämätön ihmeasia", "Virtanen", "81234567890",
)  # fmt: skip


def coding(system, code, display):
    return {"system": system, "code": code, "display": display}


def oid(value):
    return {"system": RFC3986, "value": f"urn:oid:{value}"}


PARTICIPATION = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType"
GROUNDS = {
    "permission": coding(OURS + "ground", "permission", "Luovutuslupa"),
    "consent": coding(OURS + "ground", "consent", "Suostumus"),
    "statute": coding(OURS + "ground", "statute", "Säännös"),
    "information_request": coding(OURS + "ground", "information-request", "Tietopyyntö"),
    "broad_right": coding(OURS + "ground", "broad-right", "Laaja tiedonsaantioikeus"),
    "authority_right": coding(
        OURS + "ground", "authority-right", "Viranomaisen tiedonsaantioikeus"
    ),
}
PROVIDER = coding(
    OURS + "recipient-role", "social-welfare-provider", "Sosiaalihuollon palvelunantaja"
)
AUTHORITY = coding(
    OURS + "recipient-role", "social-welfare-authority", "Sosiaalihuollon viranomainen"
)
CAUSE = {
    "url": "cause",
    "valueCoding": coding(OURS + "cause", "memory-disease", "Muistisairaus"),
}
ASSESS = coding(OURS + "authority-purpose", "assess-need", "Sosiaalihuollon tarpeen selvittäminen")
TASK = coding("urn:oid:1.2.246.537.6.1221.201601", "esim", "Iäkkäiden palvelut")
OLD_TASK = coding("urn:oid:1.2.246.537.6.1283.201101", "vanha", "Vanhustenhuolto")


def discloser_resources():
    return [
        {
            "resourceType": "PractitionerRole",
            "id": "AMM-HLO-ROLE-1",
            "meta": {"profile": [SHARK + "SocialWelfarePractitionerRole"]},
            "practitioner": {"reference": "#AMM-HLO-PRAC-1"},
            "organization": {"reference": "#AMM-HLO-ORG-1"},
        },
        {
            "resourceType": "Practitioner",
            "id": "AMM-HLO-PRAC-1",
            "meta": {"profile": [SHARK + "SocialWelfarePractitioner"]},
            "extension": [
                {"url": GEN + "PractitionerTitle", "valueString": "Sosiaalityöntekijä"},
            ],
            "identifier": [{"system": "urn:oid:1.2.246.537.29", "value": "81234567890"}],
            "name": [{"family": "Virtanen", "given": ["Aino", "Maria"]}],
        },
        {
            "resourceType": "Organization",
            "id": "AMM-HLO-ORG-1",
            "identifier": [oid("1.2.246.10.28777751.10.12")],
            "name": "Aikuissosiaalityön palvelut",
        },
    ]


def contained():
    return [
        {
            "resourceType": "Organization",
            "id": "REK-PIT-ORG-1",
            "meta": {"profile": [SHARK + "SocialWelfareAuditEventOrganization"]},
            "extension": [
                {
                    "url": GEN + "RegisterType",
                    "valueCoding": coding(
                        "urn:oid:1.2.246.537.6.1264.201701", "1", "Sosiaalihuollon asiakasrekisteri"
                    ),
                }
            ],
            "identifier": [oid("1.2.246.10.28777751.19.0")],
            "name": "Esimerkin hyvinvointialue",
        },
        *discloser_resources(),
        {
            "resourceType": "Patient",
            "id": "ASIAKAS-1",
            "identifier": [{"system": "urn:oid:1.2.246.21", "value": PERSONAL_ID}],
            "name": [{"family": "Salainen", "given": ["Kaarina"]}],
        },
        {
            "resourceType": "Organization",
            "id": "LUOV-SAAJA-ORG-1",
            "identifier": [oid("1.2.246.10.99887766.10.1")],
            "name": "Palvelukoti Esimerkki Oy",
        },
        {
            "resourceType": "Device",
            "id": "JARJ-1",
            "identifier": [oid(SYSTEM)],
            "deviceName": [{"name": "Esimerkkijärjestelmä 1.0", "type": "other"}],
        },
    ]


def agent(kind, requestor, who, **more):
    return {
        "type": {"coding": [coding(PARTICIPATION, *kind)]},
        "requestor": requestor,
        "who": {"reference": f"#{who}"},
        **more,
    }


def broad_right():
    return {
        "url": OURS + "ground-detail",
        "extension": [
            {"url": "noLegalRepresentative", "valueBoolean": True},
            {"url": "necessity", "valueString": "Välttämätön ihmeasia"},
        ],
    }


def audit_event(notice, moment):
    return {
        "resourceType": "AuditEvent",
        "id": notice,
        "meta": {"profile": [SHARK + "SocialWelfareAuditEvent"]},
        "contained": contained(),
        "extension": [
            {"url": GEN + "Provision", "valueString": "703/2023 55 § 2 mom."},
            {
                "url": GEN + "TypeOfDisclosure",
                "valueCoding": coding(OURS + "type-of-disclosure", "letter", "Kirje"),
            },
            broad_right(),
        ],
        "type": coding("http://dicom.nema.org/resources/ontology/DCM", "110106", "Export"),
        "period": {"start": instant(moment - timedelta(minutes=30))},
        "recorded": instant(moment - timedelta(minutes=10)),
        "purposeOfEvent": [{"coding": [GROUNDS["broad_right"]]}],
        "agent": [
            agent(("CST", "custodian"), False, "REK-PIT-ORG-1"),
            agent(("INF", "informant"), True, "AMM-HLO-ROLE-1"),
            agent(
                ("IRCP", "information recipient"),
                False,
                "LUOV-SAAJA-ORG-1",
                role=[{"coding": [PROVIDER]}],
                purposeOfUse=[{"text": "Hoivan käyttötarkoitus"}],
            ),
        ],
        "source": {"observer": {"reference": "#JARJ-1"}},
        "entity": [
            {
                "what": {"reference": "#ASIAKAS-1"},
                "type": coding(
                    "http://terminology.hl7.org/CodeSystem/audit-entity-type", "1", "Person"
                ),
                "role": coding("http://terminology.hl7.org/CodeSystem/object-role", "1", "Patient"),
            },
            {
                "extension": [
                    {"url": SHARK + "FunctionCode", "valueCoding": TASK},
                    {"url": SHARK + "FunctionCode", "valueCoding": OLD_TASK},
                    {
                        "url": GEN + "SpecificDocumentType",
                        "valueCoding": coding(OURS + "specific-document-type", "t", "Hoiva-arvio"),
                    },
                ],
                "type": coding(OURS + "document-type", "arvio", "Arvio"),
                "description": "Luottamuksellinen selite",
                "what": {"identifier": oid("1.2.246.10.28777751.97.2026.4")},
            },
        ],
    }


def provenance(identifier, event):
    categories = "http://gen.kanta.fi/figen-cs-provenancerolecategory"
    return {
        "resourceType": "Provenance",
        "id": identifier,
        "meta": {"profile": [SHARK + "SocialWelfareAuditEventProvenance"]},
        "language": "fi",
        "contained": discloser_resources(),
        "target": [{"reference": f"urn:oid:{event['id']}"}],
        "recorded": event["recorded"],
        "agent": [
            {
                "role": [{"coding": [coding(categories, "2", "Ammattilainen")]}],
                "who": {"reference": "#AMM-HLO-ROLE-1"},
            },
            {
                "role": [{"coding": [coding(categories, "7", "Palveluyksikkö")]}],
                "who": {"reference": "#AMM-HLO-ORG-1"},
            },
        ],
    }


def entry(resource):
    return {
        "fullUrl": f"urn:oid:{resource['id']}",
        "resource": resource,
        "request": {"method": "POST", "url": resource["resourceType"]},
    }


def new_oid():
    return f"{REQUESTER}.95.2026.{uuid.uuid4().int % 10**24}"


def bundle(moment=None, pairs=1):
    """The unsigned Bundle with a broad-right notice, or several."""
    moment = moment or datetime.now(UTC)
    entries = []
    for _ in range(pairs):
        event = audit_event(new_oid(), moment)
        entries += [entry(event), entry(provenance(new_oid(), event))]
    return {"resourceType": "Bundle", "type": "transaction", "entry": entries}


def instant(moment):
    return moment.isoformat(timespec="seconds")


def algorithm_of(credential):
    key = credential.key
    if hasattr(key, "curve"):
        return "ES256" if key.curve.key_size == 256 else "ES384"
    return "RS256"


def part(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def compact(header, payload, credential):
    """A compact JWS with any header at all: joserfc signs, but does not judge the header."""
    kind = ECKey if hasattr(credential.key, "curve") else RSAKey
    algorithm = jws.JWSRegistry(algorithms=[header["alg"]]).get_alg(header["alg"])
    signed = f"{part(json.dumps(header).encode())}.{part(payload)}"
    signature = algorithm.sign(signed.encode(), kind.import_key(credential.key))
    return f"{signed}.{part(signature)}"


def sign(content, credential, *, when=None, header=None, element=None, payload=None):
    """The Bundle with its signature; the keywords replace parts of it."""
    unsigned = {name: value for name, value in content.items() if name != "signature"}
    given = {"alg": algorithm_of(credential), "x5c": credential.x5c, **(header or {})}
    given = {name: value for name, value in given.items() if value is not None}
    attached = compact(given, payload or rfc8785.dumps(unsigned), credential)
    first, _, last = attached.split(".")
    signature = {
        "type": [coding("urn:oid:1.2.246.537.5.40127.2006", "3", "Järjestelmäallekirjoitus")],
        "when": instant(when or datetime.now(UTC)),
        "who": {"identifier": oid(REQUESTER), "display": REQUESTER_NAME},
        "targetFormat": "application/fhir+json",
        "sigFormat": "application/jose",
        "data": base64.b64encode(f"{first}..{last}".encode()).decode(),
    }
    for name, value in (element or {}).items():
        signature[name] = value(signature[name]) if callable(value) else value
    return {**unsigned, "signature": {n: v for n, v in signature.items() if v is not None}}


def claims(base_url, moment=None):
    seconds = int((moment or datetime.now(UTC)).timestamp())
    return {
        "iss": f"urn:oid:{REQUESTER}",
        "sub": "81234567890",
        "aud": base_url,
        "iat": seconds,
        "nbf": seconds,
        "exp": seconds + 300,
        "jti": str(uuid.uuid4()),
        "system": {"id": SYSTEM, "name": "Esimerkkijärjestelmä 1.0"},
        "user": {"id": "81234567890", "name": "Aino Maria Virtanen"},
        "serviceSubscriber": {"id": REQUESTER, "name": REQUESTER_NAME},
        "serviceRequester": {"id": REQUESTER, "name": REQUESTER_NAME},
    }


def token(content, credential, **header):
    given = {"typ": "JWT", "alg": algorithm_of(credential), "x5c": credential.x5c, **header}
    given = {name: value for name, value in given.items() if value is not None}
    payload = content if isinstance(content, bytes) else json.dumps(content).encode()
    return compact(given, payload, credential)


def headers(bearer, **replaced):
    given = {
        "Authorization": f"Bearer {bearer}",
        "Content-Type": "application/fhir+json;charset=UTF-8",
        "Accept": "application/fhir+json",
        "X-Request-Id": str(uuid.uuid4()),
        **{name.replace("_", "-"): value for name, value in replaced.items()},
    }
    return {name: value for name, value in given.items() if value is not None}


def changed(value, path, new):
    """A copy of ``value`` with the member at ``path`` replaced, or removed when ``new`` is ..."""
    copied = copy.deepcopy(value)
    place = copied
    for step in path[:-1]:
        place = place[step]
    if new is ...:
        del place[path[-1]]
    else:
        place[path[-1]] = new(place[path[-1]]) if callable(new) else new
    return copied
