"""A client of the sandbox for tests: sends right messages, or what a test puts in their place."""

import json
import ssl

import httpx
import wire_messages as messages


def tls_context(folder, certificate="tls.crt", key="tls.key"):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(folder / "ca.crt")
    if certificate:
        context.load_cert_chain(folder / certificate, folder / key)
    return context


def plain_http(url):
    """A client of the sandbox's pages, which loads no certificates for an address without TLS."""
    return httpx.Client(
        base_url=url, trust_env=False, follow_redirects=True, timeout=60, verify=False
    )


class Caller:
    """A client of the sandbox that sends what a test asks for."""

    def __init__(self, sandbox):
        self.sandbox = sandbox
        self.pki = sandbox.pki
        self.http = httpx.Client(verify=tls_context(sandbox.folder), trust_env=False, timeout=60)

    def close(self):
        self.http.close()

    def last_refusal(self):
        """Return only the last: all that a session's sandbox refused would be read otherwise."""
        return self.sandbox._store.refusals(at_most=1)[0]

    def claims(self):
        return messages.claims(self.sandbox.base_url)

    def post(self, content=None, *, claims=None, bearer=None, signed=None, **replaced):
        """POST a message; what is not given is right."""
        bearer = bearer or messages.token(claims or self.claims(), self.pki.signing)
        if signed is None:
            content = content or messages.bundle()
            signed = messages.sign(content, self.pki.signing)
        body = signed if isinstance(signed, bytes) else json.dumps(signed).encode()
        headers = messages.headers(bearer, **replaced)
        return self.http.post(self.sandbox.base_url + "/", content=body, headers=headers)
