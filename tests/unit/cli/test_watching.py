from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from gateway.broker import topics
from gateway.broker.signing import Opener
from gateway.central.watching import Standing, View
from gateway.cli import watching

NOW = datetime(2026, 11, 22, 16, 0, tzinfo=UTC)


def test_lines_of_changes_stay_the_same_while_nothing_happens() -> None:
    view = View(Opener(store="s042", keys={}, required=False))
    manifest = {
        "epoch": 1,
        "seq": 5,
        "min_delta_seq": 0,
        "digest": "a" * 64,
        "snapshot": {"seq": 0, "url": "file:///x", "sha256": "0" * 64, "bytes": 1, "rows": 0},
        "issued_at": NOW.isoformat(),
    }
    position = {"epoch": 1, "seq": 3, "digest": "a" * 64, "refused": 0, "held": 0}
    before = watching.changes(view, "s042", NOW)
    view.hear(topics.MANIFEST, json.dumps(manifest).encode(), NOW)
    view.hear(topics.feed_position("gw-1"), json.dumps(position).encode(), NOW)
    at_once = watching.changes(view, "s042", NOW)
    view.hear(topics.MANIFEST, json.dumps(manifest).encode(), NOW)
    later = watching.changes(view, "s042", NOW + timedelta(minutes=3))

    assert before == ["s042: central has told no manifest yet"]
    central, gateway = at_once
    assert central == "s042: central is at epoch 1 seq 5"
    assert gateway == (
        "gateway gw-1, there ?, epoch 1, seq 3, behind 2, digest under way, refused 0, held 0, "
        "labels shown/failed 0/0"
    )
    assert later == at_once


def standing(*codes: str, refused: int = 0, held: int = 0) -> Standing:
    problems: list[dict[str, Any]] = [
        {"kind": "offers", "key": f"a{number}", "code": code, "path": "", "message": "why"}
        for number, code in enumerate(codes)
    ]
    return Standing(
        gateway="gw-1",
        online=True,
        epoch=1,
        seq=2,
        behind=0,
        lag_s=0.0,
        equal=True,
        refused=refused,
        held=held,
        applied_at=None,
        error=None,
        problems=problems,
        labels_shown=0,
        labels_failed=0,
        prices=[],
    )


def test_held_rows_are_told_from_refused_ones_and_what_to_do() -> None:
    refused, held, advice = watching.lines(
        standing("negative_amount", "held_prices", refused=1, held=1)
    )
    assert refused == "gw-1: refused offers a0: why"
    assert held == "gw-1: held offers a1: why"
    assert "anaquel central accept gw-1" in advice


def test_rows_beyond_those_named_are_counted() -> None:
    said = watching.lines(standing(*["held_prices"] * 16, held=16))
    assert said[10] == "gw-1: and 6 more"
    assert len(said) == 12
    assert watching.lines(standing("missing", refused=1)) == ["gw-1: refused offers a0: why"]
