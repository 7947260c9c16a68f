"""Deliveries under anything that can happen to them: no label is ever silently stuck."""

from __future__ import annotations

import random
import sqlite3
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from typing_extensions import override

from device_drivers.api.drivers import Announced, Reason
from device_drivers.api.panels import Frame, Ink, Panel
from gateway.domain import ranking, retrying
from gateway.domain.labels import LabelState
from gateway.domain.ranking import Rank, Told
from gateway.labels import healing
from gateway.store import deliveries, frames, labels, migrating, queue, reach, stopped, tasks, waves
from gateway.store.database import Connection
from gateway.store.deliveries import Wish
from tests import tiers

AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
PANEL = Panel(name="tiny", width=8, height=2, inks=(Ink.WHITE, Ink.BLACK), dpi=112)
LABELS = ("a", "b", "c")
LEASE = timedelta(minutes=2)
LONGEST = max(retrying.HEARD_ANYHOW, timedelta(hours=2))
"""No wait that anything here sets is longer, except for a person."""

CHANGES = (
    ("", False),
    *[("feed", False)] * 2,
    ("feed", True),
    ("time", False),
    ("staff", False),
)

EVENTS = ("lost", "foreign", "again", "x", "y")
REASONS = (*(reason.value for reason in Reason), "frame_missing", "no_driver")
OUTCOMES = (
    *(["shown"] * len(REASONS)),
    *REASONS,
    *(f"failed {reason}" for reason in REASONS),
)

names = st.sampled_from(LABELS)
inks = st.integers(0, 1)


def picture(ink: int) -> Frame:
    return Frame(width=8, height=2, inks=PANEL.inks, pixels=bytes([ink] * 16))


def sha256(label: str, ink: int) -> str:
    return f"{label}{ink}" * 32


class Shop(RuleBasedStateMachine):
    """Three labels on one family; the air, people and the clock do as they like."""

    @initialize()
    def open_up(self) -> None:
        self.connection: Connection = sqlite3.connect(
            ":memory:", factory=Connection, isolation_level=None
        )
        self.connection.execute("PRAGMA foreign_keys = ON")
        migrating.migrate(self.connection)
        self.now = AT
        self.rng = random.Random(7)
        self.wishes = 0
        self.ink: dict[str, int] = {}
        self.on_air: dict[str, tuple[str, str, int]] = {}
        self.sent: list[tuple[str, str, str]] = []
        self.foreign: set[str] = set()
        self.stopped: set[int] = set()
        for ink in (0, 1):
            frames.put(self.connection, picture(ink), self.now)
        for label in LABELS:
            self.announce(label)
            self.want(label, 0, ("feed", False))
        self.deliver(quiet=False)

    def announce(self, label: str) -> None:
        heard = Announced(label=label, panel=PANEL, formats=("png",), firmware="1", showing=None)
        labels.announce(self.connection, "f", heard, self.now)

    @override
    def teardown(self) -> None:
        if hasattr(self, "connection"):
            self.connection.close()

    def delivery(self, label: str) -> deliveries.Delivery | None:
        return deliveries.get(self.connection, label)

    @rule(label=names, ink=inks, what=st.sampled_from(CHANGES))
    def changes(self, label: str, ink: int, what: tuple[str, bool]) -> None:
        """Somebody changes what the label should show."""
        self.want(label, ink, what)

    def want(self, label: str, ink: int, what: tuple[str, bool]) -> None:
        why, recalled = what
        self.wishes += 1
        state = LabelState.RECALLED if recalled else LabelState.REGULAR
        wish = Wish(
            label=label,
            id=f"w{self.wishes}",
            fingerprint=picture(ink).fingerprint,
            template="",
            cause="",
            made_at=self.now,
            told=Told(state=state),
        )
        known = labels.get(self.connection, label)
        assert known is not None
        labels.planned(self.connection, label, looked_at=known.stale, next_change=None)
        rank = deliveries.want(self.connection, wish, why=why)
        assert (rank is Rank.STAFF) == (why == "staff")
        self.ink[label] = ink
        self.foreign.discard(label)

    @rule(label=names)
    def goes_stale(self, label: str) -> None:
        """Data changed; what the label should show is not drawn yet."""
        labels.look_again(self.connection, label, "feed")

    @rule(what=st.sampled_from([(False, 0), (False, 0), (False, 700), (True, 0)]))
    def goes_on(self, what: tuple[bool, int]) -> None:
        """The courier looks, perhaps in quiet hours, perhaps much later."""
        quiet, minutes = what
        self.now += timedelta(minutes=minutes)
        self.deliver(quiet=quiet)

    def deliver(self, *, quiet: bool) -> None:
        ranks = tuple(sorted(ranking.URGENT)) if quiet else tuple(Rank)
        for way in queue.ways(self.connection):
            due = queue.due(self.connection, way, self.now, 10, ranks)
            assert list(due) == sorted(due, key=lambda one: one.rank)
            for one in due:
                self.hand_over(one, quiet=quiet)

    def hand_over(self, one: queue.Due, *, quiet: bool) -> None:
        delivery = self.delivery(one.label)
        assert delivery is not None
        assert delivery.wish == one.wish, "only the latest wish is ever sent"
        assert one.label not in self.foreign, "nobody fights over a label"
        assert not quiet or one.rank in ranking.URGENT
        if delivery.wave in self.stopped:
            assert one.rank in ranking.URGENT
        sent = sha256(one.label, self.ink[one.label])
        if one.shows is not None and not one.loose and one.reason != deliveries.STAFF:
            assert deliveries.shows_already(self.connection, one.label, one.wish, one.shows)
            assert deliveries.shown(self.connection, one.label, one.wish, self.now)
            return
        frames.note_picture(self.connection, sent, one.fingerprint)
        assert queue.handing_over(
            self.connection, one.label, one.wish, sent, at=self.now, until=self.now + LEASE
        )
        self.on_air[one.label] = (one.wish, sent, self.ink[one.label])

    @precondition(lambda self: self.on_air)
    @rule(which=st.integers(0, 2), outcome=st.sampled_from(OUTCOMES))
    def is_answered(self, which: int, outcome: str) -> None:
        label = sorted(self.on_air)[which % len(self.on_air)]
        wish, sent, _ = self.on_air.pop(label)
        failed, _, reason = outcome.rpartition(" ")
        if reason == "shown":
            self.is_shown(label, wish, sent)
        else:
            self.comes_to_nothing(label, wish, reason, failed=bool(failed))

    def comes_to_nothing(self, label: str, wish: str, reason: str, *, failed: bool) -> None:
        delivery = self.delivery(label)
        attempts = 1 if delivery is None else delivery.attempts
        at = self.now + retrying.pause(reason, attempts, self.rng, first_s=5, max_s=1800)
        if reason == Reason.ASLEEP.value:
            at = self.now + retrying.HEARD_ANYHOW
        if failed:
            deliveries.failed(self.connection, label, wish, reason=reason, detail="", again_at=at)
        else:
            deliveries.again(self.connection, label, wish, reason=reason, at=at)
        healing.heal(self.connection, label)

    def is_shown(self, label: str, wish: str, sent: str) -> None:
        labels.see(self.connection, label, sent, self.now)
        if deliveries.shown(self.connection, label, wish, self.now):
            done = self.delivery(label)
            assert done is not None
            assert (done.state, done.hold, done.due_at) == ("shown", None, None)
            self.foreign.discard(label)

    @rule(label=names, what=st.sampled_from(EVENTS))
    def happens(self, label: str, what: str) -> None:
        """Something happens to a label."""
        match what:
            case "lost":
                self.loses_its_picture(label)
            case "foreign":
                self.somebody_else_writes(label)
            case "again":
                self.staff_sends_again(label)
            case _:
                self.is_heard(label, what)

    def loses_its_picture(self, label: str) -> None:
        labels.see(self.connection, label, None, self.now)
        delivery = self.delivery(label)
        if delivery is not None and delivery.state == "shown":
            deliveries.requeue(self.connection, label, reason="image_missing", at=self.now)

    def somebody_else_writes(self, label: str) -> None:
        deliveries.give_way(self.connection, label, self.now)
        if self.delivery(label) is not None:
            self.foreign.add(label)

    def staff_sends_again(self, label: str) -> None:
        deliveries.send_again(self.connection, label, self.now)
        self.foreign.discard(label)

    def is_heard(self, label: str, via: str) -> None:
        reach.heard_via(self.connection, label, via, self.now)
        queue.wake(self.connection, label, self.now)
        delivery = self.delivery(label)
        if delivery is not None and delivery.due_at is not None and delivery.reason == "asleep":
            assert delivery.due_at <= self.now + LEASE, "who is heard is served"

    @rule(what=st.sampled_from(["pause", "cancel", "resume"]))
    def a_manager_decides(self, what: str) -> None:
        for wave in waves.latest(self.connection, 1):
            decides = {"pause": stopped.pause, "cancel": stopped.cancel, "resume": stopped.resume}
            decide = decides[what]
            decide(self.connection, wave.id, "Ana", self.now)
            (self.stopped.discard if what == "resume" else self.stopped.add)(wave.id)

    @precondition(lambda self: len(self.on_air) > 1)
    @rule(dies=st.booleans())
    def breaks(self, *, dies: bool) -> None:
        """The link or the process."""
        (self.the_process_dies if dies else self.the_link_is_lost)()

    def the_link_is_lost(self) -> None:
        self.on_air.clear()
        queue.all_due(self.connection, "f", "", self.now)

    def the_process_dies(self) -> None:
        """What was handed over and never answered is due again after its lease."""
        lost = [label for label, (wish, *_) in self.on_air.items()]
        self.on_air.clear()
        self.now += LEASE
        for label in lost:
            one = self.delivery(label)
            assert one is not None
            waits = one.state in {"queued", "transferred", "failed"} and one.hold is None
            if waits and one.reason is None:
                assert one.due_at is not None
                assert one.due_at <= self.now

    @invariant()
    def nobody_is_silently_stuck(self) -> None:
        if not hasattr(self, "connection"):
            return
        for label in LABELS:
            one = self.delivery(label)
            if one is None:
                continue
            if one.state == "shown":
                assert one.due_at is None
                assert one.hold is None
            else:
                assert (one.due_at is None) == (one.hold is not None), "a turn or a told hold"
            if one.due_at is not None:
                assert one.due_at <= self.now + LONGEST
                assert label not in self.foreign
                assert one.wave not in self.stopped or one.rank in ranking.URGENT

    @invariant()
    def waves_add_up(self) -> None:
        if not hasattr(self, "connection"):
            return
        for wave in waves.latest(self.connection, 100):
            assert wave.shown + wave.arrived + wave.gone <= wave.joined
            assert wave.joined - wave.gone <= len(LABELS), "labels are counted, not wishes"
            assert min(wave.shown, wave.arrived, wave.gone) >= 0

    @invariant()
    def what_is_held_is_told(self) -> None:
        if not hasattr(self, "connection"):
            return
        stopped.look_after(self.connection, self.now)
        told = {
            int(task.key): task.detail["count"]
            for task in tasks.of_kind(self.connection, "wave_cancelled")
        }
        held: dict[int, int] = {}
        for label in LABELS:
            one = self.delivery(label)
            if one is not None and one.hold == "cancelled":
                assert one.wave in self.stopped
                held[one.wave] = held.get(one.wave, 0) + 1
        assert told == held


LIVES = tiers.count("delivery_lives")
Shop.TestCase.settings = settings(max_examples=LIVES, stateful_step_count=60, deadline=None)
TestShop = pytest.mark.timeout(120 + LIVES)(Shop.TestCase)
