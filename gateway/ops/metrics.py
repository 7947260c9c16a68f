"""Metrics in the text format of Prometheus; their names and labels are in ``docs/metrics.md``.

Every label has few values, all known beforehand: sources, lanes, states, links and codes, never
articles, labels or messages.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from typing_extensions import override

from gateway.feed.sources.shopify.troubles import Trouble
from gateway.ops.measuring import FromCentral, FromShopify, Measured
from gateway.store.overview import Facet

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def text(measured: Measured) -> bytes:
    """One scrape; blocks, because the process's own numbers are read from files."""
    registry = CollectorRegistry()
    registry.register(_Fixed(families(measured)))
    ProcessCollector(registry=registry)
    return generate_latest(registry)


def families(measured: Measured) -> list[Metric]:
    """Every metric with its samples."""
    return [
        _gauge("build_info", "The version that runs.", ("version",), {(measured.version,): 1}),
        *_feed(measured),
        *(_central(measured.central) if measured.central is not None else ()),
        *(_shopify(measured.shopify) if measured.shopify is not None else ()),
        *_outbox(measured),
        *_labels(measured),
        _gauge("tasks_open", "Tasks that need a person.", (), {(): measured.tasks}),
        *_links(measured),
        *_adapters(measured),
    ]


def _feed(measured: Measured) -> Iterator[Metric]:
    at = {(one.source,): one for one in measured.sources}
    source = ("source",)
    yield _gauge(
        "feed_position_epoch",
        "Epoch of the rows.",
        source,
        {key: one.position.epoch for key, one in at.items()},
    )
    yield _gauge(
        "feed_position_seq",
        "Seq of the rows.",
        source,
        {key: one.position.seq for key, one in at.items()},
    )
    yield _gauge(
        "feed_applied_timestamp_seconds",
        "When rows last changed.",
        source,
        {
            key: one.position.applied_at.timestamp()
            for key, one in at.items()
            if one.position.applied_at is not None
        },
    )
    yield _gauge(
        "feed_refused_rows",
        "Rows that break a rule, now.",
        source,
        {key: one.refused for key, one in at.items()},
    )
    yield _gauge(
        "feed_held_rows",
        "Rows that the guard keeps out of force, now.",
        source,
        {key: one.held for key, one in at.items()},
    )


def _central(central: FromCentral) -> Iterator[Metric]:
    yield _gauge("feed_central_seq", "Seq that central last told.", (), {(): central.central_seq})
    yield _gauge(
        "feed_lag_seconds",
        "Since when central has something that we lack; 0 when nothing.",
        (),
        {(): central.lag_s},
    )
    yield _gauge(
        "feed_in_trouble",
        "1 while something keeps us from following central.",
        (),
        {(): int(central.in_trouble)},
    )
    yield _counter(
        "feed_refused_messages",
        "Messages refused whole since the start.",
        ("code",),
        {(code,): count for code, count in central.refused_messages.items()},
    )
    yield _counter(
        "feed_unknown_rows",
        "Rows of kinds without effect since the start.",
        (),
        {(): central.unknown_rows},
    )


def _shopify(found: FromShopify) -> Iterator[Metric]:
    state = found.state
    for name, says, at in (
        ("read", "When all of Shopify was last read.", state.read_at),
        ("asked", "When it was last asked what changed.", state.asked_at),
    ):
        instant: Samples = {(): datetime.fromisoformat(at).timestamp()} if at else {}
        yield _gauge(f"shopify_{name}_timestamp_seconds", says, (), instant)
    yield _gauge("shopify_points", "Points left for questions.", (), {(): state.points})
    yield _gauge("shopify_points_limit", "Points at most.", (), {(): state.points_most})
    yield _gauge(
        "shopify_in_trouble",
        "1 while there is this trouble.",
        ("about",),
        {(one.value,): int(one.value in found.troubles) for one in Trouble},
    )


def _outbox(measured: Measured) -> Iterator[Metric]:
    lanes = {(lane.value,): state for lane, state in measured.lanes.items()}
    lane = ("lane",)
    yield _gauge(
        "outbox_waiting",
        "Events that central has not confirmed.",
        lane,
        {key: one.waiting for key, one in lanes.items()},
    )
    yield _gauge(
        "outbox_lag_seconds",
        "Age of the oldest of them.",
        lane,
        {(one.value,): age for one, age in measured.oldest_s.items()},
    )
    yield _gauge(
        "outbox_bytes", "Room they take.", lane, {key: one.bytes for key, one in lanes.items()}
    )
    yield _gauge(
        "outbox_limit_bytes",
        "Room they may take.",
        lane,
        {key: one.max_bytes for key, one in lanes.items()},
    )
    yield _counter(
        "outbox_dropped",
        "Events lost because a lane was full.",
        lane,
        {key: one.dropped for key, one in lanes.items()},
    )
    yield _counter(
        "outbox_refused",
        "Events that central will never take.",
        lane,
        {key: one.refused for key, one in lanes.items()},
    )


def _labels(measured: Measured) -> Iterator[Metric]:
    yield _gauge("labels", "Labels that have announced themselves.", (), {(): measured.labels})
    yield _gauge(
        "labels_in_state",
        "Labels by how they stand; one may be in several states.",
        ("state",),
        {(facet.value,): measured.facets.get(facet, 0) for facet in Facet},
    )


def _links(measured: Measured) -> Iterator[Metric]:
    yield _gauge(
        "broker_connected",
        "1 while the connection stands.",
        ("link",),
        {(name,): int(connected) for name, (connected, _) in measured.links.items()},
    )
    yield _counter(
        "broker_dropped_messages",
        "Messages for which there was no room; the broker sends them again.",
        ("link",),
        {(name,): dropped for name, (_, dropped) in measured.links.items()},
    )


def _adapters(measured: Measured) -> Iterator[Metric]:
    at = {(name,): one for name, one in measured.adapters.items()}
    adapter = ("adapter",)
    yield _gauge(
        "bluetooth_up",
        "1 while the adapter works.",
        adapter,
        {key: int(works) for key, (works, _, _) in at.items()},
    )
    yield _gauge(
        "bluetooth_connections",
        "Connections to labels, now.",
        adapter,
        {key: connections for key, (_, connections, _) in at.items()},
    )
    yield _counter(
        "bluetooth_dropped_advertisements",
        "Advertisements for which there was no room; labels repeat them.",
        adapter,
        {key: dropped for key, (_, _, dropped) in at.items()},
    )


Samples = Mapping[tuple[str, ...], float]


def _gauge(name: str, says: str, labels: tuple[str, ...], samples: Samples) -> Metric:
    family = GaugeMetricFamily(f"anaquel_{name}", says, labels=labels)
    for values, sample in samples.items():
        family.add_metric(values, sample)
    return family


def _counter(name: str, says: str, labels: tuple[str, ...], samples: Samples) -> Metric:
    family = CounterMetricFamily(f"anaquel_{name}", says, labels=labels)
    for values, sample in samples.items():
        family.add_metric(values, sample)
    return family


class _Fixed(Collector):
    """Metrics that were measured already."""

    def __init__(self, measured: list[Metric]) -> None:
        self._measured = measured

    @override
    def collect(self) -> Iterable[Metric]:
        return self._measured
