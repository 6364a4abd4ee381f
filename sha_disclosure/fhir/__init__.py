"""FHIR R4: from a notice to plain dictionaries to bytes, and back.

Plain dictionaries, since typed FHIR models rewrite instants and base64, which would break
the promise that what the caller wrote is what is signed.
"""
