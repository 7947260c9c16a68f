"""Waves on Today: what is under way, how far it is, and when it will be done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from gateway.labels import forecasting
from gateway.staff import texts_of_waves as texts
from gateway.staff.explaining import Reader
from gateway.store import waves
from gateway.store.database import Connection
from gateway.store.people import Role
from gateway.store.waves import Wave
from gateway.wording import times

LEAST: Final = 20
"""Fewer labels are no wave for people: each is seen in the list."""
_LOOKED_AT: Final = 20
_SHOWN: Final = 5
_STOPPED_FOR: Final = timedelta(days=1)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class WaveLine:
    """One wave; ``percent`` of its labels are done, ``may`` says that the reader decides."""

    id: int
    title: str
    progress: str
    percent: int
    note: str
    state: str
    may: bool


def lines(connection: Connection, reader: Reader, role: Role, at_once: int) -> tuple[WaveLine, ...]:
    """The waves that are not done, newest first."""
    found = waves.latest(connection, _LOOKED_AT, least=LEAST)
    going = [one for one in found if one.left and _matters(one, reader)]
    return tuple(_line(connection, one, reader, role, at_once) for one in going[:_SHOWN])


def _matters(wave: Wave, reader: Reader) -> bool:
    decided = wave.decided_at
    return wave.state != "cancelled" or decided is None or reader.now - decided < _STOPPED_FOR


def _line(connection: Connection, wave: Wave, reader: Reader, role: Role, at_once: int) -> WaveLine:
    language = reader.language
    done, total = wave.done, wave.joined - wave.gone
    return WaveLine(
        id=wave.id,
        title=texts.CAUSES.get(wave.cause, texts.WAVE_OTHER_CAUSE).say(language),
        progress=texts.WAVE_PROGRESS.say(
            language, shown=reader.count(done), total=reader.count(total)
        ),
        percent=100 * done // max(total, 1),
        note=_note(connection, wave, reader, at_once),
        state=wave.state,
        may=role is not Role.CLERK,
    )


def _note(connection: Connection, wave: Wave, reader: Reader, at_once: int) -> str:
    if wave.state == "paused":
        return texts.WAVE_PAUSED.say(reader.language)
    if wave.state == "cancelled":
        return texts.WAVE_CANCELLED.say(reader.language, left=reader.count(wave.left))
    left_s = forecasting.of_wave(connection, wave, at_once, reader.now)
    if left_s is None:
        return ""
    ends = reader.now + timedelta(seconds=left_s)
    time = times.clock_time(ends, reader.zone, reader.locale)
    if ends - reader.now < _DAY:
        return texts.WAVE_ENDS_AT.say(reader.language, time=time)
    day = times.short_date(ends, reader.now.year, reader.zone, reader.locale)
    return texts.WAVE_ENDS_LATER.say(reader.language, day=day, time=time)
