"""Looks whether the record of what labels showed was changed; the shop goes on either way."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final, NoReturn

import structlog

from gateway.clock import Clock
from gateway.domain.proof import Break
from gateway.store import proof, tasks
from gateway.store.database import Connection, Database

TASK: Final = "proof_broken"
TAIL: Final = 20
"""Rows of each label that are looked at while the gateway runs; the command looks at all."""
_LABELS: Final = 50
_PAUSE_S: Final = 0.05
_EVERY_S: Final = 86_400.0

log = structlog.get_logger("proof")


class ProofCheck:
    """Checks the end of every label's chain after the start and once a day, a few at a time."""

    name = "proof-check"

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def run(self) -> NoReturn:
        """Check for ever."""
        while True:
            await self.check()
            await asyncio.sleep(_EVERY_S)

    async def check(self) -> int:
        """Check every chain's end once; how many are broken."""
        found = [
            Break(label=label, number=1, why="the label's chain is missing")
            for label in await self._database.read(proof.lost_rows)
        ]
        after: str | None = ""
        while after is not None:
            start = after
            after, more = await self._database.read(lambda rows, at=start: broken(rows, at))  # type: ignore[misc]
            found += more
            await asyncio.sleep(_PAUSE_S)
        await self._tell(found)
        return len(found)

    async def _tell(self, found: Sequence[Break]) -> None:
        """A task per broken chain; those of chains that are whole again are closed."""
        known = await self._database.read(lambda rows: tasks.of_kind(rows, TASK, limit=1_000))
        for one in found:
            log.error(
                "the proof of a label was changed", label=one.label, row=one.number, why=one.why
            )
        now = self._clock.now()
        gone = {task.key for task in known} - {one.label for one in found}

        def write(connection: Connection) -> None:
            for one in found[:100]:
                detail = {"row": one.number, "message": one.why}
                tasks.open_(connection, TASK, one.label, detail, now)
            for label in gone:
                tasks.close(connection, TASK, label)

        if found or gone:
            await self._database.write_patiently(write)


def broken(
    connection: Connection, after: str, *, last: int | None = TAIL
) -> tuple[str | None, list[Break]]:
    """The breaks among the next labels, and the last of these labels; None after all of them.

    Of each chain the ``last`` rows are looked at; None is all.
    """
    some = proof.chains(connection, after, _LABELS)
    found = [proof.broken(connection, one, last=last) for one in some]
    return (some[-1].label if some else None), [one for one in found if one is not None]
