"""Signatures: the JSON signature of the content and the token of each attempt.

``signer`` holds what signs, ``content`` makes the Bundle's signature, ``verification``
checks one, ``token`` makes the JSON Web Token.
"""
