"""What a label driver is: it hears labels, hands them pictures, and says no more than it knows.

*Queued, transferred, shown* are three states. A driver reports ``transferred`` when the label
itself said that it holds the picture, ``shown`` when the label said that it shows it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from typing import Literal, NoReturn, Protocol, runtime_checkable

from device_drivers.api.panels import Frame, Panel


class Reason(Enum):
    """Why a picture is not on a label; the staff page has plain words for each."""

    AWAITING_LABEL = "awaiting_label"
    """Handed over; the label reports by itself."""
    ASLEEP = "asleep"
    """The label is not heard now; it is served when it is."""
    BUSY = "busy"
    """The label or the way to it is at something else."""
    LINK_DOWN = "link_down"
    """The way as a whole (broker, adapter, access point) does not work."""
    OUT_OF_REACH = "out_of_reach"
    """The label was heard, yet no connection came about."""
    DISCONNECTED = "disconnected"
    """The connection broke in the middle."""
    NO_ANSWER = "no_answer"
    """The label stopped answering."""
    REFUSED = "refused"
    """The label or its access point said no."""
    NOT_LET_IN = "not_let_in"
    """The label asks for a key that we do not have, or ours is wrong."""
    UNKNOWN_MODEL = "unknown_model"
    """Nobody said yet which model the label is, or it changed."""
    IMAGE_MISSING = "image_missing"
    IMAGE_UNREADABLE = "image_unreadable"
    WRONG_SIZE = "wrong_size"
    LABEL_ERROR = "label_error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """The label confirmed that it shows the picture."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transferred:
    """The label confirmed that it holds the picture; it will show it by itself.

    For a family that never confirms more than this, it is the end of the delivery.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class Later:
    """Not yet: the label will report or be heard by itself, or the courier tries again.

    ``wait_s`` is the least number of seconds before another try; None leaves it to the courier.
    """

    reason: Reason
    wait_s: float | None = None


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
    """A label introduced itself, or was heard for the first time or with other properties.

    ``panel.name`` is its model. ``showing`` is the SHA-256 of the picture it shows, None for none
    that we know of; without ``tells_showing`` nobody said what it shows and None proves nothing.
    ``via`` names the adapter or access point that heard it, empty where there is only one way.
    ``retained`` says that it was told before we listened, nobody knows when, or that the way tells
    it of a label that it does not hear now.
    """

    label: str
    panel: Panel
    formats: tuple[str, ...]
    firmware: str
    showing: str | None
    tells_showing: bool = True
    via: str = ""
    telemetry: Telemetry = field(default_factory=Telemetry)
    retained: bool = False


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
class Unidentified:
    """A label was heard that does not tell its model: a person has to choose one of the family."""

    label: str
    firmware: str
    via: str = ""
    telemetry: Telemetry = field(default_factory=Telemetry)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """A label that is within reach now told something of itself; at most once a minute each."""

    label: str
    telemetry: Telemetry
    via: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Presence:
    """A label came into or went out of reach.

    A label whose delivery ended in ``Reason.ASLEEP`` is online again when it is next heard.
    ``retained`` says that it was told before we listened, nobody knows when.
    """

    label: str
    online: bool
    retained: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreign:
    """The picture of a label changed, and nothing that we delivered explains it."""

    label: str
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Something from the air that could not be taken; it is counted and blocks nobody."""

    label: str
    problem: str


Sighting = Announced | Unidentified | Reported | Measured | Presence | Foreign | Refused


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A sighting with the call that says it is safely stored."""

    sighting: Sighting
    ack: Callable[[], None]


class Wakes(Enum):
    """When a label can be handed a picture."""

    ALWAYS = "always"
    ADVERTISES = "advertises"
    """Whenever it is heard on the air."""
    CHECKS_IN = "checks_in"
    """It fetches from its access point when it wakes; the access point keeps the picture."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What labels of a family can do.

    ``parallel`` is how many deliveries one way (adapter, access point, broker) takes at once.
    """

    confirms_shown: bool
    wakes: Wakes
    parallel: int
    flashes: bool = False
    flips_at_time: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Hardware:
    """Whether the driver ever met real hardware: nobody tried, somebody reported, we verified."""

    level: Literal["none", "reported", "verified"] = "none"
    on: date | None = None
    firmware: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """One kind of label of a family; ``panel.name`` equals ``id``."""

    id: str
    title: str
    panel: Panel
    hardware: Hardware = field(default_factory=Hardware)


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """What every label of a family can do, and how far the driver was tried.

    ``models`` is empty where labels say themselves what they are. ``notice`` is what a buyer must
    know, such as a licence that forbids commercial use.
    """

    name: str
    title: str
    capabilities: Capabilities
    hardware: Hardware
    models: tuple[Model, ...] = ()
    notice: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """A label as the shop knows it: what a driver needs to reach it.

    ``model`` is the name of the panel it was announced or adopted with, ``via`` the adapter or
    access point that heard it last. ``repeat``: a person asks for a picture that the label is said
    to show already, so what the driver or the way remembers of it does not count.
    """

    label: str
    model: str
    formats: tuple[str, ...] = ()
    firmware: str = ""
    via: str = ""
    repeat: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Flash:
    """Let a label blink in a colour for a while; 0 seconds stops it."""

    seconds: float
    colour: Literal["red", "green", "blue", "white"] = "green"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessPoint:
    """A box or server in the shop that speaks to labels, as the configuration names it.

    ``url`` is its base without a trailing slash; ``options`` are the family's own words.
    """

    name: str
    family: str
    url: str
    options: Mapping[str, str] = field(default_factory=dict, repr=False)


class Tell(Protocol):
    """Whom a driver tells of the ways to its labels."""

    async def __call__(self, via: str = "", /) -> None:
        """It concerns the labels of ``via``, as sightings call it; without, all of the family."""


@runtime_checkable
class Asks(Protocol):
    """A driver whose labels may have nothing to say for days, and answer when they are asked."""

    async def ask(self, label: Described, wish: str, picture: Picture) -> bool:
        """Ask a label whether it shows ``picture``, which it confirmed for ``wish``; draws nothing.

        Its answer is heard like any other report. False when it could not be asked now.
        """


class LabelDriver(Protocol):
    """One family of labels over the ways to reach them."""

    @property
    def family(self) -> Family:
        """What this driver drives."""

    def encode(self, frame: Frame, label: Described) -> Picture:
        """The frame, as its viewer sees it, in the best form the label takes.

        Same frame, same bytes. CPU work, no I/O. Raises ``ValueError`` when the label takes no
        form that is known here.
        """

    async def deliver(self, label: Described, wish: str, picture: Picture) -> Outcome:
        """Hand the picture over under the opaque id ``wish``; never raises for link trouble.

        Returns when the outcome is known, or ``Later`` when the label will report by itself.
        Cancelled at any await, nothing stays behind: no connection, no task, no half picture shown.
        """

    async def run(self) -> NoReturn:
        """Whatever the driver does by itself (listen, poll), for ever; trouble never ends it."""

    async def settled(self, label: str) -> None:
        """The label confirmed its wish: free what was kept for it on the way."""

    async def flash(self, label: Described, flash: Flash) -> Outcome:
        """Let the label blink, where the family can.

        ``Shown`` when the label confirmed it, ``Transferred`` when the way took it, else why not.
        """

    def heard(self) -> AsyncIterator[Heard]:
        """Everything heard from labels, for ever; each is to be acknowledged after its commit.

        To be called once, before the ways come up. Never raises for what comes from the air.
        """

    def on_lost_session(self, tell: Tell) -> None:
        """Call ``tell`` whenever what was handed over earlier may be gone from the way."""

    def on_connected(self, tell: Tell) -> None:
        """Call ``tell`` whenever labels can be reached again, also when nothing was lost."""
