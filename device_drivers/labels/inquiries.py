"""Which labels are to be asked what they are, and what they said.

Some labels tell their model only to those who connect. Each is asked once, and its word stays; one
that could not be asked is asked again later, and until then it is a label of unknown model.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import Final

from device_drivers.api.drivers import Failed, Outcome
from device_drivers.labels.recognised import Inquiry, Recognised
from device_drivers.links.steps import Identify

AGAIN_S: Final = 60.0
"""A label that could not be reached is asked again after this time."""

REFUSED_S: Final = 900.0
"""A label that answered with no is asked again after this time."""

LONGEST_S: Final = 86_400.0
"""Each time in vain doubles the time to the next, up to a day: it may be a neighbour's label."""

_MOST_WAITING: Final = 100


@dataclass(slots=True)
class _Asked:
    """What is known of one label; times are the loop's."""

    said: Identify | None = None
    due_at: float = float("-inf")
    waits: bool = False
    in_vain: int = 0
    failed: bool = False


class Inquiries:
    """Labels wait here to be asked, in the order in which they were heard."""

    def __init__(self, *, most: int) -> None:
        self._most = most
        self._labels: OrderedDict[str, _Asked] = OrderedDict()
        self._waiting: asyncio.Queue[tuple[str, Inquiry]] = asyncio.Queue(_MOST_WAITING)

    def completed(self, label: str, recognised: Recognised, now: float) -> Recognised | None:
        """The label with what it said when it was asked; None while it was not asked yet."""
        if recognised.panel is not None or recognised.inquiry is None:
            return recognised
        asked = self._asked(label)
        if asked.said is not None:
            firmware = asked.said.firmware or recognised.firmware
            return replace(
                *(recognised,), panel=asked.said.panel, formats=asked.said.formats,
                firmware=firmware,
            )  # fmt: skip
        if not asked.waits and now >= asked.due_at and not self._waiting.full():
            asked.waits = True
            self._waiting.put_nowait((label, recognised.inquiry))
        return recognised if asked.failed else None

    async def next(self) -> tuple[str, Inquiry]:
        """The next label to be asked; ``answered`` has to follow."""
        return await self._waiting.get()

    def learn(self, label: str, said: Identify) -> None:
        """The label said what it is."""
        before = self._asked(label).said
        if before is not None and not said.firmware:
            said = replace(said, firmware=before.firmware)
        self._asked(label).said = said

    def answered(self, label: str, outcome: Outcome, now: float) -> None:
        """Asking the label came to this."""
        asked = self._asked(label)
        asked.waits = False
        if asked.said is None:
            is_refused = isinstance(outcome, Failed)
            asked.failed = asked.failed or is_refused
            pause_s = (REFUSED_S if is_refused else AGAIN_S) * 2 ** min(asked.in_vain, 16)
            asked.due_at = now + min(pause_s, LONGEST_S)
            asked.in_vain += 1

    def _asked(self, label: str) -> _Asked:
        asked = self._labels.setdefault(label, _Asked())
        self._labels.move_to_end(label)
        if len(self._labels) > self._most:
            self._labels.popitem(last=False)
        return asked
