"""An empty box that must see signatures: it believes only the answer to its own question."""

from __future__ import annotations

from gateway.feed import digest, sync
from gateway.feed.actions import Action, Apply, Ask, Fetch
from gateway.feed.messages import Delta, Manifest, Reply, Request, SnapshotRef

EMPTY = digest.Buckets().digest()


def manifest(seq: int, epoch: int = 1) -> Manifest:
    snapshot = SnapshotRef(seq=seq, url="file:///x", sha256="0" * 64, bytes=1, rows=0)
    return Manifest(
        epoch=epoch, seq=seq, min_delta_seq=seq, digest=EMPTY, snapshot=snapshot, issued_at=""
    )


def delta(prev_seq: int, seq: int, epoch: int = 1) -> Delta:
    return Delta(epoch=epoch, prev_seq=prev_seq, seq=seq, changes=[])


def wary() -> sync.Sync:
    return sync.Sync(epoch=0, seq=0, wary=True)


def asked(actions: list[Action]) -> Request:
    (action,) = actions
    assert isinstance(action, Ask)
    return action.request


def test_it_asks_as_soon_as_it_is_connected() -> None:
    request = asked(wary().connected(0.0))

    assert (request.want, len(request.id)) == ("manifest", 32)


def test_a_manifest_or_delta_of_itself_is_only_a_reason_to_ask() -> None:
    for machine, actions in (
        (one := wary(), one.manifest(manifest(9), 0.0, None)),
        (two := wary(), two.delta(delta(0, 9, epoch=0), 0.0)),
        (three := wary(), three.delta(delta(0, 9), 0.0)),
    ):
        assert asked(actions).want == "manifest"
        assert machine.manifest(manifest(9), 1.0, None) == []
        assert (machine.phase, machine.seq) == (sync.Phase.ASKING, 0)


def test_only_the_answer_to_its_own_question_begins_it() -> None:
    machine = wary()
    request = asked(machine.connected(0.0))
    old, fresh = manifest(5), manifest(20)

    assert machine.reply(Reply(id="0" * 32, epoch=1, seq=5, manifest=old), 1.0) == []
    actions = machine.reply(Reply(id=request.id, epoch=1, seq=20, manifest=fresh), 2.0)

    assert actions == [Fetch(manifest=fresh, replace_all=True)]


def test_deltas_that_came_before_the_answer_follow_the_snapshot() -> None:
    machine = wary()
    following = delta(20, 21)
    request = asked(machine.delta(following, 0.0))
    machine.reply(Reply(id=request.id, epoch=1, seq=20, manifest=manifest(20)), 1.0)

    assert machine.applied(1, 20, 2.0) == [Apply(delta=following)]
    assert not machine.wary


def test_who_has_a_position_is_not_asked_again_for_what_it_knows() -> None:
    machine = sync.Sync(epoch=1, seq=20)

    assert machine.manifest(manifest(20), 0.0, EMPTY) == []
    assert machine.connected(0.0) == []
