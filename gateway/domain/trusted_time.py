"""Whether the machine's clock can be believed, from what else there is to go by.

Boxes boot without a battery-backed clock: at 1970, at the day their system was built, or at the
time they were switched off; batteries die, and somebody types a wrong year. Offers must neither
begin nor end by such a time. It is believed when a time server keeps it, when central's clock
agrees in an answer to a question of ours (other messages may have waited), or when a battery-backed
clock kept it while the box was off. More than a day before a time that was believed already it is
believed only when both the time server and central say so.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Final

AGREES: Final = timedelta(minutes=5)
"""Central's clock and ours may differ by so much, transport included."""
BACK: Final = timedelta(minutes=1)
"""A clock that is set back by less was only corrected."""
CORRECTED: Final = timedelta(days=1)
"""A time server alone is believed so far back: a battery-backed clock may keep local time."""
LONGEST_OFF: Final = timedelta(days=180)
"""A battery-backed clock that is further ahead than a box is ever left off tells nonsense."""


class Doubt(Enum):
    """Why the time is not believed."""

    UNCHECKED = "nothing confirms the machine's clock"
    GONE_BACK = "the machine's clock is before a time that has been"
    TOO_FAR = "the machine's clock is further ahead than the box can have been off"
    CENTRAL_DIFFERS = "central's clock is ahead of the machine's"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What there is to go by.

    ``synchronised``: the system says that a time server keeps its clock. ``battery``: it was set
    from a battery-backed clock at boot. ``newest`` is the latest time that was ever believed.
    ``central`` is what central's clock shows at least: messages of its may have waited.
    ``answered`` is what it shows, by an answer that was written after we asked.
    """

    machine: datetime
    synchronised: bool = False
    battery: bool = False
    newest: datetime | None = None
    central: datetime | None = None
    answered: datetime | None = None


def doubt(evidence: Evidence) -> Doubt | None:
    """Why the machine's clock is not to be believed; None when it is."""
    machine, newest, central = evidence.machine, evidence.newest, evidence.central
    answered = evidence.answered
    agrees = answered is not None and abs(machine - answered) <= AGREES
    if newest is not None and machine < newest - BACK:
        corrected = agrees or newest - machine <= CORRECTED
        return None if evidence.synchronised and corrected else Doubt.GONE_BACK
    if evidence.synchronised or agrees:
        return None
    if central is not None and machine < central - AGREES:
        return Doubt.CENTRAL_DIFFERS
    if not evidence.battery:
        return Doubt.UNCHECKED
    if newest is not None and machine > newest + LONGEST_OFF:
        return Doubt.TOO_FAR
    return None
