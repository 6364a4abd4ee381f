"""The identity of a sender: what it signs and connects with, loaded and checked at once."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from sha_disclosure.credentials.certificate import Chain, key_kind
from sha_disclosure.credentials.chain import check_connection, check_keys, check_usage
from sha_disclosure.credentials.keys import AskPin, SoftwareKey, TokenSigner
from sha_disclosure.credentials.pair import Pair, open_pair
from sha_disclosure.credentials.reading import load_anchors, read_chain, require
from sha_disclosure.credentials.signing import SigningIdentity
from sha_disclosure.credentials.tls import tls_client
from sha_disclosure.credentials.trust import check_environment
from sha_disclosure.editions import Edition
from sha_disclosure.errors import ConfigurationError
from sha_disclosure.jose.signer import KeySigner, Signer
from sha_disclosure.settings import Environment, KeyPair, Settings, Tls
from sha_disclosure.sources import Sources

Use = Literal["content_signature", "token"]
"""The sections of an edition that name an algorithm for each kind of key."""


@dataclass(frozen=True, eq=False)
class Identity:
    """What the sender proves itself with: TLS client, content signature and token.

    ``client`` is the TLS client's certificate chain, leaf first.
    """

    tls: ssl.SSLContext
    content: SigningIdentity
    token: SigningIdentity
    client: Chain = field(default=(), repr=False)


def load_identity(  # noqa: PLR0913 - each keyword stands in for one part
    settings: Settings,
    edition: Edition,
    sources: Sources,
    *,
    content_signer: SigningIdentity | None = None,
    token_signer: SigningIdentity | None = None,
    ask_pin: AskPin | None = None,
    tls_of: Identity | None = None,
) -> Identity:
    """Read and check every key and certificate the settings name, each once.

    ``content_signer`` and ``token_signer`` stand in for the tables ``[signing]`` and
    ``[token]``. Without a token signer and table the content's identity signs tokens too.
    ``ask_pin`` gives the PIN of a token whose URI does not say where it is. ``tls_of`` is an
    identity whose TLS client serves this one too.

    Raises ConfigurationError, KeyUnavailable and CertificateExpired.
    """
    if settings.tls is None:
        raise ConfigurationError(_MISSING.format(table="tls", extra=' and ca = "ca.crt"'))
    now = sources.clock()
    content = content_signer
    if content is None:
        if settings.signing is None:
            raise ConfigurationError(_MISSING.format(table="signing", extra=""))
        content = _load_signing(settings.signing, edition, "content_signature", now, ask_pin)
    token = token_signer
    if token is None:
        token = (
            _load_signing(settings.token, edition, "token", now, ask_pin)
            if settings.token
            else _for_tokens(content, edition)
        )
    content.require_valid(now)
    token.require_valid(now)
    if tls_of is not None:
        made = Identity(tls_of.tls, content, token, tls_of.client)
    else:
        context, client = tls_client(settings.tls, now)
        made = Identity(context, content, token, client)
    _require_environment(made, settings.tls, settings.environment, edition)
    return made


def _require_environment(
    made: Identity, tls: Tls, environment: Environment, edition: Edition
) -> None:
    """Refuse test material in production, and production's trust elsewhere."""
    for name, certificates in (
        ("[tls]", (*made.client, *load_anchors(tls.ca))),
        ("[signing]", made.content.chain),
        ("[token]", made.token.chain),
    ):
        require(name, *check_environment(certificates, environment, edition.wire.trust))


_MISSING = (
    "Settings: add a table [{table}] with certificate = "
    '"{table}.crt" and key = "{table}.key"{extra}'
)


def signing_identity(
    certificate_pem: bytes, signer: Signer, edition: Edition, *, use: Use = "content_signature"
) -> SigningIdentity:
    """Return the identity of a signer of your own, such as a signing service.

    ``certificate_pem`` is its certificate chain, leaf first; the edition gives the algorithm
    for the kind of its key. Dates are checked when it is used. Raises ConfigurationError.
    """
    chain = read_chain(certificate_pem, "certificate_pem")
    require(
        "certificate_pem",
        *check_keys(chain),
        *check_connection(chain),
        *check_usage(chain[0], "signing"),
    )
    return SigningIdentity(signer, _algorithm(chain[0], edition, use), chain)


def _load_signing(
    table: KeyPair, edition: Edition, use: Use, now: datetime, ask_pin: AskPin | None
) -> SigningIdentity:
    pair = open_pair(table, now, ask_pin)
    require(pair.name, *check_usage(pair.chain[0], "signing"))
    algorithm = _algorithm(pair.chain[0], edition, use)
    return SigningIdentity(_signer(pair, algorithm), algorithm, pair.chain)


def _signer(pair: Pair, algorithm: str) -> Signer:
    if isinstance(pair.key, SoftwareKey):
        return KeySigner(pair.key.private, algorithm)
    public = pair.chain[0].public_key()
    if not isinstance(public, rsa.RSAPublicKey | ec.EllipticCurvePublicKey):
        raise pair.mismatch()
    signer = TokenSigner(pair.key, algorithm, public)
    if not signer.fits():
        raise pair.mismatch()
    return signer


def _for_tokens(content: SigningIdentity, edition: Edition) -> SigningIdentity:
    algorithm = _algorithm(content.leaf, edition, "token")
    if algorithm == content.algorithm:
        return content
    if isinstance(content.signer, KeySigner | TokenSigner):
        return SigningIdentity(content.signer.using(algorithm), algorithm, content.chain)
    raise ConfigurationError(
        f"Edition {edition.name} signs content with {content.algorithm} but tokens with "
        f"{algorithm}: give a token_signer as well, or a [token] table"
    )


def _algorithm(leaf: x509.Certificate, edition: Edition, use: Use) -> str:
    kind = key_kind(leaf)
    if kind is None:
        raise ConfigurationError("The certificate's key is not RSA, P-256 or P-384")
    section = edition.wire.token if use == "token" else edition.wire.content_signature
    algorithm: str = getattr(section, kind)
    return algorithm
