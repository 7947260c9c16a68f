"""Labels that say what they are only when they are asked: each once, within bounds."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from device_drivers.api.drivers import Failed, Later, Reason, Transferred
from device_drivers.api.panels import Ink, Panel
from device_drivers.labels import inquiries
from device_drivers.labels.inquiries import Inquiries
from device_drivers.labels.recognised import Recognised
from device_drivers.links.steps import Conversation, Identify

PANEL = Panel(name="p", width=8, height=8, inks=(Ink.WHITE, Ink.BLACK), dpi=100)
SAID = Identify(panel=PANEL, formats=("f",), firmware="1.2")


def ask(_mtu: int) -> Conversation:
    raise AssertionError("nobody listens")


SILENT = Recognised(panel=None, inquiry=ask)


async def asked(waiting: Inquiries) -> str:
    async with asyncio.timeout(1):
        label, inquiry = await waiting.next()
    assert inquiry is ask
    return label


async def nobody_waits(waiting: Inquiries) -> bool:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0):
            await waiting.next()
    return True


async def test_who_tells_or_cannot_be_asked_is_not_asked() -> None:
    waiting = Inquiries(most=10)
    for known in (Recognised(panel=None), replace(SILENT, panel=PANEL)):
        assert waiting.completed("a", known, 0.0) is known
    assert await nobody_waits(waiting)


async def test_a_label_is_asked_once_and_its_word_stays() -> None:
    waiting = Inquiries(most=10)
    assert waiting.completed("a", SILENT, 0.0) is None
    assert waiting.completed("a", SILENT, 1.0) is None
    assert await asked(waiting) == "a"
    waiting.learn("a", SAID)
    waiting.answered("a", Transferred(), 2.0)

    completed = waiting.completed("a", SILENT, 9e9)
    assert completed == replace(SILENT, panel=PANEL, formats=("f",), firmware="1.2")
    assert await nobody_waits(waiting)
    waiting.learn("a", replace(SAID, formats=(), firmware=""))
    completed = waiting.completed("a", SILENT, 9e9)
    assert completed == replace(SILENT, panel=PANEL, formats=(), firmware="1.2")


@pytest.mark.parametrize(
    ("outcome", "again_s", "known"),
    [
        (Later(reason=Reason.DISCONNECTED), inquiries.AGAIN_S, None),
        (Failed(reason=Reason.NOT_LET_IN), inquiries.REFUSED_S, SILENT),
    ],
)
async def test_who_did_not_answer_is_asked_again_later(
    outcome: Later | Failed, again_s: float, known: Recognised | None
) -> None:
    waiting = Inquiries(most=10)
    waiting.completed("a", SILENT, 0.0)
    await asked(waiting)
    waiting.answered("a", outcome, 5.0)

    assert waiting.completed("a", SILENT, 4.9 + again_s) == known
    assert await nobody_waits(waiting)
    assert waiting.completed("a", SILENT, 5.0 + again_s) == known
    assert await asked(waiting) == "a"


async def test_a_label_that_never_answers_is_asked_less_and_less() -> None:
    waiting = Inquiries(most=10)
    now, pauses = 0.0, []
    for _ in range(14):
        waiting.completed("a", SILENT, now)
        await asked(waiting)
        waiting.answered("a", Later(reason=Reason.OUT_OF_REACH), now)
        pauses.append(waiting._labels["a"].due_at - now)
        now = waiting._labels["a"].due_at

    assert pauses[:4] == [60, 120, 240, 480]
    assert pauses[-1] == inquiries.LONGEST_S


async def test_no_more_labels_wait_and_are_remembered_than_there_is_room_for() -> None:
    waiting = Inquiries(most=200)
    for number in range(500):
        waiting.completed(f"l{number}", SILENT, 0.0)

    assert [await asked(waiting) for _ in range(100)] == [f"l{number}" for number in range(100)]
    assert await nobody_waits(waiting)
    assert len(waiting._labels) == 200
    assert waiting.completed("l499", SILENT, 1.0) is None
    assert await asked(waiting) == "l499", "there is room again"
