"""Comparing what this SDK sends with a FHIR package the vendor holds (määrittelypaketti).

It proves agreement with the package it is given, nothing more. Needs the extra
``conformance`` for validating; reading and comparing packages need the core only.
"""
