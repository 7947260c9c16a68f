"""Waves in words: how far each is, when it will be done, who stopped it, and what that means."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from gateway.labels import forecasting
from gateway.staff import texts_of_waves as texts
from gateway.staff.explaining import Reader, moment
from gateway.store import stopped, waves
from gateway.store.database import Connection
from gateway.store.overview import Facet
from gateway.store.people import Role
from gateway.store.waves import Wave
from gateway.wording import times

LEAST: Final = 20
"""Fewer labels are no wave for people: each is seen in the list."""
LISTED: Final = 50
_LOOKED_AT: Final = 20
_SHOWN: Final = 5
_DAY = timedelta(days=1)
_STATES = {
    "running": (texts.WAVE_UNDER_WAY, "plain", "queued"),
    "paused": (texts.WAVE_STATE_PAUSED, "attention", "paused"),
    "cancelled": (texts.WAVE_STATE_CANCELLED, "attention", "attention"),
    "done": (texts.WAVE_DONE, "good", "good"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Buttons:
    """What a person may do about a wave; ``send`` is what going on with it is called."""

    id: int
    may_pause: bool = False
    send: str = ""
    may_cancel: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class WaveLine:
    """One wave; ``percent`` of its labels are done. ``buttons`` is None for who does not decide."""

    id: int
    title: str
    began: str
    progress: str
    percent: int
    note: str
    tone: str
    icon: str
    word: str
    buttons: Buttons | None


def lines(connection: Connection, reader: Reader, role: Role, at_once: int) -> tuple[WaveLine, ...]:
    """The waves that are under way or paused, newest first; cancelled ones are tasks."""
    found = waves.latest(connection, _LOOKED_AT, least=LEAST)
    going = [one for one in found if one.left and one.state != "cancelled"]
    return _lines(connection, going[:_SHOWN], reader, role, at_once)


def every(connection: Connection, reader: Reader, role: Role, at_once: int) -> tuple[WaveLine, ...]:
    """The latest waves, however they stand, newest first."""
    found = waves.latest(connection, LISTED, least=LEAST)
    return _lines(connection, found, reader, role, at_once)


def title(wave: Wave, reader: Reader) -> str:
    """What a wave is called: its cause."""
    return texts.CAUSES.get(wave.cause, texts.WAVE_OTHER_CAUSE).say(reader.language)


def buttons(wave: Wave, role: Role, held: int, reader: Reader) -> Buttons | None:
    """What the reader may do about a wave of which ``held`` labels are held."""
    if role is Role.CLERK:
        return None
    if wave.state == "running":
        return Buttons(id=wave.id, may_pause=True, may_cancel=True) if wave.left else None
    if wave.state == "paused":
        go_on = texts.WAVE_RESUME.say(reader.language)
        return Buttons(id=wave.id, send=go_on, may_cancel=True) if wave.left else None
    return Buttons(id=wave.id, send=texts.WAVE_SEND.say(reader.language)) if held else None


def progress(wave: Wave, reader: Reader) -> str:
    """How many of its labels have it."""
    return texts.WAVE_PROGRESS.say(
        reader.language, shown=reader.count(wave.done), total=reader.count(wave.joined - wave.gone)
    )


def who_and_when(wave: Wave, reader: Reader) -> dict[str, str]:
    """Who decided about it last, and when, as facts for a text."""
    at = wave.decided_at
    return {"by": wave.decided_by or "?", "time": "?" if at is None else moment(at, reader)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a stopped wave gives a person to do; ``facet`` finds the labels."""

    tone: str
    title: str
    why: str
    advice: str
    facet: Facet
    buttons: Buttons | None


def task(wave: Wave, detail: Mapping[str, int], role: Role, reader: Reader) -> Said:
    """The task of a stopped wave that holds ``count`` labels, ``prices`` with another price."""
    language, paused = reader.language, wave.state == "paused"
    count, prices = detail["count"], detail["prices"]
    facts = {"what": title(wave, reader), **who_and_when(wave, reader)}
    if paused:
        head, why, number = texts.TASK_PAUSED, texts.TASK_PAUSED_WHY, count
        advice = texts.TASK_PAUSED_ADVICE
    else:
        head = texts.TASK_OLD_PRICE if prices else texts.TASK_OLD_PICTURE
        why, number = texts.TASK_CANCELLED_WHY, prices or count
        advice = texts.TASK_OLD_PRICE_ADVICE if prices else texts.TASK_OLD_PICTURE_ADVICE
    parts = [why.say(language, prices=reader.count(prices), **facts)]
    if not paused and 0 < prices < count:
        parts.append(texts.TASK_ALSO_PICTURES.say(language, count=reader.count(count - prices)))
    may = buttons(wave, role, count, reader)
    return Said(
        tone="trouble" if prices else "attention",
        title=head.say(language, count=reader.count(number)),
        why=" ".join(parts),
        advice=(advice if may else texts.TASK_NOT_YOURS_ADVICE).say(language),
        facet=Facet.PAUSED if paused else Facet.DIFFERS,
        buttons=may,
    )


def _lines(
    connection: Connection, found: Iterable[Wave], reader: Reader, role: Role, at_once: int
) -> tuple[WaveLine, ...]:
    held = stopped.held(connection)
    return tuple(
        _line(connection, one, reader, role, at_once, held[one.id].labels if one.id in held else 0)
        for one in found
    )


def _line(
    connection: Connection, wave: Wave, reader: Reader, role: Role, at_once: int, held: int
) -> WaveLine:
    over = not wave.left and not held
    word, tone, icon = _STATES["done" if over else wave.state]
    return WaveLine(
        id=wave.id,
        title=title(wave, reader),
        began=texts.WAVE_BEGAN.say(reader.language, time=moment(wave.began_at, reader)),
        progress=progress(wave, reader),
        percent=100 * wave.done // max(wave.joined - wave.gone, 1),
        note=_done(wave, reader) if over else _note(connection, wave, reader, at_once, held),
        tone=tone,
        icon=icon,
        word=word.say(reader.language),
        buttons=buttons(wave, role, held, reader),
    )


def _done(wave: Wave, reader: Reader) -> str:
    if wave.shown_at is None:
        return ""
    return texts.WAVE_DONE_AT.say(reader.language, time=moment(wave.shown_at, reader))


def _note(connection: Connection, wave: Wave, reader: Reader, at_once: int, held: int) -> str:
    if wave.state != "running":
        text = texts.WAVE_PAUSED if wave.state == "paused" else texts.WAVE_CANCELLED
        return text.say(reader.language, count=reader.count(held), **who_and_when(wave, reader))
    left_s = forecasting.of_wave(connection, wave, at_once, reader.now)
    if left_s is None:
        return ""
    ends = reader.now + timedelta(seconds=left_s)
    time = times.clock_time(ends, reader.zone, reader.locale)
    if ends - reader.now < _DAY:
        return texts.WAVE_ENDS_AT.say(reader.language, time=time)
    day = times.short_date(ends, reader.now.year, reader.zone, reader.language)
    return texts.WAVE_ENDS_LATER.say(reader.language, day=day, time=time)
