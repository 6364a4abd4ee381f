"""The real OpenTelemetry SDK with its exporters in memory, and our listener before it."""

from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from sha_disclosure.events import opentelemetry_listener


class Telemetry:
    def __init__(self) -> None:
        self.reader, self.spans = InMemoryMetricReader(), InMemorySpanExporter()
        meters, self.tracers = MeterProvider([self.reader]), TracerProvider()
        self.tracers.add_span_processor(SimpleSpanProcessor(self.spans))
        self.meter = meters.get_meter("test")
        self.tracer = self.tracers.get_tracer("test")
        self.listener = opentelemetry_listener(self.meter, self.tracer)

    def points(self, name: str) -> dict:
        found = {}
        data = self.reader.get_metrics_data()
        for metric in data.resource_metrics[0].scope_metrics[0].metrics if data else ():
            if metric.name == f"sha_disclosure.{name}":
                for point in metric.data.data_points:
                    value = point.count if hasattr(point, "count") else point.value
                    found[tuple(sorted(point.attributes.items()))] = value
        return found
