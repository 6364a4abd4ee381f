"""What judges a message: the sandbox's service, the SDK's own checks, and the rules."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.serialization import Encoding

from sha_disclosure.delivery.answer import Answer as Received
from sha_disclosure.delivery.outcome import Stored, judge
from sha_disclosure.editions import Edition
from sha_disclosure.fhir.reading import read_bundle
from sha_disclosure.notice import DisclosureNotice
from sha_disclosure.settings import Settings
from sha_disclosure.sources import Sources
from sha_disclosure.tools.sandbox.answer import Answer
from sha_disclosure.tools.sandbox.exchange import Exchange
from sha_disclosure.tools.sandbox.service import Service
from sha_disclosure.tools.verifier import Registry, Request, Trust, check_structure, verify_bundle
from traceability.messages import NOW, Sent, Signing
from traceability.places import plain


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


@dataclass(frozen=True)
class Judges:
    """The judges, with what they need besides an edition."""

    signing: Signing
    settings: Settings
    trust: Trust = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "trust", Trust((self.signing.root,)))

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
                told["Receipt.response_id"] = self._response_id(answer, message, edition)
        probe = replace(
            request, method="GET", target=f"{request.target.rstrip('/')}/metadata", body=b""
        )
        told["the answer to GET [base]/metadata"] = self._service(edition, 0).receive(probe).status
        for name, status in (("400", 400), ("200", 200)):
            told[f"an empty answer {name}"] = _meaning(status, edition)
        return told

    def _response_id(self, answer: Answer, message: Sent, edition: Edition) -> str | None:
        headers = {name.lower(): value for name, value in answer.headers.items()}
        read = Received(answer.status, headers, answer.body)
        ids = message.prepared.notice_ids
        verdict = judge(read, notice_ids=ids, now=NOW, wire=edition.wire)
        return verdict.response_id if isinstance(verdict, Stored) else None

    def structure(self, message: Sent, edition: Edition) -> set[str]:
        """Return whether the SDK's own check of the structure refuses a message."""
        faults = check_structure(message.prepared.bundle(), edition)
        return {"structure" for _ in faults}

    def signature(self, message: Sent, edition: Edition) -> set[str]:
        """Return the checks of ``verify`` that refuse a message."""
        anchors, bundle = [self.signing.root], message.prepared.bundle()
        found = verify_bundle(bundle, edition, anchors=anchors, at=NOW).findings
        return {f"signature: {finding.check}" for finding in found if not finding.passed}

    def reading_back(self, message: Sent, edition: Edition) -> tuple[DisclosureNotice, ...]:
        """Return the notices of a message."""
        return read_bundle(message.prepared.bundle(), edition.wire)

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


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> frozenset[str]:
    """Return what differs between two answers."""
    return plain(p for p in before.keys() | after.keys() if before.get(p) != after.get(p))


def _meaning(status: int, edition: Edition) -> str:
    """Return what the client takes an answer without a body for."""
    verdict = judge(Received(status, {}, b""), notice_ids=["1"], now=NOW, wire=edition.wire)
    return "Stored" if isinstance(verdict, Stored) else verdict.kind.__name__
