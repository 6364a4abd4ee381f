"""One planted secret in every field a person fills, and no channel that shows it."""

import json
import logging
import pickle
import traceback
from dataclasses import asdict

import pytest
from places import NOTICES
from telemetry import Telemetry

from sha_disclosure import DisclosureError, DisclosureNotice, InvalidNotice
from sha_disclosure.events import logging_listener

NAME = "Salaisuusnen"
TEXT = "planted-secret-text"
CODE = "050594U903M"
SECRETS = (NAME, TEXT, CODE)


@pytest.fixture
def planted() -> DisclosureNotice:
    data = json.loads((NOTICES / "permission-to-organisation.json").read_text("utf-8"))
    data["client"] |= {"personal_id": CODE, "family_name": NAME, "given_names": [NAME]}
    data["discloser"] |= {"family_name": NAME, "given_names": [NAME], "title": TEXT}
    data["recipient"]["name"] = TEXT
    data["purpose"] = TEXT
    data["ground"]["scope"] = TEXT
    for each in data["disclosed_data"]:
        each["description"] = TEXT
        each["service_tasks"][0]["display"] = TEXT
    return DisclosureNotice.model_validate(data)


def clean(*shown: object) -> None:
    for each in shown:
        for form in (str(each), repr(each), format(each)):
            for secret in SECRETS:
                assert secret not in form


def in_logs(caplog) -> None:
    for record in caplog.records:
        clean(record.getMessage(), record.args, record.__dict__)


def test_the_notice_and_all_that_is_made_of_it_hide_it(kanta, planted):
    prepared = kanta.prepare(planted)
    clean(planted, planted.client, planted.disclosed_data, [planted], {"n": planted})
    clean(prepared, prepared.user, kanta.client, kanta.client._setup)
    clean(vars(planted.client), planted.model_dump())


@pytest.mark.parametrize("fault", [None, "reset_after", "html", "status", "redirect", "half_body"])
def test_no_log_record_event_span_metric_error_or_traceback_shows_it(
    shell, sandbox, planted, caplog, fault
):
    caplog.set_level(logging.DEBUG)
    heard, telemetry = [], Telemetry()
    listeners = [heard.append, logging_listener(), telemetry.listener]
    kanta = shell.connect(sandbox.settings(), listeners=listeners)
    if fault:
        sandbox.inject(fault, **({"status": 422} if fault == "status" else {}))
    try:
        clean(kanta.submit(kanta.prepare(planted)))
    except DisclosureError as error:
        clean(error, error.to_dict(), error.__dict__, error.args)
        clean("".join(traceback.format_exception(error)))
        clean(pickle.dumps(error))
    assert caplog.records
    in_logs(caplog)
    assert heard
    clean(heard, *heard, *(asdict(event) for event in heard))
    assert telemetry.spans.get_finished_spans()
    clean(*(span.to_json() for span in telemetry.spans.get_finished_spans()))
    clean(telemetry.reader.get_metrics_data().to_json())


def test_no_url_or_header_outside_the_signed_token_shows_it(kanta, planted):
    client = kanta.client
    request = client._submission(kanta.prepare(planted), None, None).request(
        client._connection().credentials
    )
    clean(request, client._setup.url)
    headers = dict(request.headers)
    token = headers.pop("Authorization")
    clean(headers)
    clean(token)  # base64url: readable only to who decodes the signed token


def test_an_invalid_notice_is_told_without_it(kanta, planted, caplog):
    caplog.set_level(logging.DEBUG)
    data = json.loads(planted.model_dump_json(exclude_none=True))
    data["purpose"] = f"{TEXT} {CODE}"
    data["client"]["personal_id"] = f"{CODE}X"
    data[NAME] = TEXT
    data["disclosed_at"] = TEXT
    with pytest.raises(InvalidNotice) as caught:
        DisclosureNotice.model_validate(data)
    clean(caught.value, caught.value.to_dict(), caught.value.problems, caught.value.__dict__)
    assert caught.value.__context__ is None
    in_logs(caplog)
