from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain import events
from gateway.domain.events import Ack, Batch, Gap, Lane, Numbered, Origin, Refusal, Scan
from gateway.events import messages

NOW = datetime(2026, 11, 22, 16, 0, tzinfo=UTC)
ORIGIN = Origin(store="s042", gateway="gw1")

TEXT = st.text(st.characters(codec="utf-8"), max_size=20)


def one(code: str, seq: int = 1) -> Numbered:
    event = events.scanned(
        ORIGIN, Scan(code=code), event_id="id", device="d", time=NOW, recorded=NOW
    )
    return Numbered(seq=seq, event=event.to_json())


def body(**changes: object) -> bytes:
    batch = {
        "gateway": "gw1",
        "epoch": 1,
        "lane": "keep",
        "first_seq": 1,
        "last_seq": 2,
        "events": [{"seq": 1, "event": {}}, {"seq": 2, "event": {}}],
    }
    return json.dumps(batch | changes).encode()


@given(codes=st.lists(TEXT, min_size=1, max_size=5), lane=st.sampled_from(Lane))
def test_a_batch_survives_the_wire(codes: list[str], lane: Lane) -> None:
    stored = tuple(one(code, seq) for seq, code in enumerate(codes, 4))
    gap = Gap(from_seq=2, to_seq=3, count=2, reason="lane_full")
    batch = Batch(
        epoch=9, lane=lane, first_seq=2, last_seq=stored[-1].seq, events=stored, gaps=(gap,)
    )
    read = messages.read_batch(messages.write_batch("gw1", batch))
    assert (read.gateway, read.epoch, read.lane) == ("gw1", 9, lane.value)
    assert [(entry.seq, entry.event["data"]["code"]) for entry in read.events] == list(
        enumerate(codes, 4)
    )
    assert read.gaps[0].model_dump() == {
        "from_seq": 2,
        "to_seq": 3,
        "count": 2,
        "reason": "lane_full",
    }


@given(
    lane=st.sampled_from(Lane),
    through=st.integers(0, 2**53 - 1),
    refused=st.lists(st.tuples(st.integers(1, 2**53 - 1), TEXT, TEXT), max_size=5),
)
def test_an_ack_survives_the_wire(
    lane: Lane, through: int, refused: list[tuple[int, str, str]]
) -> None:
    refusals = tuple(Refusal(seq=seq, code=code, detail=detail) for seq, code, detail in refused)
    payload = messages.write_ack(3, lane.value, through, refusals)
    assert messages.read_ack(payload) == Ack(
        lane=lane, epoch=3, through_seq=through, refused=refusals
    )


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(payload: bytes) -> None:
    for read in (messages.read_batch, messages.read_ack):
        with pytest.raises(messages.MessageError):
            read(payload)


@pytest.mark.parametrize(
    "payload",
    [
        body(last_seq=3),
        body(first_seq=0),
        body(first_seq=2),
        body(gateway="a/b"),
        body(lane="other"),
        body(epoch="1"),
        body(epoch=True),
        body(events=[]),
        body(events=[{"seq": 1, "event": {}}, {"seq": 1, "event": {}}]),
        body(gaps=[{"from_seq": 2, "to_seq": 2, "count": 1, "reason": ""}]),
        body(events=[{"seq": 2, "event": {}}], gaps=[]),
        body(
            events=[{"seq": 2, "event": {}}],
            gaps=[{"from_seq": 1, "to_seq": 0, "count": 1, "reason": ""}],
        ),
        body(x="x" * messages.MAX_BYTES),
    ],
)
def test_a_batch_that_does_not_cover_its_seqs_is_refused_whole(payload: bytes) -> None:
    messages.read_batch(body())
    with pytest.raises(messages.MessageError):
        messages.read_batch(payload)


def test_an_event_is_canonical_json_with_the_offset_it_came_with() -> None:
    mexico = timezone(timedelta(hours=-6))
    event = events.scanned(
        ORIGIN,
        Scan(code="0952\x1d1", quantity="2"),
        event_id="e1",
        device="scanner-1",
        time=NOW.astimezone(mexico),
        recorded=NOW,
    )
    assert event.to_json() == (
        '{"data":{"code":"0952\\u001d1","device":"scanner-1","quantity":"2"},'
        '"datacontenttype":"application/json","id":"e1",'
        '"recordedtime":"2026-11-22T16:00:00.000Z","source":"/s042/gw1","specversion":"1.0",'
        '"subject":"device/scanner-1","time":"2026-11-22T10:00:00.000-06:00",'
        '"type":"io.anaquel.scan.v1"}'
    )
    assert events.fault(json.loads(event.to_json())) is None


@pytest.mark.parametrize(
    "change",
    [
        {"id": ""},
        {"id": None},
        {"source": 1},
        {"type": None},
        {"specversion": "0.3"},
        {"time": "2026-11-22T10:00:00"},
        {"time": "soon"},
        {"subject": "a\nb"},
        {"subject": "x" * 501},
        {"extension": 1.5},
    ],
)
def test_what_is_no_cloud_event_is_named(change: dict[str, object]) -> None:
    good = json.loads(one("1").event)
    assert events.fault(good) is None
    assert events.fault(good | change) is not None
    assert events.fault([good]) is not None


def test_the_id_of_a_repeat_is_the_same_and_nobody_elses() -> None:
    ids = {
        events.id_given(store, device, kind, given)
        for store in ("s1", "s2")
        for device in ("d1", "d2")
        for kind in ("scan", "reading")
        for given in ("1", "2")
    }
    assert len(ids) == 16
    assert events.id_given("s1", "d1", "scan", "1") in ids
