"""The key pairs of the settings, such as ``[tls]`` or ``[signing]``, of every organisation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sha_disclosure.credentials import Chain, in_order, is_authority
from sha_disclosure.findings import Finding
from sha_disclosure.messages import Message, message
from sha_disclosure.settings import KeyPair, Organisation, Settings
from sha_disclosure.tools.check.certificates import (
    Surroundings,
    Use,
    check_complete,
    check_holder,
    check_strength,
    check_surroundings,
    check_use,
    check_validity,
    leaf_facts,
    read_certificates,
)
from sha_disclosure.tools.check.checks import (
    PAIR_CHECKS,
    failed,
    is_failed,
    not_run,
    passed,
    warned,
)
from sha_disclosure.tools.check.keys import Key, certificates_beside, check_key, open_pair_key
from sha_disclosure.tools.check.partial_settings import PartialSettings

_USES: tuple[tuple[str, Use], ...] = (("tls", "tls"), ("signing", "signing"), ("token", "signing"))
_AFTER_MATCH = PAIR_CHECKS[PAIR_CHECKS.index("match") + 1 :]


@dataclass(frozen=True, slots=True)
class CheckedPair:
    """The findings of a key pair, and its chain, leaf first, if readable."""

    findings: tuple[Finding, ...]
    chain: Chain = ()

    @property
    def usable(self) -> bool:
        """Whether the pair has no faults."""
        return not any(map(is_failed, self.findings))


def key_pairs(settings: Settings) -> Iterator[tuple[str, KeyPair, Use]]:
    """Yield each key pair: the name of its table, the pair and its use.

    An organisation's pairs are numbered as in the settings, such as
    ``organisation.0.signing``.
    """
    tables: list[tuple[str, Settings | Organisation]] = [("", settings)]
    tables += [(f"organisation.{n}.", each) for n, each in enumerate(settings.organisation)]
    for prefix, table in tables:
        for name, use in _USES:
            pair = getattr(table, name)
            if pair is not None:
                yield f"{prefix}{name}", pair, use


def check_pair(name: str, pair: KeyPair, use: Use, around: Surroundings) -> CheckedPair:
    """Check the certificate and the key of one pair as far as possible, even after a fault."""
    file = around.partial.label(pair.key)
    key = open_pair_key(pair, file)
    chain = _chain(pair, key, around)
    if isinstance(chain, Message):
        return CheckedPair(
            (
                failed(f"{name}.certificate", chain),
                *check_key(name, pair, key, None, file),
                *(not_run(f"{name}.{part}", f"{name}.certificate") for part in _AFTER_MATCH),
            )
        )
    order = in_order(chain)
    ordered = tuple(chain[number - 1] for number in order) if order else chain
    leaf = None if is_authority(ordered[0]) else ordered[0]
    return CheckedPair(
        (
            passed(f"{name}.certificate", leaf_facts(ordered[0], len(chain))),
            *check_key(name, pair, key, leaf, file),
            *check_complete(f"{name}.chain", chain, around.anchors),
            *check_validity(f"{name}.dates", chain, around.now),
            *check_use(name, leaf, use),
            *check_strength(f"{name}.strength", ordered),
            *check_surroundings(f"{name}.environment", chain, around),
            *(check_holder(name, leaf, pair, around) if use == "signing" else ()),
        ),
        ordered,
    )


def _chain(pair: KeyPair, key: Key | Finding, around: Surroundings) -> Chain | Message:
    if pair.certificate is not None:
        return read_certificates(pair.certificate, around.partial.label(pair.certificate))
    if isinstance(key, Finding):
        return message("check.certificate_with_key")
    return certificates_beside(key)


def check_tables(partial: PartialSettings, pairs: dict[str, CheckedPair]) -> Iterator[Finding]:
    """Yield the findings of every pair in order, and of missing tables."""
    organisations = partial.settings.organisation
    each_signs = bool(organisations) and all(each.signing for each in organisations)
    for name, _ in _USES:
        check = f"{name}.certificate"
        if name in pairs:
            yield from pairs[name].findings
        elif not partial.valid(name):
            if name != "token":
                yield not_run(check, "settings")
        elif name == "tls":
            yield failed(check, message("check.no_tls"))
        elif name == "signing" and not each_signs:
            yield warned(check, message("check.no_signing"))
    for name, pair in pairs.items():
        if name.startswith("organisation."):
            yield from pair.findings
