from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain import events
from gateway.domain.events import Origin, Reading, Scan
from gateway.domain.labels import Target

AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
ORIGIN = Origin(store="s042", gateway="gw-1")
GOOD = {
    "id": "1",
    "source": "/s",
    "specversion": "1.0",
    "type": "t",
    "time": "2026-11-22T12:00:00Z",
}


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({}, None),
        ({"data": {"a": [1.5]}, "data_base64": "x" * 900, "note": None, "n": 1, "b": True}, None),
        ({"time": None}, None),
        ({"id": ""}, "id is missing or empty"),
        ({"type": 5}, "type is missing or empty"),
        ({"specversion": "0.3"}, "specversion is not 1.0"),
        ({"subject": "x" * 501}, "subject is too long or holds control characters"),
        ({"subject": "a\nb"}, "subject is too long or holds control characters"),
        ({"extra": [1]}, "extra is not an attribute's value"),
        ({"extra": {}}, "extra is not an attribute's value"),
        ({"extra": 1.5}, "extra is not an attribute's value"),
        ({"time": "yesterday"}, "time is not RFC 3339"),
        ({"time": "2026-11-22T12:00:00"}, "time has no offset"),
        ({"time": 5}, "time is not RFC 3339"),
    ],
)
def test_what_keeps_a_value_from_being_an_event(change: dict[str, Any], wrong: str | None) -> None:
    assert events.fault(GOOD | change) == wrong


def test_only_an_object_is_an_event() -> None:
    assert events.fault([GOOD]) == "the event is not an object"
    assert events.fault({}) == "id is missing or empty"


def test_what_a_device_left_out_is_not_in_its_event() -> None:
    event = events.scanned(
        ORIGIN, Scan(code="4006381333931"), event_id="e", device="till", time=AT, recorded=AT
    )
    assert (event.source, event.subject) == ("/s042/gw-1", "device/till")
    assert event.data == {"device": "till", "code": "4006381333931"}
    read = events.measured(
        ORIGIN, Reading(values={"mass_g": "1"}), event_id="e", device="s", time=AT, recorded=AT
    )
    assert read.data == {"device": "s", "values": {"mass_g": "1"}}


@pytest.mark.parametrize(
    ("target", "told"),
    [
        (None, None),
        (Target(product="p"), {"product": "p"}),
        (Target(group="g"), {"group": "g"}),
        (Target(group="g", where={"color": "navy"}), {"group": "g", "where": {"color": "navy"}}),
    ],
)
def test_a_binding_is_told_as_the_feed_writes_targets(
    target: Target | None, told: dict[str, Any] | None
) -> None:
    event = events.label_bound(ORIGIN, event_id="e", label="L1", target=target, time=AT)
    assert event.data == {"label": "L1", "target": told}


def test_a_failure_says_why_and_a_sight_says_what() -> None:
    failed = events.label_failed(
        ORIGIN, event_id="e", label="L1", wish="w", reason="low_battery", detail=None, time=AT
    )
    assert failed.data == {"label": "L1", "wish": "w", "reason": "low_battery"}
    shown = events.label_shown(
        ORIGIN, event_id="e", label="L1", wish="w", fingerprint="f", proof="p", time=AT
    )
    assert (shown.subject, shown.data["fingerprint"]) == ("label/L1", "f")


@given(st.text(max_size=40), st.text(max_size=40))
def test_any_code_makes_an_event_that_is_one(code: str, symbology: str) -> None:
    event = events.scanned(
        ORIGIN,
        Scan(code=code, symbology=symbology),
        event_id="e",
        device="d",
        time=AT,
        recorded=AT,
    )
    assert events.fault(json.loads(event.to_json())) is None


def test_a_number_that_json_cannot_write_is_refused() -> None:
    event = events.scanned(ORIGIN, Scan(code="1"), event_id="e", device="d", time=AT, recorded=AT)
    broken = events.Event(
        id=event.id,
        source=event.source,
        type=event.type,
        subject=event.subject,
        time=AT,
        recorded=AT,
        data={"value": float("nan")},
    )
    with pytest.raises(ValueError, match="JSON"):
        broken.to_json()
