"""The OIDs of the settings: whose they are, as far as a number can tell.

An organisation's OID is 1.2.246.10 and its business id (Y-tunnus) without hyphen and leading
zeros (JHS 159). Only warnings: Kela's own examples hold business ids that do not exist.
"""

from __future__ import annotations

from collections.abc import Iterator

from sha_disclosure.messages.words import Words
from sha_disclosure.settings import Settings
from sha_disclosure.tools.check.result import Result, passed, warned
from sha_disclosure.values import Oid

_ORGANISATIONS = "1.2.246.10."
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2)


def business_id_fits(oid: Oid) -> bool | None:
    """Return whether the business id in an OID has the right check digit; None without one."""
    if not str(oid).startswith(_ORGANISATIONS):
        return None
    digits = str(oid).removeprefix(_ORGANISATIONS).split(".", maxsplit=1)[0].zfill(8)
    if len(digits) != 8:
        return False
    weighed = sum(int(d) * w for d, w in zip(digits[:7], _WEIGHTS, strict=True))
    remainder = weighed % 11
    return remainder != 1 and int(digits[7]) == (11 - remainder) % 11


def inspect_oids(settings: Settings, wanting: frozenset[str]) -> Iterator[Result]:
    """Yield the checks of the parties' OIDs and of the root of generated ids."""
    parties = {
        name: getattr(settings, name).id
        for name in ("system", "subscriber", "requester")
        if name not in wanting
    }
    odd = [name for name, oid in parties.items() if business_id_fits(oid) is False]
    if "requester" in odd and parties.get("requester") == parties.get("subscriber"):
        odd.remove("requester")
    for name in odd:
        yield warned(
            "oids",
            Words(
                f"{name}.id {parties[name]}: the business id in it has a wrong check digit",
                f"{name}.id {parties[name]}: sen y-tunnuksen tarkistusnumero on väärä",
            ),
            Words(
                "compare it with the SOTE organisation register; examples may have such",
                "vertaa SOTE-organisaatiorekisteriin; esimerkeissä tällaisia on",
            ),
        )
    root = settings.ids.root
    own = [parties[n] for n in ("subscriber", "requester") if n in parties]
    strange = bool(own) and "ids" not in wanting and not any(_below(root, oid) for oid in own)
    if strange:
        yield warned(
            "oids",
            Words(
                f"ids.root {root} is below neither requester.id nor subscriber.id",
                f"ids.root {root} ei ole requester.id:n eikä subscriber.id:n alla",
            ),
            Words(
                "make sure that the root is the organisation's own: no other may use it",
                "varmista, että juuri on organisaation oma eikä kenenkään muun käytössä",
            ),
        )
    if not odd and not strange:
        yield passed("oids", Words(", ".join(parties), ", ".join(parties)))


def _below(oid: Oid, above: Oid) -> bool:
    return str(oid).startswith(f"{above}.")
