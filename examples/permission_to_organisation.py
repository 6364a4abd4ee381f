"""A disclosure to a care provider by the client's permission (luovutuslupa), in Python objects.

The permission is on paper, not in Kanta's declaration-of-intent service, so the notice carries
its data and the SDK builds a Consent from it.
"""

from datetime import datetime, timedelta, timezone

from service import service

from sha_disclosure import DisclosureNotice, KantaClient
from sha_disclosure.notice import (
    Client,
    Coding,
    Controller,
    DisclosedData,
    Discloser,
    DiscloserUnit,
    OrganisationRecipient,
    Permission,
)

FINLAND_IN_WINTER = timezone(timedelta(hours=2))

notice = DisclosureNotice(
    client=Client(personal_id="020594X903P", family_name="Korhonen", given_names=["Eevi"]),
    controller=Controller(oid="1.2.246.10.28777751.19.0", name="Esimerkin hyvinvointialue"),
    discloser=Discloser(
        family_name="Virtanen",
        given_names=["Aino", "Maria"],
        title="Sosiaalityöntekijä",
        unit=DiscloserUnit(oid="1.2.246.10.28777751.10.12", name="Aikuissosiaalityön palvelut"),
    ),
    recipient=OrganisationRecipient(
        oid="1.2.246.10.99887766.10.1",
        name="Palvelukoti Esimerkki Oy",
        roles=["social_welfare_provider"],
    ),
    ground=Permission(
        stored_in_kanta=False,
        given_at="2026-11-02T13:00:00+02:00",
        given_by="client",
        scope="Palvelukotiin siirtyminen: palvelutarpeen arvio",
    ),
    purpose="Asumispalvelun järjestäminen ja toteuttaminen",
    disclosed_at=datetime(2026, 11, 3, 8, 5, tzinfo=FINLAND_IN_WINTER),
    disclosed_data=[
        DisclosedData(
            description="Palvelutarpeen arvio",
            # A code of the sample in code-lists/: load the national code lists for the others.
            service_tasks=[Coding(code="20", display="Vammaispalvelut")],
        )
    ],
)

with service() as settings, KantaClient(settings) as kanta:
    prepared = kanta.prepare(notice)
    for warning in prepared.warnings:
        print(f"Warning {warning.rule} {warning.path}: {warning.message}")
    receipt = kanta.submit(prepared)
    print(f"Stored: {receipt.notice_id} {receipt.status}")
