"""What one scrape says, and that its names and labels are the documented ones."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime

import yaml  # type: ignore[import-untyped] # it ships no types
from prometheus_client.parser import text_string_to_metric_families

from gateway.domain.events import Lane
from gateway.feed.sources.shopify.troubles import Trouble
from gateway.ops import metrics
from gateway.ops.measuring import FromCentral, FromShopify, Measured
from gateway.store.outbox import LaneState
from gateway.store.overview import Facet, FeedView
from gateway.store.replica import Position
from gateway.store.shopify import State
from tests.support import project

PAGE = (project.ROOT / "docs" / "metrics.md").read_text(encoding="utf-8")
NOW = datetime(2026, 11, 22, 16, 0, tzinfo=UTC)
LANE = LaneState(
    last_seq=9,
    acked_seq=4,
    rows=5,
    bytes=500,
    max_bytes=1_000,
    waiting=5,
    oldest_at=NOW,
    dropped=2,
    refused=1,
)
MEASURED = Measured(
    version="0.1.0",
    sources=[
        FeedView(
            source="central",
            position=Position(epoch=7, seq=42, applied_at=NOW),
            refused=3,
            held=8,
        )
    ],
    central=FromCentral(
        lag_s=12.5,
        central_seq=44,
        in_trouble=True,
        refused_messages={"unreadable": 2},
        unknown_rows=6,
    ),
    lanes=dict.fromkeys(Lane, LANE),
    oldest_s=dict.fromkeys(Lane, 60.0),
    labels=120,
    facets={Facet.SHOWN: 100, Facet.FAILED: 20},
    tasks=4,
    links={"shop": (True, 1), "intake": (False, 0)},
    adapters={"hci0": (True, 2, 3), "hci1": (False, 0, 0)},
    shopify=FromShopify(
        state=State(
            rules="",
            number=1,
            read_at=NOW.isoformat(),
            since=NOW.isoformat(),
            asked_at=NOW.isoformat(),
            points=1990,
            points_most=2000,
        ),
        troubles=frozenset({"version"}),
    ),
)


def samples(measured: Measured) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    text = metrics.text(measured).decode()
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_every_number_is_there_under_its_name() -> None:
    found = samples(MEASURED)

    central = (("source", "central"),)
    assert found["anaquel_feed_position_epoch", central] == 7
    assert found["anaquel_feed_position_seq", central] == 42
    assert found["anaquel_feed_applied_timestamp_seconds", central] == NOW.timestamp()
    assert found["anaquel_feed_refused_rows", central] == 3
    assert found["anaquel_feed_held_rows", central] == 8
    assert found["anaquel_feed_central_seq", ()] == 44
    assert found["anaquel_feed_lag_seconds", ()] == 12.5
    assert found["anaquel_feed_in_trouble", ()] == 1
    assert found["anaquel_feed_refused_messages_total", (("code", "unreadable"),)] == 2
    assert found["anaquel_feed_unknown_rows_total", ()] == 6
    assert found["anaquel_shopify_read_timestamp_seconds", ()] == NOW.timestamp()
    assert found["anaquel_shopify_points", ()] == 1990
    assert found["anaquel_shopify_in_trouble", (("about", "version"),)] == 1
    assert found["anaquel_shopify_in_trouble", (("about", "tax"),)] == 0
    assert found["anaquel_outbox_waiting", (("lane", "scan"),)] == 5
    assert found["anaquel_outbox_lag_seconds", (("lane", "keep"),)] == 60
    assert found["anaquel_outbox_dropped_total", (("lane", "telemetry"),)] == 2
    assert found["anaquel_labels_in_state", (("state", "failed"),)] == 20
    assert found["anaquel_labels_in_state", (("state", "silent"),)] == 0
    assert found["anaquel_broker_connected", (("link", "intake"),)] == 0
    assert found["anaquel_broker_dropped_messages_total", (("link", "shop"),)] == 1
    assert found["anaquel_bluetooth_up", (("adapter", "hci0"),)] == 1
    assert found["anaquel_bluetooth_up", (("adapter", "hci1"),)] == 0
    assert found["anaquel_bluetooth_connections", (("adapter", "hci0"),)] == 2
    assert found["anaquel_bluetooth_dropped_advertisements_total", (("adapter", "hci0"),)] == 3
    assert found["anaquel_build_info", (("version", "0.1.0"),)] == 1
    assert found["process_resident_memory_bytes", ()] > 1_000_000


def test_without_a_central_system_nothing_is_said_of_it() -> None:
    names = {name for name, _ in samples(replace(MEASURED, central=None))}

    assert "anaquel_feed_position_seq" in names
    assert not {"anaquel_feed_lag_seconds", "anaquel_feed_in_trouble"} & names


def test_the_page_lists_every_metric_with_its_type_and_labels_and_no_other() -> None:
    rows = re.findall(r"^\| `(anaquel_\w+)` \| (\w+) \| ([\w ,]*)\|", PAGE, re.MULTILINE)
    told = {name: (kind, tuple(labels.split())) for name, kind, labels in rows}
    real = {
        family.name + ("_total" if family.type == "counter" else ""): (
            family.type,
            tuple(sorted({name for sample in family.samples for name in sample.labels})),
        )
        for family in metrics.families(MEASURED)
    }

    assert told == real


def test_the_page_lists_every_value_of_a_label() -> None:
    for value in (one.value for kind in (Lane, Facet, Trouble) for one in kind):
        assert f"`{value}`" in PAGE, value


def test_the_alarms_ask_for_metrics_and_states_that_there_are() -> None:
    file = project.ROOT / "docs" / "prometheus-alerts.yml"
    (group,) = yaml.safe_load(file.read_text(encoding="utf-8"))["groups"]
    there = {family.name for family in metrics.families(MEASURED)}
    there |= {f"{name}_total" for name in there} | {"up"}
    names = [rule["alert"] for rule in group["rules"]]

    assert len(names) == len(set(names)) >= 10
    for rule in group["rules"]:
        asked = set(re.findall(r"\b(?:anaquel_[a-z_]+|up)\b", rule["expr"]))
        assert asked, rule
        assert asked <= there, rule
        assert set(rule["annotations"]) == {"summary", "do"}
        for state in re.findall(r'state=~"([^"]+)"', rule["expr"]):
            assert set(state.split("|")) <= {facet.value for facet in Facet}
    for line in re.findall(
        r"^\| .* \| `(anaquel_[^`]+)`", PAGE.partition("## What to watch")[2], re.MULTILINE
    ):
        plain = line.replace("\\|", "|")
        assert any(plain in rule["expr"] for rule in group["rules"]), line
