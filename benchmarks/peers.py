"""What an integrator writes by hand with good libraries: fhir.resources, jwcrypto and httpx.

The same message as the SDK's: built as typed resources, canonical form signed by jwcrypto, a
token for the request, one POST. No rule is checked and no answer is judged but by its status.
"""

import base64
import json
import time
import uuid
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx
import rfc8785
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from fhir.resources.R4B.bundle import Bundle
from jwcrypto.jwk import JWK
from jwcrypto.jws import JWS
from jwcrypto.jwt import JWT
from rig import client_context


class HandWritten:
    """Keys are read and the connection is made once."""

    def __init__(self, folder: Path, port: int, algorithm: str) -> None:
        self._key = JWK.from_pem((folder / "signing.key").read_bytes())
        chain = x509.load_pem_x509_certificates((folder / "signing.crt").read_bytes())
        x5c = [base64.b64encode(each.public_bytes(Encoding.DER)).decode() for each in chain]
        self._header = {"alg": algorithm, "x5c": x5c}
        self._url = f"https://127.0.0.1:{port}/fhir/"
        self._http = httpx.Client(verify=client_context(folder), trust_env=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._http.close()

    def send(self, unsigned: dict[str, Any], who: dict[str, Any]) -> None:
        """Build, sign and send a message."""
        bundle = json.loads(Bundle.model_validate(unsigned).model_dump_json())
        signed = JWS(rfc8785.dumps(bundle))
        signed.add_signature(self._key, None, json.dumps(self._header))
        head, _, signature = signed.serialize(compact=True).split(".")
        detached = base64.b64encode(f"{head}..{signature}".encode()).decode()
        bundle["signature"] = {**who, "data": detached}
        answer = self._http.post(
            self._url,
            content=json.dumps(bundle).encode(),
            headers={
                "Content-Type": "application/fhir+json;charset=UTF-8",
                "Accept": "application/fhir+json",
                "Authorization": f"Bearer {self._token()}",
                "X-Request-Id": str(uuid.uuid4()),
            },
        )
        Bundle.model_validate_json(answer.raise_for_status().content)

    def _token(self) -> str:
        now = int(time.time())
        claims = {"iss": "1.2.246.10.1", "sub": "1.2.246.10.1", "aud": self._url, "iat": now}
        claims |= {"nbf": now, "exp": now + 300, "jti": str(uuid.uuid4())}
        token = JWT(header={**self._header, "typ": "JWT"}, claims=claims)
        token.make_signed_token(self._key)
        return str(token.serialize())


def send_naively(folder: Path, port: int, algorithm: str, bundle: dict[str, Any]) -> None:
    """Send one message with keys that are read and a connection that is made for it alone."""
    unsigned, who = parts_of(bundle)
    with HandWritten(folder, port, algorithm) as sender:
        sender.send(unsigned, who)


def parts_of(bundle: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return a signed Bundle's content, and its signature's members besides the data."""
    unsigned = {name: value for name, value in bundle.items() if name != "signature"}
    who = {name: value for name, value in bundle["signature"].items() if name != "data"}
    return unsigned, who
