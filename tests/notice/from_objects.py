"""Every part of a notice made from plain Python objects, as hosts write it.

``make types`` checks this file with pyright strict and mypy strict, without plugins.
"""

from __future__ import annotations

from datetime import UTC, date, datetime

from sha_disclosure import DisclosureNotice
from sha_disclosure.notice import (
    AuthenticationMethod,
    AuthorityPurpose,
    AuthorityRight,
    BroadRight,
    Client,
    ClientRecipient,
    Coding,
    Consent,
    Controller,
    DisclosedData,
    Discloser,
    DiscloserUnit,
    Ground,
    InformationRequest,
    OrganisationRecipient,
    Permission,
    PersonRecipient,
    ProfessionalId,
    ProfessionalRecipient,
    Recipient,
    RecipientRole,
    Statute,
    Unit,
)
from sha_disclosure.values import BirthDate, Code, Instant, Oid, PersonName, Time

NOW = datetime(2026, 11, 20, 12, 30, tzinfo=UTC)
ROLES: list[RecipientRole] = ["other_authority", "other"]
PURPOSES: tuple[AuthorityPurpose, ...] = ("assess_need", "arrange_care")
ROOT = "1.2.246.10.28777751"

named = Client(family_name="Laine", given_names=["Aino", "Maria"], personal_id="020594X903P")
clients = [
    named,
    Client(family_name="Laine", given_names=("Aino",), temporary_id=f"{ROOT}.22.2026.17"),
    Client(family_name="Laine", birth_date=date(2020, 5, 1)),
    Client(family_name=PersonName("Laine"), given_names=None, birth_date=BirthDate("2020-05-01")),
    Client(family_name=named.family_name, given_names=named.given_names, birth_date="2020-05-01"),
]
unit = DiscloserUnit(oid=f"{ROOT}.10.12", name="Aikuissosiaalityö")
disclosers = [
    Discloser(unit=unit),
    Discloser(
        family_name="Virtanen",
        given_names=["Aino"],
        id=ProfessionalId(system="urn:oid:1.2.246.537.29", value="81234567890"),
        title="Sosiaalityöntekijä",
        authentication_method=AuthenticationMethod(code="1", display="Toimikortti"),
        unit=DiscloserUnit(oid=Oid(f"{ROOT}.10.12"), name=unit.name),
    ),
]
recipients: list[Recipient] = [
    ClientRecipient(),
    OrganisationRecipient(name="Palvelukoti", roles=["social_welfare_provider"]),
    OrganisationRecipient(oid="1.2.246.10.99887766.10.1", name="Virasto", roles=ROLES),
    ProfessionalRecipient(family_name="Mäki", unit=Unit(name="Poliklinikka"), roles=tuple(ROLES)),
    PersonRecipient(family_name="Laine", given_names=["Eino"], relation="legal_representative"),
]
reason = Coding(code="1", display="Syy", system="urn:oid:1.2.246.537.6.1299.202101")
grounds: list[Ground] = [
    Permission(stored_in_kanta=True),
    Permission(stored_in_kanta=False, given_at=NOW, given_by="client", scope="Arvio"),
    Permission(stored_in_kanta=False, given_at="2026-11-02", given_by="client", scope="Arvio"),
    Consent(stored_in_kanta=False, given_at=NOW.date(), given_by="client", scope="Arvio"),
    Statute(provision="703/2023 63 § 1 mom.", necessity="Tarpeen"),
    InformationRequest(provision="703/2023 74 §"),
    BroadRight(cause="memory_disease", no_legal_representative=True, necessity="Hoito"),
    AuthorityRight(purpose="verify_information", statutory_task="Tuki", reason=reason),
    AuthorityRight(purpose=PURPOSES, statutory_task="Tuki", essential_effect=True),
    AuthorityRight(purpose=["assess_need"], statutory_task="Tuki", necessary_for_task=False),
]
tasks = [Coding(code=Code("20"), display="Vammaispalvelut")]
data = [
    DisclosedData(description="Palvelutarpeen arvio", service_tasks=tasks),
    DisclosedData(
        document_type=Coding(code="1", display="Asiakaskertomus"),
        service_tasks=tuple(tasks),
        original_service_tasks=tasks,
        document_id=f"{ROOT}.14.2026.1",
    ),
]
moments: list[str | date | datetime | Time] = [
    NOW,
    NOW.date(),
    "2026-11-20T14:30:00+02:00",
    "2026-11-20",
    Time(NOW),
]


def notice(
    client: Client,
    discloser: Discloser,
    recipient: Recipient,
    ground: Ground,
    disclosed_at: str | datetime | date | Time,
) -> DisclosureNotice:
    """Make a notice of the parts."""
    return DisclosureNotice(
        id=f"{ROOT}.95.2026.1",
        client=client,
        controller=Controller(oid=f"{ROOT}.19.0", name="Esimerkin hyvinvointialue", register="1"),
        discloser=discloser,
        recipient=recipient,
        ground=ground,
        purpose="Asumispalvelun järjestäminen",
        disclosed_at=disclosed_at,
        recorded_at=Instant(NOW),
        disclosed_data=data,
        language="sv",
        acknowledged=["N10"],
        reference="tapaus-7",
    )


read_back: tuple[str, str, datetime | None, str] = (
    named.family_name.reveal(),
    unit.oid.urn,
    Time(NOW).moment,
    str(Controller(oid="1.2.3", name="A").register),
)
