"""What is counted and timed, shown per service, with labels that name no one.

Every figure of ours carries a ``service`` label, because four services may share one process.
Under several web processes set ``PROMETHEUS_MULTIPROC_DIR`` before the start.
"""

import os
from collections.abc import Iterator

from prometheus_client import REGISTRY, CollectorRegistry, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.metrics_core import Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.samples import Sample

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4

ANSWERED = Histogram(
    "http_server_request_duration_seconds",
    "seconds from a request to its answer",
    ["service", "route", "method", "status"],
)


class OwnFigures:
    """The figures of one service among those of all that run in this process."""

    def __init__(self, service: str):
        self._service = service

    def collect(self) -> Iterator[Metric]:
        """Yield every figure with only the samples of this service, or of no service at all."""
        for figure in _all_processes():
            own = [sample for sample in figure.samples if self._owns(sample)]
            if own:
                shown = Metric(figure.name, figure.documentation, figure.type, figure.unit)
                shown.samples = own
                yield shown

    def _owns(self, sample: Sample) -> bool:
        return sample.labels.get("service", self._service) == self._service


def rendered(service: str) -> bytes:
    """Return a service's figures as text for Prometheus; those of all its processes if told so."""
    registry = CollectorRegistry()
    registry.register(OwnFigures(service))
    return generate_latest(registry)


def _all_processes() -> Iterator[Metric]:
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        yield from REGISTRY.collect()
    else:
        yield from MultiProcessCollector(CollectorRegistry()).collect()
