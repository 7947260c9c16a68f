"""The label's side: it acts on the right image only, says so, and never goes blank."""

from __future__ import annotations

import hashlib

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from typing_extensions import override

from device_drivers.labels.mqtt import protocol
from device_drivers.labels.mqtt.machine import (
    FETCH_AGAIN_S,
    PATIENCE_S,
    Action,
    Announce,
    Draw,
    Fetch,
    LabelMachine,
)
from device_drivers.labels.mqtt.protocol import Report, Result, Wish

ONE = b"the first picture"
TWO = b"the second picture"


def sha(image: bytes) -> str:
    return hashlib.sha256(image).hexdigest()


def wish(image: bytes, name: str = "w", *, mac: str | None = None, format_: str = "png") -> bytes:
    return protocol.wish_payload(
        Wish(wish=name, sha256=sha(image), format=format_, bytes=len(image), mac=mac)
    )


def report(image: bytes, result: Result, name: str = "w", error: str | None = None) -> Report:
    return Report(wish=name, sha256=sha(image), result=result, error=error)


def label(showing: bytes | None = None, key: bytes | None = None) -> LabelMachine:
    remembered = None if showing is None else sha(showing)
    return LabelMachine(formats=("png",), showing=remembered, key=key)


def test_image_then_wish_is_drawn_and_reported() -> None:
    machine = label()

    assert machine.image(ONE) == []
    assert machine.wish(wish(ONE), 0) == [report(ONE, "received"), Draw(data=ONE, format="png")]
    assert machine.showing is None
    assert machine.drawn() == [Announce(), report(ONE, "shown")]
    assert machine.showing == sha(ONE)
    assert machine.due is None


def test_a_wish_waits_for_its_image() -> None:
    machine = label()

    assert machine.wish(wish(ONE), 0) == []
    assert machine.image(TWO) == []
    assert machine.image(ONE) == [report(ONE, "received"), Draw(data=ONE, format="png")]


def test_a_missing_image_is_reported_once_after_a_minute_and_still_waited_for() -> None:
    machine = label()
    machine.wish(wish(ONE), 100)

    assert machine.due == 100 + PATIENCE_S == 160
    assert machine.tick(159.9) == []
    assert machine.tick(160) == [report(ONE, "failed", error="image_missing")]
    assert machine.due is None
    assert machine.tick(300) == []
    assert machine.image(ONE) == [report(ONE, "received"), Draw(data=ONE, format="png")]


def fetching(image: bytes, name: str = "w") -> tuple[bytes, Fetch]:
    url = f"http://gateway/{name}"
    wished = Wish(wish=name, sha256=sha(image), format="png", bytes=len(image), url=url)
    return protocol.wish_payload(wished), Fetch(url=url, most=len(image))


def fetcher() -> LabelMachine:
    return LabelMachine(formats=("png",), fetches=True)


def test_a_label_that_fetches_does_and_draws_what_it_got() -> None:
    machine, (wished, fetch) = fetcher(), fetching(ONE)

    assert machine.wish(wished, 0) == [fetch]
    assert machine.wish(wished, 1) == [], "one fetch at a time"
    assert machine.fetched(ONE, 2) == [report(ONE, "received"), Draw(data=ONE, format="png")]
    assert machine.drawn() == [Announce(), report(ONE, "shown")]
    assert machine.due is None


def test_a_fetch_that_brings_nothing_or_another_picture_is_tried_again_for_a_minute() -> None:
    machine, (wished, fetch) = fetcher(), fetching(ONE)
    machine.wish(wished, 0)
    assert machine.due == PATIENCE_S

    assert machine.fetched(None, 1) == []
    assert machine.due == 1 + FETCH_AGAIN_S
    assert machine.tick(machine.due) == [fetch]
    assert machine.fetched(TWO, 12) == []
    assert machine.tick(12 + FETCH_AGAIN_S) == [fetch]
    assert machine.tick(PATIENCE_S) == [report(ONE, "failed", error="image_missing")]
    assert machine.fetched(None, 70) == []
    assert machine.due is None
    assert machine.wish(wished, 100) == [fetch], "the gateway sent it again"


def test_a_newer_wish_is_fetched_at_once_and_the_older_picture_is_not_drawn() -> None:
    machine, (first, _), (second, fetch) = fetcher(), fetching(ONE), fetching(TWO, "v")
    machine.wish(first, 0)

    assert machine.wish(second, 1) == []
    assert machine.fetched(ONE, 2) == [fetch]
    assert machine.fetched(TWO, 3)[1:] == [Draw(data=TWO, format="png")]


def test_a_label_that_cannot_fetch_waits_for_the_image() -> None:
    machine = label()

    assert machine.wish(fetching(ONE)[0], 0) == []
    assert machine.image(ONE) == [report(ONE, "received"), Draw(data=ONE, format="png")]


def test_the_same_wish_again_does_not_put_off_the_complaint() -> None:
    machine = label()
    machine.wish(wish(ONE), 0)
    machine.wish(wish(ONE), 30)

    assert machine.tick(60) == [report(ONE, "failed", error="image_missing")]


def test_a_wish_repeated_after_the_complaint_is_complained_about_again() -> None:
    machine = label()
    machine.wish(wish(ONE), 0)
    machine.tick(60)
    machine.wish(wish(ONE), 100)

    assert machine.tick(160) == [report(ONE, "failed", error="image_missing")]


def test_what_is_shown_already_is_not_drawn_again() -> None:
    machine = label(showing=ONE)

    assert machine.wish(wish(ONE, "another"), 0) == [report(ONE, "shown", "another")]
    assert machine.due is None


def test_a_cleared_image_blanks_nothing() -> None:
    machine = label()
    machine.image(ONE)
    machine.wish(wish(ONE), 0)
    machine.drawn()

    assert machine.image(b"") == []
    assert machine.showing == sha(ONE)
    assert machine.wish(wish(ONE), 1) == [report(ONE, "shown")]


def test_a_newer_wish_during_a_refresh_is_drawn_next() -> None:
    machine = label()
    machine.image(ONE)
    machine.wish(wish(ONE, "w1"), 0)

    assert machine.image(TWO) == []
    assert machine.wish(wish(TWO, "w2"), 1) == []
    assert machine.due is None, "its image is here; only the panel is busy"
    assert machine.drawn() == [
        Announce(),
        report(ONE, "shown", "w1"),
        report(TWO, "received", "w2"),
        Draw(data=TWO, format="png"),
    ]


def test_the_wish_being_drawn_comes_again_and_takes_back_what_came_between() -> None:
    machine = label()
    machine.image(ONE)
    machine.wish(wish(ONE, "w1"), 0)
    machine.wish(wish(TWO, "w2"), 1)

    assert machine.wish(wish(ONE, "w1"), 2) == []
    assert machine.drawn() == [Announce(), report(ONE, "shown", "w1")]
    assert machine.due is None


def test_back_to_the_picture_that_was_there_before() -> None:
    machine = label(showing=ONE)
    machine.image(TWO)
    machine.wish(wish(TWO, "w2"), 0)

    assert machine.wish(wish(ONE, "w3"), 1) == []
    machine.drawn()

    assert machine.tick(61) == [report(ONE, "failed", "w3", "image_missing")]


def test_wishes_have_no_order() -> None:
    machine = label()
    machine.image(ONE)
    machine.wish(wish(ONE, "w9"), 0)
    machine.drawn()
    machine.image(TWO)

    assert machine.wish(wish(TWO, "w1"), 1)[0] == report(TWO, "received", "w1")


def test_a_panel_that_fails_keeps_the_old_picture_and_draws_on_the_next_wish() -> None:
    machine = label(showing=TWO)
    machine.image(ONE)
    machine.wish(wish(ONE), 0)

    assert machine.drawn("panel_timeout") == [report(ONE, "failed", error="panel_timeout")]
    assert machine.showing == sha(TWO)
    assert machine.wish(wish(ONE), 1) == [report(ONE, "received"), Draw(data=ONE, format="png")]


def test_a_format_it_does_not_know_is_refused() -> None:
    machine = label()
    machine.image(ONE)

    refused = machine.wish(wish(ONE, format_="jpeg"), 0)

    assert refused == [report(ONE, "failed", error="unknown_format")]


def test_a_label_with_a_key_acts_only_on_its_mac() -> None:
    key = b"secret"
    machine = label(key=key)
    machine.image(ONE)
    good = protocol.mac_of(key, "w", sha(ONE))

    refusal = [report(ONE, "failed", error="wrong_mac")]
    assert machine.wish(wish(ONE), 0) == refusal
    assert machine.wish(wish(ONE, mac=protocol.mac_of(b"other", "w", sha(ONE))), 0) == refusal
    assert machine.wish(wish(ONE, mac=good), 0) == [
        report(ONE, "received"),
        Draw(data=ONE, format="png"),
    ]


def test_what_cannot_be_read_changes_nothing() -> None:
    machine = label()
    machine.wish(wish(ONE), 0)

    assert machine.wish(b"", 1) == []
    assert machine.wish(b"\xff{", 1) == []
    assert machine.image(b"x" * (protocol.LARGEST_IMAGE + 1)) == []
    assert machine.due == PATIENCE_S
    assert machine.drawn() == [], "nothing was being drawn"


PICTURES = st.sampled_from([ONE, TWO, b"3", b"4"])


class AnyOrder(RuleBasedStateMachine):
    """Whatever comes in whatever order: only wished and verified pictures get to the panel."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.machine = label()
        self.arrived: set[str] = set()
        self.last_wish: tuple[str, str] | None = None
        self.drawing: Draw | None = None
        self.wished: set[tuple[str, str]] = set()
        self.last_report: Report | None = None

    def take(self, actions: list[Action]) -> None:
        for action in actions:
            if isinstance(action, Draw):
                assert self.drawing is None, "one refresh at a time"
                assert sha(action.data) in {digest for _, digest in self.wished}
                self.drawing = action
            elif isinstance(action, Report):
                assert (action.wish, action.sha256) in self.wished
                if action.result == "shown":
                    assert self.machine.showing == action.sha256
                self.last_report = action

    @rule(picture=PICTURES)
    def image(self, picture: bytes) -> None:
        self.arrived.add(sha(picture))
        self.take(self.machine.image(picture))

    @rule(picture=PICTURES, name=st.sampled_from(["a", "b", "c"]))
    def wish(self, picture: bytes, name: str) -> None:
        self.last_wish = (name, sha(picture))
        self.wished.add(self.last_wish)
        self.take(self.machine.wish(wish(picture, name), self.now))

    @rule(error=st.sampled_from([None, None, "panel_timeout"]))
    def drawn(self, error: str | None) -> None:
        if self.drawing is not None:
            self.drawing = None
            self.take(self.machine.drawn(error))

    @rule(seconds=st.sampled_from([1.0, 30.0, 61.0]))
    def later(self, seconds: float) -> None:
        self.now += seconds
        self.take(self.machine.tick(self.now))

    @rule()
    def cleared(self) -> None:
        self.take(self.machine.image(b""))

    @invariant()
    def shows_only_what_arrived(self) -> None:
        assert self.machine.showing is None or self.machine.showing in self.arrived

    @invariant()
    def ticks_are_due_only_while_something_is_missing(self) -> None:
        due = self.machine.due
        assert due is None or due > self.now - 61.0

    @override
    def teardown(self) -> None:
        """At last everything comes once more: the last wish ends on the panel."""
        if self.last_wish is None:
            return
        name, digest = self.last_wish
        picture = next(one for one in (ONE, TWO, b"3", b"4") if sha(one) == digest)
        self.image(picture)
        self.wish(picture, name)
        while self.drawing is not None:
            self.drawn(error=None)
        assert self.machine.showing == digest
        assert self.last_report == Report(wish=name, sha256=digest, result="shown")


TestAnyOrder = AnyOrder.TestCase
TestAnyOrder.settings = settings(max_examples=60, stateful_step_count=30)
