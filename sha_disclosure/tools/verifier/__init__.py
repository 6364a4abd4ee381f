"""The independent reading of a message: headers, token, signature, Bundle, by the edition."""
