"""Tells people and systems outside what needs somebody, until each has answered.

An attempt is on record before it begins, and the end of a notice only after its receiver's answer:
killed at any moment, the box sends again, under the same id and with the same bytes.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Final, NoReturn, Protocol

import structlog

from gateway import lifecycle
from gateway.clock import Clock
from gateway.notices import judging, mailing, receivers, webhooks
from gateway.notices.judging import Answer, Delivered, Disable, GiveUp, Later, Verdict
from gateway.notices.looking import FAILED, Look
from gateway.notices.receivers import Receiver
from gateway.settings import Settings, Webhook
from gateway.store import notices, tasks
from gateway.store.database import Connection, Database
from gateway.store.notices import Notice

_EVERY_S: Final = 30.0
_TASK_AFTER: Final = 5
"""Attempts of one notice that failed: from then on somebody should see to it."""

log = structlog.get_logger("notices")


class Down(Protocol):
    """Says which connections are away."""

    def __call__(self) -> Mapping[str, int]:
        """How many of each kind do not work now; kinds that work are left out."""


class Notices:
    """The shop's notices; one per gateway."""

    name = "notices"

    def __init__(
        self,
        database: Database,
        clock: Clock,
        settings: Settings,
        down: Down,
        *,
        every_s: float = _EVERY_S,
        rng: random.Random | None = None,
    ) -> None:
        self.receivers = receivers.of(settings.notices)
        """Who is told, in the order of the settings."""
        self._database = database
        self._clock = clock
        self._settings = settings
        self._down = down
        self._every_s = every_s
        self._rng = rng or random.Random()  # noqa: S311 - spreads attempts, guards nothing
        self._look = Look(settings, self.receivers)
        self._wake = {one.key: asyncio.Event() for one in self.receivers}

    async def run(self) -> NoReturn:
        """Look and send for ever."""
        await self._database.write_patiently(self._begin)
        async with asyncio.TaskGroup() as group:
            for receiver in self.receivers:
                group.create_task(self._serve(receiver), name=f"notices-{receiver.key}")
            if self.receivers:
                group.create_task(self._watch(), name="notices-watch")
            await asyncio.Event().wait()
        raise AssertionError("it waits for ever")

    async def look(self) -> None:
        """See once what is to be told."""
        now, down = self._clock.now(), self._down()
        await self._database.write_patiently(
            partial(self._look.look, down=down, now=now, trusted=self._clock.trusted)
        )
        for wake in self._wake.values():
            wake.set()

    async def test(self, key: str) -> bool:
        """Send a notice that says only that notices arrive; False when nobody has this name."""
        for receiver in self.receivers:
            if receiver.key == key:
                now = self._clock.now()
                await self._database.write(partial(self._look.test, receiver=receiver, now=now))
                self._wake[key].set()
                return True
        return False

    def _begin(self, connection: Connection) -> None:
        self._look.begin(connection)
        known = {one.key for one in self.receivers}
        for one in tasks.of_kind(connection, FAILED):
            if one.key not in known:
                tasks.close(connection, FAILED, one.key)

    async def _watch(self) -> NoReturn:
        while True:
            lifecycle.beat("notices-watch", self._every_s)
            await self.look()
            await asyncio.sleep(self._every_s)

    async def _serve(self, receiver: Receiver) -> NoReturn:
        wake, loop = self._wake[receiver.key], f"notices-{receiver.key}"
        while True:
            lifecycle.beat(loop, self._every_s)
            wake.clear()
            notice = await self._database.read(partial(notices.next_, receiver=receiver.key))
            wait_s = self._every_s
            if notice is not None:
                wait_s = min(wait_s, (notice.due_at - self._clock.now()).total_seconds())
            if notice is not None and wait_s <= 0:
                await self._attempt(receiver, notice)
                continue
            try:
                async with asyncio.timeout(wait_s):
                    await wake.wait()
            except TimeoutError:
                continue

    async def _attempt(self, receiver: Receiver, notice: Notice) -> None:
        now, attempts = self._clock.now(), notice.attempts + 1
        again_at = now + judging.BACKOFF.wait(attempts, self._rng)
        await self._database.write_patiently(
            partial(notices.begin, notice=notice.id, again_at=again_at)
        )
        if isinstance(receiver.way, Webhook):
            answer = await webhooks.send(receiver.way, notice, now)
        else:
            answer = await mailing.send(receiver.way, self._settings.notices.smtp, notice)
        now = self._clock.now()
        verdict = judging.judge(answer, attempts, now, self._rng)

        def note(connection: Connection) -> str | None:
            before = notices.receiver(connection, receiver.key).trouble
            _note(connection, notice, attempts, answer, verdict, now)
            return before

        before = await self._database.write_patiently(note)
        self._tell(receiver.key, before, answer, verdict)

    def _tell(self, key: str, before: str | None, answer: Answer, verdict: Verdict) -> None:
        """One line when something changed; no address, no text, no secret."""
        if isinstance(verdict, Disable):
            log.warning("a receiver of notices wants no more of them", receiver=key)
        elif isinstance(verdict, GiveUp):
            log.warning("a notice is given up", receiver=key, why=answer.trouble)
        elif answer.trouble != before:
            if answer.trouble is None:
                log.info("notices arrive again", receiver=key)
            else:
                log.warning("a notice does not arrive", receiver=key, why=answer.trouble)


def _note(
    connection: Connection,
    notice: Notice,
    attempts: int,
    answer: Answer,
    verdict: Verdict,
    now: datetime,
) -> None:
    """What the attempt came to, and whether somebody should see to it."""
    notices.answered(connection, notice.receiver, now, answer.trouble)
    match verdict:
        case Delivered():
            notices.end(connection, notice, now, delivered=True)
            tasks.close(connection, FAILED, notice.receiver)
            return
        case Later(at=at):
            notices.again(connection, notice.id, at)
        case GiveUp():
            notices.end(connection, notice, now, delivered=False)
        case Disable():
            notices.close(connection, notice.receiver, now)
    if attempts >= _TASK_AFTER or not isinstance(verdict, Later):
        detail = {"trouble": answer.trouble}
        tasks.open_(connection, FAILED, notice.receiver, detail, now)
