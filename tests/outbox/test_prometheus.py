"""What Prometheus reads of an outbox, and that the dashboard asks for it."""

from __future__ import annotations

import json
import re

from outbox_parts import SECRET, TIMING
from places import ROOT
from prometheus_client import CollectorRegistry, generate_latest
from sqlalchemy import text

from sha_disclosure.integrations import OutboxCollector
from sha_disclosure.outbox import Outbox


def test_the_figures_of_an_outbox_and_its_drainer(file, kanta, sandbox, prepare):
    with Outbox(file) as outbox:
        drainer = outbox.drainer(kanta, timing=TIMING)
        registry = CollectorRegistry()
        registry.register(OutboxCollector(outbox.status, drainer=drainer))
        value = registry.get_sample_value
        outbox.add(prepare())
        assert value("sha_disclosure_outbox_up") == 1
        assert value("sha_disclosure_outbox_messages", {"state": "pending"}) == 1
        assert value("sha_disclosure_outbox_oldest_pending_seconds")
        assert value("sha_disclosure_outbox_drainer_up") == 0
        sandbox.inject("status", status=422)
        outbox.drain(kanta, timing=TIMING)
        assert value("sha_disclosure_outbox_messages", {"state": "quarantined"}) == 1
        assert value("sha_disclosure_outbox_possibly_stored") == 0
        said = generate_latest(registry).decode()
        assert SECRET not in said
        assert not re.search(r"1\.2\.246", said)  # no ids among the labels


def test_a_database_that_cannot_be_asked_is_a_figure_and_no_error(file):
    with Outbox(file) as outbox:
        registry = CollectorRegistry()
        registry.register(OutboxCollector(outbox.status))
        with outbox._database.write() as connection:
            connection.execute(text("DROP TABLE sha_outbox_attempt"))
        assert registry.get_sample_value("sha_disclosure_outbox_up") == 0
        assert registry.get_sample_value("sha_disclosure_outbox_damaged") is None


def test_the_dashboard_asks_for_figures_that_there_are(file, kanta):
    board = json.loads((ROOT / "docs" / "grafana-outbox.json").read_text("utf-8"))
    asked = {
        name
        for panel in board["panels"]
        for target in panel["targets"]
        for name in re.findall(r"sha_disclosure_outbox_\w+", target["expr"])
    }
    with Outbox(file) as outbox, outbox.drainer(kanta, timing=TIMING) as drainer:
        while not drainer.health().ok:
            drainer._stop.wait(0.02)
        registry = CollectorRegistry()
        registry.register(OutboxCollector(outbox.status, drainer=drainer))
        shown = {metric.name for metric in registry.collect()}
    assert asked == shown
