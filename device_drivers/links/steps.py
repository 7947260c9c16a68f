"""Conversations with a device as generators: a family's protocol says what comes next.

A conversation yields a step and is sent its answer; it returns the outcome. It does no I/O and
knows no clock, so it is tried without any. ``links.conversing`` holds it over a ``Link``.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

from device_drivers.api.drivers import Outcome, Telemetry
from device_drivers.api.panels import Panel


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscribe:
    """Hear what the characteristic notifies until the end; once at most. Answer: None."""

    characteristic: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """Answer: the value of the characteristic."""

    characteristic: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    """Write ``data``. Answer: None."""

    characteristic: str
    data: bytes
    response: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """Let ``seconds`` pass. Answer: None."""

    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Hear:
    """Answer: the next notification of the subscribed characteristic; None after ``timeout_s``.

    Those that came since the subscription wait in order.
    """

    timeout_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Tell:
    """What the device said of itself on the way, whatever comes of the rest. Answer: None."""

    telemetry: Telemetry


@dataclass(frozen=True, slots=True, kw_only=True)
class Identify:
    """What the device says that it is, whatever comes of the rest. Answer: None.

    ``panel.name`` is its model, ``formats`` what it takes; a ``firmware`` not told is empty.
    """

    panel: Panel
    formats: tuple[str, ...] = ()
    firmware: str = ""


Step = Subscribe | Read | Write | Pause | Hear | Tell | Identify

Conversation = Generator[Step, bytes | None, Outcome]
"""A device that breaks off or refuses ends it from outside: the holder knows why."""
