"""Metrics of this process over HTTP, as Prometheus reads them (its text format, version 1.0.0 and before)."""

import errno
import itertools
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from errand.domain.errors import SetupError
from errand.observability.metrics import BUCKETS, COUNTED, TIMED, About, Counted, Timed

if TYPE_CHECKING:  # loaded where metrics are served
    from wsgiref.simple_server import WSGIServer

    from prometheus_client import CollectorRegistry, Metric

REMEMBERED_SECONDS = 1.0
"""What must be computed is computed no more often, however many ask."""
MOST_PORTS = 200
"""So many are tried when the first ones are taken: as many processes may be on one machine."""


@dataclass(frozen=True, slots=True)
class Sampled:
    """A metric that is computed when somebody asks for it, with its values by their labels."""

    about: About
    values: Sequence[tuple[tuple[str, ...], float]]


Sample = Callable[[], Sequence[Sampled]]


def nothing_sampled() -> Sequence[Sampled]:
    return ()


@contextmanager
def metrics_served(host: str, port: int, sample: Sample = nothing_sampled) -> Iterator[str]:
    """Until left; gives the address. A port that is in use gives way to the next one; 0: any free one.

    Raises SetupError when none can be had.
    """
    server, thread = _started(host, port, _registry(sample))
    try:
        place = f"[{host}]" if ":" in host else host
        yield f"http://{place}:{server.server_port}/metrics"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _started(host: str, port: int, registry: "CollectorRegistry") -> "tuple[WSGIServer, threading.Thread]":
    from prometheus_client import start_http_server

    for tried in range(port, min(port + MOST_PORTS, 65536)) if port else (0,):
        try:
            return start_http_server(tried, host, registry)
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise SetupError(
                    f"Metrics can not be served on {host}, port {tried} ({error.strerror}): check "
                    "ERRAND_METRICS_HOST and the port for metrics."
                ) from error
    raise SetupError(f"Metrics find no free port from {port} on: set another one, or 0 for any.")


def _registry(sample: Sample) -> "CollectorRegistry":
    from prometheus_client import CollectorRegistry, GCCollector, PlatformCollector, ProcessCollector
    from prometheus_client.registry import Collector

    remembered = _Remembered(sample)

    class OfErrand(Collector):
        def collect(self) -> "Iterable[Metric]":
            return itertools.chain(map(_counted, COUNTED), map(_timed, TIMED), map(_sampled, remembered()))

    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    GCCollector(registry=registry)
    registry.register(OfErrand())
    return registry


class _Remembered:
    """Of several who ask at once, one computes."""

    def __init__(self, sample: Sample) -> None:
        self._sample, self._lock = sample, threading.Lock()
        self._seen: Sequence[Sampled] = ()
        self._until = float("-inf")

    def __call__(self) -> Sequence[Sampled]:
        with self._lock:
            if time.monotonic() >= self._until:
                self._seen = self._sample()
                self._until = time.monotonic() + REMEMBERED_SECONDS
            return self._seen


def _counted(each: Counted) -> "Metric":
    from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily

    family = GaugeMetricFamily if each.falls else CounterMetricFamily
    metric = family(each.about.name, each.about.text, labels=each.about.labels)
    for labels, value in each.seen().items():
        metric.add_metric(labels, value)
    return metric


def _timed(each: Timed) -> "Metric":
    from prometheus_client.metrics_core import HistogramMetricFamily

    metric = HistogramMetricFamily(each.about.name, each.about.text, labels=each.about.labels)
    bounds = [*map(str, BUCKETS), "+Inf"]
    for labels, spread in each.seen().items():
        upto = itertools.accumulate(spread.counts)
        metric.add_metric(labels, list(zip(bounds, map(float, upto), strict=True)), spread.sum)
    return metric


def _sampled(each: Sampled) -> "Metric":
    from prometheus_client.metrics_core import GaugeMetricFamily

    metric = GaugeMetricFamily(each.about.name, each.about.text, labels=each.about.labels)
    for labels, value in each.values:
        metric.add_metric(labels, value)
    return metric
