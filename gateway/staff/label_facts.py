"""The facts on a label's page."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.domain.health import Trouble
from gateway.staff import hardware_words, showing, texts_of_health
from gateway.staff import texts_of_adoption as adoption
from gateway.staff import texts_of_labels as texts
from gateway.staff.explaining import Reader
from gateway.staff.ink_words import INKS
from gateway.store.overview import LabelView
from gateway.web.words import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One line of facts."""

    name: str
    value: str


def facts(view: LabelView, troubles: frozenset[Trouble], reader: Reader) -> tuple[Fact, ...]:
    """What is known of a label, one line each."""
    label, telemetry = view.label, view.label.telemetry
    panel, unknown = label.panel, texts.UNKNOWN.say(reader.language)

    def fact(name: Text, value: str) -> Fact:
        return Fact(name=name.say(reader.language), value=value or unknown)

    inks = ", ".join(INKS[ink].say(reader.language) for ink in panel.inks)
    delivery = view.delivery
    signal, heat = telemetry.rssi_dbm, telemetry.temperature_c
    hardware = hardware_words.of_model(label.family, panel.name)
    tried = hardware_words.tried(hardware, reader.language)
    return (
        fact(texts.CODE, label.code),
        fact(texts.SERIAL, label.id),
        fact(adoption.ALIAS, label.alias or ""),
        fact(adoption.ZONE, label.zone or ""),
        fact(adoption.LIFE, _life(view).say(reader.language)),
        fact(adoption.FAMILY, f"{hardware_words.title(label.family, reader.language)} · {tried}"),
        fact(texts.MODEL, panel.name),
        fact(texts.PANEL, f"{panel.width} x {panel.height}, {panel.dpi} dpi, {inks}"),
        fact(texts.FIRMWARE, label.firmware),
        fact(texts_of_health.REACHED_OVER, label.via),
        fact(texts.SIGNAL, "" if signal is None else f"{reader.count(signal)} dBm"),
        fact(texts.TEMPERATURE, "" if heat is None else f"{reader.count(round(heat))} °C"),
        fact(texts.FIRST_HEARD, showing.when(label.first_heard, reader).exact),
        fact(
            texts.ATTEMPTS,
            reader.count(delivery.attempts) if delivery is not None else "",
        ),
        _health(troubles, reader, online=label.online),
    )


def _life(view: LabelView) -> Text:
    if view.label.parked:
        return adoption.LIFE_PARKED
    return adoption.LIFE_ADOPTED if view.binding is None else adoption.LIFE_BOUND


def _health(found: frozenset[Trouble], reader: Reader, *, online: bool) -> Fact:
    words = texts_of_health.TROUBLES.items()
    named = [text.say(reader.language) for one, text in words if one in found]
    known = texts_of_health.HEALTHY if online else texts_of_health.AWAY
    return Fact(
        name=texts_of_health.HEALTH.say(reader.language),
        value=", ".join(named) or known.say(reader.language),
    )
