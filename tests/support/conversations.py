"""Holding a conversation without any device: whatever it hears or reads is written down before."""

from __future__ import annotations

from collections.abc import Sequence

from device_drivers.api.drivers import Outcome
from device_drivers.links.steps import Conversation, Hear, Read, Step, Write

MOST_STEPS = 5_000


def hold(
    conversation: Conversation, hears: Sequence[bytes | None] = (), reads: Sequence[bytes] = ()
) -> tuple[Outcome, list[Write]]:
    """The outcome and all writes; after ``hears`` comes silence, after ``reads`` nothing."""
    writes: list[Write] = []
    heard, read = list(hears), list(reads)
    answer: bytes | None = None
    for _ in range(MOST_STEPS):
        try:
            step: Step = conversation.send(answer)
        except StopIteration as end:
            outcome: Outcome = end.value
            return outcome, writes
        answer = None
        if isinstance(step, Write):
            writes.append(step)
        elif isinstance(step, Hear) and heard:
            answer = heard.pop(0)
        elif isinstance(step, Read):
            answer = read.pop(0) if read else b""
    raise AssertionError("the conversation does not come to an end")
