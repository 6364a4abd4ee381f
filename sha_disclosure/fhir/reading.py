"""Parses a Bundle of this SDK back into notices: the inverse of building."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sha_disclosure.boundary import boundary
from sha_disclosure.editions.wire import Wire
from sha_disclosure.errors import InvalidNotice
from sha_disclosure.fhir.actors import read_client, read_controller, read_discloser
from sha_disclosure.fhir.datatypes import (
    Data,
    Element,
    given_only,
    oid_of,
    read_coding,
    read_extension,
)
from sha_disclosure.fhir.grounds import read_ground
from sha_disclosure.fhir.recipients import read_recipient
from sha_disclosure.findings import problem
from sha_disclosure.notice import DisclosureNotice


@boundary
def read_bundle(document: Mapping[str, Any], wire: Wire) -> tuple[DisclosureNotice, ...]:
    """Return the notices of a Bundle built by this SDK with the same edition.

    Raises InvalidNotice if the Bundle has any other form.
    """
    try:
        resources = [entry["resource"] for entry in document["entry"]]
        pairs = zip(resources[::2], resources[1::2], strict=True)
        read = [_notice(event, provenance, wire) for event, provenance in pairs]
    except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
        fault = type(error).__name__
    else:
        return tuple(DisclosureNotice.model_validate(data) for data in read)
    raise InvalidNotice([problem("SHAPE.bundle", "", reason=fault)])


def _notice(event: Element, provenance: Element, wire: Wire) -> Data:
    labels = wire.contained
    resources = {each["id"]: each for each in event["contained"]}
    kind = read_extension(event, wire.extension.type_of_disclosure)
    recipient = event["agent"][2]
    return given_only(
        id=event["id"],
        client=read_client(resources[labels.client], wire),
        controller=read_controller(resources[labels.controller], wire),
        discloser=read_discloser(
            resources.get(labels.discloser), resources[labels.discloser_unit], wire
        ),
        recipient=read_recipient(recipient, resources, wire),
        ground=read_ground(event, wire),
        purpose=recipient["purposeOfUse"][0]["text"],
        disclosed_at=event["period"]["start"],
        recorded_at=event["recorded"],
        disclosed_data=[_data_set(each, wire) for each in event["entity"][1:]],
        type_of_disclosure=kind
        and read_coding(kind["valueCoding"], wire.code_system.type_of_disclosure),
        language=provenance["language"],
    )


def _data_set(entity: Element, wire: Wire) -> Data:
    urls, systems = wire.extension, wire.code_system
    codings = [e["valueCoding"] for e in entity["extension"] if e["url"] == urls.function_code]
    current, older = systems.service_task, systems.original_service_task[0]
    general = entity.get("type")
    specific = read_extension(entity, urls.specific_document_type)
    what = entity.get("what")
    return given_only(
        document_type=general and read_coding(general, systems.document_type),
        specific_document_type=specific
        and read_coding(specific["valueCoding"], systems.specific_document_type),
        description=entity.get("description"),
        service_tasks=[read_coding(c, current) for c in codings if c["system"] == current],
        original_service_tasks=[read_coding(c, older) for c in codings if c["system"] != current],
        document_id=what and oid_of(what["identifier"]["value"]),
    )
