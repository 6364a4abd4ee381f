"""Signatures on the wire (allekirjoitukset): the canonical form, JWS, and their uses.

``canonical`` produces canonical JSON (RFC 8785), ``jws`` the compact serialisation (RFC 7515,
RFC 7797), ``content`` the Bundle's signature (Kanta JSON allekirjoitus), ``token`` the JSON Web
Token of each attempt. ``signer`` has the signers; ``credentials`` has their certificates.
"""

from sha_disclosure.jose.signer import CallbackSigner, JwsSigner, KeySigner, Signer

__all__ = ["CallbackSigner", "JwsSigner", "KeySigner", "Signer"]
