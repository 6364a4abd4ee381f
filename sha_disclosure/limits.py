"""Limits on the size of input, each far above any use (rajat).

Larger input is refused before it is processed, and the error states the limit. Each can be set
by an environment variable, which applies to all readers, also of the settings: docs/limits.md.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

from sha_disclosure.errors import ConfigurationError
from sha_disclosure.messages import Message, Parameter, message

VARIABLE_PREFIX = "SHA_DISCLOSURE_LIMIT_"
"""Prefix of the environment variables that set limits."""

_MEGABYTE = 1024 * 1024
_MOST_DIGITS = 15


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit: its name, and its default value."""

    name: str
    default: int

    @property
    def variable(self) -> str:
        """The environment variable that sets the limit."""
        return VARIABLE_PREFIX + self.name.upper()

    @property
    def value(self) -> int:
        """The limit in force.

        Raises ConfigurationError when the variable is not a whole number above zero.
        """
        text = os.environ.get(self.variable, "").strip()
        if not text:
            return self.default
        if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS and int(text) > 0:
            return int(text)
        raise ConfigurationError(message("limits.variable", variable=self.variable))

    def exceeded(self, **parameters: Parameter) -> Message:
        """Return the sentence for input over the limit."""
        limit = self.value
        return message(f"limits.{self.name}", limit=limit, variable=self.variable, **parameters)


FILE_BYTES = Limit("file_bytes", 32 * _MEGABYTE)
"""Bytes of a settings, edition, key or certificate file, and of any file without its own limit."""
NOTICE_BYTES = Limit("notice_bytes", 32 * _MEGABYTE)
"""Bytes of one notice, or of one signed Bundle, as JSON."""
CODE_LIST_BYTES = Limit("code_list_bytes", 512 * _MEGABYTE)
"""Bytes of one code list, as a file or as all pages of the code server together."""
JSON_VALUES = Limit("json_values", 1_000_000)
"""Values in one JSON text, counted by its commas, colons and brackets."""
CODE_LIST_VALUES = Limit("code_list_values", 10_000_000)
"""Values in the JSON of one code list, counted the same way."""
TOML_PARTS = Limit("toml_parts", 32)
"""Names in one dotted key, and nesting of tables and lists, in a TOML file."""
ANSWER_BYTES = Limit("answer_bytes", 4 * _MEGABYTE)
"""Bytes of a whole answer of the service; a longer one is not evaluated."""
DATA_SETS = Limit("data_sets", 10_000)
"""Data sets of one notice."""
PACKAGE_BYTES = Limit("package_bytes", 512 * _MEGABYTE)
"""Bytes of all files of one FHIR package, unpacked."""
PACKAGE_FILE_BYTES = Limit("package_file_bytes", 64 * _MEGABYTE)
"""Bytes of one file of a FHIR package."""
PACKAGE_FILES = Limit("package_files", 20_000)
"""Files of one FHIR package, including the archive's folders and headers."""
PACKAGE_ELEMENTS = Limit("package_elements", 3_000)
"""Elements of one definition of a FHIR package, including those of its base types."""
PACKAGE_VALUES = Limit("package_values", 10_000_000)
"""Values in the JSON of one FHIR package, counted the same way as in one text."""

LIMITS = (
    FILE_BYTES, NOTICE_BYTES, ANSWER_BYTES, DATA_SETS, JSON_VALUES, TOML_PARTS,
    CODE_LIST_BYTES, CODE_LIST_VALUES,
    PACKAGE_BYTES, PACKAGE_FILE_BYTES, PACKAGE_FILES, PACKAGE_ELEMENTS, PACKAGE_VALUES,
)  # fmt: skip
"""Every limit, in the order of docs/limits.md."""

__all__ = [
    "ANSWER_BYTES",
    "CODE_LIST_BYTES",
    "CODE_LIST_VALUES",
    "DATA_SETS",
    "FILE_BYTES",
    "JSON_VALUES",
    "LIMITS",
    "NOTICE_BYTES",
    "PACKAGE_BYTES",
    "PACKAGE_ELEMENTS",
    "PACKAGE_FILES",
    "PACKAGE_FILE_BYTES",
    "PACKAGE_VALUES",
    "TOML_PARTS",
    "VARIABLE_PREFIX",
    "Limit",
]
