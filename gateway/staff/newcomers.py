"""Labels that wait, and the models that they can be, as pages show them."""

from __future__ import annotations

from dataclasses import dataclass

from device_drivers.api.drivers import Model
from device_drivers.api.panels import Panel
from gateway.staff import hardware_words, showing
from gateway.staff import texts_of_adoption as texts
from gateway.staff.explaining import Reader
from gateway.staff.showing import When
from gateway.store.discovered import Discovered
from gateway.store.retired import Retired
from gateway.web.words import Text

_NEAR_DBM, _FAIR_DBM = -60, -80
_DRAWN_MM_PX = 1.6
"""Screen pixels for a millimetre of a label."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """A label's outline at its true size among others, in screen pixels."""

    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A label that waits, as the page shows it."""

    label: str
    family: str
    tried: str
    model: str
    drawing: Drawing | None
    signal: str
    tone: str
    dbm: str
    via: str
    battery: str
    heard: When
    blinks: bool
    retired: str
    mark: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A model that a label can be."""

    id: str
    title: str
    drawing: Drawing
    inks: tuple[str, ...]
    size: str
    tried: str


def row(waiting: Discovered, gone: Retired | None, reader: Reader, *, blinks: bool) -> Row:
    """A label that waits; ``gone`` is what is known of it from when it was retired."""
    language, panel = reader.language, waiting.panel
    rssi = waiting.telemetry.rssi_dbm
    model = panel.name if panel is not None else texts.MODEL_UNKNOWN.say(language)
    hardware = hardware_words.of_model(waiting.family, model)
    signal, tone = _signal(rssi)
    retired = ""
    if gone is not None:
        ago = showing.when(gone.at, reader).ago
        retired = texts.WAS_RETIRED.say(language, name=gone.by, ago=ago)
    return Row(
        label=waiting.label,
        family=hardware_words.title(waiting.family, language),
        tried=hardware_words.tried(hardware, language),
        model=model,
        drawing=_drawing(panel) if panel is not None else None,
        signal=signal.say(language),
        tone=tone,
        dbm="" if rssi is None else f"{reader.count(rssi)} dBm",
        via=waiting.via,
        battery=showing.battery(waiting.telemetry.battery_mv, reader),
        heard=showing.when(waiting.last_heard, reader),
        blinks=blinks,
        retired=retired,
        mark=f"{model}|{tone}|{retired}",
    )


def choice(family: str, model: Model, reader: Reader) -> Choice:
    """A model of a family to choose."""
    panel = model.panel
    return Choice(
        id=model.id,
        title=model.title,
        drawing=_drawing(panel),
        inks=tuple(ink.value for ink in panel.inks),
        size=f"{panel.width} x {panel.height}",
        tried=hardware_words.tried(hardware_words.of_model(family, model.id), reader.language),
    )


def _drawing(panel: Panel) -> Drawing:
    scale = 25.4 / panel.dpi * _DRAWN_MM_PX
    return Drawing(width=round(panel.width * scale), height=round(panel.height * scale))


def _signal(rssi: int | None) -> tuple[Text, str]:
    if rssi is None:
        return texts.SIGNAL_NONE, "plain"
    if rssi >= _NEAR_DBM:
        return texts.SIGNAL_GOOD, "good"
    return (texts.SIGNAL_FAIR, "plain") if rssi >= _FAIR_DBM else (texts.SIGNAL_WEAK, "attention")
