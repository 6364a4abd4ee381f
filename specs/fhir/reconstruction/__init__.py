"""The reconstructed FHIR package: what its definitions say, and on what each of them rests."""
