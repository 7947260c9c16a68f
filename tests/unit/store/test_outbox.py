from __future__ import annotations

import json
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)
from typing_extensions import override

from gateway.clock import to_ms
from gateway.domain.events import Ack, Batch, Event, Lane, Outcome, Refusal
from gateway.store import database, migrating, outbox, quarantine
from gateway.store.database import Connection
from gateway.store.outbox import LaneFullError

T = TypeVar("T")
NOW = datetime(2026, 11, 22, 16, 0, tzinfo=UTC)
ROOMY = dict.fromkeys(Lane, 10_000_000)


def event(name: str, text: str = "") -> Event:
    return Event(
        id=name,
        source="/s042/gw1",
        type="io.anaquel.scan.v1",
        subject="device/d",
        time=NOW,
        recorded=NOW,
        data={"code": text},
    )


def size_of(name: str, text: str = "") -> int:
    return len(event(name, text).to_json().encode())


@contextmanager
def transaction(connection: Connection) -> Iterator[Connection]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield connection
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def open_database(path: Path) -> Connection:
    connection = database.connect(path)
    migrating.migrate(connection)
    return connection


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    with closing(open_database(tmp_path / "anaquel.db")) as opened:
        outbox.prepare(opened, ROOMY, NOW, uplink=True)
        yield opened


def append_and_fail(connection: Connection, lane: Lane) -> None:
    with suppress(sqlite3.IntegrityError), transaction(connection):
        outbox.append_or_gap(connection, lane, event("undone"), NOW)
        connection.execute("INSERT INTO lane (name, max_bytes, when_full) VALUES ('keep', 1, '')")


def next_batch(connection: Connection, lane: Lane = Lane.KEEP, limit: int = 500) -> Batch:
    batch = outbox.batch(connection, lane, limit=limit, max_bytes=100_000)
    assert batch is not None
    return batch


def names(batch: Batch) -> list[str]:
    return [json.loads(one.event)["id"] for one in batch.events]


def ack_of(batch: Batch, *refused: Refusal) -> Ack:
    return Ack(
        lane=batch.lane, epoch=batch.epoch, through_seq=batch.last_seq, refused=tuple(refused)
    )


def test_events_go_up_in_order_and_only_an_ack_removes_them(connection: Connection) -> None:
    for name in ("a", "b", "c"):
        outbox.append(connection, Lane.KEEP, event(name), NOW)
    batch = next_batch(connection, limit=2)
    assert (batch.first_seq, batch.last_seq, names(batch)) == (1, 2, ["a", "b"])
    assert next_batch(connection, limit=2) == batch

    done = outbox.acknowledge(connection, ack_of(batch), NOW)

    assert (done.outcome, done.removed) == (Outcome.PASSED, 2)
    assert names(next_batch(connection)) == ["c"]
    assert outbox.states(connection)[Lane.KEEP].waiting == 1


def test_a_seq_is_not_used_again_when_the_lane_was_empty(tmp_path: Path) -> None:
    path = tmp_path / "anaquel.db"
    with closing(open_database(path)) as connection:
        epoch = outbox.prepare(connection, ROOMY, NOW, uplink=True)
        outbox.append(connection, Lane.SCAN, event("a"), NOW)
        outbox.acknowledge(connection, Ack(lane=Lane.SCAN, epoch=epoch, through_seq=1), NOW)
    with closing(open_database(path)) as connection:
        assert outbox.prepare(connection, ROOMY, NOW + timedelta(days=1), uplink=True) == epoch
        assert outbox.append(connection, Lane.SCAN, event("b"), NOW) == 2


def test_a_batch_keeps_to_its_bytes_but_is_never_empty(connection: Connection) -> None:
    for name in ("a", "b", "c"):
        outbox.append(connection, Lane.KEEP, event(name, "ñ" * 1_000), NOW)
    two = 2 * (size_of("a", "ñ" * 1_000) + 40)
    batch = outbox.batch(connection, Lane.KEEP, limit=500, max_bytes=two)
    assert batch is not None
    assert names(batch) == ["a", "b"]
    batch = outbox.batch(connection, Lane.KEEP, limit=500, max_bytes=1)
    assert batch is not None
    assert names(batch) == ["a"]


def test_old_repeated_and_foreign_acks_change_nothing(connection: Connection) -> None:
    for name in ("a", "b", "c"):
        outbox.append(connection, Lane.KEEP, event(name), NOW)
    first = next_batch(connection, limit=2)
    outbox.acknowledge(connection, ack_of(first), NOW)

    old = Ack(lane=Lane.KEEP, epoch=first.epoch, through_seq=1)
    other = Ack(lane=Lane.KEEP, epoch=first.epoch - 1, through_seq=3)
    future = Ack(lane=Lane.KEEP, epoch=first.epoch + 1, through_seq=3)

    assert outbox.acknowledge(connection, ack_of(first), NOW).outcome is Outcome.OLD
    assert outbox.acknowledge(connection, old, NOW).outcome is Outcome.OLD
    assert outbox.acknowledge(connection, other, NOW).outcome is Outcome.OTHER_EPOCH
    assert outbox.acknowledge(connection, future, NOW).outcome is Outcome.OTHER_EPOCH
    assert names(next_batch(connection)) == ["c"]


def test_an_ack_beyond_what_was_sent_starts_an_epoch_from_one(connection: Connection) -> None:
    for name in ("a", "b", "c"):
        outbox.append(connection, Lane.KEEP, event(name), NOW)
    outbox.append(connection, Lane.SCAN, event("s"), NOW)
    first = next_batch(connection, limit=1)
    outbox.acknowledge(connection, ack_of(first), NOW)

    beyond = Ack(lane=Lane.KEEP, epoch=first.epoch, through_seq=99)
    assert outbox.acknowledge(connection, beyond, NOW).outcome is Outcome.NEW_EPOCH

    again = next_batch(connection)
    assert again.epoch > first.epoch
    assert (again.first_seq, names(again)) == (1, ["b", "c"])
    assert next_batch(connection, Lane.SCAN).first_seq == 1
    late = Ack(lane=Lane.KEEP, epoch=first.epoch, through_seq=3)
    assert outbox.acknowledge(connection, late, NOW).outcome is Outcome.OTHER_EPOCH
    assert outbox.append(connection, Lane.KEEP, event("d"), NOW) == 3


def test_refused_events_are_set_aside_and_count_as_passed(connection: Connection) -> None:
    for name in ("a", "b", "c"):
        outbox.append(connection, Lane.KEEP, event(name), NOW)
    batch = next_batch(connection, limit=2)
    beyond = Refusal(seq=3, code="invalid_event", detail="not in this ack")
    done = outbox.acknowledge(
        connection, ack_of(batch, Refusal(seq=2, code="invalid_event", detail="no"), beyond), NOW
    )
    assert (done.removed, done.refused) == (2, 1)
    kept = connection.execute("SELECT lane, seq, epoch, code, event FROM quarantine").fetchall()
    assert [row[:4] for row in kept] == [("keep", 2, batch.epoch, "invalid_event")]
    assert json.loads(kept[0][4])["id"] == "b"
    assert names(next_batch(connection)) == ["c"]


def test_quarantine_is_forgotten_after_its_time_and_beyond_its_room(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [(seq, to_ms(NOW + timedelta(days=seq))) for seq in range(1, 6)]
    connection.executemany("INSERT INTO quarantine VALUES ('keep', ?, 1, ?, '{}', 'c', '')", rows)
    assert quarantine.purge(connection, NOW + timedelta(days=2), limit=100) == 1
    monkeypatch.setattr(quarantine, "MAX_ROWS", 2)
    assert quarantine.purge(connection, NOW, limit=1) == 1
    assert quarantine.purge(connection, NOW, limit=100) == 1
    assert connection.execute("SELECT seq FROM quarantine ORDER BY seq").fetchall() == [(4,), (5,)]


def limits(lane: Lane, max_bytes: int) -> dict[Lane, int]:
    return ROOMY | {lane: max_bytes}


@pytest.mark.parametrize("lane", [Lane.KEEP, Lane.SCAN])
def test_a_full_lane_that_drops_nothing_says_so(connection: Connection, lane: Lane) -> None:
    outbox.prepare(connection, limits(lane, 2 * size_of("a")), NOW, uplink=True)
    outbox.append(connection, lane, event("a"), NOW)
    outbox.append(connection, lane, event("b"), NOW)
    with pytest.raises(LaneFullError):
        outbox.append(connection, lane, event("c"), NOW)
    outbox.acknowledge(connection, ack_of(next_batch(connection, lane, limit=1)), NOW)
    assert outbox.append(connection, lane, event("d"), NOW) == 3


def test_what_cannot_wait_leaves_a_gap_in_a_full_lane(connection: Connection) -> None:
    outbox.prepare(connection, limits(Lane.KEEP, size_of("a")), NOW, uplink=True)
    for name in ("a", "b", "c"):
        outbox.append_or_gap(connection, Lane.KEEP, event(name), NOW)
    batch = next_batch(connection)
    assert (batch.first_seq, batch.last_seq, names(batch)) == (1, 3, ["a"])
    assert [(gap.from_seq, gap.to_seq, gap.count) for gap in batch.gaps] == [(2, 3, 2)]
    outbox.acknowledge(connection, ack_of(batch), NOW)
    assert outbox.batch(connection, Lane.KEEP, limit=1, max_bytes=1) is None
    assert outbox.append(connection, Lane.KEEP, event("d"), NOW) == 4


@pytest.mark.parametrize("lane", [Lane.TELEMETRY, Lane.DEBUG])
def test_a_full_lane_of_telemetry_drops_its_oldest_and_reports_it(
    connection: Connection, lane: Lane
) -> None:
    outbox.prepare(connection, limits(lane, 2 * size_of("a")), NOW, uplink=True)
    for name in "abcde":
        outbox.append(connection, lane, event(name), NOW)
    batch = next_batch(connection, lane)
    assert names(batch) == ["d", "e"]
    assert (batch.first_seq, batch.last_seq) == (1, 5)
    assert [(gap.from_seq, gap.to_seq, gap.count) for gap in batch.gaps] == [(1, 3, 3)]
    assert outbox.states(connection)[lane].dropped == 3

    part = Ack(lane=lane, epoch=batch.epoch, through_seq=2)
    outbox.acknowledge(connection, part, NOW)
    rest = next_batch(connection, lane)
    assert [(gap.from_seq, gap.to_seq, gap.count) for gap in rest.gaps] == [(3, 3, 1)]


def test_an_event_larger_than_its_lane_becomes_a_gap(connection: Connection) -> None:
    outbox.prepare(connection, limits(Lane.DEBUG, size_of("a")), NOW, uplink=True)
    outbox.append(connection, Lane.DEBUG, event("a"), NOW)
    outbox.append(connection, Lane.DEBUG, event("b", "too large"), NOW)
    batch = next_batch(connection, Lane.DEBUG)
    assert [(gap.from_seq, gap.to_seq) for gap in batch.gaps] == [(1, 2)]
    assert batch.events == ()


def test_without_central_the_lanes_are_a_history_that_forgets(connection: Connection) -> None:
    outbox.prepare(connection, limits(Lane.KEEP, 2 * size_of("a")), NOW, uplink=False)
    for name in "abcd":
        outbox.append(connection, Lane.KEEP, event(name), NOW)
    state = outbox.states(connection)[Lane.KEEP]
    assert (state.rows, state.waiting) == (2, 0)
    assert connection.execute("SELECT count(*) FROM event_gap").fetchone() == (0,)

    before = outbox.epoch(connection)
    assert outbox.prepare(connection, ROOMY, NOW, uplink=True) > before
    batch = next_batch(connection)
    assert (batch.first_seq, batch.last_seq, names(batch)) == (1, 2, ["c", "d"])


def test_an_undone_transaction_leaves_neither_event_nor_hole(connection: Connection) -> None:
    outbox.append(connection, Lane.KEEP, event("a"), NOW)
    append_and_fail(connection, Lane.KEEP)
    assert outbox.append(connection, Lane.KEEP, event("c"), NOW) == 2
    assert names(next_batch(connection)) == ["a", "c"]


def test_nothing_is_sent_before_the_outbox_was_prepared(tmp_path: Path) -> None:
    with closing(open_database(tmp_path / "anaquel.db")) as connection:
        outbox.append(connection, Lane.KEEP, event("a"), NOW)
        with pytest.raises(RuntimeError, match="not prepared"):
            outbox.batch(connection, Lane.KEEP, limit=1, max_bytes=1)


LANES = st.sampled_from([Lane.KEEP, Lane.TELEMETRY])


class OutboxMachine(RuleBasedStateMachine):
    """The outbox beside a central that keeps what it gets, over crashes, losses and repeats."""

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory()
        self._path = Path(self._folder.name) / "anaquel.db"
        self.connection = open_database(self._path)
        self.limits = {lane: 8 * size_of("00000") for lane in Lane}
        self._count = 0
        self.stored: dict[Lane, list[str]] = {lane: [] for lane in Lane}
        self.on_wire: list[Batch] = []
        self.acks: list[Ack] = []
        self.central: dict[tuple[int, Lane, int], str] = {}
        self.through: dict[tuple[int, Lane], int] = {}
        self.gaps: set[tuple[int, Lane, int]] = set()
        self.refused: set[str] = set()

    @initialize()
    def prepare(self) -> None:
        self._write(lambda c: outbox.prepare(c, self.limits, NOW, uplink=True))

    def _write(self, work: Callable[[Connection], T]) -> T:
        with transaction(self.connection):
            return work(self.connection)

    @rule(lane=LANES, count=st.integers(1, 4))
    def append(self, lane: Lane, count: int) -> None:
        for _ in range(count):
            self._count += 1
            name = f"{self._count:05}"
            try:
                self._write(lambda c, name=name: outbox.append(c, lane, event(name), NOW))  # type: ignore[misc] # a default binds the loop's name
            except LaneFullError:
                assert lane is Lane.KEEP
            else:
                self.stored[lane].append(name)

    @rule(lane=LANES)
    def append_undone(self, lane: Lane) -> None:
        append_and_fail(self.connection, lane)

    @rule(lane=LANES, limit=st.integers(1, 5))
    def send(self, lane: Lane, limit: int) -> None:
        batch = outbox.batch(self.connection, lane, limit=limit, max_bytes=2_000)
        if batch is not None:
            covered = [one.seq for one in batch.events]
            covered += [s for gap in batch.gaps for s in range(gap.from_seq, gap.to_seq + 1)]
            assert sorted(covered) == list(range(batch.first_seq, batch.last_seq + 1))
            self.on_wire.append(batch)

    @precondition(lambda self: self.on_wire)
    @rule(data=st.data(), keep=st.booleans(), refuse=st.booleans())
    def central_takes(self, data: st.DataObject, *, keep: bool, refuse: bool) -> None:
        batch = data.draw(st.sampled_from(self.on_wire))
        if not keep:
            self.on_wire.remove(batch)
        key = (batch.epoch, batch.lane)
        through = self.through.get(key, 0)
        assert batch.first_seq <= through + 1, "central misses what nobody sends again"
        for one in batch.events:
            name = json.loads(one.event)["id"]
            before = self.central.setdefault((batch.epoch, batch.lane, one.seq), name)
            # A gap may take the place of what came before, never another event.
            assert before == name
        for gap in batch.gaps:
            self.gaps |= {(*key, seq) for seq in range(gap.from_seq, gap.to_seq + 1)}
        self.through[key] = max(through, batch.last_seq)
        refused: tuple[Refusal, ...] = ()
        if refuse and batch.events:
            refused = (Refusal(seq=batch.events[0].seq, code="no", detail=""),)
        self.acks.append(
            Ack(
                lane=batch.lane,
                epoch=batch.epoch,
                through_seq=self.through[key],
                refused=refused,
            )
        )

    @precondition(lambda self: self.acks)
    @rule(data=st.data(), keep=st.booleans())
    def ack_arrives(self, data: st.DataObject, *, keep: bool) -> None:
        ack = data.draw(st.sampled_from(self.acks))
        if not keep:
            self.acks.remove(ack)
        done = self._write(lambda c: outbox.acknowledge(c, ack, NOW))
        assert done.outcome is not Outcome.NEW_EPOCH

    @rule(lane=LANES)
    def ack_of_nonsense(self, lane: Lane) -> None:
        before = outbox.epoch(self.connection)
        ack = Ack(lane=lane, epoch=before, through_seq=10_000)
        done = self._write(lambda c: outbox.acknowledge(c, ack, NOW))
        assert done.outcome is Outcome.NEW_EPOCH
        assert outbox.epoch(self.connection) > before

    @rule()
    def restart(self) -> None:
        self.connection.close()
        self.connection = open_database(self._path)
        self.prepare()

    @invariant()
    def nothing_is_lost_or_invented(self) -> None:
        for lane in (Lane.KEEP, Lane.TELEMETRY):
            rows = self.connection.execute(
                "SELECT event FROM outbox WHERE lane = ? ORDER BY seq", (lane.value,)
            )
            waiting = [json.loads(row[0])["id"] for row in rows]
            arrived = {name for (_, of, _), name in self.central.items() if of is lane}
            stored = set(self.stored[lane])
            assert waiting == sorted(waiting)
            assert arrived | set(waiting) <= stored, "invented"
            state = outbox.states(self.connection)[lane]
            missing = stored - arrived - set(waiting)
            assert len(missing) <= (state.dropped if lane is Lane.TELEMETRY else 0), "lost"
            assert (state.rows, state.bytes) == (len(waiting), len(waiting) * size_of("00000"))

    @override
    def teardown(self) -> None:
        self.connection.close()
        self._folder.cleanup()


TestOutboxMachine = OutboxMachine.TestCase
TestOutboxMachine.settings = settings(max_examples=25, stateful_step_count=30, deadline=None)
