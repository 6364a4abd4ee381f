"""Prometheus metrics of an outbox and its drainer (extra ``prometheus``)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from sha_disclosure.errors import OutboxError

if TYPE_CHECKING:
    from sha_disclosure.outbox import Drainer, Status

_NAME = "sha_disclosure_outbox"


class OutboxCollector(Collector):
    """Metrics of one outbox, without ids (säilön mittarit).

    ::

        REGISTRY.register(OutboxCollector(outbox.status, drainer=drainer))
        start_http_server(9100)

    ``status`` is called at each scrape; ``drainer`` adds its heartbeat. If the database cannot
    be reached, ``sha_disclosure_outbox_up`` is 0 and the outbox's other metrics are missing.
    A dashboard for Grafana is in ``docs/grafana-outbox.json``.
    """

    def __init__(self, status: Callable[[], Status], *, drainer: Drainer | None = None) -> None:
        self._status = status
        self._drainer = drainer

    def describe(self) -> Iterator[Metric]:
        """Return nothing, so that registering does not query the database."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        """Return the current metrics."""
        try:
            status = self._status()
        except OutboxError:
            yield GaugeMetricFamily(f"{_NAME}_up", "Whether the outbox can be read", 0)
        else:
            yield GaugeMetricFamily(f"{_NAME}_up", "Whether the outbox can be read", 1)
            yield from _figures(status)
        if self._drainer is not None:
            yield from _beats(self._drainer)


def _figures(status: Status) -> Iterator[Metric]:
    depth = GaugeMetricFamily(f"{_NAME}_messages", "Messages by state", labels=["state"])
    for state, count in status.counts.items():
        depth.add_metric([state], count)
    yield depth
    yield GaugeMetricFamily(
        f"{_NAME}_oldest_pending_seconds",
        "How long the oldest pending message has waited",
        status.oldest_pending_s,
    )
    yield GaugeMetricFamily(
        f"{_NAME}_damaged", "Messages in quarantine that cannot be read", status.damaged
    )
    yield GaugeMetricFamily(
        f"{_NAME}_possibly_stored",
        "Messages parked or in quarantine that the service may hold all the same",
        status.possibly_stored,
    )


def _beats(drainer: Drainer) -> Iterator[Metric]:
    health = drainer.health()
    yield GaugeMetricFamily(
        f"{_NAME}_drainer_up", "Whether the drainer runs and reached its database lately", health.ok
    )
    if health.beat_age_s is not None:
        yield GaugeMetricFamily(
            f"{_NAME}_drainer_beat_age_seconds",
            "Since the drainer last reached its database",
            health.beat_age_s,
        )
    yield GaugeMetricFamily(
        f"{_NAME}_drainer_restarts", "How often its drain was begun anew", health.restarts
    )
