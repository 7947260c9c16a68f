from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from device_drivers.api.correction import Correction
from device_drivers.api.known_panels import PANELS
from device_drivers.api.panels import Ink
from gateway.domain import (
    backup_events,
    events,
    label_events,
    opening_check,
    price_events,
    request_events,
    requests,
    setting_events,
    shelf_events,
    shelf_readings,
    takeover_events,
)
from gateway.domain.events import Event, Origin, Reading, Scan
from gateway.domain.health import Trouble
from gateway.domain.label_hardware import Hardware
from gateway.domain.labels import Target
from gateway.domain.opening_check import Count, Due, Verdict

PAGE = Path(__file__).parents[3] / "docs" / "events.md"
ORIGIN = Origin(store="s042", gateway="gw1")
RECORDED = datetime(2026, 11, 22, 16, 0, 0, 250_000, tzinfo=UTC)
TIME = datetime(2026, 11, 22, 10, 0, tzinfo=timezone(timedelta(hours=-6)))
MADE = "7c0f6a52-5d2b-4b1f-9a55-0c2f6f1f3a10"
FINGERPRINT = "4fe7b59af6de3b665b67788cc2f99892ab827efae3a467342b3bb4e3bc8e5bfe"

HARDWARE = Hardware(
    family="gicisky",
    panel=PANELS["2.9-296x128-bwr"],
    correction=Correction(
        turns=2, inks=((Ink.WHITE, Ink.WHITE), (Ink.BLACK, Ink.BLACK), (Ink.RED, Ink.YELLOW))
    ),
)
HEALTH = label_events.health(
    ORIGIN,
    event_id=MADE,
    label="L0001",
    before={Trouble.BATTERY, Trouble.FAILING},
    found={Trouble.BATTERY, Trouble.SILENT, Trouble.LATE},
    last_heard=RECORDED - timedelta(hours=4),
    time=RECORDED,
)
assert HEALTH is not None
ASKED = requests.begin(
    key="ab" * 16,
    ref="3f9c1d20b7a4",
    kind=requests.Kind.HOLD,
    product="runner-26",
    label="7K3Q9M",
    place="",
    code="7KXQ",
    at=RECORDED - timedelta(minutes=1),
    begins=RECORDED - timedelta(minutes=1),
    lasts=timedelta(hours=2),
    rule="staff",
    asks_central=False,
)
HOLD = requests.step(ASKED, requests.Deed.FOUND, RECORDED, "Ana")
assert HOLD is not None
EMITTED = [
    events.scanned(
        ORIGIN,
        Scan(code="09521234543213", symbology="EAN-13", mode="count", quantity="2"),
        event_id=events.id_given("s042", "scanner-1", "scan", "7"),
        device="scanner-1",
        time=TIME,
        recorded=RECORDED,
    ),
    events.measured(
        ORIGIN,
        Reading(values={"mass_g": "1240", "temperature_c": "21.5"}),
        event_id=MADE,
        device="shelf-a3",
        time=RECORDED,
        recorded=RECORDED,
    ),
    shelf_events.changed(
        ORIGIN,
        event_id=MADE,
        sensor="scale-7",
        place="A03-B2",
        product="runner-26",
        pieces=2,
        before=frozenset({shelf_readings.Trouble.EMPTY}),
        found=frozenset({shelf_readings.Trouble.NEARLY_EMPTY}),
        time=RECORDED,
    ),
    request_events.changed(
        ORIGIN,
        HOLD,
        event_id=MADE,
        by=price_events.pseudonym(b"k" * 32, "Ana"),
        time=RECORDED,
    ),
    events.label_shown(
        ORIGIN,
        event_id=MADE,
        label="L0001",
        wish="w-1f3a",
        fingerprint=FINGERPRINT,
        proof=FINGERPRINT[::-1],
        time=RECORDED,
    ),
    events.label_failed(
        ORIGIN,
        event_id=MADE,
        label="L0001",
        wish="w-1f3a",
        reason="image_missing",
        detail="the image did not arrive within 60 s",
        time=RECORDED,
    ),
    events.label_refused(
        ORIGIN,
        event_id=MADE,
        label="L0001",
        broken=["the price per unit is not on the label (Directive 98/6/EC, articles 3 and 4)"],
        without_price=False,
        time=RECORDED,
    ),
    events.label_bound(
        ORIGIN,
        event_id=MADE,
        label="L0001",
        target=Target(group="runner", where={"color": "navy"}),
        template="shelf",
        replaces="L0009",
        time=RECORDED,
    ),
    label_events.adopted(ORIGIN, event_id=MADE, label="66A1", hardware=HARDWARE, time=RECORDED),
    label_events.named(ORIGIN, event_id=MADE, label="66A1", alias="0066A1", time=RECORDED),
    label_events.parked(ORIGIN, event_id=MADE, label="66A1", shows="blank", time=RECORDED),
    label_events.retired(
        ORIGIN, event_id=MADE, label="66A1", alias="0066A1", replaced_by="66A2", time=RECORDED
    ),
    HEALTH,
    price_events.price_shown(
        ORIGIN,
        event_id=MADE,
        of={"product": "runner-26", "seq": 4711, "campaign": "otono"},
        counts={"labels": 3, "shown": 2, "pending": 0, "unreachable": 1, "complete": False},
        began=TIME.astimezone(UTC),
        time=RECORDED,
    ),
    price_events.price_shown(
        ORIGIN,
        event_id=MADE,
        of={"campaign": "otono", "products": 40},
        counts={"labels": 120, "shown": 120, "pending": 0, "unreachable": 0, "complete": True},
        began=TIME.astimezone(UTC),
        time=RECORDED,
    ),
    price_events.price_withdrawn(
        ORIGIN,
        event_id=MADE,
        product="runner-26",
        withdrawn=True,
        by=price_events.pseudonym(b"k" * 32, "Ana"),
        reason="La etiqueta dice 12, la caja 120",
        time=RECORDED,
    ),
    takeover_events.zone_changed(
        ORIGIN, event_id=MADE, zone="paint", state="switched", labels=212, time=RECORDED
    ),
    opening_check.checked(
        Origin(store="s042", gateway="gw1"),
        event_id=MADE,
        check=12,
        due=Due(at=RECORDED, opens=RECORDED + timedelta(hours=1)),
        counted=Count(right=148, wrong={Verdict.SILENT: 1, Verdict.FAILED: 1}),
        labels=["L0001", "L0007"],
        time=RECORDED,
    ),
    backup_events.downloaded(
        Origin(store="s042", gateway="gw1"),
        event_id=MADE,
        name="anaquel~s042~gw1~20261122T090000Z.sealed",
        size=48_113_664,
        by=price_events.pseudonym(b"k" * 32, "Ana"),
        time=RECORDED,
    ),
    backup_events.restored(
        Origin(store="s042", gateway="gw2"),
        event_id=MADE,
        taken_at=RECORDED - timedelta(days=1),
        of="gw1",
        by=price_events.pseudonym(b"k" * 32, "Ana"),
        time=RECORDED,
    ),
    setting_events.setting_changed(
        Origin(store="s042", gateway="gw1"),
        event_id=MADE,
        name="quiet_hours",
        was=None,
        value="22:00-06:30",
        locked=False,
        by=price_events.pseudonym(b"k" * 32, "Ana"),
        way="page",
        time=RECORDED,
    ),
    events.hold_decided(
        ORIGIN,
        event_id=MADE,
        hold=7,
        facts={"source": "central", "cause": "prices", "rows": 1200},
        decision="accepted",
        by=price_events.pseudonym(b"k" * 32, "Ana"),
        time=RECORDED,
    ),
]


@pytest.mark.parametrize("event", EMITTED, ids=lambda event: event.type)
def test_the_page_shows_every_event_as_it_is_sent(event: Event) -> None:
    sent = json.loads(event.to_json())
    assert events.fault(sent) is None
    shown = [
        json.loads(text) for text in re.findall(r"```json\n(.*?)```", PAGE.read_text(), re.DOTALL)
    ]
    assert [one for one in shown if one["type"] == event.type] == [sent]


def test_the_page_shows_every_type_there_is() -> None:
    types = {
        value
        for value in [
            *vars(events).values(),
            *vars(price_events).values(),
            *vars(label_events).values(),
            *vars(takeover_events).values(),
            *vars(backup_events).values(),
            *vars(setting_events).values(),
            *vars(shelf_events).values(),
            *vars(opening_check).values(),
            *vars(request_events).values(),
        ]
        if isinstance(value, str) and value.startswith("io.anaquel.")
    }
    assert types == {event.type for event in EMITTED}


def test_a_label_bound_to_nothing_says_so() -> None:
    event = events.label_bound(ORIGIN, event_id=MADE, label="L0001", target=None, time=RECORDED)
    assert event.data == {"label": "L0001", "target": None}
