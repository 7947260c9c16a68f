"""The time that central tells, over a real broker: only an answer is of now."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from gateway.broker import topics
from gateway.clock import SystemClock
from tests.support import feeding
from tests.support import settings as make_settings
from tests.support.mosquitto import Mosquitto
from tests.support.running import PATIENCE_S, Listening, running


@dataclass(slots=True)
class Ear:
    """Keeps what central said, and doubts our clock until it was answered."""

    said: list[tuple[str, bool]] = field(default_factory=list)
    answered: asyncio.Event = field(default_factory=asyncio.Event)
    went_on: asyncio.Event = field(default_factory=asyncio.Event)

    def hear(self, issued_at: str, *, answered: bool) -> None:
        self.said.append((issued_at, answered))
        if answered:
            self.answered.set()
        elif [answer for _, answer in self.said[-3:]] == [False] * 3 and self.answered.is_set():
            self.went_on.set()

    def doubts(self) -> bool:
        return not self.answered.is_set()


async def test_while_the_time_is_in_doubt_central_is_asked_and_its_answer_counts(
    mosquitto: Mosquitto, tmp_path: Path
) -> None:
    settings = make_settings.make(tmp_path, mosquitto.broker)
    asked = Listening(mosquitto.broker, topics.feed_request("gw-1"), client_id="asked")
    ear = Ear()
    async with (
        feeding.central_running(mosquitto, tmp_path / "central", [feeding.SHOP]) as central,
        running(asked),
        feeding.shop_running(mosquitto, settings) as shop,
    ):
        await asked.link.connected.wait()
        await shop.equal_to(central.publisher)
        shop.service.on_central_time(ear.hear, ear.doubts)
        async with asyncio.timeout(PATIENCE_S):
            await ear.answered.wait()
            # What was asked just before the answer may still be on its way to who listens here.
            await ear.went_on.wait()
            ear.went_on.clear()
            asked.heard.clear()
            await ear.went_on.wait()
        assert not asked.heard, "who knows the time asks no more"
    issued, answered = next(one for one in ear.said if one[1])
    assert answered
    assert abs(SystemClock().now() - datetime.fromisoformat(issued)) < timedelta(minutes=2)
    assert not ear.said[0][1], "a manifest that comes by itself is no answer"
