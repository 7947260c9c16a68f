"""A request as its shopper sees it: what became of it, and what to do now.

Nothing here reads a clock or a database.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo

from gateway.domain.requests import OPEN, Kind, ShopperRequest, State
from gateway.shopper import texts_of_requests as texts
from gateway.shopper.alternatives import Alternatives
from gateway.web.words import Text
from gateway.wording import times


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of the way; ``now`` is the one that is under way."""

    title: str
    is_done: bool
    now: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How the request stands, in words. ``mark`` changes exactly when any of them does."""

    tone: str
    icon: str
    title: str
    advice: str
    place: str
    code: str
    steps: tuple[Step, ...]
    may_cancel: bool
    is_over: bool
    mark: str
    instead: Alternatives | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Who reads it, and where."""

    language: str
    zone: tzinfo


_BRING: Mapping[State, tuple[str, str, Text, Text]] = {
    State.ASKED: ("plain", "bring", texts.ASKED, texts.ASKED_ADVICE),
    State.SEEN: ("good", "good", texts.SEEN, texts.SEEN_ADVICE),
    State.COMING: ("good", "bring", texts.COMING, texts.COMING_ADVICE),
    State.FOUND: ("good", "good", texts.FOUND, texts.FOUND_HERE),
    State.HANDED_OVER: ("good", "good", texts.HANDED_OVER, texts.HANDED_OVER_ADVICE),
    State.NOT_FOUND: ("attention", "none", texts.NOT_FOUND, texts.NOT_FOUND_ADVICE),
    State.REFUSED: ("attention", "none", texts.HOLD_REFUSED, texts.HOLD_REFUSED_ADVICE),
    State.CANCELLED: ("plain", "none", texts.CANCELLED, texts.CANCELLED_ADVICE),
    State.EXPIRED: ("attention", "attention", texts.EXPIRED, texts.EXPIRED_ADVICE),
}
_ORDER = (State.ASKED, State.SEEN, State.COMING, State.FOUND, State.HANDED_OVER)


def standing(
    request: ShopperRequest, reader: Reader, instead: Alternatives | None = None
) -> Standing:
    """The request in words; ``instead`` counts where the article was not found."""
    tone, icon, title, advice = _said(request, reader)
    is_hold = request.kind is Kind.HOLD
    not_found = request.state is State.NOT_FOUND
    marks = (request.state.value, request.late, request.confirmed_by, request.until.isoformat())
    return Standing(
        tone=tone,
        icon=icon,
        title=title,
        advice=advice,
        place="" if is_hold or not request.is_open else place(request.place, reader.language),
        code=request.code if request.is_open and request.is_confirmed else "",
        steps=_steps(request, reader.language) if request.is_open else (),
        may_cancel=request.is_open,
        is_over=not request.is_open,
        mark="|".join(map(str, marks)),
        instead=instead if not_found else None,
    )


def place(kept: str, language: str) -> str:
    """Where it is brought to, in words: ours, or what the shop calls it."""
    own = {"here": texts.HERE, "fitting": texts.FITTING_ROOMS}.get(kept)
    return kept if own is None else own.say(language)


def _said(request: ShopperRequest, reader: Reader) -> tuple[str, str, str, str]:
    language = reader.language
    if request.state is State.ASKED and request.late == 2:
        unseen, advice = texts.UNSEEN.say(language), texts.UNSEEN_ADVICE.say(language)
        return "attention", "attention", unseen, advice
    if request.kind is Kind.HOLD and request.state in {*OPEN, State.HANDED_OVER}:
        return _said_of_hold(request, reader)
    tone, icon, title, advice_text = _BRING[request.state]
    advice = advice_text.say(language)
    if request.state is State.FOUND and request.place not in {"", "here"}:
        advice = texts.FOUND_AT.say(language, place=place(request.place, language))
    return tone, icon, title.say(language), advice


def _said_of_hold(request: ShopperRequest, reader: Reader) -> tuple[str, str, str, str]:
    language = reader.language
    if request.state is State.HANDED_OVER:
        collected = texts.HOLD_COLLECTED.say(language)
        return "good", "good", collected, texts.HANDED_OVER_ADVICE.say(language)
    if not request.is_confirmed:
        asked = texts.HOLD_ASKED.say(language)
        return "plain", "hold", asked, texts.ASKED_ADVICE.say(language)
    is_ready = request.state is State.FOUND
    advice = texts.HOLD_READY_ADVICE if is_ready else texts.HOLD_CONFIRMED_ADVICE
    until = local_time(request.until, request.asked_at, reader)
    title = texts.HOLD_CONFIRMED.say(language, until=until)
    return "good", "good", title, advice.say(language)


def local_time(instant: datetime, now: datetime, reader: Reader) -> str:
    """The time in the shop; with its day where that is another than today's."""
    time = times.clock_time(instant, reader.zone, reader.language)
    today = now.astimezone(reader.zone)
    if instant.astimezone(reader.zone).date() == today.date():
        return texts.AT_TIME.say(reader.language, time=time)
    day = times.short_date(instant, today.year, reader.zone, reader.language)
    return texts.ON_DAY.say(reader.language, day=day, time=time)


def _steps(request: ShopperRequest, language: str) -> tuple[Step, ...]:
    reached = _ORDER.index(request.state)
    if request.kind is Kind.HOLD:
        titles = (texts.STEP_ASKED, texts.STEP_CONFIRMED, texts.STEP_ASIDE, texts.STEP_COLLECTED)
        reached = 2 if request.state is State.FOUND else int(request.is_confirmed)
    else:
        titles = (texts.STEP_ASKED, texts.STEP_SEEN, texts.STEP_COMING, texts.STEP_HERE)
    return tuple(
        Step(title=title.say(language), is_done=number <= reached, now=number == reached + 1)
        for number, title in enumerate(titles)
    )
