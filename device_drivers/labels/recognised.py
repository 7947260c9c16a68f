"""A label of a family in an advertisement, as far as it tells what it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from device_drivers.api.drivers import Telemetry
from device_drivers.api.panels import Panel
from device_drivers.links.steps import Conversation

Inquiry = Callable[[int], Conversation]
"""Asks a label what it is, on a link of this MTU; it changes nothing on the label.

``Identify`` says what came of it; an outcome without one is why it said nothing.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognised:
    """A label of the family in an advertisement; ``panel`` is None when it does not tell its model.

    ``panel.name`` is the model. Signal strength is added by who heard it. ``inquiry`` asks a label
    that tells its model only to those who connect; None where labels cannot be asked.
    """

    panel: Panel | None
    formats: tuple[str, ...] = ()
    firmware: str = ""
    telemetry: Telemetry = field(default_factory=Telemetry)
    inquiry: Inquiry | None = None
