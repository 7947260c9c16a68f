"""What goes to a render process and comes back, and how such a process begins.

The gateway imports this and never the drawing itself, which only the process needs.
"""

from __future__ import annotations

import copyreg
import signal
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import tzinfo
from multiprocessing.connection import Connection
from multiprocessing.reduction import ForkingPickler
from operator import attrgetter
from typing import Any, Final

from device_drivers.api.panels import Frame, Panel
from gateway.domain.labels import LabelFacts
from gateway.domain.money import Money
from gateway.domain.pricing import PriceTag
from gateway.render.rules.packs import Breach

READY: Final = "ready"
"""The first word of a process: it has imported what it needs and can draw."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One drawing. ``template`` is pickled once by the pool and unpickled once by each worker.

    ``pack`` names the rule pack that the picture is held against, if any.
    """

    template: bytes
    panel: Panel
    facts: LabelFacts
    country: str
    zone: tzinfo | None = None
    pack: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """What a job makes: the frame, and the rules it breaks."""

    frame: Frame
    breaches: tuple[Breach, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ShrinkJob:
    """One photograph of an article to make small."""

    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Shrunk:
    """A photograph as WebP in two sizes; ``width`` and ``height`` are of the large one."""

    large: bytes
    small: bytes
    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckJob:
    """A template to hold against one panel with each of its samples; otherwise as ``Job``."""

    template: bytes
    panel: Panel
    samples: Mapping[str, LabelFacts]
    country: str
    zone: tzinfo | None = None
    pack: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Flaw:
    """One thing that is wrong with a picture of these facts, in words."""

    sample: str
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What a ``CheckJob`` found."""

    flaws: tuple[Flaw, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """Why a drawing failed, in words: exceptions may not survive pickling."""

    problem: str


AnyJob = Job | ShrinkJob | CheckJob
Done = Picture | Shrunk | Checked | Complaint


def _pickled_at_once(kind: type[Any]) -> None:
    """Pickle all fields of a dataclass with slots in one go: by itself it looks up each by name."""
    values = attrgetter(*(field.name for field in fields(kind)))
    made = copyreg.__newobj__  # type: ignore[attr-defined] # the standard way of pickle
    ForkingPickler.register(kind, lambda one: (made, (kind,), values(one)))


for _kind in (Job, Panel, LabelFacts, PriceTag, Money):
    _pickled_at_once(_kind)


def begin(pipe: Connection) -> None:
    """Draw until the other end closes.

    Ctrl-C and SIGTERM reach the whole process group or service; only the gateway decides when its
    workers end, so both are ignored here.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    from gateway.render import worker

    worker.serve(pipe)
