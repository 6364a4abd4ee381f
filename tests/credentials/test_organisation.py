"""Whose certificate signs: its Subject serialNumber is held against the parties of the settings."""

from __future__ import annotations

from pathlib import Path

import pytest

from sha_disclosure import ConfigurationError, KantaClient
from sha_disclosure.credentials import check_organisation, named_organisation
from sha_disclosure.events import RenewalRefused, SignerMismatched
from sha_disclosure.settings import Settings
from sha_disclosure.tools.sandbox import Sandbox
from tests.authority import Wish, edition_with, leaf

OWN, OTHER = "1.2.246.10.28777751.10.0", "1.2.246.10.99887766.10.0"


def of(number: str | None) -> Wish:
    return Wish(serial_number=number)


@pytest.mark.parametrize("number", [OWN, OTHER, "25112345678", None])
def test_a_certificate_says_whose_it_is_or_nothing(number: str | None) -> None:
    assert named_organisation(leaf("p256", of(number)).certificate) == number


@pytest.mark.parametrize(
    ("number", "strictness", "severities"),
    [
        (OWN, "refuse", []),
        (None, "refuse", []),
        (OTHER, "off", []),
        (OTHER, "warn", ["warning"]),
        (OTHER, "refuse", ["error"]),
        ("25112345678", "warn", ["warning"]),
        (f"{OWN}.1", "warn", ["warning"]),
    ],
)
def test_another_organisation_s_certificate_is_found(
    number: str | None, strictness: str, severities: list[str]
) -> None:
    certificate = leaf("p256", of(number)).certificate
    trust = edition_with(trust={"subject_serial_number": strictness}).wire.trust
    found = check_organisation(certificate, ["1.2.246.10.1.1", OWN], trust)
    assert [each.severity for each in found] == severities
    for each in found:
        for language in ("en", "fi"):
            said = each.text(language) + each.part("expected", language)
            assert OWN in said
            assert str(number) not in said.replace(OWN, "")


@pytest.fixture
def sandbox(tmp_path: Path):
    with Sandbox(tmp_path / "sandbox") as running:
        yield running


def sign_as(sandbox: Sandbox, holder: str | None) -> Settings:
    sandbox.pki.issue("Signer", "signing", holder=holder).write(sandbox.folder, "signing")
    return sandbox.settings()


@pytest.mark.parametrize("holder", [None, "own"])
def test_a_client_says_nothing_of_its_own_certificate(sandbox: Sandbox, holder: str | None) -> None:
    own = str(sandbox.settings().requester.id) if holder else None
    heard: list = []
    with KantaClient(sign_as(sandbox, own), listeners=[heard.append]):
        assert heard == []


def test_a_client_warns_once_of_another_s_certificate(sandbox: Sandbox) -> None:
    heard: list = []
    settings = sign_as(sandbox, OTHER)
    with KantaClient(settings, listeners=[heard.append]) as kanta:
        kanta.renew()
        (event,) = [each for each in heard if isinstance(each, SignerMismatched)]
        assert (event.use, event.organisation) == ("signing", str(settings.requester.id))
        sign_as(sandbox, f"{OTHER}.1")
        kanta.renew()
        assert len([each for each in heard if isinstance(each, SignerMismatched)]) == 2


def test_an_edition_may_refuse_another_s_certificate(sandbox: Sandbox) -> None:
    strict = edition_with(trust={"subject_serial_number": "refuse"})
    with pytest.raises(ConfigurationError, match="another organisation"):
        KantaClient(sign_as(sandbox, OTHER), edition=strict)
    heard: list = []
    settings = sign_as(sandbox, str(sandbox.settings().subscriber.id))
    with KantaClient(settings, edition=strict, listeners=[heard.append]) as kanta:
        sign_as(sandbox, OTHER)
        assert not kanta.renew()
    assert [type(each) for each in heard] == [RenewalRefused]
