"""What a label driver is: it hears labels, hands them pictures, and says no more than it knows.

*Queued, transferred, shown* are three states. A driver reports ``transferred`` when the label
itself said that it holds the picture, ``shown`` when the label said that it shows it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Protocol

from device_drivers.api.panels import Frame, Panel


class Reason(Enum):
    """Why a picture is not on a label; the staff page has plain words for each."""

    AWAITING_LABEL = "awaiting_label"
    LINK_DOWN = "link_down"
    IMAGE_MISSING = "image_missing"
    IMAGE_UNREADABLE = "image_unreadable"
    WRONG_SIZE = "wrong_size"
    LABEL_ERROR = "label_error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """The label confirmed that it shows the picture."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transferred:
    """The label confirmed that it holds the picture; it will show it by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Later:
    """Not yet: the label will report by itself, or the courier tries again."""

    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """The label or the way to it said no."""

    reason: Reason
    detail: str = ""


Outcome = Shown | Transferred | Later | Failed


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A frame as it travels: encoded, and known by the SHA-256 (hex) of exactly these bytes."""

    format: str
    data: bytes
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Telemetry:
    """What a label says about itself; None is unknown."""

    battery_mv: int | None = None
    rssi_dbm: int | None = None
    temperature_c: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Announced:
    """A label introduced itself; ``showing`` is the SHA-256 of the picture it shows, if any."""

    label: str
    panel: Panel
    formats: tuple[str, ...]
    firmware: str
    showing: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """A label told what became of ``wish``; ``sha256`` names the picture it speaks of.

    ``retained`` says that it was told before we listened, nobody knows when.
    """

    label: str
    wish: str
    sha256: str
    outcome: Outcome
    telemetry: Telemetry = field(default_factory=Telemetry)
    retained: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Presence:
    """A label came into or went out of reach."""

    label: str
    online: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Something from the air that could not be taken; it is counted and blocks nobody."""

    label: str
    problem: str


Sighting = Announced | Reported | Presence | Refused


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A sighting with the call that says it is safely stored."""

    sighting: Sighting
    ack: Callable[[], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """What every label of a family can do, and whether the driver ever met real hardware.

    ``hardware`` is ``none``, ``reported`` or ``verified``.
    """

    name: str
    confirms_shown: bool
    hardware: str


class LabelDriver(Protocol):
    """One family of labels over one way to reach them."""

    @property
    def family(self) -> Family:
        """What this driver drives."""

    def encode(self, frame: Frame, formats: tuple[str, ...]) -> Picture:
        """The frame in the best of ``formats``; same frame, same bytes. CPU work, no I/O.

        Raises ``ValueError`` when no format is known.
        """

    async def deliver(self, label: str, wish: str, picture: Picture) -> Outcome:
        """Hand the picture over under the opaque id ``wish``; never raises for link trouble."""

    async def settled(self, label: str) -> None:
        """The label confirmed its wish: free what was kept for it on the way."""

    def heard(self) -> AsyncIterator[Heard]:
        """Everything heard from labels, for ever; each is to be acknowledged after its commit."""

    def on_lost_session(self, tell: Callable[[], Awaitable[None]]) -> None:
        """Call ``tell`` whenever what was handed over earlier may be gone from the way."""

    def on_connected(self, tell: Callable[[], Awaitable[None]]) -> None:
        """Call ``tell`` whenever labels can be reached again, also when nothing was lost."""
