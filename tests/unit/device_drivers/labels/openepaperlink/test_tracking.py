"""What becomes of a picture, word by word: proven, or not claimed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from device_drivers.api.drivers import (
    Failed,
    Foreign,
    Heard,
    Later,
    Presence,
    Reason,
    Reported,
    Shown,
    Sighting,
    Telemetry,
    Transferred,
)
from device_drivers.labels.openepaperlink.models import MODELS
from device_drivers.labels.openepaperlink.protocol import NEVER, REMOVED, Clock, Said, Tag
from device_drivers.labels.openepaperlink.shelf import Shelf
from device_drivers.labels.openepaperlink.tracking import Deliveries, Upload

MAC = "00007E2233445566"
PANEL = MODELS[0x33].panel
TAG = Tag(
    mac=MAC,
    hash="a" * 16 + "0" * 16,
    last_seen=100,
    next_update=NEVER,
    next_check_in=140,
    pending=0,
    mode=24,
    hardware=0x33,
    firmware=41,
    wakeup=0,
    external=False,
    update_count=7,
    telemetry=Telemetry(rssi_dbm=-60),
    own_screen=False,
)
WAITING = replace(TAG, next_update=0)
QUEUED = replace(TAG, pending=1, next_update=160)
DONE = replace(TAG, update_count=8, hash="b" * 16 + "0" * 16)


class Story:
    """One tag's deliveries; what was said of them is in ``said``."""

    def __init__(self, *, ahead: int = 0) -> None:
        self.deliveries = Deliveries(MAC)
        self.said: list[Sighting] = []
        self.hear(TAG)
        self.deliveries.begin(
            Upload(wish="w", sha256="s", via="ap", count=TAG.update_count, ahead=ahead)
        )

    def hear(self, tag: Tag, *, heard_all: bool = True) -> None:
        self.said += self.deliveries.record(tag, "ap", heard_all=heard_all)

    def accept(self) -> None:
        self.said += self.deliveries.accepted()

    @property
    def outcomes(self) -> list[object]:
        return [one.outcome for one in self.said if isinstance(one, Reported)]

    def known(self) -> object:
        return self.deliveries.known("w2", "s", "ap")


def held() -> Story:
    story = Story()
    story.accept()
    for tag in (WAITING, QUEUED, DONE):
        story.hear(tag)
    assert story.outcomes == [Transferred()]
    return story


def test_a_picture_is_transferred_and_shown_when_the_tag_comes_by_again() -> None:
    story = held()
    story.hear(DONE)
    assert story.outcomes == [Transferred()], "the same word again is no visit"
    story.hear(replace(DONE, last_seen=140))
    story.hear(replace(DONE, last_seen=180))

    assert story.outcomes == [Transferred(), Shown()]
    assert story.known() == Shown()


def test_missed_words_do_not_matter_when_the_count_proves_it() -> None:
    story = Story()
    story.accept()
    story.hear(DONE)

    assert story.outcomes == [Transferred()]


def test_what_was_pending_before_is_not_taken_for_ours() -> None:
    story = Story(ahead=1)
    story.accept()
    story.hear(replace(WAITING, pending=1))
    story.hear(replace(WAITING, update_count=8))
    assert story.outcomes == [], "the older one arrived"
    story.hear(replace(QUEUED, update_count=8))
    story.hear(replace(DONE, update_count=9))

    assert story.outcomes == [Transferred()]


def test_one_transfer_of_two_that_were_pending_proves_nothing() -> None:
    story = Story(ahead=1)
    story.accept()
    story.hear(replace(DONE, update_count=8))

    assert [type(one) for one in story.outcomes] == [Failed]
    assert story.known() is None


def test_what_is_seen_before_the_answer_counts_with_it() -> None:
    story = Story()
    for tag in (WAITING, QUEUED, DONE):
        story.hear(tag)
    assert story.said == []
    story.accept()

    assert story.outcomes == [Transferred()]


def test_without_an_answer_nothing_is_claimed() -> None:
    story = Story()
    story.deliveries.unanswered()
    for tag in (WAITING, QUEUED, DONE, replace(DONE, last_seen=140)):
        story.hear(tag)

    assert story.said == []
    assert story.known() is None


def test_a_picture_equal_to_the_one_there_is_shown() -> None:
    story = Story()
    story.accept()
    story.hear(WAITING)
    assert story.deliveries.same(WAITING, "ap") is None, "still to be made"
    said = story.deliveries.same(replace(TAG, next_update=160), "ap")

    assert said is not None
    assert [one.outcome for one in said if isinstance(one, Reported)] == [Shown()]


def test_a_picture_that_is_gone_is_told() -> None:
    story = Story()
    story.accept()
    story.hear(WAITING)
    story.hear(TAG)

    assert story.outcomes == [
        Failed(reason=Reason.IMAGE_MISSING, detail="the access point has it no more")
    ]


def test_a_picture_that_its_tag_leaves_again_and_again_is_handed_over_again() -> None:
    story = Story()
    story.accept()
    story.hear(WAITING)
    assert story.known() == Later(reason=Reason.AWAITING_LABEL)
    for seen in (140, 180, 220):
        story.hear(replace(WAITING, last_seen=seen))

    assert story.known() is None


def test_another_picture_is_not_answered_by_what_is_known() -> None:
    story = held()
    assert story.deliveries.known("w", "another", "ap") is None
    waiting = Story()
    waiting.accept()
    assert waiting.deliveries.known("w", "s", "another ap") is None


def test_a_time_out_before_it_was_queued_is_of_something_else() -> None:
    story = Story(ahead=1)
    story.accept()
    assert story.deliveries.timed_out("ap") == []
    story.hear(WAITING)
    story.hear(QUEUED)
    (failed,) = story.deliveries.timed_out("ap")

    assert isinstance(failed, Reported)
    assert failed.outcome == Failed(reason=Reason.NO_ANSWER, detail="it stopped fetching")


def test_a_command_of_ours_or_one_that_was_heard_is_no_picture() -> None:
    story = held()
    story.deliveries.commanded()
    story.hear(replace(DONE, update_count=9, hash="7" * 32), heard_all=False)
    story.hear(replace(DONE, update_count=10, hash="8" * 32))

    assert story.outcomes == [Transferred()]
    assert story.known() == Transferred()


@pytest.mark.parametrize("tag", [replace(DONE, update_count=9, hash="7" * 32)])
def test_a_transfer_that_nobody_explains_is_somebody_elses(tag: Tag) -> None:
    story = held()
    story.hear(tag, heard_all=False)

    assert isinstance(story.said[-1], Foreign)
    assert story.known() is None


def test_another_mode_is_somebody_elses_except_that_of_another_access_point() -> None:
    story = held()
    story.hear(replace(DONE, mode=12))
    assert story.known() == Transferred()
    story.hear(replace(DONE, mode=1))

    assert isinstance(story.said[-1], Foreign)


def test_nothing_is_foreign_on_a_label_that_never_had_ours() -> None:
    deliveries = Deliveries(MAC)
    for tag in (TAG, replace(TAG, mode=1), replace(DONE, hash="c" * 32)):
        assert deliveries.record(tag, "ap", heard_all=False) == []
    assert deliveries.new_image("ap") == []


def test_a_picture_that_waited_at_another_access_point_goes_over_the_newer_one() -> None:
    story = held()
    there = replace(QUEUED, last_seen=90)
    story.deliveries.record(there, "before", heard_all=True)
    assert not story.deliveries.lost
    fetched = replace(there, pending=0, update_count=8, last_seen=200)
    story.deliveries.record(replace(fetched, external=True), "before", heard_all=True)
    assert not story.deliveries.lost, "only who hears it knows"
    story.deliveries.record(there, "before", heard_all=True)
    story.deliveries.record(fetched, "before", heard_all=True)

    assert story.deliveries.lost
    assert story.known() is None, "it has to be handed over again"


def test_a_forgotten_picture_is_lost() -> None:
    for tag in (
        replace(DONE, wakeup=0xFC, last_seen=140),
        replace(DONE, hash="0" * 32, last_seen=140),
    ):
        story = held()
        story.hear(tag)
        assert story.deliveries.lost
        assert story.known() is None


def presences(heard: list[Heard]) -> list[bool]:
    return [one.sighting.online for one in heard if isinstance(one.sighting, Presence)]


def test_a_tag_that_is_overdue_is_told_once_and_again_when_it_comes() -> None:
    shelf = Shelf()
    shelf.record(TAG, "ap", PANEL, 0.0)
    assert presences(shelf.clock(Clock(now=700, uptime=None), "ap", 1.0)) == []
    assert presences(shelf.clock(Clock(now=741, uptime=None), "ap", 62.0)) == [False]
    assert presences(shelf.clock(Clock(now=900, uptime=None), "ap", 123.0)) == []
    assert presences(shelf.record(replace(TAG, last_seen=910), "ap", PANEL, 130.0)) == [True]


def test_a_tag_that_sleeps_without_end_is_never_overdue_and_a_removed_one_is_gone() -> None:
    shelf = Shelf()
    shelf.record(replace(TAG, next_check_in=NEVER), "ap", PANEL, 0.0)
    assert presences(shelf.clock(Clock(now=10**9, uptime=None), "ap", 1.0)) == []
    assert presences(shelf.record(replace(TAG, mode=REMOVED), "ap", PANEL, 2.0)) == [False]
    assert shelf.get(MAC) is None


def test_words_about_strangers_and_too_many_tags_are_nothing() -> None:
    shelf = Shelf()
    for what in ("new_image", "timeout", "same"):
        assert shelf.said(Said(what=what, mac=MAC), "ap") == []
    assert shelf.accepted(MAC) == []
    assert not shelf.started_anew("ap")
