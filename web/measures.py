"""The measures in the words of Prometheus; the only module that knows its client."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from engine.measures import Measures

TOTALS = {
    "advanced": "Times a case was advanced",
    "steps": "Steps that cases took",
    "started": "Cases whose process started",
    "ended": "Cases whose process ended by its diagram",
    "tasks_opened": "Tasks that began to wait for a person",
    "incidents": "Times a case could not go on",
}
STATUSES = ("new", "running", "suspended", "stuck", "ended")


def exposition(measures: Measures) -> bytes:
    """Write the measures as Prometheus reads them; totals are the database's, so all processes say the same."""
    registry = CollectorRegistry()
    registry.register(_Collector(measures))
    return generate_latest(registry)


class _Collector:
    def __init__(self, measures: Measures) -> None:
        self.measures = measures

    def collect(self) -> Iterator[Metric]:
        found = self.measures
        yield _gauge("lag_seconds", "For how long the oldest overdue case has waited", found.overdue.oldest_s)
        yield _gauge("due_cases", "Cases that are due now", found.overdue.count)
        yield _gauge("inbox_depth", "News for cases that no worker has handled", found.inbox.count)
        yield _gauge("inbox_oldest_seconds", "Age of the oldest of that news", found.inbox.oldest_s)
        yield _gauge("outbox_depth", "Messages that could leave now", found.outbox.count)
        yield _gauge("outbox_oldest_seconds", "For how long the oldest of them could have left", found.outbox.oldest_s)
        yield _gauge("open_incidents", "Stuck cases", found.incidents)
        yield _gauge("workers", "Worker processes that were seen within the last minute", found.workers)
        instances = GaugeMetricFamily("duly_instances", "Processes of cases, counted each minute", labels=["status"])
        for status in STATUSES:
            instances.add_metric([status], found.by_status.get(status, 0))
        yield instances
        for name, text in TOTALS.items():
            yield CounterMetricFamily(f"duly_{name}", text, value=found.totals.get(name, 0))


def _gauge(name: str, text: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"duly_{name}", text, value=value)
