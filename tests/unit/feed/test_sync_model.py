"""The state machine against a model of central, over a channel that loses, repeats and reorders."""

from __future__ import annotations

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from typing_extensions import override

from gateway.feed.messages import Delta, Manifest, Reply
from tests.unit.feed.modelling import KEYS, ModelCentral, ModelShop

keys = st.sampled_from(KEYS)
values = st.integers(0, 3) | st.none()


class FeedMachine(RuleBasedStateMachine):
    """Whatever happens, rows that did not go wrong here are central's of that position."""

    def __init__(self) -> None:
        super().__init__()
        self.central = ModelCentral()
        self.shop = ModelShop(self.central)
        self.deltas: list[Delta] = []
        self.manifests: list[Manifest] = []
        self.replies: list[Reply] = []

    @rule(changes=st.lists(st.tuples(keys, values), min_size=1, max_size=6), told=st.booleans())
    def central_changes(self, changes: list[tuple[str, Any]], *, told: bool) -> None:
        delta = self.central.change(*dict(changes).items())
        self.deltas.append(delta)
        if told:
            self._deliver(delta)

    @precondition(lambda self: self.deltas)
    @rule(ago=st.integers(0, 20))
    def a_delta_arrives(self, ago: int) -> None:
        self._deliver(self.deltas[-1 - ago % len(self.deltas)])

    def _deliver(self, delta: Delta) -> None:
        self.shop.carry_out(self.shop.sync.delta(delta, self.shop.now))

    @rule(first=st.integers(0, 5), length=st.integers(2, 4), told=st.booleans())
    def central_merges_deltas(self, first: int, length: int, *, told: bool) -> None:
        merged = self.central.merge_log(first, first + length)
        if merged is not None and told:
            self.deltas.append(merged)

    @rule()
    def central_forgets_its_deltas(self) -> None:
        self.central.forget_log()

    @rule()
    def central_begins_an_epoch(self) -> None:
        self.central.new_epoch()

    @rule(late=st.booleans())
    def a_manifest_arrives(self, *, late: bool) -> None:
        self.manifests.append(self.central.manifest())
        self.shop.hear_manifest(self.manifests[0 if late else -1])

    @precondition(lambda self: self.shop.asked)
    @rule(lost=st.booleans(), held_up=st.booleans())
    def central_answers(self, *, lost: bool, held_up: bool) -> None:
        reply = self.central.answer(self.shop.asked.pop(0))
        if not lost:
            self.replies.append(reply)
            if not held_up:
                self.shop.hear_reply(reply)

    @precondition(lambda self: self.shop.asked)
    @rule(changes=st.dictionaries(keys, values, min_size=1, max_size=6))
    def a_delta_overtakes_an_answer(self, changes: dict[str, int | None]) -> None:
        reply = self.central.answer(self.shop.asked.pop(0))
        self._deliver(self.central.change(*changes.items()))
        self.shop.hear_reply(reply)

    @precondition(lambda self: self.replies)
    @rule(ago=st.integers(0, 3))
    def a_reply_arrives(self, ago: int) -> None:
        self.shop.hear_reply(self.replies[-1 - ago % len(self.replies)])

    @precondition(lambda self: self.shop.fetching)
    @rule(only=st.none() | st.lists(keys, max_size=3))
    def the_snapshot_is_merged(self, only: list[str] | None) -> None:
        self.shop.fetched(only)

    @rule(key=keys, value=values)
    def a_row_goes_wrong(self, key: str, value: int | None) -> None:
        self.shop.spoil(key, value)

    @rule(wrong=st.dictionaries(keys, values, min_size=1, max_size=3))
    def an_up_to_date_shop_turns_out_to_differ(self, wrong: dict[str, int | None]) -> None:
        self.shop.settle()
        for key, value in wrong.items():
            self.shop.spoil(key, value)
        self.shop.hear_manifest(self.central.manifest())
        if self.shop.asked:
            self.shop.hear_reply(self.central.answer(self.shop.asked.pop(0)))

    @rule()
    def the_shop_starts_again(self) -> None:
        self.shop.restart()

    @rule()
    def the_link_comes_back(self) -> None:
        self.shop.carry_out(self.shop.sync.connected(self.shop.now))

    @rule(steps=st.integers(1, 30))
    def time_passes(self, steps: int) -> None:
        for _ in range(steps):
            self.shop.pass_time()

    @invariant()
    def rows_are_those_of_the_position(self) -> None:
        at = self.shop.positions[-1]
        assert at == (self.shop.sync.epoch, self.shop.sync.seq)
        central = self.central.history[at]
        wrong = {key for key in KEYS if self.shop.rows.get(key) != central.get(key)}
        assert wrong <= self.shop.spoilt

    @override
    def teardown(self) -> None:
        self.shop.settle()
        assert self.shop.rows == self.central.rows
        assert self.shop.positions[-1] == (self.central.epoch, self.central.seq)
        assert self.shop.sync.error is None


FeedMachine.TestCase.settings = settings(deadline=None, stateful_step_count=60)
TestFeed = FeedMachine.TestCase
