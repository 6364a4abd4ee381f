"""The edition rules: what it changes, the sandbox asks for otherwise. And nothing else does."""

import ast
import base64
import copy
from pathlib import Path

import pytest
import rfc8785
import wire_messages as m
from joserfc.jwk import ECKey
from joserfc.jws import JWSRegistry
from sandbox_caller import Caller

import sha_disclosure.tools.sandbox
from sha_disclosure.editions import load_edition
from sha_disclosure.tools.sandbox import Sandbox


@pytest.fixture
def of_edition(tmp_path):
    """Give a caller of a sandbox whose edition has some other values."""
    running = []

    def start(**values):
        lines = ['name = "ours-1"', 'based_on = "kanta-1.0.0"']
        for key, value in values.items():
            section, _, name = key.partition("__")
            lines += [f"[{section}.{name}]", f"value = {value}"]
        file = tmp_path / "ours.toml"
        file.write_text("\n".join(lines))
        sandbox = Sandbox(edition=load_edition(file)).start()
        running.append((sandbox, Caller(sandbox)))
        return running[-1][1]

    yield start
    for sandbox, caller in running:
        caller.close()
        sandbox.stop()


def thumbprint(credential):
    return m.part(bytes.fromhex(credential.sha256))


def test_an_attached_signature(of_edition):
    caller = of_edition(content_signature__detached="false")
    signer = caller.pki.signing
    content = m.bundle()
    signed = m.sign(content, signer)
    assert caller.post(signed=signed).status_code == 400
    for payload, status in ((rfc8785.dumps(content), 200), (b"{}", 400)):
        compact = m.compact({"alg": "ES256", "x5c": signer.x5c}, payload, signer)
        signed["signature"]["data"] = base64.b64encode(compact.encode()).decode()
        assert caller.post(signed=signed).status_code == status


def test_an_unencoded_payload(of_edition):
    caller = of_edition(content_signature__b64="false")
    signer = caller.pki.signing
    content = m.bundle()
    signed = m.sign(content, signer)
    assert caller.post(signed=signed).status_code == 400
    header = m.part(
        rfc8785.dumps({"alg": "ES256", "b64": False, "crit": ["b64"], "x5c": signer.x5c})
    )
    signature = JWSRegistry.algorithms["ES256"].sign(
        header.encode() + b"." + rfc8785.dumps(content), ECKey.import_key(signer.key)
    )
    compact = f"{header}..{m.part(signature)}"
    signed["signature"]["data"] = base64.b64encode(compact.encode()).decode()
    assert caller.post(signed=signed).status_code == 200


def test_a_thumbprint_in_both_headers(of_edition):
    members = '["x5c", "x5t#S256"]'
    caller = of_edition(content_signature__header=members, token__header=members)
    signer = caller.pki.signing
    right = {"x5t#S256": thumbprint(signer)}
    wrong = {"x5t#S256": thumbprint(caller.pki.server)}
    for header, status in ((right, 200), (wrong, 401), ({}, 401)):
        bearer = m.token(caller.claims(), signer, typ=None, **header)
        signed = m.sign(m.bundle(), signer, header=right)
        assert caller.post(bearer=bearer, signed=signed).status_code == status
    bearer = m.token(caller.claims(), signer, typ=None, **right)
    signed = m.sign(m.bundle(), signer, header=wrong)
    assert caller.post(bearer=bearer, signed=signed).status_code == 400


def test_no_certificate_in_the_headers_means_the_sandboxs_own(of_edition):
    caller = of_edition(content_signature__header='["typ"]', token__header='["typ"]')
    for signer, status in (
        (caller.pki.signing, 200),
        (caller.pki.issue("x", "signing"), 401),
    ):
        bearer = m.token(caller.claims(), signer, x5c=None)
        signed = m.sign(m.bundle(), signer, header={"x5c": None, "typ": "JOSE"})
        assert caller.post(bearer=bearer, signed=signed).status_code == status


def test_no_ground_detail(of_edition):
    caller = of_edition(extension__ground_detail='""')
    content = m.bundle()
    assert caller.post(content).status_code == 400
    del content["entry"][0]["resource"]["extension"][2]
    assert caller.post(content).status_code == 200


def test_the_cause_of_a_broad_right(of_edition):
    caller = of_edition(event__cause='"sent"')

    def posted(*causes):
        content = m.bundle()
        content["entry"][0]["resource"]["extension"][2]["extension"] += causes
        return caller.post(content).status_code

    assert posted() == posted(m.CAUSE) == 200
    other = copy.deepcopy(m.CAUSE)
    other["valueCoding"]["code"] = "age"
    assert posted(other) == posted(m.CAUSE, m.CAUSE) == 400


def test_no_target_format(of_edition):
    caller = of_edition(content_signature__target_format='""')
    assert caller.post().status_code == 400
    signed = m.sign(m.bundle(), caller.pki.signing, element={"targetFormat": None})
    assert caller.post(signed=signed).status_code == 200


def test_another_form_of_full_urls_and_other_claim_names(of_edition):
    caller = of_edition(
        bundle__full_url='"urn:x:{id}"',
        claim__token_id='{ name = "kanta.tunniste", fill = "unique_id" }',
    )
    claims = caller.claims()
    claims["kanta"] = {"tunniste": claims.pop("jti")}
    content = m.bundle()
    for entry in content["entry"]:
        entry["fullUrl"] = f"urn:x:{entry['resource']['id']}"
    target = content["entry"][1]["resource"]["target"][0]
    target["reference"] = content["entry"][0]["fullUrl"]
    assert caller.post(content, claims=claims).status_code == 200
    assert caller.post(m.bundle()).status_code == 401


def test_the_sandbox_reads_without_the_code_that_builds():
    allowed = {
        "sha_disclosure.boundary", "sha_disclosure.characters", "sha_disclosure.credentials",
        "sha_disclosure.editions", "sha_disclosure.editions.wire", "sha_disclosure.encoding",
        "sha_disclosure.errors", "sha_disclosure.extras", "sha_disclosure.findings",
        "sha_disclosure.identity_codes", "sha_disclosure.messages", "sha_disclosure.settings",
        "sha_disclosure.sources", "sha_disclosure.values",
    }  # fmt: skip
    rooms = ("sha_disclosure.credentials.", "sha_disclosure.values.")
    tools = Path(sha_disclosure.tools.sandbox.__file__).parents[1]
    for file in (*tools.glob("sandbox/*.py"), *tools.glob("verifier/*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [a.name for a in node.names] if isinstance(node, ast.Import) else []
            for name in names:
                assert name.split(".")[0] not in {"jwcrypto", "orjson"}, file
                if name.startswith("sha_disclosure") and ".tools." not in name:
                    assert name in allowed or name.startswith(rooms), (
                        file.name, name,
                    )  # fmt: skip
