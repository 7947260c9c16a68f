"""The state machine against a model of central over a channel that loses, repeats and reorders."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.feed import digest, sync
from gateway.feed.messages import Change, Delta, Manifest, Reply, Request, SnapshotRef

PATIENCE = sync.Patience(gap_s=2.0, answer_s=10.0, answer_max_s=60.0)
STEP_S = 2.5


class ModelCentral:
    """Central as a dictionary and a log that it may forget."""

    def __init__(self) -> None:
        self.epoch = 1
        self.seq = 0
        self.rows: dict[str, Any] = {}
        self.log: list[Delta] = []
        self.snapshots: dict[tuple[int, int], dict[str, Any]] = {}

    def change(self, key: str, value: int | None) -> Delta:
        if value is None:
            self.rows.pop(key, None)
        else:
            self.rows[key] = value
        prev, self.seq = self.seq, self.seq + 1
        change = Change(kind="k", key=key, value=value)
        delta = Delta(epoch=self.epoch, prev_seq=prev, seq=self.seq, changes=[change])
        self.log.append(delta)
        return delta

    def forget_log(self) -> None:
        self.log.clear()

    def new_epoch(self) -> None:
        self.epoch += 1
        self.seq = 0
        self.log.clear()

    def manifest(self) -> Manifest:
        self.snapshots[self.epoch, self.seq] = dict(self.rows)
        oldest = self.log[0].prev_seq if self.log else self.seq
        ref = SnapshotRef(seq=self.seq, url="file:///s", sha256="0" * 64, bytes=1, rows=1)
        return Manifest(
            epoch=self.epoch,
            seq=self.seq,
            min_delta_seq=oldest,
            digest=digest_of(self.rows),
            snapshot=ref,
            issued_at="now",
        )

    def answer(self, request: Request) -> Reply:
        if request.want == "manifest":
            return Reply(id=request.id, manifest=self.manifest())
        if request.epoch != self.epoch:
            return Reply(id=request.id, error="unknown_epoch")
        after = request.after_seq or 0
        if after < (self.log[0].prev_seq if self.log else self.seq):
            return Reply(id=request.id, error="gone")
        waiting = [delta for delta in self.log if delta.seq > after]
        return Reply(
            id=request.id,
            epoch=self.epoch,
            seq=self.seq,
            deltas=waiting[:3],
            more=len(waiting) > 3,
        )


def digest_of(rows: dict[str, Any]) -> str:
    buckets = digest.Buckets()
    for key, value in rows.items():
        hashed = digest.row_hash("k", key, digest.canonical(value))
        buckets.toggle(digest.bucket_of("k", key), hashed)
    return buckets.digest()


class ModelShop:
    """A shop that carries out what the state machine says, on a dictionary."""

    def __init__(self, central: ModelCentral) -> None:
        self.central = central
        self.sync = sync.Sync(epoch=0, seq=0, patience=PATIENCE, rng=random.Random(1))
        self.rows: dict[str, Any] = {}
        self.written: dict[str, int] = {}
        self.digests: dict[tuple[int, int], str] = {(0, 0): digest_of({})}
        self.asked: list[Request] = []
        self.positions = [(0, 0)]
        self.now = 0.0

    def carry_out(self, actions: list[sync.Action]) -> None:
        while actions:
            action, *actions = actions
            match action:
                case sync.Apply(delta=delta):
                    for change in delta.changes:
                        self.write(change.key, change.value, delta.seq)
                    actions += self.moved(delta.epoch, delta.seq)
                case sync.Fetch(manifest=manifest, replace_all=replace_all):
                    rows = self.central.snapshots.get((manifest.epoch, manifest.snapshot.seq))
                    assert rows is not None
                    actions += self.merge(rows, manifest, replace_all=replace_all)
                case sync.Ask(request=request):
                    self.asked.append(request)
                case sync.Refuse():
                    pass

    def merge(
        self, rows: dict[str, Any], manifest: Manifest, *, replace_all: bool
    ) -> list[sync.Action]:
        seq = manifest.snapshot.seq
        keep_after = 2**60 if replace_all else seq
        for key in {*rows, *self.rows}:
            if self.written.get(key, 0) <= keep_after:
                self.write(key, rows.get(key), seq)
        reached = seq if replace_all else max(seq, self.sync.seq)
        return self.moved(manifest.epoch, reached)

    def write(self, key: str, value: Any, seq: int) -> None:
        if value is None:
            self.rows.pop(key, None)
            self.written.pop(key, None)
        else:
            self.rows[key] = value
            self.written[key] = seq

    def moved(self, epoch: int, seq: int) -> list[sync.Action]:
        assert (epoch, seq) >= self.positions[-1], "a position never goes back"
        self.positions.append((epoch, seq))
        self.digests[epoch, seq] = digest_of(self.rows)
        return self.sync.applied(epoch, seq, self.now)

    def hear_manifest(self, manifest: Manifest) -> None:
        ours = self.digests.get((manifest.epoch, manifest.seq))
        self.carry_out(self.sync.manifest(manifest, self.now, ours))

    def hear_reply(self, reply: Reply) -> None:
        known = reply.manifest
        ours = self.digests.get((known.epoch, known.seq)) if known is not None else None
        self.carry_out(self.sync.reply(reply, self.now, ours))

    def pass_time(self) -> None:
        self.now += STEP_S
        self.carry_out(self.sync.tick(self.now))

    def settle(self) -> None:
        """A calm hour: the manifest comes regularly, everything asked for is answered."""
        for step in range(120):
            if step % 20 == 0:
                self.hear_manifest(self.central.manifest())
            while self.asked:
                self.hear_reply(self.central.answer(self.asked.pop(0)))
            self.pass_time()


class Channel:
    """What may happen between central and shop, one method each."""

    def __init__(self, central: ModelCentral, shop: ModelShop) -> None:
        self.central = central
        self.shop = shop
        self.sent: list[Delta] = []
        self.manifests: list[Manifest] = []

    def change(self, key: str, value: int | None) -> None:
        self.sent.append(self.central.change(key, value))

    def deliver(self, number: int) -> None:
        if self.sent:
            delta = self.sent[number % len(self.sent)]
            self.shop.carry_out(self.shop.sync.delta(delta, self.shop.now))

    def manifest(self, fresh: bool) -> None:  # noqa: FBT001 - drawn by hypothesis
        if fresh or not self.manifests:
            self.manifests.append(self.central.manifest())
        self.shop.hear_manifest(self.manifests[-1 if fresh else 0])

    def answer(self, lost: bool) -> None:  # noqa: FBT001 - drawn by hypothesis
        if self.shop.asked:
            request = self.shop.asked.pop(0)
            if not lost:
                self.shop.hear_reply(self.central.answer(request))

    def forget_log(self) -> None:
        self.central.forget_log()

    def new_epoch(self) -> None:
        self.central.new_epoch()

    def time(self) -> None:
        self.shop.pass_time()

    def reconnect(self) -> None:
        self.shop.carry_out(self.shop.sync.connected(self.shop.now))


keys = st.sampled_from(["a", "b", "c", "d"])
steps = st.lists(
    st.one_of(
        st.tuples(st.just("change"), keys, st.integers(0, 3) | st.none()),
        st.tuples(st.just("deliver"), st.integers(0, 30)),
        st.tuples(st.just("manifest"), st.booleans()),
        st.tuples(st.just("answer"), st.booleans()),
        st.tuples(st.just("forget_log")),
        st.tuples(st.just("new_epoch")),
        st.tuples(st.just("time")),
        st.tuples(st.just("reconnect")),
    ),
    max_size=60,
)


@given(steps)
def test_whatever_the_channel_does_a_calm_hour_makes_both_equal(
    script: list[tuple[Any, ...]],
) -> None:
    central = ModelCentral()
    shop = ModelShop(central)
    channel = Channel(central, shop)
    for name, *arguments in script:
        getattr(channel, name)(*arguments)
    shop.settle()
    assert shop.rows == central.rows
    assert (shop.sync.epoch, shop.sync.seq) == (central.epoch, central.seq)
    assert shop.sync.error is None


def delta(prev_seq: int, seq: int, *, epoch: int = 1) -> Delta:
    return Delta(epoch=epoch, prev_seq=prev_seq, seq=seq, changes=[])


def at(seq: int) -> sync.Sync:
    return sync.Sync(epoch=1, seq=seq, patience=PATIENCE, rng=random.Random(1))


def test_a_delta_that_continues_the_position_is_applied() -> None:
    assert at(4).delta(delta(4, 5), 0.0) == [sync.Apply(delta=delta(4, 5))]


def test_a_merged_delta_that_covers_the_position_is_applied() -> None:
    assert at(4).delta(delta(2, 9), 0.0) == [sync.Apply(delta=delta(2, 9))]


def test_a_repeated_delta_is_ignored() -> None:
    assert at(4).delta(delta(3, 4), 0.0) == []


def test_a_delta_of_an_old_epoch_is_refused() -> None:
    (action,) = at(4).delta(delta(4, 5, epoch=0), 0.0)
    assert action == sync.Refuse(
        code="old_epoch", message="epoch 0 is over: this shop is in epoch 1"
    )


def test_a_gap_is_asked_for_only_after_two_seconds_without_progress() -> None:
    machine = at(4)
    assert machine.delta(delta(6, 7), 0.0) == []
    assert machine.next_tick() == 2.0
    assert machine.tick(1.9) == []
    (ask,) = machine.tick(2.0)
    assert isinstance(ask, sync.Ask)
    assert (ask.request.want, ask.request.after_seq) == ("deltas", 4)
    assert machine.tick(3.0) == [], "one request is outstanding at a time"


def test_a_gap_that_closes_by_itself_is_never_asked_for() -> None:
    machine = at(4)
    machine.delta(delta(5, 6), 0.0)
    assert machine.delta(delta(4, 5), 1.0) == [sync.Apply(delta=delta(4, 5))]
    assert machine.applied(1, 5, 1.0) == [sync.Apply(delta=delta(5, 6))]
    assert machine.applied(1, 6, 1.0) == []
    assert machine.next_tick() is None


def test_an_unanswered_request_is_repeated_with_growing_patience() -> None:
    machine = at(4)
    machine.delta(delta(6, 7), 0.0)
    machine.tick(2.0)
    waits = []
    now = 2.0
    for _ in range(8):
        due = machine.next_tick()
        assert due is not None
        waits.append(due - now)
        now = due
        (again,) = machine.tick(now)
        assert isinstance(again, sync.Ask)
    assert waits[0] == 10.0
    assert all(10.0 <= wait <= 60.0 for wait in waits)


def test_unequal_digests_are_mended_by_a_snapshot_and_not_again_at_once() -> None:
    manifest = ModelCentral().manifest()
    machine = sync.Sync(epoch=1, seq=0, patience=PATIENCE)
    (fetch,) = machine.manifest(manifest, 0.0, "f" * 64)
    assert isinstance(fetch, sync.Fetch)
    machine.applied(1, 0, 1.0)
    assert machine.manifest(manifest, 2.0, "f" * 64) == []
    assert machine.error == "the digest at seq 0 differs from central's"
    (again,) = machine.manifest(manifest, 100.0, "f" * 64)
    assert isinstance(again, sync.Fetch)


def test_a_snapshot_older_than_our_position_is_never_merged() -> None:
    central = ModelCentral()
    old = central.manifest()
    central.change("a", 1)
    machine = at(1)
    stale = old.model_copy(update={"seq": 1, "digest": "e" * 64})
    (ask,) = machine.manifest(stale, 0.0, "f" * 64)
    assert isinstance(ask, sync.Ask)
    assert ask.request.want == "manifest"
    fresh = Reply(id=ask.request.id, manifest=central.manifest())
    (fetch,) = machine.reply(fresh, 1.0, "f" * 64)
    assert isinstance(fetch, sync.Fetch)
    assert fetch.manifest.snapshot.seq == 1


def test_deltas_go_on_while_a_snapshot_for_repair_cannot_be_had() -> None:
    machine = at(4)
    central = ModelCentral()
    central.seq = 4
    machine.manifest(central.manifest(), 0.0, "f" * 64)
    machine.fetch_failed("no such file", 1.0)
    assert machine.delta(delta(4, 5), 1.5) == [sync.Apply(delta=delta(4, 5))]


def test_a_failing_snapshot_is_fetched_ever_more_rarely() -> None:
    machine = sync.Sync(epoch=0, seq=0, patience=PATIENCE, rng=random.Random(1))
    manifest = ModelCentral().manifest()
    now, fetches = 0.0, 0
    machine.manifest(manifest, now, None)
    while now < 600.0:
        machine.fetch_failed("no such file", now)
        assert machine.manifest(manifest, now, None) == []
        due = machine.next_tick()
        assert due is not None
        assert due > now
        now = due
        fetches += len(machine.tick(now))
    assert fetches < 40


def test_another_snapshot_is_fetched_at_once_after_one_failed() -> None:
    central = ModelCentral()
    machine = sync.Sync(epoch=0, seq=0, patience=PATIENCE)
    machine.manifest(central.manifest(), 0.0, None)
    machine.fetch_failed("no such file", 0.0)
    central.change("a", 1)
    (fetch,) = machine.manifest(central.manifest(), 0.1, None)
    assert isinstance(fetch, sync.Fetch)


def test_a_newer_epoch_that_came_during_a_fetch_is_fetched_next() -> None:
    central = ModelCentral()
    machine = sync.Sync(epoch=0, seq=0, patience=PATIENCE)
    machine.manifest(central.manifest(), 0.0, None)
    central.new_epoch()
    newer = central.manifest()
    assert machine.manifest(newer, 1.0, None) == []
    (fetch,) = machine.applied(1, 0, 2.0)
    assert fetch == sync.Fetch(manifest=newer, replace_all=True)


@pytest.mark.parametrize("error", ["unknown_epoch", "busy", "gone", None])
def test_answers_that_bring_nothing_are_not_asked_for_in_a_loop(error: Any) -> None:
    machine = at(4)
    machine.delta(delta(6, 7), 0.0)
    asks: list[sync.Action] = list(machine.tick(2.0))
    now = 2.0
    while now < 600.0:
        request = machine._request
        assert request is not None
        empty = Reply(id=request.id, error=error, deltas=None if error else [], more=not error)
        asks += machine.reply(empty, now)
        due = machine.next_tick()
        assert due is not None
        assert due > now
        now = due
        asks += machine.tick(now)
    assert len(asks) < 60


def test_a_large_buffer_drains_without_looking_at_all_of_it_each_time() -> None:
    machine = at(0)
    for seq in range(sync.MAX_BUFFERED, 1, -1):
        machine.delta(delta(seq - 1, seq), 0.0)
    actions = machine.delta(delta(0, 1), 0.0)
    applied = 0
    while actions:
        (action,) = actions
        assert isinstance(action, sync.Apply)
        applied += 1
        actions = machine.applied(1, action.delta.seq, 0.0)
    assert applied == sync.MAX_BUFFERED


def test_the_buffer_is_bounded_in_bytes_and_what_is_dropped_is_asked_for() -> None:
    machine = at(0)
    for seq in range(2, 102):
        machine.delta(delta(seq - 1, seq), 0.0, 2**20)
    actions = machine.delta(delta(0, 1), 0.0, 100)
    applied = 0
    while actions and isinstance(actions[0], sync.Apply):
        applied += 1
        actions = machine.applied(1, actions[0].delta.seq, 0.0)
    assert applied == 17
    (ask,) = machine.tick(2.0)
    assert isinstance(ask, sync.Ask)
    assert ask.request.after_seq == 17


def test_a_failed_fetch_is_tried_again_later_by_itself() -> None:
    machine = sync.Sync(epoch=0, seq=0, patience=PATIENCE)
    central = ModelCentral()
    machine.manifest(central.manifest(), 0.0, None)
    assert machine.fetch_failed("no such file", 1.0) == []
    assert machine.error == "no such file"
    due = machine.next_tick()
    assert due is not None
    (again,) = machine.tick(due)
    assert isinstance(again, sync.Fetch)
