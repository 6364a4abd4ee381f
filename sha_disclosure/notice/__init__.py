"""The disclosure notice (luovutusilmoitus) and its parts, and reading JSON into them."""
