"""What judges a message: the sandbox's service, the SDK's own checks, and the rules."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.serialization import Encoding

from sha_disclosure.delivery.answer import Answer as Received
from sha_disclosure.delivery.outcome import Stored, judge
from sha_disclosure.editions import Edition
from sha_disclosure.settings import Settings
from sha_disclosure.sources import Sources
from sha_disclosure.tools.sandbox.exchange import Exchange
from sha_disclosure.tools.sandbox.service import Service
from sha_disclosure.tools.verifier import Registry, Request, Trust, check_structure, verify_bundle
from traceability.messages import NOW, Sent, Signing


class Forgetful:
    """A store that keeps the last request only, so that the same notice can come again."""

    last: Exchange

    def knows_request(self, _: str) -> bool:
        """Tell that no request came before."""
        return False

    knows_token = knows_request

    def find(self, _: str) -> None:
        """Tell that no notice came before."""

    def keep(self, exchange: Exchange, **_: Any) -> None:
        """Remember this request until the next."""
        self.last = exchange


class Judges:
    """The judges, with what they need besides an edition."""

    def __init__(self, signing: Signing, settings: Settings) -> None:
        self.signing = signing
        self.settings = settings
        self.trust = Trust((signing.root,))

    def sandbox(self, message: Sent, edition: Edition, *, behind_s: int = 0) -> tuple[str, ...]:
        """Return the checks of the sandbox that refuse a message; none: it is stored."""
        store = Forgetful()
        answer = self._service(edition, behind_s, store).receive(self._request(message))
        if answer.status == 200:
            return ()
        return tuple(dict.fromkeys(f.check_name() for f in store.last.findings))

    def answers(self, message: Sent, edition: Edition) -> dict[str, Any]:
        """Return what is in the sandbox's answers: to a right message and to two wrong ones."""
        request = self._request(message)
        told: dict[str, Any] = {}
        for case, each in (
            ("stored", request),
            ("refused", replace(request, body=b"{}")),
            ("not let in", replace(request, certificate=None)),
        ):
            answer = self._service(edition, 0).receive(each)
            told |= {f"answer header {n}": v for n, v in answer.headers.items() if n != "Date"}
            if case != "stored" and answer.body:
                coding = json.loads(answer.body)["issue"][0]["details"]["coding"][0]
                place = f"OperationOutcome.issue.details.coding ({answer.status})"
                told |= {f"{place}.{part}": value for part, value in coding.items()}
            if case == "stored":
                headers = {name.lower(): value for name, value in answer.headers.items()}
                stored = _verdict(edition, answer.status, headers, answer.body)
                told["Receipt.response_id"] = getattr(stored, "response_id", None)
        probe = replace(
            request, method="GET", target=f"{request.target.rstrip('/')}/metadata", body=b""
        )
        told["the answer to GET [base]/metadata"] = self._service(edition, 0).receive(probe).status
        for status in (400, 200):
            empty = _verdict(edition, status, {}, b"")
            meaning = "Stored" if isinstance(empty, Stored) else empty.kind.__name__
            told[f"an empty answer {status}"] = meaning
        return told

    def own_checks(self, message: Sent, edition: Edition) -> set[str]:
        """Return the checks of structure and signature that refuse a message."""
        anchors, bundle = [self.signing.root], message.prepared.bundle()
        found = verify_bundle(bundle, edition, anchors=anchors, at=NOW).findings
        refusing = {f"signature: {finding.check}" for finding in found if not finding.passed}
        return refusing | {"structure" for _ in check_structure(bundle, edition)}

    def _service(self, edition: Edition, behind_s: int, store: Forgetful | None = None) -> Service:
        moment = NOW - timedelta(seconds=behind_s)
        return Service(
            edition,
            addresses=(self.settings.base_url,),
            trust=self.trust,
            own_chain=tuple(self.signing.chain),
            store=store or Forgetful(),  # type: ignore[arg-type]
            sources=Sources(lambda: moment, random.Random(2)),  # noqa: S311
            registry=Registry(),
        )

    def _request(self, message: Sent) -> Request:
        headers: Mapping[str, list[str]] = {n.lower(): [v] for n, v in message.headers.items()}
        der = self.signing.client.public_bytes(Encoding.DER)
        return Request("POST", urlsplit(message.url).path, headers, message.prepared.body, der)


def _verdict(edition: Edition, status: int, headers: dict[str, str], body: bytes) -> Any:
    """Return what the client takes an answer for."""
    return judge(Received(status, headers, body), notice_ids=["1"], now=NOW, wire=edition.wire)
