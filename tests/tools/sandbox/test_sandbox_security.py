"""Who may send, with what: TLS, headers, token and content signature."""

import base64
import json
import ssl
import uuid
from datetime import UTC, datetime, timedelta

import httpx
import pytest
import wire_messages as m
from cryptography.x509.oid import ExtendedKeyUsageOID
from sandbox_caller import tls_context

from sha_disclosure.identity_codes import names_a_person

NOW = datetime.now(UTC)
LONG_AGO = NOW - timedelta(days=30)
YESTERDAY = NOW - timedelta(days=1)
TOMORROW = NOW + timedelta(days=1)


def bad(pki, purpose):
    """Certificates that must be refused, by what is wrong with them."""
    rogue = pki.rogue()
    return {
        "expired": pki.issue("old", purpose, begins=LONG_AGO, ends=YESTERDAY),
        "not yet valid": pki.issue("new", purpose, begins=TOMORROW, ends=NOW + timedelta(days=9)),
        "from a rogue root": pki.issue("rogue", purpose, issuer=rogue),
    }


@pytest.mark.parametrize("fault", ["expired", "not yet valid", "from a rogue root"])
def test_tls_refuses_a_certificate(shared, tmp_path, fault):
    bad(shared.pki, "client")[fault].write(tmp_path, "tls")
    assert refused_by_tls(shared, tmp_path, "tls")


def test_tls_refuses_a_client_without_certificate(shared, tmp_path):
    assert refused_by_tls(shared, tmp_path, None)


def test_tls_refuses_a_certificate_for_servers(shared, tmp_path):
    shared.pki.issue("x", "client", extended=[ExtendedKeyUsageOID.SERVER_AUTH]).write(
        tmp_path, "tls"
    )
    assert refused_by_tls(shared, tmp_path, "tls")


def refused_by_tls(shared, folder, name):
    handshakes = shared.handshakes
    context = tls_context(shared.folder, None)
    if name:
        context.load_cert_chain(folder / f"{name}.crt", folder / f"{name}.key")
    with (
        httpx.Client(verify=context, trust_env=False, timeout=60) as http,
        pytest.raises((httpx.TransportError, ssl.SSLError)),
    ):
        http.post(shared.base_url + "/")
    return shared.handshakes == handshakes


def test_a_certificate_without_purpose_is_refused_by_the_service(shared, caller, tmp_path):
    shared.pki.issue("x", "client", extended=[]).write(tmp_path, "tls")
    context = tls_context(shared.folder, None)
    context.load_cert_chain(tmp_path / "tls.crt", tmp_path / "tls.key")
    with httpx.Client(verify=context, trust_env=False, timeout=60) as http:
        bearer = m.token(caller.claims(), shared.pki.signing)
        answer = http.post(shared.base_url + "/", content=b"{}", headers=m.headers(bearer))
    assert answer.status_code == 403
    assert "clientAuth" in answer.text


def test_the_client_certificate_is_on_record(caller, shared):
    caller.post()
    assert shared.pki.client.sha256 in shared.certificates_seen


def test_one_connection_serves_many_requests(caller, shared):
    caller.post()
    before = (shared.connections, shared.handshakes)
    for _ in range(5):
        assert caller.post().status_code == 200
    assert (shared.connections, shared.handshakes) == before


@pytest.mark.parametrize(
    ("replaced", "status", "reason"),
    [
        ({"Content_Type": None}, 415, "Content-Type"),
        ({"Content_Type": "application/json"}, 415, "Content-Type"),
        ({"Content_Type": "application/fhir+json"}, 415, "Content-Type"),
        ({"Content_Type": "application/fhir+json; charset=latin-1"}, 415, "Content-Type"),
        ({"Accept": "text/html"}, 406, "Accept"),
        ({"Accept": "*/*"}, 406, "Accept"),
        ({"X_Request_Id": None}, 400, "X-Request-Id must be there"),
        ({"X_Request_Id": "17"}, 400, "not a UUID"),
        ({"X_Client": "120438X901U"}, 400, "identity code"),
        ({"X_Client": "120438%58901U"}, 400, "identity code"),
    ],
)
def test_wrong_headers_are_refused(caller, replaced, status, reason):
    answer = caller.post(**replaced)
    assert answer.status_code == status
    assert any(reason in issue["diagnostics"] for issue in answer.json()["issue"])
    assert "120438" not in answer.text


@pytest.mark.parametrize(
    "value", ["application/fhir+json; charset=utf-8", 'Application/FHIR+json;charset="UTF-8"']
)
def test_a_media_type_may_be_spelled_otherwise(caller, value):
    assert caller.post(Content_Type=value).status_code == 200


def test_a_request_id_that_looks_like_an_identity_code_is_none(caller):
    identifier = "622b1461-4610-4c2f-acdd-120845f298da"
    assert names_a_person(identifier)
    assert caller.post(X_Request_Id=identifier).status_code == 200


def test_a_request_id_serves_once(caller):
    identifier = str(uuid.uuid4())
    assert caller.post(X_Request_Id=identifier).status_code == 200
    answer = caller.post(X_Request_Id=identifier.upper())
    assert answer.status_code == 400
    assert answer.json()["issue"][0]["code"] == "duplicate"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/fhir/", 405),
        ("PUT", "/fhir/", 405),
        ("POST", "/fhir/AuditEvent", 404),
        ("POST", "/", 404),
        ("POST", "/fhir//", 404),
        ("POST", "/fhir/?client=120438X901U", 400),
    ],
)
def test_only_a_post_to_the_root_is_served(caller, shared, method, path, status):
    address = shared.base_url.removesuffix("/fhir") + path
    answer = caller.http.request(method, address, content=b"{}", headers=m.headers("x.y.z"))
    assert answer.status_code == status
    assert answer.json()["resourceType"] == "OperationOutcome"
    assert "120438" not in answer.text


@pytest.mark.parametrize(("path", "status"), [("/", 200), ("", 404), ("/AuditEvent", 404)])
def test_a_message_is_taken_only_at_the_address_of_the_edition(caller, shared, path, status):
    bearer = m.token(caller.claims(), shared.pki.signing)
    signed = m.sign(m.bundle(), shared.pki.signing)
    answer = caller.http.post(shared.base_url + path, json=signed, headers=m.headers(bearer))
    assert answer.status_code == status


def test_a_body_above_the_limit_is_refused(caller):
    answer = caller.post(signed=b" " * (10 * 1024 * 1024 + 1))
    assert answer.status_code == 413
    assert answer.json()["issue"][0]["code"] == "too-long"


def assert_unauthorised(answer, caller, check, reason):
    assert answer.status_code == 401
    assert answer.content == b""
    found = [(f.check_name(), f.message) for f in caller.last_refusal().findings]
    assert any(name == check and reason in why for name, why in found), found


@pytest.mark.parametrize("value", [None, "", "Basic abc", "Bearer", "Bearer a b"])
def test_a_request_without_bearer_token_is_refused(caller, value):
    answer = caller.post(Authorization=value)
    assert_unauthorised(answer, caller, "headers", "Authorization")


def without(name):
    return lambda claims: {n: v for n, v in claims.items() if n != name}


def replaced(**values):
    return lambda claims: {**claims, **values}


def shifted(**seconds):
    return lambda claims: {**claims, **{n: claims[n] + s for n, s in seconds.items()}}


CLAIMS = {
    "no audience": (without("aud"), "token: claims", "aud is missing"),
    "another audience": (replaced(aud="https://example.fi/fhir"), "token: claims", "audience"),
    "no issuer": (without("iss"), "token: claims", "iss is missing"),
    "another issuer": (replaced(iss="urn:oid:1.2.3"), "token: claims", "another party"),
    "an issuer that is no URN": (replaced(iss=m.REQUESTER), "token: claims", "urn:oid:"),
    "no system": (without("system"), "token: claims", "system.id is missing"),
    "a system without name": (
        replaced(system={"id": m.SYSTEM}), "token: claims", "system.name is missing",
    ),
    "a system whose id is no OID": (
        replaced(system={"id": "x", "name": "y"}), "token: claims", "not an OID",
    ),
    "a dotted claim": (
        lambda c: {**without("system")(c), "system.id": m.SYSTEM, "system.name": "x"},
        "token: claims", "system.id is missing",
    ),
    "no subscriber": (without("serviceSubscriber"), "token: claims", "serviceSubscriber.id"),
    "no requester": (without("serviceRequester"), "token: claims", "serviceRequester.id"),
    "another subject than the user": (replaced(sub="1"), "token: claims", "counterpart"),
    "a claim of one's own": (replaced(patient="x"), "token: claims", "not in the edition"),
    "a token id with half a Unicode pair": (replaced(jti="\ud800"), "token: claims", "not a text"),
    "a name that is a number": (
        replaced(user={"id": "81234567890", "name": 7}), "token: claims", "not a text",
    ),
    "no token id": (without("jti"), "token: claims", "jti is missing"),
    "no end": (without("exp"), "token: claims", "exp is missing"),
    "a time that is a text": (replaced(iat="now"), "token: times", "whole number"),
    "a time that is a fraction": (shifted(iat=0.5), "token: times", "whole number"),
    "an end that has passed": (
        shifted(iat=-400, nbf=-400, exp=-400), "token: times", "has expired",
    ),
    "an issue in the future": (shifted(iat=90), "token: times", "issued in the future"),
    "a beginning in the future": (shifted(nbf=90), "token: times", "not valid yet"),
    "a life too long": (shifted(exp=1), "token: times", "is valid for longer"),
    "an end before its issue": (shifted(exp=-301), "token: times", "expires before"),
}  # fmt: skip


@pytest.mark.parametrize("name", CLAIMS)
def test_a_token_is_refused_for(caller, name):
    change, check, reason = CLAIMS[name]
    answer = caller.post(claims=change(caller.claims()))
    assert_unauthorised(answer, caller, check, reason)


@pytest.mark.parametrize("seconds", [-50, 50])
def test_a_clock_a_little_off_is_borne(caller, seconds):
    answer = caller.post(claims=shifted(iat=seconds, nbf=seconds, exp=seconds)(caller.claims()))
    assert answer.status_code == 200


def test_a_token_serves_once(caller, shared):
    bearer = m.token(caller.claims(), shared.pki.signing)
    assert caller.post(bearer=bearer).status_code == 200
    assert_unauthorised(caller.post(bearer=bearer), caller, "token: replay", "used before")


def test_a_token_spent_on_a_refused_message_is_spent(caller, shared):
    bearer = m.token(caller.claims(), shared.pki.signing)
    assert caller.post(bearer=bearer, signed=b"{}").status_code == 400
    assert_unauthorised(caller.post(bearer=bearer), caller, "token: replay", "used before")


@pytest.mark.parametrize(
    ("header", "check", "reason"),
    [
        ({"typ": None}, "token: form", "lacks typ"),
        ({"typ": "JOSE"}, "token: form", "typ in the header"),
        ({"x5c": None}, "token: certificate", "x5c is missing"),
        ({"x5c": []}, "token: certificate", "no readable certificates"),
        ({"x5c": "abc"}, "token: certificate", "no readable certificates"),
        ({"x5c": ["AAAA"]}, "token: certificate", "no readable certificates"),
        ({"x5c": ["A-_="]}, "token: certificate", "base64"),
        ({"kid": "1"}, "token: form", "not in the edition"),
    ],
)
def test_a_token_header_must_be_the_editions(caller, shared, header, check, reason):
    answer = caller.post(bearer=m.token(caller.claims(), shared.pki.signing, **header))
    assert_unauthorised(answer, caller, check, reason)


def raw_token(header, claims, signature=b"\0" * 64):

    parts = [json.dumps(header).encode(), json.dumps(claims).encode(), signature]
    return ".".join(base64.urlsafe_b64encode(p).rstrip(b"=").decode() for p in parts)


@pytest.mark.parametrize(
    ("header", "check", "reason"),
    [
        ({"alg": "none"}, "token: signature", "alg is not"),
        ({"alg": "HS256"}, "token: signature", "alg is not"),
        ({"alg": "RS256"}, "token: signature", "alg is not"),
        ({"alg": "ES384"}, "token: signature", "alg is not"),
        ({"alg": 7}, "token: signature", "alg is not"),
        ({"alg": "ES256"}, "token: signature", "does not fit"),
        ({"alg": "ES256", "crit": ["exp"], "exp": 1}, "token: form", "crit"),
        ({"alg": "ES256", "crit": []}, "token: form", "crit"),
    ],
)
def test_an_algorithm_or_signature_must_fit(caller, shared, header, check, reason):
    header = {"typ": "JWT", "x5c": shared.pki.signing.x5c, **header}
    answer = caller.post(bearer=raw_token(header, caller.claims()))
    assert_unauthorised(answer, caller, check, reason)


@pytest.mark.parametrize("bearer", ["a", "a.b", "a.b.c.d", "!.e30.AA", "e30.e30.AAB", "W10.e30.AA"])
def test_a_token_that_is_no_compact_jws_is_refused(caller, bearer):
    assert_unauthorised(caller.post(bearer=bearer), caller, "token: form", "JWS")


def test_a_token_with_the_same_claim_twice_is_refused(caller, shared):
    bearer = m.token(b'{"iss": "a", "iss": "b"}', shared.pki.signing)
    assert_unauthorised(caller.post(bearer=bearer), caller, "token: form", "twice")


def test_an_altered_token_is_refused(caller, shared):
    header, _, signature = m.token(caller.claims(), shared.pki.signing).split(".")
    other = m.token(caller.claims(), shared.pki.signing).split(".")[1]
    answer = caller.post(bearer=f"{header}.{other}.{signature}")
    assert_unauthorised(answer, caller, "token: signature", "does not fit")


BAD_SIGNERS = {
    "expired": "expired",
    "not yet valid": "not valid yet",
    "from a rogue root": "trusted certificate",
}


@pytest.mark.parametrize("fault", BAD_SIGNERS)
def test_a_token_of_a_bad_certificate_is_refused(caller, shared, fault):
    signer = bad(shared.pki, "signing")[fault]
    answer = caller.post(bearer=m.token(caller.claims(), signer))
    assert_unauthorised(answer, caller, "token: certificate", BAD_SIGNERS[fault])


def test_a_token_of_a_certificate_not_for_signing_is_refused(caller, shared):
    signer = shared.pki.issue("x", "signing", usages=["content_commitment"])
    answer = caller.post(bearer=m.token(caller.claims(), signer))
    assert_unauthorised(answer, caller, "token: certificate", "not for signatures of tokens")


@pytest.mark.parametrize("chain", ["leaf only", "with the root", "leaf as issuer"])
def test_a_chain_must_lead_to_the_anchor_without_it(caller, shared, chain):
    pki = shared.pki
    own = pki.signing.x5c
    below = pki.issue("x", "signing", issuer=pki.signing)
    signer, x5c, reason = {
        "leaf only": (pki.signing, own[:1], "trusted certificate"),
        "with the root": (pki.signing, own + pki.root.x5c, "must not contain"),
        "leaf as issuer": (below, below.x5c[:1] + own, "not a CA certificate"),
    }[chain]
    answer = caller.post(bearer=m.token(caller.claims(), signer, x5c=x5c))
    assert_unauthorised(answer, caller, "token: certificate", reason)


def refused_content(answer, check, reason):
    assert answer.status_code == 400, answer.text
    found = [issue["diagnostics"] for issue in answer.json()["issue"]]
    assert any(text.startswith(f"{check}: ") and reason in text for text in found), found


@pytest.mark.parametrize("fault", BAD_SIGNERS)
def test_content_signed_with_a_bad_certificate_is_refused(caller, shared, fault):
    signed = m.sign(m.bundle(), bad(shared.pki, "signing")[fault])
    check = "chain" if fault == "from a rogue root" else "dates"
    refused_content(caller.post(signed=signed), f"content signature: {check}", BAD_SIGNERS[fault])


def test_content_signed_while_the_certificate_was_valid_is_accepted(caller, shared):
    signer = shared.pki.issue("old", "signing", begins=LONG_AGO, ends=NOW - timedelta(minutes=5))
    root_begins = shared.pki.root.certificate.not_valid_before_utc
    when = max(NOW - timedelta(minutes=10), root_begins)
    assert caller.post(signed=m.sign(m.bundle(), signer, when=when)).status_code == 200


def test_content_of_a_certificate_not_for_signing_is_refused(caller, shared):
    signer = shared.pki.issue("x", "signing", usages=["key_agreement"])
    answer = caller.post(signed=m.sign(m.bundle(), signer))
    refused_content(answer, "content signature: key usage", "key usage has neither")


@pytest.mark.parametrize("kind", ["P-384", "RSA-2048"])
@pytest.mark.parametrize("slot", ["token", "content"])
def test_other_keys_sign_with_their_own_algorithm(caller, shared, kind, slot, keys):
    signer = shared.pki.issue("x", "signing", key=keys[kind])
    if slot == "token":
        assert caller.post(bearer=m.token(caller.claims(), signer)).status_code == 200
    else:
        assert caller.post(signed=m.sign(m.bundle(), signer)).status_code == 200


def test_content_may_be_signed_with_the_other_rsa_algorithm_but_a_token_not(caller, shared, keys):
    signer = shared.pki.issue("x", "signing", key=keys["RSA-2048"])
    signed = m.sign(m.bundle(), signer, header={"alg": "PS256"})
    assert caller.post(signed=signed).status_code == 200
    answer = caller.post(bearer=m.token(caller.claims(), signer, alg="PS256"))
    assert_unauthorised(answer, caller, "token: signature", "alg is not")


def test_altered_content_is_refused(caller, shared):
    signed = m.sign(m.bundle(), shared.pki.signing)
    changed = m.changed(
        signed, ("entry", 0, "resource", "entity", 1, "description"), "Toinen selite"
    )
    answer = caller.post(signed=changed)
    refused_content(answer, "content signature: signature", "does not fit")


def test_content_signed_as_it_was_sent_instead_of_canonically_is_refused(caller, shared):

    content = m.bundle()
    signed = m.sign(content, shared.pki.signing, payload=json.dumps(content).encode())
    refused_content(caller.post(signed=signed), "content signature: signature", "does not fit")


def test_unsigned_content_is_refused(caller):
    refused_content(caller.post(signed=m.bundle()), "content signature: element", "missing")


@pytest.mark.parametrize(
    ("element", "check", "reason"),
    [
        ({"type": None}, "content signature: element", "missing"),
        ({"type": [m.coding("urn:oid:1.2", "4", "x")]}, "content signature: element", "coding"),
        ({"when": None}, "content signature: time", "missing"),
        ({"when": "2026-11-15T11:00:00"}, "content signature: time", "offset"),
        ({"when": m.instant(TOMORROW)}, "content signature: time", "future"),
        ({"sigFormat": "application/jws"}, "content signature: element", "must be"),
        ({"targetFormat": None}, "content signature: element", "missing"),
        ({"who": None}, "content signature: signer", "missing"),
        ({"who": {"identifier": m.oid(m.REQUESTER)}}, "content signature: signer", "missing"),
        (
            {"who": {"identifier": m.oid("1.2.3"), "display": "x"}},
            "content signature: signer", "not the requester",
        ),
        ({"data": lambda d: d.rstrip("=") + "\n"}, "content signature: form", "base64"),
        (
            {"data": base64.b64encode(b"e30..AAAA").decode()},
            "content signature: certificates", "x5c is missing",
        ),
        ({"onBehalfOf": {"display": "x"}}, "unknown elements", "not an element"),
    ],
)  # fmt: skip
def test_a_signature_element_must_be_the_editions(caller, shared, element, check, reason):
    signed = m.sign(m.bundle(), shared.pki.signing)
    signature = {**signed["signature"]}
    for name, value in element.items():
        signature[name] = value(signature[name]) if callable(value) else value
    signed["signature"] = {n: v for n, v in signature.items() if v is not None}
    refused_content(caller.post(signed=signed), check, reason)


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ({"b64": False, "crit": ["b64"]}, "crit"),
        ({"kid": "1"}, "not in the edition"),
    ],
)
def test_a_content_header_must_be_the_editions(caller, shared, header, reason):
    signed = m.sign(m.bundle(), shared.pki.signing, header=header)
    refused_content(caller.post(signed=signed), "content signature: header", reason)


def test_an_attached_payload_is_refused(caller, shared):
    signed = m.sign(m.bundle(), shared.pki.signing)
    header, _, signature = base64.b64decode(signed["signature"]["data"]).decode().split(".")
    data = base64.b64encode(f"{header}.e30.{signature}".encode()).decode()
    signed["signature"]["data"] = data
    refused_content(caller.post(signed=signed), "content signature: payload", "no payload part")


def test_headers_of_a_long_chain_are_taken(caller, shared, keys):
    signer = shared.pki.issue("x" * 60, "signing", key=keys["RSA-2048"])
    claims = {**caller.claims(), "system": {"id": m.SYSTEM, "name": "x" * 9000}}
    assert len(m.token(claims, signer)) > 12_000
    assert caller.post(bearer=m.token(claims, signer)).status_code == 200
