"""Anything may come over HTTP: the sandbox answers all of it, and keeps on answering."""

from __future__ import annotations

import base64
import json
import random
import socket
import string

import httpx
import pytest
import wire_messages as m
from sandbox_caller import tls_context

_ODD: tuple[str, ...] = (
    "",
    " ",
    "\u00e4",
    "\ud83d\ude00",
    "0",
    "-1",
    "1e999",
    "null",
    "{}",
    "[",
    '"',
    "%00",
    "..",
    "a" * 5000,
)
_BYTES = (
    b"",
    b"\0",
    b"\xff",
    b"\xef\xbb\xbf",
    b"{",
    b"[" * 3000,
    b"1" * 5000,
    b'"\\ud800"',
    b"NaN",
)
_METHODS = ("POST", "GET", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "BREW")


class Fuzz:
    """Requests that begin right and are then changed by chance, always alike for a seed."""

    def __init__(self, caller, seed):
        self.caller = caller
        self.chance = random.Random(seed)
        self.base = caller.sandbox.base_url

    def send(self):
        pick = self.chance.choice
        body = m.sign(m.bundle(), self.caller.pki.signing)
        token = m.token(self.caller.claims(), self.caller.pki.signing)
        headers = m.headers(token)
        method, path, content = "POST", "/", json.dumps(body).encode()
        kind = pick(("body", "bytes", "token", "claims", "headers", "line", "encoding"))
        if kind == "body":
            content = json.dumps(self.changed(body)).encode("utf-8", "surrogatepass")
        elif kind == "bytes":
            content = self.cut(content)
        elif kind == "token":
            headers["Authorization"] = f"Bearer {self.twisted(token)}"
        elif kind == "claims":
            claims = self.changed(self.caller.claims())
            data = json.dumps(claims).encode("utf-8", "surrogatepass")
            headers["Authorization"] = "Bearer " + m.token(data, self.caller.pki.signing)
        elif kind == "headers":
            name = pick([*headers, "X-Other", "Host", "Content-Encoding", "Transfer-Encoding"])
            headers[name] = self.text()
        elif kind == "line":
            method, path = pick(_METHODS), "/" + self.text()
        else:
            headers["Content-Encoding"] = pick(("gzip", "deflate", "br", "zstd", "x"))
        return self.caller.http.request(
            method, self.base + path.replace("\n", ""), content=content, headers=headers
        )

    def text(self):
        if self.chance.random() < 0.5:
            odd = self.chance.choice(_ODD).encode("utf-8", "replace").decode("ascii", "replace")
            return odd.replace("\ufffd", "?")
        letters = string.printable[:95]
        return "".join(self.chance.choices(letters, k=self.chance.randrange(60))).strip()

    def changed(self, value):
        """Return a JSON value in which something is another thing."""
        chance = self.chance
        if isinstance(value, dict) and value and chance.random() < 0.9:
            key = chance.choice(list(value))
            if chance.random() < 0.1:
                return {**value, self.text(): self.leaf()}
            if chance.random() < 0.1:
                return {k: v for k, v in value.items() if k != key}
            return {**value, key: self.changed(value[key])}
        if isinstance(value, list) and value and chance.random() < 0.9:
            at = chance.randrange(len(value))
            return [*value[:at], self.changed(value[at]), *value[at + chance.randrange(2) :]]
        return self.leaf()

    def leaf(self):
        deep: object = 1
        for _ in range(self.chance.choice((1, 2, 90))):
            deep = {"a": [deep]}
        return self.chance.choice(
            (None, True, 0, -1, 1.5, 10**30, "", [], {}, [[]], deep, *_ODD, "\udc80", "1.2.3")
        )

    def cut(self, content):
        at = self.chance.randrange(len(content))
        end = min(len(content), at + self.chance.randrange(40))
        return content[:at] + self.chance.choice(_BYTES) + content[end:]

    def twisted(self, token):
        parts = token.split(".")
        at = self.chance.randrange(3)
        try:
            raw = base64.urlsafe_b64decode(parts[at] + "==")
        except ValueError:
            raw = b"{}"
        parts[at] = base64.urlsafe_b64encode(self.cut(raw)).rstrip(b"=").decode()
        return ".".join(parts[: self.chance.randrange(1, 5)])


RESOURCES = {"OperationOutcome", "Bundle", "CapabilityStatement"}


def answers_well(answer):
    if answer.status_code >= 500:
        return False
    if "json" not in answer.headers.get("Content-Type", "") or not answer.content:
        return True
    return answer.json()["resourceType"] in RESOURCES


def run(caller, seed, count):
    fuzz, bad = Fuzz(caller, seed), []
    for number in range(count):
        try:
            answer = fuzz.send()
        except httpx.LocalProtocolError:
            continue  # it never left the client
        if not answers_well(answer):
            bad.append((number, answer.status_code, answer.text[:300]))
    assert bad == []
    assert caller.post().status_code == 200


def test_whatever_comes_is_answered_and_never_with_an_error_of_the_sandbox(caller):
    run(caller, 1, 60)


@pytest.mark.proof
@pytest.mark.parametrize("seed", range(4))
def test_whatever_comes_is_answered_a_thousand_times(caller, seed):
    run(caller, seed, 1000)


BROKEN = (
    b"",
    b"\r\n\r\n",
    b"POST\r\n\r\n",
    b"POST / HTTP/9.9\r\n\r\n",
    b"POST /fhir/ HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
    b"POST /fhir/ HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcde",
    b"POST /fhir/ HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    b"POST /fhir/ HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 70_000 + b"\r\n\r\n",
    b"\x16\x03\x01" * 50,
    b"POST /fhir/ HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc",
)


@pytest.mark.parametrize("sent", BROKEN, ids=range(len(BROKEN)))
def test_what_is_no_http_ends_the_connection_and_harms_nobody(caller, shared, sent):
    port = int(shared.base_url.rpartition(":")[2].partition("/")[0])
    with (
        socket.create_connection(("127.0.0.1", port), timeout=60) as plain,
        tls_context(shared.folder).wrap_socket(plain, server_hostname="127.0.0.1") as tls,
    ):
        tls.sendall(sent)
        tls.shutdown(socket.SHUT_WR)
        answer = b""
        while piece := tls.recv(65536):
            answer += piece
        assert b" 500 " not in answer.partition(b"\r\n")[0]
    assert caller.post().status_code == 200
