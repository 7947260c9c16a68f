"""What a sensor driver is: it turns what arrived from one sensor into named numbers.

A driver does no input or output and knows no clock: what arrived comes with its time. It keeps
what it must remember of its sensor (counters, packet numbers), bounded, and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Final, Protocol

MOST_VALUES: Final = 32
"""In one sample; what a packet has beyond is left out."""


class Wrong(Enum):
    """Why a packet could not be taken."""

    MALFORMED = "malformed"
    """It breaks its format, or is not from this sensor."""
    NO_KEY = "no_key"
    """It is encrypted, and nobody gave us the key."""
    WRONG_KEY = "wrong_key"
    """It does not open with the key that we have, or was changed on the way."""
    NOT_ENCRYPTED = "not_encrypted"
    """It is plain although the sensor has a key: anybody may have sent it."""
    REPLAYED = "replayed"
    """Its counter is one that was there before."""


class SensorError(ValueError):
    """A packet that cannot be taken; ``detail`` says what was expected. Nothing else is raised."""

    def __init__(self, wrong: Wrong, detail: str) -> None:
        super().__init__(f"{wrong.value}: {detail}")
        self.wrong = wrong
        self.detail = detail


@dataclass(frozen=True, slots=True, kw_only=True)
class Packet:
    """What arrived: ``at`` in seconds of a monotonic clock, ``topic`` where it was a message.

    Over the air ``payload`` is the data of the company or service that the driver listens to.
    """

    payload: bytes
    at: float
    topic: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """What a sensor measured: name with unit (``temperature_c``) to number; yes is 1, no is 0.

    A name without unit is a state (``open``), a count or a happening (``button``). The second of
    its kind ends in ``_2``. ``at`` is when, where the sensor says it.
    """

    values: Mapping[str, Decimal]
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OverAir:
    """Advertisements of one Bluetooth address with data of a company, or of a service (UUID)."""

    address: str
    company: int | None = None
    service: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OverMessages:
    """Messages on one topic of the shop's broker, as the broker calls it."""

    topic: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Picked:
    """A number inside JSON: where it is, and value * ``times`` + ``plus``.

    ``path`` is names and places in lists with dots between them; ``.`` is the whole message. With
    ``word`` the value is 1 where that text stands there, and 0 where another does.
    """

    path: str
    times: Decimal = Decimal(1)
    plus: Decimal = Decimal(0)
    word: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SensorAsked:
    """A sensor as the configuration names it; each family takes what it needs.

    ``address`` is upper-case ``AA:BB:CC:DD:EE:FF``, ``topic`` without wildcards, ``key`` secret.
    """

    address: str = ""
    topic: str = ""
    key: bytes | None = field(default=None, repr=False)
    values: Mapping[str, Picked] = field(default_factory=dict)


class SensorDriver(Protocol):
    """One sensor."""

    @property
    def listens(self) -> OverAir | OverMessages:
        """Where its packets come from."""

    def read(self, packet: Packet) -> Sample | None:
        """What the packet says; None for a repeat, and where nothing in it is a measurement.

        Raises ``SensorError`` and nothing else, whatever the bytes; the next packet is read as if
        the bad one never came.
        """
