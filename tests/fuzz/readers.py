"""Every reader of what others wrote: good input for it, how that is damaged, how it is called.

A reader may raise what ``refuses`` names, and nothing else.
"""

from __future__ import annotations

import base64
import json
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from pydantic import SecretBytes, SecretStr

from sha_disclosure.cli.notices import documents
from sha_disclosure.codes import CodeLists, read_code_list
from sha_disclosure.credentials import load_anchors, load_revocation_lists
from sha_disclosure.credentials.keys import TokenUri
from sha_disclosure.credentials.keys.pin import pin_file, read_pin
from sha_disclosure.credentials.keys.software import software_key
from sha_disclosure.credentials.origins import watched_files
from sha_disclosure.delivery.answer import Answer
from sha_disclosure.delivery.outcome import judge, retry_after
from sha_disclosure.delivery.route import proxy_at, readable_url
from sha_disclosure.delivery.skew import http_date
from sha_disclosure.editions import load_edition
from sha_disclosure.editions.worksheet import worksheet
from sha_disclosure.errors import (
    ConfigurationError,
    DisclosureError,
    InvalidAccessReason,
    InvalidNotice,
    OutboxError,
)
from sha_disclosure.fhir.reading import read_bundle
from sha_disclosure.identity_codes import names_a_person
from sha_disclosure.law import Circumstances, check_data
from sha_disclosure.law.citations import citations, names_a_provision, names_the_act
from sha_disclosure.law.searches.reason import require_access_reason
from sha_disclosure.messages import message
from sha_disclosure.notice import DisclosureNotice, read_json
from sha_disclosure.outbox.database import Database
from sha_disclosure.outbox.keys import keys_from_environment, keys_from_file
from sha_disclosure.settings import Settings
from sha_disclosure.sources import Sources
from sha_disclosure.tools.joint_test.case_files import read_cases
from sha_disclosure.tools.verifier import check_structure, verify_bundle
from sha_disclosure.values import (
    BirthDate,
    Code,
    FreeText,
    Instant,
    LanguageTag,
    Oid,
    PersonalId,
    Time,
    Uri,
)
from tests.authority import chain, key_pem, leaf, pem, root
from tests.fuzz.mutation import (
    Mutation,
    bytes_mutated,
    json_mutated,
    lines_mutated,
    text_mutated,
    toml_mutated,
)
from tests.law.code_pages import OID, concept, page
from tests.law.search_requests import RIGHTS, request
from tests.notices import NOW
from tests.places import GOLDEN, NOTICES

EDITION = load_edition()


@dataclass(frozen=True)
class Reader:
    """``read`` is given the damaged bytes and a folder of its own."""

    name: str
    good: Callable[[], Sequence[bytes]]
    mutation: Mutation
    read: Callable[[bytes, Path], object]
    refuses: tuple[type[BaseException], ...] = (ConfigurationError,)
    cases: int = 150

    def refusal(self, data: bytes, folder: Path) -> str:
        """Return why good input is refused; empty when it is not."""
        try:
            self.read(data, folder)
        except self.refuses as refused:
            return str(refused)
        return ""


def read_notice(data: bytes, _: Path) -> None:
    """Read a notice in both ways: as a host does, and to report every problem."""
    given = Circumstances.of(Settings.stand_in(), EDITION, NOW, CodeLists())
    try:
        check_data(read_json(data), given)
    except InvalidNotice as refused:
        shown(refused)
    DisclosureNotice.model_validate_json(data)


def read_lines(data: bytes, folder: Path) -> None:
    """Read notices from a file with one on each line."""
    file = _written(folder / "notices.jsonl", data)
    for document in documents([str(file)]):
        try:
            DisclosureNotice.model_validate_json(document.text)
        except InvalidNotice as refused:
            shown(refused)


def read_settings(data: bytes, folder: Path) -> None:
    """Read a settings file, and what its entries name."""
    file = _written(folder / "sha-disclosure.toml", data)
    file.chmod(0o600)  # there is a passphrase in it
    made = Settings.load(file, variables={})
    watched_files(made)
    readable_url(made.base_url)
    proxy_at(made.proxy.get_secret_value() if made.proxy else None)


def read_edition(data: bytes, folder: Path) -> None:
    """Read an edition file and write its worksheet, which is an edition again."""
    file = _written(folder / "ours.toml", data)
    text = worksheet(load_edition(file), str(file))
    load_edition(_written(folder / "worksheet.toml", text.encode()))


def read_key(data: bytes, folder: Path) -> None:
    """Read a private key, with certificates beside it."""
    try:
        software_key(SecretBytes(data), "key", None)
    except DisclosureError as refused:
        shown(refused)
        software_key(SecretBytes(data), "key", SecretStr("salasana"))


def read_certificates(data: bytes, folder: Path) -> None:
    """Read a file as trusted certificates and as revocation lists."""
    file = _written(folder / "ca.pem", data)
    for load in (load_anchors, load_revocation_lists):
        try:
            load(file)
        except ConfigurationError as refused:
            shown(refused)


def read_token_uri(data: bytes, folder: Path) -> None:
    """Read the URI of a key on a token, and the PIN's place in it."""
    uri = TokenUri.parse(data.decode("utf-8", "surrogateescape"))
    pin_file(uri.pin_source)
    if uri.pin_source:
        read_pin(uri.pin_source, None, message("pin.source"))


def read_pin_file(data: bytes, folder: Path) -> None:
    """Read a PIN."""
    file = _written(folder / "pin", data)
    file.chmod(0o600)
    read_pin(f"file:{file}", None, message("pin.source"))


def read_list(ending: str) -> Callable[[bytes, Path], object]:
    """Return the reader of code lists in files of one ending."""

    def read(data: bytes, folder: Path) -> object:
        return read_code_list(_written(folder / f"{OID}.{ending}", data))

    return read


def read_message(data: bytes, _: Path) -> None:
    """Verify a Bundle, check its structure and read it back; only the last may refuse."""
    result = verify_bundle(data, EDITION, anchors=(root().certificate,), at=NOW)
    json.dumps(result.to_dict("fi"))
    for finding in check_structure(data, EDITION):
        finding.text("fi")
    try:
        document: Any = json.loads(data)
    except (ValueError, RecursionError):
        return
    verify_bundle(document, EDITION, anchors=(root().certificate,), at=NOW)
    read_bundle(document, EDITION.wire)


def read_answer(data: bytes, _: Path) -> None:
    """Judge an answer of the service, whatever its status and headers."""
    head = data[:40].decode("latin-1")
    for status in (200, 201, 303, 400, 404, 422, 429, 503):
        headers = {"content-type": head, "retry-after": head, "date": head, "content-encoding": ""}
        answer = Answer(status, headers if status % 2 else {}, data)
        verdict = judge(answer, notice_ids=("1.2.3",), now=NOW, wire=EDITION.wire)
        repr(verdict)


def read_reason(data: bytes, _: Path) -> None:
    """Demand the reason of a search."""
    require_access_reason(json.loads(data), edition=EDITION, now=NOW)


def read_citations(data: bytes, _: Path) -> None:
    """Read the provisions and the persons that a free text names."""
    text = data.decode("utf-8", "surrogateescape")
    citations(text)
    names_the_act(text)
    names_a_provision(text)
    names_a_person(text)


def read_outbox_keys(data: bytes, folder: Path) -> None:
    """Read the keys of an outbox from a file and from a variable."""
    file = _written(folder / "outbox.key", data)
    file.chmod(0o600)
    try:
        first = data.decode("utf-8", "replace").partition("\n")[0]
        keys_from_environment({"SHA_DISCLOSURE_OUTBOX_KEY": first})
    except ConfigurationError as refused:
        shown(refused)
    keys_from_file(file)


def read_database_url(data: bytes, folder: Path) -> None:
    """Read where an outbox is; no database is opened."""
    place = data.decode("utf-8", "surrogateescape").replace("FOLDER", str(folder))
    Database(place, Sources()).close()


def read_header_dates(data: bytes, _: Path) -> None:
    """Read the moments of an answer's headers."""
    text = data.decode("latin-1")
    http_date(text)
    retry_after(text, NOW, NOW)


def read_addresses(data: bytes, _: Path) -> None:
    """Read a proxy and a service where variables and settings name them."""
    text = data.decode("utf-8", "surrogateescape")
    for read in (proxy_at, readable_url):
        try:
            read(text)
        except ConfigurationError as refused:
            shown(refused)


def read_values(data: bytes, _: Path) -> None:
    """Read a text as each of the values of a notice."""
    text = data.decode("utf-8", "surrogateescape")
    for kind in (Instant, Time, BirthDate, PersonalId, Oid, Code, Uri, LanguageTag, FreeText):
        try:
            kind(text)
        except InvalidNotice as refused:
            shown(refused)


def read_case_file(data: bytes, folder: Path) -> None:
    """Read the cases of a joint test."""
    read_cases(_written(folder / "cases.toml", data))


def _written(file: Path, data: bytes) -> Path:
    file.write_bytes(data)
    return file


def shown(refused: BaseException) -> None:
    """Look at an error in every way that people and logs do."""
    assert isinstance(refused, DisclosureError)
    assert refused.__cause__ is None
    assert refused.text("fi")
    json.dumps(refused.to_dict()).encode()


def notices() -> list[bytes]:
    """Return the example notices."""
    return [file.read_bytes() for file in sorted(NOTICES.glob("*.json"))]


def lines() -> list[bytes]:
    """Return the example notices, one on each line."""
    return [b"\n".join(json.dumps(json.loads(each)).encode() for each in notices())]


def settings() -> list[bytes]:
    """Return settings files with every kind of table."""
    return [SETTINGS.encode(), (SETTINGS + ORGANISATION).encode()]


SETTINGS = """
environment = "sandbox"
base_url = "https://127.0.0.1:8443/fhir"
edition = "kanta-1.0.0"
proxy = "http://user:word@proxy.example:3128"
code_lists = "lists"
test_personal_ids = []
system = { id = "1.2.246.10.12345678.20.1", name = "Järjestelmä 1.0" }
subscriber = { id = "1.2.246.10.28777751.10.0", name = "Hyvinvointialue" }

[tls]
certificate = "pki/client.pem"
key = "pkcs11:token=a;object=b?module-name=m&pin-source=file:/run/pin"
ca = "pki/ca.pem"
passphrase = "Zzsecret"
sidecar = "127.0.0.1:8444"

[signing]
key = "env:SIGNING_KEY"
[retry]
attempts = 3
[timeouts]
read_s = 5
[rules]
objections = "warn"
"""
ORGANISATION = """
[[organisation]]
requester = { id = "1.2.246.10.28777751.10.1", name = "Toinen" }
controllers = ["1.2.246.10.28777751.10.1"]
"""
EDITION_FILE = """
name = "ours"
based_on = "kanta-1.0.0"

[claim.issuer]
value = { name = "iss", fill = "requester.urn" }
status = "confirmed"
source = "Kelan määrittely"

[documents.one]
name = "Määrittely"
version = "1.0"
address = "https://www.kanta.fi/"
decides = { "1" = ["claim.*"] }
"""


def editions() -> list[bytes]:
    """Return an edition of one's own, the shipped one whole, and its worksheet."""
    shipped = resources.files("sha_disclosure.editions").joinpath("kanta-1.0.0.toml").read_bytes()
    sheet = worksheet(EDITION, EDITION.name).encode()
    return [*[EDITION_FILE.encode()] * 6, shipped, sheet]


@cache
def keys() -> list[bytes]:
    """Return keys in PEM and PKCS #12, encrypted and not."""
    own = leaf()
    sealed = BestAvailableEncryption(b"salasana")
    packed = pkcs12.serialize_key_and_certificates(b"n", own.key, own.certificate, None, sealed)
    plain = key_pem(own.key)
    with_chain = plain + pem(*chain(own))
    return [plain, with_chain, with_chain, key_pem(own.key, b"salasana"), packed,
            base64.encodebytes(packed)]  # fmt: skip


def certificates() -> list[bytes]:
    """Return trusted certificates and a chain."""
    return [pem(root().certificate), b"# text\n" + pem(*chain(leaf()))]


def concepts() -> list[bytes]:
    """Return code lists as the code server gives them."""
    whole = page(concept("1"), concept("2", status="DELETED"), concept("3"))
    return [json.dumps(whole, indent=1).encode(), json.dumps([whole]).encode()]


TABLE = "CodeId;ShortName;ShortName_sv;BeginDate;ExpirationDate;Status\n" + "".join(
    f"{n};Nimi {n};Namn {n};1.1.2020;31.12.2099;ACTIVE\n" for n in range(9)
)
URIS = (
    "pkcs11:token=My%20token;object=sign;id=%01%02;type=private?module-path=/usr/lib/x.so"
    "&pin-source=env:PIN",
    "pkcs11:slot-id=3;serial=12?module-name=softhsm2&pin-source=env:PIN",
)
PLACES = (
    "postgresql://user:word@host:5432/outbox?sslmode=verify-full", "mysql://u:p@h/outbox",
    "sqlite:///FOLDER/outbox.db", "sqlite:///file:FOLDER/outbox.db?uri=true&mode=rwc",
    "FOLDER/outbox.db", "postgres://h1,h2/outbox?prepare_threshold=5",
)  # fmt: skip
DATES = ("Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "120")
ADDRESSES = ("http://user:word@proxy.example:3128", "proxy.example:3128", "https://[::1]:8443/fhir")
VALUES = (
    "2026-11-15T11:00:00.123+02:00", "2026-11-15", "010594Y9032", "1.2.246.10.1", "urn:oid:1.2.3",
    "de-CH-1996", "esim-1", "Vapaa teksti 12/2026",
)  # fmt: skip
OUTCOME = {
    "resourceType": "OperationOutcome",
    "issue": [
        {"severity": "error", "code": "invalid", "diagnostics": "x", "expression": ["a.b"],
         "details": {"coding": [{"code": "c", "system": "s"}], "text": "t"}},
        {"severity": "fatal", "code": "security", "location": ["/f:x"]},
    ],
}  # fmt: skip
STORED = {
    "resourceType": "Bundle",
    "type": "transaction-response",
    "entry": [{"response": {"status": "201 Created", "location": "AuditEvent/1"}}] * 2,
}
PROVISIONS = (
    "703/2023 55 § 2 mom. 1. virke", "Laki sosiaali- ja terveydenhuollon asiakastietojen "
    "käsittelystä (703/2023) 63 § 1–3 mom. ja 56 §:n 2 momentti", "010594Y9032 on 703/2023 63.2 §",
)  # fmt: skip
CASES = """
form = 1
[replace]
"client.family_name" = "Toinen"
[[case]]
id = "own-1"
title = { fi = "Oma", en = "Own" }
purpose = { fi = "Koe", en = "Try" }
citation = "703/2023 74 §"
expect = { outcome = "stored" }
[[case.notices]]
example = "broad-right"
set = { "purpose" = "Muu" }
fill = { "purpose" = "limit+1" }
remove = ["recorded_at"]
"""


def _golden() -> list[bytes]:
    return [file.read_bytes() for file in sorted(GOLDEN.glob("*.json"))]


def _texts(*texts: str) -> Callable[[], list[bytes]]:
    return lambda: [text.encode() for text in texts]


def _values(*values: object) -> Callable[[], list[bytes]]:
    return lambda: [json.dumps(value).encode() for value in values]


def _requests() -> list[bytes]:
    return [json.dumps(request(kind)).encode() for kind in RIGHTS]


def _outbox_keys() -> list[bytes]:
    key = base64.b64encode(bytes(range(32))).decode()
    jwk = {"kty": "oct", "k": key.replace("+", "-").replace("/", "_").rstrip("="), "kid": "a"}
    return [f"{key}\n{key}\n".encode(), json.dumps({"keys": [jwk, jwk]}).encode()]


def json_value_mutated(data: bytes, chance: Any) -> bytes:
    """Return JSON that can be read, with its values changed."""
    while True:
        made = json_mutated(data, chance)
        try:
            json.loads(made)
        except (ValueError, RecursionError):
            continue
        return made


READERS: tuple[Reader, ...] = (
    Reader("notice", notices, json_mutated, read_notice, (InvalidNotice,)),
    Reader("json_lines", lines, lines_mutated, read_lines),
    Reader("settings", settings, toml_mutated, read_settings),
    Reader("edition", editions, toml_mutated, read_edition, cases=40),
    Reader("key", keys, bytes_mutated, read_key, (DisclosureError,)),
    Reader("certificates", certificates, bytes_mutated, read_certificates),
    Reader("token_uri", _texts(*URIS), text_mutated, read_token_uri, (DisclosureError,)),
    Reader("pin", _texts("271828\n"), text_mutated, read_pin_file, (DisclosureError,)),
    Reader("code_list_json", concepts, json_mutated, read_list("json")),
    Reader("code_list_csv", _texts(TABLE, f"sep=;\n{TABLE}"), text_mutated, read_list("csv")),
    Reader("code_list_tsv", _texts(TABLE.replace(";", "\t")), text_mutated, read_list("tsv")),
    Reader("message", _golden, json_mutated, read_message, (InvalidNotice,), cases=80),
    Reader("answer", _values(OUTCOME, STORED), json_mutated, read_answer, ()),
    Reader("access_reason", _requests, json_value_mutated, read_reason, (InvalidAccessReason,)),
    Reader("citations", _texts(*PROVISIONS), text_mutated, read_citations, ()),
    Reader("outbox_key", _outbox_keys, text_mutated, read_outbox_keys),
    Reader("database", _texts(*PLACES), text_mutated, read_database_url,
           (ConfigurationError, OutboxError)),
    Reader("header_dates", _texts(*DATES), text_mutated, read_header_dates, ()),
    Reader("addresses", _texts(*ADDRESSES), text_mutated, read_addresses, ()),
    Reader("values", _texts(*VALUES), text_mutated, read_values, ()),
    Reader("joint_test_case", _texts(CASES), toml_mutated, read_case_file),
)  # fmt: skip


def damaged(reader: Reader, seed: int, count: int) -> Iterator[bytes]:
    """Yield as many damaged inputs of a reader, the same ones each time."""
    chance = random.Random(f"{reader.name} {seed}")
    good = reader.good()
    for _ in range(count):
        yield reader.mutation(chance.choice(good), chance)
