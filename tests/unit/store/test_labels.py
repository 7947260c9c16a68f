"""Labels, what they should show, how far that is, and what stays of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from device_drivers.api.drivers import Announced, Presence, Telemetry
from device_drivers.api.panels import Frame, Ink, Panel
from gateway.domain.labels import Target
from gateway.domain.proof import Entry
from gateway.store import deliveries, frames, labels, migrating, proof, queue, rounds, tasks
from gateway.store.database import Connection, connect
from gateway.store.deliveries import Wish
from gateway.store.labels import Binding

AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
LATER = AT + timedelta(minutes=1)
PANEL = Panel(name="2.9", width=8, height=2, inks=(Ink.WHITE, Ink.BLACK), dpi=112)
SHA, OTHER = "ab" * 32, "cd" * 32


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    opened = connect(tmp_path / "anaquel.db")
    migrating.migrate(opened)
    for label in ("L1", "L2"):
        announce(opened, label)
    yield opened
    opened.close()


def announce(
    connection: Connection, label: str, panel: Panel = PANEL, showing: str | None = None
) -> bool:
    heard = Announced(label=label, panel=panel, formats=("png",), firmware="1", showing=showing)
    return labels.announce(connection, "mqtt", heard, AT)


def frame(ink: int) -> Frame:
    return Frame(width=8, height=2, inks=PANEL.inks, pixels=bytes([ink] * 16))


def want(connection: Connection, wish_id: str, ink: int = 0, label: str = "L1") -> Wish:
    picture = frame(ink)
    frames.put(connection, picture, AT)
    wish = Wish(
        label=label,
        id=wish_id,
        fingerprint=picture.fingerprint,
        template="",
        cause="regular",
        made_at=AT,
    )
    deliveries.want(connection, wish)
    return wish


def state(connection: Connection) -> str:
    delivery = deliveries.get(connection, "L1")
    assert delivery is not None
    return delivery.state


def stale(connection: Connection) -> dict[str, int]:
    return {label.id: label.stale for label in labels.stale(connection, 10)}


def test_the_latest_wish_wins_and_an_older_one_is_never_sent(connection: Connection) -> None:
    want(connection, "old", 0)
    assert queue.handing_over(connection, "L1", "old", SHA, at=AT, until=LATER)
    newer = want(connection, "new", 1)
    assert deliveries.wish(connection, "L1") == newer
    assert not queue.handing_over(connection, "L1", "old", SHA, at=AT, until=LATER)
    assert not deliveries.transferred(connection, "L1", "old", LATER)
    assert not deliveries.shown(connection, "L1", "old", LATER)
    deliveries.failed(connection, "L1", "old", reason="x", detail="", again_at=LATER)
    deliveries.again(connection, "L1", "old", reason="x", at=LATER)
    fresh = deliveries.get(connection, "L1")
    assert fresh is not None
    assert (fresh.wish, fresh.state, fresh.attempts, fresh.sha256, fresh.reason) == (
        *("new", "queued", 0, None, None),
    )


def test_queued_transferred_shown_are_news_once_each(connection: Connection) -> None:
    want(connection, "w")
    assert state(connection) == "queued"
    assert deliveries.transferred(connection, "L1", "w", AT)
    assert not deliveries.transferred(connection, "L1", "w", LATER)
    assert state(connection) == "transferred"
    assert deliveries.shown(connection, "L1", "w", LATER)
    assert not deliveries.shown(connection, "L1", "w", LATER)
    assert not deliveries.transferred(connection, "L1", "w", LATER)
    done = deliveries.get(connection, "L1")
    assert done is not None
    assert (done.state, done.transferred_at, done.shown_at) == ("shown", AT, LATER)
    assert queue.next_due(connection) is None


def test_deliveries_come_due_longest_waiting_first(connection: Connection) -> None:
    want(connection, "w1", label="L1")
    want(connection, "w2", label="L2")
    assert queue.next_due(connection) == AT
    queue.handing_over(connection, "L1", "w1", SHA, at=AT, until=LATER)
    assert [due.label for due in queue.due(connection, "mqtt/", AT, 9)] == ["L2"]
    (first, second) = queue.due(connection, "mqtt/", LATER, 9)
    assert (first.label, second.label, second.attempts) == ("L2", "L1", 1)
    assert [due.label for due in queue.due(connection, "mqtt/", LATER, 1)] == ["L2"]
    assert queue.due(connection, "mqtt/", AT - timedelta(seconds=1), 9) == ()


def test_what_failed_is_tried_again_and_then_forgets_why(connection: Connection) -> None:
    want(connection, "w")
    detail = "x" * 999
    deliveries.failed(connection, "L1", "w", reason="no", detail=detail, again_at=LATER)
    failed = deliveries.get(connection, "L1")
    assert failed is not None
    assert (failed.state, failed.reason, failed.detail) == ("failed", "no", "x" * 200)
    assert queue.next_due(connection) == LATER
    deliveries.again(connection, "L1", "w", reason="link_down", at=AT)
    assert queue.next_due(connection) == AT
    assert deliveries.shown(connection, "L1", "w", LATER)
    shown = deliveries.get(connection, "L1")
    assert shown is not None
    assert (shown.reason, shown.detail) == (None, None)


def test_a_label_that_shows_something_else_gets_its_wish_again(connection: Connection) -> None:
    want(connection, "w")
    deliveries.shown(connection, "L1", "w", AT)
    deliveries.requeue(connection, "L1", reason="shows another picture", at=LATER)
    again = deliveries.get(connection, "L1")
    assert again is not None
    assert (again.state, again.shown_at, again.wish) == ("queued", None, "w")
    assert queue.next_due(connection) == LATER


def test_after_a_lost_session_all_but_the_shown_goes_out_again(connection: Connection) -> None:
    want(connection, "w1", label="L1")
    want(connection, "w2", label="L2")
    deliveries.shown(connection, "L1", "w1", AT)
    deliveries.transferred(connection, "L2", "w2", AT)
    queue.handing_over(connection, "L2", "w2", SHA, at=AT, until=AT + timedelta(days=1))
    queue.all_due(connection, "other", "", LATER)
    assert queue.due(connection, "mqtt/", LATER, 9) == ()
    queue.all_due(connection, "mqtt", "", LATER)
    assert [due.label for due in queue.due(connection, "mqtt/", LATER, 9)] == ["L2"]


def test_a_lost_session_wakes_no_sleeper_and_keeps_to_the_times_drivers_named(
    connection: Connection,
) -> None:
    want(connection, "w1", label="L1")
    want(connection, "w2", label="L2")
    much_later = LATER + timedelta(hours=1)
    deliveries.again(connection, "L1", "w1", reason="asleep", at=much_later)
    deliveries.again(connection, "L2", "w2", reason="busy", at=much_later, earliest=LATER)
    queue.all_due(connection, "mqtt", "", AT)
    assert queue.next_due(connection) == LATER
    assert [due.label for due in queue.due(connection, "mqtt/", LATER, 9)] == ["L2"]


def test_a_label_is_known_by_id_and_code_and_remembers_what_it_said(
    connection: Connection,
) -> None:
    known = labels.get(connection, "L1")
    assert known is not None
    assert labels.by_code(connection, known.code) == known
    assert (known.panel, known.first_heard, known.online) == (PANEL, AT, True)
    labels.hear(connection, "L1", Telemetry(battery_mv=2900, rssi_dbm=-60), LATER)
    labels.hear(connection, "L1", Telemetry(temperature_c=21.5), LATER)
    labels.presence(connection, Presence(label="L1", online=False), LATER)
    labels.see(connection, "L1", SHA, LATER)
    heard = labels.get(connection, "L1")
    assert heard is not None
    assert heard.telemetry == Telemetry(battery_mv=2900, rssi_dbm=-60, temperature_c=21.5)
    assert (heard.online, heard.last_heard, heard.sight_sha256) == (False, LATER, SHA)
    assert labels.get(connection, "L9") is None
    assert labels.by_code(connection, "000000") is None


def test_a_label_that_comes_again_is_stale_only_with_another_panel(connection: Connection) -> None:
    connection.execute("UPDATE label SET stale = 0")
    assert not announce(connection, "L1")
    assert stale(connection) == {}
    assert not announce(connection, "L1", replace(PANEL, width=16), showing=SHA)
    assert stale(connection) == {"L1": 1}
    again = labels.get(connection, "L1")
    assert again is not None
    assert (again.panel.width, again.sight_sha256) == (16, SHA)
    assert announce(connection, "L3", showing=OTHER)
    fresh = labels.get(connection, "L3")
    assert fresh is not None
    assert (fresh.sight_sha256, fresh.stale) == (OTHER, 1)


def test_what_became_stale_while_it_was_planned_stays_stale(connection: Connection) -> None:
    looked_at = stale(connection)["L1"]
    labels.mark_stale(connection, (), (), group_rows=set())
    bind(connection, Target(product="a"))
    labels.mark_stale(connection, ["a"], [], group_rows=set())
    labels.planned(connection, "L1", looked_at=looked_at, next_change=LATER)
    assert stale(connection)["L1"] == 2
    labels.planned(connection, "L1", looked_at=2, next_change=LATER)
    assert "L1" not in stale(connection)
    assert rounds.next_change(connection) == LATER


def test_a_price_that_begins_by_itself_makes_its_label_stale_once(connection: Connection) -> None:
    connection.execute("UPDATE label SET stale = 0")
    labels.planned(connection, "L1", looked_at=0, next_change=LATER)
    labels.mark_due_stale(connection, LATER - timedelta(milliseconds=1))
    assert stale(connection) == {}
    labels.mark_due_stale(connection, LATER)
    labels.mark_due_stale(connection, LATER)
    assert stale(connection) == {"L1": 1}
    assert rounds.next_change(connection) is None


def test_prices_that_begin_together_are_marked_a_few_in_each_transaction(
    connection: Connection,
) -> None:
    names = [f"M{n:03}" for n in range(2 * labels.DUE_AT_ONCE)]
    for name in names:
        announce(connection, name)
    connection.execute("UPDATE label SET stale = 0")
    for name in names:
        labels.planned(connection, name, looked_at=0, next_change=LATER)
    for done in (1, 2):
        assert rounds.next_change(connection) == LATER
        labels.mark_due_stale(connection, LATER)
        marked = [one.id for one in labels.stale(connection, len(names))]
        assert marked == names[: done * labels.DUE_AT_ONCE]
    assert rounds.next_change(connection) is None


def bind(connection: Connection, target: Target, label: str = "L1") -> Binding:
    bound = Binding(label=label, target=target, template="t", bound_at=AT, bound_by="Ana")
    labels.bind(connection, bound)
    return bound


def test_a_binding_takes_the_place_of_the_one_before(connection: Connection) -> None:
    bind(connection, Target(product="a"))
    bound = bind(connection, Target(group="g", where={"color": "navy"}))
    assert labels.binding(connection, "L1") == bound
    known = labels.get(connection, "L1")
    assert known is not None
    assert labels.target_of_code(connection, known.code) == bound.target
    labels.unbind(connection, "L1")
    assert labels.binding(connection, "L1") is None
    assert labels.target_of_code(connection, known.code) is None
    with pytest.raises(KeyError, match="L9"):
        bind(connection, Target(product="a"), label="L9")


def test_frames_are_kept_once_and_come_back_as_they_were(connection: Connection) -> None:
    frames.put(connection, frame(1), AT)
    frames.put(connection, frame(1), LATER)
    assert frames.get(connection, frame(1).fingerprint) == frame(1)
    assert frames.get(connection, frame(0).fingerprint) is None
    frames.note_picture(connection, SHA, frame(1).fingerprint)
    assert frames.fingerprint_of(connection, SHA) == frame(1).fingerprint
    assert frames.fingerprint_of(connection, OTHER) is None


def test_only_frames_that_nobody_shows_or_should_show_are_forgotten(
    connection: Connection,
) -> None:
    wished = want(connection, "w", 0).fingerprint
    frames.put(connection, frame(1), AT)
    frames.note_picture(connection, SHA, frame(1).fingerprint)
    assert frames.prune(connection, AT) == 0, "made at that instant, not before"
    labels.see(connection, "L2", SHA, AT)
    assert frames.prune(connection, LATER) == 0, "a label shows it"
    labels.see(connection, "L2", OTHER, AT)
    assert frames.prune(connection, LATER, limit=0) == 0
    assert frames.prune(connection, LATER) == 1
    assert frames.get(connection, frame(1).fingerprint) is None
    assert frames.fingerprint_of(connection, SHA) is None
    assert frames.get(connection, wished) is not None


def test_a_label_s_history_is_read_newest_first(connection: Connection) -> None:
    lines = [
        Entry(label="L1", at=AT, what="wished", wish="w", fingerprint="f"),
        Entry(label="L2", at=AT, what="bound", detail="by Ana"),
        Entry(label="L1", at=AT, what="shown", wish="w", fingerprint="f"),
    ]
    for line in lines:
        proof.append(connection, line)
    assert proof.of_label(connection, "L1") == (lines[2], lines[0])
    assert proof.of_label(connection, "L1", limit=1) == (lines[2],)


def test_a_task_is_open_once_and_keeps_its_age(connection: Connection) -> None:
    connection.noted.clear()
    tasks.close(connection, "refused_row", "a")
    assert not connection.noted, "nothing was open, nothing changed"
    tasks.open_(connection, "refused_row", "a", {"message": "old"}, LATER)
    tasks.open_(connection, "label_rules", "L1", {}, AT)
    tasks.open_(connection, "refused_row", "a", {"message": "new"}, LATER + timedelta(hours=1))
    assert [(one.key, dict(one.detail), one.opened_at) for one in tasks.all_open(connection)] == [
        ("L1", {}, AT),
        ("a", {"message": "new"}, LATER),
    ]
    assert tasks.count(connection) == 2
    tasks.close(connection, "refused_row", "a")
    assert tasks.count(connection) == 1
