"""Counters and histograms for Prometheus that are cheap where they are kept: at every turn and send.

`prometheus_client` locks each value and asks a dictionary for each label. These are plain numbers that
one thread changes; whoever reads the metrics may see them a moment late.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence

import structlog
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from bots.model.spread import Spread

log = structlog.get_logger()

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
"""Bounds of what is quick when all is well."""

LONG = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600)
"""Bounds of what may wait for others."""

Values = Callable[[], Mapping[tuple[str, ...], float]]
"""Gives values by their labels whenever the metrics are read."""


class Counts(Collector):
    """How often something happened, by labels."""

    def __init__(self, name: str, meaning: str, labels: Sequence[str]) -> None:
        self._name, self._meaning, self._labels = name, meaning, labels
        self._values: dict[tuple[str, ...], float] = {}

    def add(self, *labels: str, by: float = 1) -> None:
        self._values[labels] = self._values.get(labels, 0) + by

    def collect(self) -> Iterator[Metric]:
        family = CounterMetricFamily(self._name, self._meaning, labels=self._labels)
        for labels, value in list(self._values.items()):
            family.add_metric(labels, value)
        yield family


class Spreads(Collector):
    """How something that is measured lies, by labels."""

    def __init__(
        self, name: str, meaning: str, labels: Sequence[str], bounds: Sequence[float]
    ) -> None:
        self._name, self._meaning, self._labels, self._bounds = name, meaning, labels, bounds
        self._spreads: dict[tuple[str, ...], Spread] = {}

    def of(self, *labels: str) -> Spread:
        """Where to add; it may be kept."""
        spread = self._spreads.get(labels)
        if spread is None:
            spread = self._spreads[labels] = Spread(self._bounds)
        return spread

    def show(self, spread: Spread, *labels: str) -> None:
        """Show one that somebody else keeps."""
        self._spreads[labels] = spread

    def collect(self) -> Iterator[Metric]:
        family = HistogramMetricFamily(self._name, self._meaning, labels=self._labels)
        for labels, spread in list(self._spreads.items()):
            bounds = [*map(str, map(float, spread.bounds)), "+Inf"]
            family.add_metric(labels, list(zip(bounds, spread.within, strict=True)), spread.total)
        yield family


class Watched(Collector):
    """What is asked for whenever the metrics are read; `only_rises` says that it is a counter."""

    def __init__(
        self,
        name: str,
        meaning: str,
        labels: Sequence[str],
        values: Values,
        *,
        only_rises: bool = False,
    ) -> None:
        self._name, self._meaning, self._labels, self._values = name, meaning, labels, values
        self._family = CounterMetricFamily if only_rises else GaugeMetricFamily

    def collect(self) -> Iterator[Metric]:
        family = self._family(self._name, self._meaning, labels=self._labels)
        try:
            for labels, value in self._values().items():
                family.add_metric(labels, value)
        except Exception:
            # One that cannot be told must not keep all others from being read.
            log.exception("A metric cannot be told", metric=self._name)
        yield family
