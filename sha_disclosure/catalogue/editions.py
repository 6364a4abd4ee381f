"""The words of the rule on what the edition in use makes mandatory (N26)."""

from __future__ import annotations

from sha_disclosure.catalogue.entry import RuleEntry

ENTRIES = (
    RuleEntry(
        "N26",
        "Cardinalities of the edition in use (guide 0.3: TypeOfDisclosure, Patient.identifier)",
        "What the edition in use makes mandatory is given.",
        "Ilmoituksessa on se, minkä käytössä oleva editio tekee pakolliseksi.",
        {
            "type_of_disclosure": (
                "The edition in use makes the type of disclosure mandatory: give "
                "`type_of_disclosure`.",
                "Käytössä oleva editio tekee luovutustavan pakolliseksi: anna "
                "`type_of_disclosure`.",
            ),
            "client_identifier": (
                "The edition in use makes an identifier of the client mandatory: give "
                "`personal_id` or `temporary_id`, since a date of birth alone is not enough.",
                "Käytössä oleva editio tekee asiakkaan tunnisteen pakolliseksi: anna "
                "`personal_id` tai `temporary_id`, sillä pelkkä syntymäaika ei riitä.",
            ),
        },
    ),
)
