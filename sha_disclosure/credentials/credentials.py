"""The credentials of an organisation, loaded and checked as a whole."""

from __future__ import annotations

import ssl
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from sha_disclosure.boundary import boundary
from sha_disclosure.credentials.certificate import Chain
from sha_disclosure.credentials.chain import check_usage
from sha_disclosure.credentials.keys import AskPin, SoftwareKey, TokenSigner
from sha_disclosure.credentials.origins import FileDigests, Origin, Origins, Table
from sha_disclosure.credentials.pair import Pair, open_pair
from sha_disclosure.credentials.reading import load_anchors, require
from sha_disclosure.credentials.signing import CertifiedSigner, SigningUse, algorithm_for
from sha_disclosure.credentials.tls import tls_client
from sha_disclosure.credentials.trust import check_environment
from sha_disclosure.editions import Edition
from sha_disclosure.errors import ConfigurationError
from sha_disclosure.jose.content import BundleSigner
from sha_disclosure.jose.signer import KeySigner, Signer
from sha_disclosure.jose.token import TokenMaker
from sha_disclosure.messages import message
from sha_disclosure.settings import Settings


@dataclass(frozen=True, eq=False)
class Credentials:
    """One organisation's keys and certificates (avaimet ja varmenteet), with their origins.

    ``tls`` is the context of mutual TLS and ``client_chain`` its certificate chain, leaf first;
    ``content`` signs the Bundles of ``bundles``, ``token`` the tokens created by ``tokens``.
    Organisations with the same key tables share one instance.
    """

    tls: ssl.SSLContext
    client_chain: Chain = field(repr=False)
    content: CertifiedSigner
    token: CertifiedSigner
    bundles: BundleSigner
    tokens: TokenMaker
    origins: Origins = field(repr=False)


@dataclass(frozen=True, slots=True)
class OwnSigners:
    """Signers that a host provides instead of keys in the settings.

    ``content`` and ``token`` replace the tables ``[signing]`` and ``[token]``; ``pin`` returns
    the PIN of a token whose URI does not say where it is.
    """

    content: CertifiedSigner | None = None
    token: CertifiedSigner | None = None
    pin: AskPin | None = None


@boundary
def load_credentials(
    settings: Settings,
    edition: Edition,
    now: datetime,
    own: OwnSigners | None = None,
    *,
    loaded: Mapping[Origin, Credentials] | None = None,
    origins: Origins | None = None,
) -> Credentials:
    """Load and check every key and certificate in the settings once.

    Without a token signer and table, the content's signer also signs tokens. A part already
    ``loaded`` from the same origin is shared instead of read again; ``loaded`` maps origins to
    credentials. ``origins`` are those of the settings' current files, if already known.

    Raises ConfigurationError, KeyUnavailable and CertificateExpired.
    """
    own, known = own or OwnSigners(), loaded or {}
    origins = origins or FileDigests().origins(settings)
    if settings.tls is None:
        raise _missing("tls")
    content = own.content
    if content is None:
        same = known.get(origins.signing)
        content = same.content if same else _content(settings, edition, now, own.pin)
    token = own.token
    if token is None:
        same = known.get(origins.token)
        token = same.token if same else _token(settings, edition, now, own.pin, content)
    content.require_valid(now)
    token.require_valid(now)
    same = known.get(origins.tls)
    if same:
        tls, chain = same.tls, same.client_chain
    else:
        tls, chain = tls_client(settings.tls, now)
        _require_environment(settings, edition, (*chain, *load_anchors(settings.tls.ca)), "tls")
    _require_environment(settings, edition, content.chain, "signing")
    _require_environment(settings, edition, token.chain, "token")
    bundles, tokens = BundleSigner(content, edition), TokenMaker(token, edition)
    return Credentials(tls, chain, content, token, bundles, tokens, origins)


def _require_environment(
    settings: Settings, edition: Edition, certificates: Iterable[x509.Certificate], table: Table
) -> None:
    """Refuse test certificates in production, and production certificates elsewhere."""
    found = check_environment(certificates, settings.environment, edition.wire.trust)
    require(f"[{table}]", *found)


def _missing(table: Table) -> ConfigurationError:
    return ConfigurationError(message(f"credentials.missing_{table}"))


def _content(
    settings: Settings, edition: Edition, now: datetime, pin: AskPin | None
) -> CertifiedSigner:
    if settings.signing is None:
        raise _missing("signing")
    return _certified(open_pair(settings.signing, now, pin), edition, "content_signature")


def _token(
    settings: Settings,
    edition: Edition,
    now: datetime,
    pin: AskPin | None,
    content: CertifiedSigner,
) -> CertifiedSigner:
    if settings.token is not None:
        return _certified(open_pair(settings.token, now, pin), edition, "token")
    algorithm = algorithm_for(content.leaf, edition, "token")
    if algorithm == content.algorithm:
        return content
    if isinstance(content.signer, KeySigner | TokenSigner):
        return CertifiedSigner(content.signer.using(algorithm), algorithm, content.chain)
    raise ConfigurationError(
        message(
            "credentials.token_algorithm",
            edition=edition.name,
            content=content.algorithm,
            token=algorithm,
        )
    )


def _certified(pair: Pair, edition: Edition, use: SigningUse) -> CertifiedSigner:
    require(pair.name, *check_usage(pair.chain[0], "signing"))
    algorithm = algorithm_for(pair.chain[0], edition, use)
    return CertifiedSigner(_signer(pair, algorithm), algorithm, pair.chain)


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
