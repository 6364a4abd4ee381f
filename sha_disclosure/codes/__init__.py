"""Codings, and the national code lists they come from (koodistot).

Lists are read from files (``reading``, ``folder``); ``fetching`` queries the code server on
request. Nothing here makes network calls on its own.
"""

from sha_disclosure.codes.folder import code_lists_for, load_code_lists, sample_code_lists
from sha_disclosure.codes.lists import (
    CodeList,
    CodeLists,
    CodeStanding,
    ListedCode,
    Standing,
    Status,
    UsedCode,
)
from sha_disclosure.codes.reading import read_code_list
from sha_disclosure.notice import Coding

__all__ = [
    "CodeList",
    "CodeLists",
    "CodeStanding",
    "Coding",
    "ListedCode",
    "Standing",
    "Status",
    "UsedCode",
    "code_lists_for",
    "load_code_lists",
    "read_code_list",
    "sample_code_lists",
]
