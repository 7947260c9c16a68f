"""How far a family or model was tried on real hardware, wherever it is named."""

from __future__ import annotations

from device_drivers import registry
from device_drivers.api.drivers import Hardware
from gateway.staff import texts_of_adoption as texts
from gateway.wording import times

_TITLES = {"mqtt": texts.FAMILY_MQTT}
_LEVELS = {
    "none": texts.TRIED_NONE,
    "reported": texts.TRIED_REPORTED,
    "verified": texts.TRIED_VERIFIED,
}


def of_model(family: str, model: str) -> Hardware:
    """What is known of a model; of its family where the model is none of the table."""
    entry = registry.LABELS.get(family)
    if entry is None:
        return Hardware()
    found = next((one.hardware for one in entry.family.models if one.id == model), None)
    return entry.family.hardware if found is None or found.level == "none" else found


def title(family: str, language: str) -> str:
    """What a family is called: names of makers and firmware are the same in every language."""
    if (named := _TITLES.get(family)) is not None:
        return named.say(language)
    entry = registry.LABELS.get(family)
    return entry.family.title if entry is not None else family


def blinks(family: str) -> bool:
    """Whether its labels can blink."""
    entry = registry.LABELS.get(family)
    return entry is not None and entry.family.capabilities.flashes


def tried(hardware: Hardware, language: str) -> str:
    """How far it was tried, when, and with which firmware."""
    level = _LEVELS[hardware.level].say(language)
    on = times.day(hardware.on, language) if hardware.on is not None else ""
    when = ", ".join(part for part in (on, hardware.firmware) if part)
    return texts.TRIED_WHEN.say(language, level=level, when=when) if when else level
