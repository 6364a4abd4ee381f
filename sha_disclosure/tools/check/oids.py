"""The OIDs of the settings: whether they are plausible.

An organisation's OID is 1.2.246.10 and its business id (Y-tunnus) without hyphen and leading
zeros (JHS 159). Only warnings: Kela's own examples have business ids that do not exist.
"""

from __future__ import annotations

from sha_disclosure.findings import Finding
from sha_disclosure.messages import message
from sha_disclosure.tools.check.checks import not_run, passed, warned
from sha_disclosure.tools.check.partial_settings import PartialSettings
from sha_disclosure.values import Oid

_ORGANISATIONS = "1.2.246.10."
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2)


def business_id_fits(oid: Oid) -> bool | None:
    """Return whether the business id in an OID has a valid check digit; None if it has none."""
    if not str(oid).startswith(_ORGANISATIONS):
        return None
    digits = str(oid).removeprefix(_ORGANISATIONS).split(".", maxsplit=1)[0].zfill(8)
    if len(digits) != 8:
        return False
    weighed = sum(int(d) * w for d, w in zip(digits[:7], _WEIGHTS, strict=True))
    remainder = weighed % 11
    return remainder != 1 and int(digits[7]) == (11 - remainder) % 11


def check_oids(partial: PartialSettings) -> list[Finding]:
    """Return the checks of the parties' OIDs and of the root of generated ids."""
    settings = partial.settings
    parties: dict[str, Oid] = {
        name: getattr(settings, name).id
        for name in ("system", "subscriber", "requester")
        if partial.valid(name)
    }
    if not parties:
        return [not_run("oids", "settings")]
    odd = [name for name, oid in parties.items() if business_id_fits(oid) is False]
    if "requester" in odd and parties.get("requester") == parties.get("subscriber"):
        odd.remove("requester")
    findings = [
        warned("oids", message("check.business_id", party=name, oid=str(parties[name])))
        for name in odd
    ]
    root = str(settings.ids.root)
    own = [str(parties[name]) for name in ("subscriber", "requester") if name in parties]
    if own and partial.valid("ids") and not any(root.startswith(f"{oid}.") for oid in own):
        findings.append(warned("oids", message("check.ids_root", root=root)))
    return findings or [passed("oids", message("check.ok.oids", parties=tuple(parties)))]
