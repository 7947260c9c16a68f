"""Where gateways stand, from what they and central say."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from gateway.broker import topics
from gateway.broker.signing import Opener
from gateway.central.watching import MAX_GATEWAYS, Standing, View

NOW = datetime(2026, 11, 22, 16, 0, tzinfo=UTC)
ISSUED = NOW - timedelta(seconds=30)


class Watched:
    """A view, and what it hears."""

    def __init__(self) -> None:
        self.view = View(Opener(store="s042", keys={}, required=False))
        self.now = NOW

    def hear(self, topic: str, **said: Any) -> None:
        self.view.hear(topic, json.dumps(said).encode(), self.now)

    def manifest(self, seq: int, digest: str = "a", at: datetime = ISSUED) -> None:
        self.hear(
            topics.MANIFEST,
            epoch=1,
            seq=seq,
            min_delta_seq=0,
            digest=digest * 64,
            snapshot={"seq": 0, "url": "file:///x", "sha256": "0" * 64, "bytes": 1, "rows": 0},
            issued_at=at.isoformat(),
        )

    def position(self, seq: int, digest: str = "a", epoch: int = 1) -> None:
        self.hear(
            topics.feed_position("gw-1"),
            epoch=epoch,
            seq=seq,
            digest=digest * 64,
            refused=2,
            held=0,
            error="central does not answer",
        )

    def batch(self, first: int, *types: str, lane: str = "keep") -> None:
        entries = [
            {
                "seq": first + place,
                "event": {
                    "id": f"e{first + place}",
                    "source": "/s042/gw-1",
                    "specversion": "1.0",
                    "type": kind,
                    "subject": "product/runner-26",
                    "data": {"labels": 3, "shown": first + place},
                },
            }
            for place, kind in enumerate(types)
        ]
        self.hear(
            topics.events_batch("gw-1"),
            gateway="gw-1",
            epoch=1,
            lane=lane,
            first_seq=first,
            last_seq=first + len(types) - 1,
            events=entries,
            gaps=[],
        )

    def standing(self) -> Standing:
        (one,) = self.view.standings(self.now)
        return one


def test_a_gateway_that_is_where_central_is_has_an_equal_digest_or_not() -> None:
    shop = Watched()
    shop.manifest(5)
    shop.position(5)
    same = shop.standing()
    shop.position(5, digest="b")
    other = shop.standing()

    assert (same["behind"], same["lag_s"], same["equal"]) == (0, 0.0, True)
    assert other["equal"] is False
    assert (same["refused"], same["error"]) == (2, "central does not answer")


def test_lag_begins_when_central_was_first_ahead_and_ends_when_it_is_not() -> None:
    shop = Watched()
    shop.position(5)
    shop.manifest(6)
    shop.manifest(8, at=NOW)
    behind = shop.standing()
    shop.position(8)

    assert (behind["behind"], behind["lag_s"], behind["equal"]) == (3, 30.0, None)
    assert shop.standing()["lag_s"] == 0.0


def test_in_another_epoch_seqs_are_not_compared() -> None:
    shop = Watched()
    shop.position(5, epoch=0)
    shop.manifest(6)

    assert shop.standing()["behind"] is None
    assert shop.standing()["lag_s"] == 30.0


def test_birth_will_and_problems_are_told() -> None:
    shop = Watched()
    shop.hear(topics.gateway_state("gw-1"), state="online")
    problem = {"kind": "offers", "key": "p", "code": "c", "path": "", "message": "m"}
    shop.hear(
        topics.feed_problems("gw-1"), epoch=1, seq=1, at=NOW.isoformat(), total=1, first=[problem]
    )
    there = shop.standing()
    shop.hear(topics.gateway_state("gw-1"), state="offline")

    assert there["online"] is True
    assert there["problems"] == [problem]
    assert shop.standing()["online"] is False


def test_labels_and_prices_are_counted_once_however_often_a_batch_comes() -> None:
    shop = Watched()
    kinds = ("io.anaquel.label.shown.v1", "io.anaquel.label.failed.v1", "io.anaquel.price.shown.v1")
    shop.batch(1, *kinds)
    shop.batch(1, *kinds)
    shop.batch(4, "io.anaquel.label.shown.v1", "io.anaquel.price.shown.v1")
    shop.batch(1, "io.anaquel.scan.v1", lane="scan")
    one = shop.standing()

    assert (one["labels_shown"], one["labels_failed"]) == (2, 1)
    assert one["prices"] == [{"subject": "product/runner-26", "labels": 3, "shown": 5}]


def test_rubbish_is_counted_and_stops_nothing() -> None:
    shop = Watched()
    shop.view.hear(topics.MANIFEST, b"not json", NOW)
    shop.view.hear(topics.events_batch("gw-1"), b"[]", NOW)
    for number in range(2 * MAX_GATEWAYS):
        shop.hear(topics.gateway_state(f"gw-{number}"), state="online")

    assert shop.view.unreadable == 2
    assert len(shop.view.standings(NOW)) == MAX_GATEWAYS


def test_a_price_that_was_kept_before_is_known_and_counts_nothing() -> None:
    watched = Watched()
    kept = {"subject": "product/runner-26", "type": "io.anaquel.price.shown.v1"}
    watched.view.recall("gw-1", kept | {"data": {"labels": 3, "shown": 1}})
    watched.view.recall("gw-1", kept | {"data": {"labels": 3, "shown": 3}})
    watched.view.recall("gw-1", {"type": "io.anaquel.label.shown.v1", "subject": "label/a"})
    (standing,) = watched.view.standings(NOW)
    assert standing["prices"] == [{"subject": "product/runner-26", "labels": 3, "shown": 3}]
    assert (standing["labels_shown"], standing["online"]) == (0, None)
