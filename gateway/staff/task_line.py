"""One line of what needs a person."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.staff.held import HoldBox
from gateway.staff.showing import When
from gateway.staff.wave_list import Buttons


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskLine:
    """One thing to do: what it is, why, what to do about it, and where.

    ``detail`` is the line for technicians, in English.
    """

    tone: str
    title: str
    why: str = ""
    advice: str = ""
    detail: str = ""
    href: str | None = None
    at: When | None = None
    hold: HoldBox | None = None
    buttons: Buttons | None = None
