"""What the state machine says to single inputs; all together is ``test_sync_model``."""

from __future__ import annotations

import random
from typing import Any

import pytest

from gateway.feed import buffering, digest, sync
from gateway.feed.actions import Action, Apply, Ask, Fetch, Mend, Refuse
from gateway.feed.messages import Change, Delta, Reply
from gateway.feed.repair import Page
from tests.unit.feed.modelling import KIND, PATIENCE, ModelCentral, buckets_of


def delta(prev_seq: int, seq: int, *, epoch: int = 1) -> Delta:
    return Delta(epoch=epoch, prev_seq=prev_seq, seq=seq, changes=[])


def at(seq: int) -> sync.Sync:
    return sync.Sync(epoch=1, seq=seq, patience=PATIENCE, rng=random.Random(1))


def test_a_delta_that_continues_the_position_is_applied() -> None:
    assert at(4).delta(delta(4, 5), 0.0) == [Apply(delta=delta(4, 5))]


def test_a_merged_delta_that_covers_the_position_is_applied() -> None:
    assert at(4).delta(delta(2, 9), 0.0) == [Apply(delta=delta(2, 9))]


def test_a_repeated_delta_is_ignored() -> None:
    assert at(4).delta(delta(3, 4), 0.0) == []


def test_a_delta_of_an_old_epoch_is_refused() -> None:
    (action,) = at(4).delta(delta(4, 5, epoch=0), 0.0)
    assert action == Refuse(code="old_epoch", message="epoch 0 is over: this shop is in epoch 1")


def test_a_gap_is_asked_for_only_after_two_seconds_without_progress() -> None:
    machine = at(4)
    assert machine.delta(delta(6, 7), 0.0) == []
    assert machine.next_tick() == 2.0
    assert machine.tick(1.9) == []
    (ask,) = machine.tick(2.0)
    assert isinstance(ask, Ask)
    assert (ask.request.want, ask.request.after_seq) == ("deltas", 4)
    assert machine.tick(3.0) == [], "one request is outstanding at a time"


def test_a_gap_that_closes_by_itself_is_never_asked_for() -> None:
    machine = at(4)
    machine.delta(delta(5, 6), 0.0)
    assert machine.delta(delta(4, 5), 1.0) == [Apply(delta=delta(4, 5))]
    assert machine.applied(1, 5, 1.0) == [Apply(delta=delta(5, 6))]
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
        assert isinstance(again, Ask)
    assert waits[0] == 10.0
    assert all(10.0 <= wait <= 60.0 for wait in waits)


def asked(action: Action) -> dict[str, Any]:
    assert isinstance(action, Ask)
    return action.request.model_dump(exclude_none=True, exclude={"epoch"})


def differing(central: ModelCentral) -> tuple[sync.Sync, str]:
    """A machine at central's position that has just asked for its buckets, and the ask's id."""
    machine = sync.Sync(epoch=1, seq=central.seq, patience=PATIENCE)
    (ask,) = machine.manifest(central.manifest(), 0.0, "f" * 64)
    said = asked(ask)
    assert said == {"id": said["id"], "want": "buckets"}
    assert machine.error == f"the digest at seq {central.seq} differs from central's"
    return machine, said["id"]


def buckets(reply_id: str, central: ModelCentral) -> Reply:
    packed = buckets_of(central.rows).packed()
    return Reply(id=reply_id, epoch=1, seq=central.seq, buckets=packed.hex())


def one_row() -> tuple[ModelCentral, Change, int]:
    """A central with one row, as a change, and the row's bucket."""
    central = ModelCentral()
    (change,) = central.change(("a", 1)).changes
    return central, change, digest.bucket_of(KIND, "a")


def test_unequal_digests_are_mended_bucket_by_bucket_and_proven() -> None:
    central, row, bucket = one_row()
    machine, first = differing(central)
    (ask,) = machine.reply(buckets(first, central), 1.0, our_buckets=buckets_of({}).packed())
    said = asked(ask)
    assert said == {"id": said["id"], "want": "rows", "bucket": bucket}
    page = Page(bucket=bucket, seq=1, after=None, through=None, rows=(row,))
    (mend,) = machine.reply(Reply(id=said["id"], epoch=1, seq=1, rows=[row]), 2.0)
    assert mend == Mend(page=page)
    (proof,) = machine.mended(page, 3.0)
    again = asked(proof)
    assert again["want"] == "buckets"
    assert machine.error is not None
    equal = buckets(again["id"], central)
    assert machine.reply(equal, 4.0, our_buckets=buckets_of(central.rows).packed()) == []
    assert machine.error is None


def test_the_next_page_is_asked_after_the_last_row_merged() -> None:
    central, row, bucket = one_row()
    machine, first = differing(central)
    (ask,) = machine.reply(buckets(first, central), 1.0, our_buckets=buckets_of({}).packed())
    page = Reply(id=asked(ask)["id"], epoch=1, seq=1, rows=[row], more=True)
    (mend,) = machine.reply(page, 2.0)
    assert isinstance(mend, Mend)
    (ask,) = machine.mended(mend.page, 3.0)
    said = asked(ask)
    assert (said["bucket"], said["after"]) == (bucket, {"kind": KIND, "key": "a"})


def test_rows_of_a_later_position_wait_for_the_deltas_up_to_it() -> None:
    central, row, _ = one_row()
    machine, first = differing(central)
    (ask,) = machine.reply(buckets(first, central), 1.0, our_buckets=buckets_of({}).packed())
    rows = Reply(id=asked(ask)["id"], epoch=1, seq=2, rows=[row])
    assert machine.reply(rows, 2.0) == []
    assert machine.delta(delta(1, 2), 2.5) == [Apply(delta=delta(1, 2))]
    (mend,) = machine.applied(1, 2, 2.5)
    assert isinstance(mend, Mend)
    assert mend.page.newer == frozenset()


def test_what_changed_after_the_position_of_the_rows_stays() -> None:
    central, row, _ = one_row()
    machine, first = differing(central)
    (ask,) = machine.reply(buckets(first, central), 1.0, our_buckets=buckets_of({}).packed())
    newer = central.change(("a", None), ("b", 2))
    assert machine.delta(newer, 1.5) == [Apply(delta=newer)]
    assert machine.applied(1, 2, 1.5) == []
    (mend,) = machine.reply(Reply(id=asked(ask)["id"], epoch=1, seq=1, rows=[row]), 2.0)
    assert isinstance(mend, Mend)
    assert mend.page.newer == {(KIND, "a"), (KIND, "b")}


def test_a_gap_matters_more_than_a_repair() -> None:
    central = ModelCentral()
    central.change(("a", 1))
    machine, _ = differing(central)
    machine.delta(delta(2, 3), 1.0)
    assert machine.next_tick() == 3.0
    (ask,) = machine.tick(3.0)
    assert asked(ask)["want"] == "deltas"
    missed = Reply(id=asked(ask)["id"], epoch=1, seq=3, deltas=[delta(1, 3)])
    assert machine.reply(missed, 4.0) == [Apply(delta=delta(1, 3))]
    (ask,) = machine.applied(1, 3, 4.0)
    assert asked(ask)["want"] == "buckets", "the repair goes on"


def answers_of_no_use(central: ModelCentral, request_id: str) -> dict[str, Reply]:
    good = Reply(id=request_id, epoch=1, seq=central.seq)
    other = Change(kind=KIND, key="b", value=1)
    return {
        "another bucket": good.model_copy(update={"rows": [other]}),
        "an earlier position": good.model_copy(update={"rows": [], "seq": central.seq - 1}),
        "more of nothing": good.model_copy(update={"rows": [], "more": True}),
        "a tombstone": good.model_copy(update={"rows": [Change(kind=KIND, key="a", value=None)]}),
        "a row twice": good.model_copy(update={"rows": [Change(kind=KIND, key="a", value=1)] * 2}),
        "gone": Reply(id=request_id, error="gone"),
    }


@pytest.mark.parametrize("which", answers_of_no_use(ModelCentral(), "1"))
def test_rows_of_no_use_lead_to_the_snapshot(which: str) -> None:
    central, _, _ = one_row()
    machine, first = differing(central)
    (ask,) = machine.reply(buckets(first, central), 1.0, our_buckets=buckets_of({}).packed())
    answer = answers_of_no_use(central, asked(ask)["id"])[which]
    (fetch,) = machine.reply(answer, 2.0)
    assert isinstance(fetch, Fetch)
    assert not fetch.replace_all


def test_many_differing_buckets_lead_to_the_snapshot() -> None:
    central = ModelCentral()
    central.change(*((str(number), number) for number in range(200)))
    machine, first = differing(central)
    reply = buckets(first, central)
    (fetch,) = machine.reply(reply, 1.0, our_buckets=buckets_of({}).packed())
    assert isinstance(fetch, Fetch)


def test_buckets_that_cannot_be_compared_are_asked_for_again_and_then_given_up() -> None:
    central, _, _ = one_row()
    machine, request = differing(central)
    for now in (1.0, 2.0):
        (ask,) = machine.reply(buckets(request, central), now, our_buckets=None)
        assert asked(ask)["want"] == "buckets"
        request = asked(ask)["id"]
    (fetch,) = machine.reply(buckets(request, central), 3.0, our_buckets=None)
    assert isinstance(fetch, Fetch)


def test_a_central_that_answers_no_repair_gives_its_snapshot_instead() -> None:
    central, _, _ = one_row()
    machine, _ = differing(central)
    actions: list[Action] = []
    while not any(isinstance(action, Fetch) for action in actions):
        due = machine.next_tick()
        assert due is not None
        assert due < 200.0
        actions = machine.tick(due)


def test_a_repair_that_did_not_help_is_not_begun_again_at_once() -> None:
    central, _, _ = one_row()
    machine, first = differing(central)
    packed = buckets_of(central.rows).packed()
    assert machine.reply(buckets(first, central), 1.0, our_buckets=packed) == []
    assert machine.manifest(central.manifest(), 2.0, "f" * 64) == []
    assert machine.error == "the digest at seq 1 differs from central's"
    (again,) = machine.manifest(central.manifest(), 100.0, "f" * 64)
    assert asked(again)["want"] == "buckets"


def test_an_equal_digest_ends_a_repair() -> None:
    central, _, _ = one_row()
    machine, _ = differing(central)
    assert machine.manifest(central.manifest(), 1.0, central.manifest().digest) == []
    assert (machine.error, machine.next_tick()) == (None, None)


def test_a_snapshot_older_than_our_position_is_never_merged() -> None:
    central = ModelCentral()
    old = central.manifest()
    central.change(("a", 1))
    machine = at(1)
    stale = old.model_copy(update={"seq": 1, "digest": "e" * 64})
    (buckets_ask,) = machine.manifest(stale, 0.0, "f" * 64)
    (ask,) = machine.reply(Reply(id=asked(buckets_ask)["id"], error="gone"), 0.5)
    assert asked(ask)["want"] == "manifest"
    fresh = Reply(id=asked(ask)["id"], manifest=central.manifest())
    (fetch,) = machine.reply(fresh, 1.0, "f" * 64)
    assert isinstance(fetch, Fetch)
    assert fetch.manifest.snapshot.seq == 1


def test_deltas_go_on_while_a_snapshot_for_repair_cannot_be_had() -> None:
    machine = at(4)
    central = ModelCentral()
    central.seq = 4
    (ask,) = machine.manifest(central.manifest(), 0.0, "f" * 64)
    machine.reply(Reply(id=asked(ask)["id"], error="gone"), 0.5)
    machine.fetch_failed("no such file", 1.0)
    assert machine.delta(delta(4, 5), 1.5) == [Apply(delta=delta(4, 5))]


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
    central.change(("a", 1))
    (fetch,) = machine.manifest(central.manifest(), 0.1, None)
    assert isinstance(fetch, Fetch)


def test_another_snapshot_of_the_same_epoch_is_fetched_at_once_after_one_failed() -> None:
    central = ModelCentral()
    machine = at(1)
    for _ in range(8):
        central.change(("a", 1))
    central.forget_log()
    machine.manifest(central.manifest(), 0.0, None)
    (fetch,) = machine.tick(60.0)
    assert isinstance(fetch, Fetch)
    machine.fetch_failed("no such file", 60.0)
    assert machine.manifest(central.manifest(), 60.1, None) == []
    central.change(("a", 2))
    central.forget_log()
    (fetch,) = machine.manifest(central.manifest(), 60.2, None)
    assert isinstance(fetch, Fetch)


def test_a_newer_epoch_that_came_during_a_fetch_is_fetched_next() -> None:
    central = ModelCentral()
    machine = sync.Sync(epoch=0, seq=0, patience=PATIENCE)
    machine.manifest(central.manifest(), 0.0, None)
    central.new_epoch()
    newer = central.manifest()
    assert machine.manifest(newer, 1.0, None) == []
    (fetch,) = machine.applied(1, 0, 2.0)
    assert fetch == Fetch(manifest=newer, replace_all=True)


def test_a_gap_behind_a_fetched_snapshot_is_asked_for_at_once() -> None:
    central = ModelCentral()
    machine = sync.Sync(epoch=0, seq=0, patience=PATIENCE)
    machine.manifest(central.manifest(), 0.0, None)
    machine.delta(delta(central.seq + 1, central.seq + 2), 1.0)
    (ask,) = machine.applied(1, central.seq, 5.0)
    assert (asked(ask)["want"], asked(ask)["after_seq"]) == ("deltas", central.seq)


@pytest.mark.parametrize("error", ["unknown_epoch", "busy", "gone", None])
def test_answers_that_bring_nothing_are_not_asked_for_in_a_loop(error: Any) -> None:
    machine = at(4)
    machine.delta(delta(6, 7), 0.0)
    asks: list[Action] = list(machine.tick(2.0))
    now = 2.0
    while now < 600.0:
        request = machine._asking.request
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
    for seq in range(buffering.MAX_DELTAS, 1, -1):
        machine.delta(delta(seq - 1, seq), 0.0)
    actions = machine.delta(delta(0, 1), 0.0)
    applied = 0
    while actions:
        (action,) = actions
        assert isinstance(action, Apply)
        applied += 1
        actions = machine.applied(1, action.delta.seq, 0.0)
    assert applied == buffering.MAX_DELTAS


def test_the_buffer_is_bounded_in_bytes_and_what_is_dropped_is_asked_for() -> None:
    machine = at(0)
    for seq in range(2, 102):
        machine.delta(delta(seq - 1, seq), 0.0, 2**20)
    actions = machine.delta(delta(0, 1), 0.0, 100)
    applied = 0
    while actions and isinstance(actions[0], Apply):
        applied += 1
        actions = machine.applied(1, actions[0].delta.seq, 0.0)
    assert applied == 17
    (ask,) = machine.tick(2.0)
    assert isinstance(ask, Ask)
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
    assert isinstance(again, Fetch)
