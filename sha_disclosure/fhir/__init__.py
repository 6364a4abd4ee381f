"""FHIR R4: converts a notice to plain dictionaries and bytes, and back.

The dictionaries are plain because typed FHIR models rewrite instants and base64, which would
break the promise that the caller's exact text is what is signed.
"""
