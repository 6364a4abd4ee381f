"""Signatures of the wire (allekirjoitukset): the canonical form, JWS, and what is made of them.

``canonical`` writes JSON in its one form (RFC 8785), ``jws`` the compact serialisation (RFC 7515,
RFC 7797), ``content`` the Bundle's signature (Kanta JSON allekirjoitus), ``token`` the JSON Web
Token of each attempt. ``signer`` holds what signs; its certificates are for ``credentials``.
"""

from sha_disclosure.jose.signer import CallbackSigner, JwsSigner, KeySigner, Signer

__all__ = ["CallbackSigner", "JwsSigner", "KeySigner", "Signer"]
