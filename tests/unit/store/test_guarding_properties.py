"""Whatever is written, accepted and refused: in force is the replica without what is held."""

from __future__ import annotations

import json
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)
from typing_extensions import override

from gateway.feed import digest
from gateway.store import guarding, holds, replica, tasks
from gateway.store.guarding import Guard
from gateway.store.replica_rows import Row
from tests.support.guarded import Given, Guarded, price, product

KEYS = [f"a{number:02d}" for number in range(24)]
AMOUNTS = ("100.00", "104.00", "96.00", "1.00", "-1.00", None)
"""Usual ones, an odd one, one that is refused, and none."""

keys = st.sampled_from(KEYS)
amounts = st.sampled_from(AMOUNTS)
some = st.dictionaries(keys, amounts, min_size=1, max_size=24)


def given_of(wanted: dict[str, str | None]) -> list[Given]:
    return [
        ("offers", key, None) if amount is None else price(key, amount)
        for key, amount in wanted.items()
    ]


class Shop(RuleBasedStateMachine):
    """The guard beside a plain account of what was sent and what a person would see."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.shop = Guarded.empty(Path(self.folder.name))
        self.sent: dict[str, Any] = {}
        self.seen: dict[str, Any] = {}
        self.looked: tuple[int, int, dict[str, str | None]] | None = None

    @override
    def teardown(self) -> None:
        self.shop.close()
        self.folder.cleanup()

    @initialize()
    def open(self) -> None:
        everything: dict[str, str | None] = dict.fromkeys(KEYS, "100.00")
        self._note(everything)
        self.shop.write(*given_of(everything), product("p"))
        self.seen = self.shop.in_force()

    def _note(self, wanted: dict[str, str | None]) -> None:
        for _, key, value in given_of(wanted):
            self.sent.pop(key, None)
            if value is not None:
                self.sent[key] = value

    @rule(wanted=some)
    def write(self, wanted: dict[str, str | None]) -> None:
        self._note(wanted)
        self.shop.write(*given_of(wanted))
        self._only_changed(set(wanted))

    @rule(batch=st.lists(some, min_size=2, max_size=4))
    def write_together(self, batch: list[dict[str, str | None]]) -> None:
        for wanted in batch:
            self._note(wanted)
        self.shop.write_all([given_of(wanted) for wanted in batch])
        self._only_changed({key for wanted in batch for key in wanted})

    @rule(wanted=st.dictionaries(keys, st.sampled_from(AMOUNTS[:4]), max_size=24))
    def merge(self, wanted: dict[str, str | None]) -> None:
        self.sent = {}
        self._note(wanted)
        self.shop.merge([*given_of(wanted), product("p")], slices=7)

    @rule(minutes=st.integers(min_value=1, max_value=12))
    def wait(self, minutes: int) -> None:
        self.shop.at += timedelta(minutes=minutes)

    @precondition(lambda self: self.shop.holds())
    @rule(data=st.data())
    def accept(self, data: st.DataObject) -> None:
        hold = data.draw(st.sampled_from(self.shop.holds()))
        with self.shop.transaction():
            holds.decide(self.shop.connection, hold.id, "accepted", "Ana", self.shop.at)
        before = self.shop.in_force()
        while held := holds.rows(self.shop.connection, hold.id, 3):
            for row in held:
                self._put_in_force(row)
        after = self.shop.in_force()
        assert {key for key in KEYS if before.get(key) != after.get(key)} <= set(KEYS)
        assert holds.get(self.shop.connection, hold.id) is None

    def _put_in_force(self, row: holds.HeldRow) -> None:
        sent = Row(kind=row.kind, key=row.key, value=row.value, hash=row.hash, bucket=row.bucket)
        with self.shop.transaction():
            replica.apply(self.shop.connection, "central", [sent], seq=row.seq, at=self.shop.at)
        assert self.shop.in_force().get(row.key) == self.sent.get(row.key)

    @precondition(lambda self: self.shop.holds())
    @rule(data=st.data())
    def refuse(self, data: st.DataObject) -> None:
        hold = data.draw(st.sampled_from(self.shop.holds()))
        before = self.shop.in_force()
        with self.shop.transaction():
            holds.decide(self.shop.connection, hold.id, "refused", "Ana", self.shop.at)
        assert self.shop.in_force() == before

    @precondition(lambda self: self.shop.holds())
    @rule(data=st.data())
    def look(self, data: st.DataObject) -> None:
        """Somebody opens the page of a hold, and decides later."""
        hold = data.draw(st.sampled_from(self.shop.holds()))
        rows = holds.rows(self.shop.connection, hold.id, 100)
        self.looked = hold.id, hold.mark, {row.key: row.value for row in rows}

    @precondition(lambda self: self.looked is not None)
    @rule()
    def decide_about_what_was_seen(self) -> None:
        assert self.looked is not None
        connection, (number, mark, values) = self.shop.connection, self.looked
        with self.shop.transaction():
            hold = holds.get(connection, number)
            while hold is not None and holds.set_apart(connection, hold, mark, 2, self.shop.at):
                hold = holds.get(connection, number)
            if hold is not None and not holds.newer(connection, number, mark):
                holds.decide(connection, number, "accepted", "Ana", self.shop.at)
        seen = holds.rows(connection, number, 100, seen=mark)
        assert {row.key: row.value for row in seen}.items() <= values.items()
        assert hold is None or len(seen) in {0, hold.rows}, "whole, or nothing of it was seen"

    @rule()
    def accept_everything(self) -> None:
        """What central sends again without a guard holds as it is."""
        self.shop.guard = None
        self.shop.write(
            *given_of(dict.fromkeys(KEYS)),
            *[("offers", key, value) for key, value in self.sent.items()],
        )
        self.shop.guard = Guard()
        assert not self.shop.holds()

    def _only_changed(self, written: set[str]) -> None:
        now = self.shop.in_force()
        changed = {key for key in KEYS if now.get(key) != self.seen.get(key)}
        assert changed <= written

    @invariant()
    def in_force_is_the_replica_without_what_is_held(self) -> None:
        in_force = self.shop.in_force()
        rows = self.shop.connection.execute(
            "SELECT key, value, hash, refusal, good, hold FROM replica WHERE kind = 'offers'"
        ).fetchall()
        expected = {}
        for key, value, row_hash, refusal, good, hold in rows:
            used = value if refusal is None and hold is None else good
            assert refusal is None or hold is None
            if row_hash == holds.NOTHING:
                assert hold is not None
                assert good is not None
                assert key not in self.sent
            else:
                assert json.loads(value) == self.sent[key]
            if used is not None:
                expected[key] = json.loads(used)
        assert in_force == expected
        assert set(self.sent) <= {row[0] for row in rows}, "nothing is lost"
        self.seen = in_force

    @invariant()
    def the_digest_is_of_what_was_sent(self) -> None:
        buckets = digest.Buckets()
        values = [("offers", key, value) for key, value in self.sent.items()]
        if self.shop.seq:
            values.append(product("p"))
        for kind, key, value in values:
            text = digest.canonical(value)
            buckets.toggle(digest.bucket_of(kind, key), digest.row_hash(kind, key, text))
        assert self.shop.digest() == buckets.digest()

    @invariant()
    def counts_are_true(self) -> None:
        connection = self.shop.connection
        counted = guarding.in_force(connection, "central")
        assert counted["offers"] == len(self.shop.in_force())
        by_hold = dict(
            connection.execute(
                "SELECT hold, count(*) FROM replica WHERE hold IS NOT NULL GROUP BY hold"
            )
        )
        assert by_hold == dict(connection.execute("SELECT id, rows FROM hold"))
        open_holds = {str(hold.id) for hold in self.shop.holds() if hold.state == "open"}
        told = {task.key for task in tasks.all_open(connection) if task.kind == "hold"}
        assert told == open_holds
        assert holds.open_alone(connection, "central") <= 20


TestShop = Shop.TestCase
TestShop.settings = settings(
    max_examples=40,
    stateful_step_count=20,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
