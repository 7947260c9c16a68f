"""Opening checks in words: each label that was wrong by its place, what it shows and should, why.

Pure but for reading the store: a check, a reader and the labels as they are now give frozen
records for the templates.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import groupby

from gateway.domain import opening_check
from gateway.domain.money import Money
from gateway.domain.opening_check import Verdict
from gateway.settings import Shop
from gateway.staff import explaining, showing, texts, texts_of_labels
from gateway.staff import texts_of_opening as said
from gateway.staff.explaining import Reader, Standing
from gateway.staff.showing import Picture, When
from gateway.store import deliveries, labels, opening_checks, price_rules
from gateway.store.database import Connection
from gateway.store.opening_checks import Check, Line, Said
from gateway.wording import money, times

PER_PAGE = 100
_MM_PER_INCH = 25.4


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """A check in one line."""

    id: int
    result: str
    tone: str
    icon: str
    word: str
    cause: str
    opens: str
    at: When


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One label to walk to. ``now`` is None while it is still wrong.

    ``till`` is what the till asks, '' where nobody knows.
    """

    number: int
    label: str
    code: str
    alias: str
    name: str
    bay: str
    shows: str
    should: str
    till: str
    pictures: tuple[Picture, Picture]
    why: Standing
    now: Standing | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """The steps in one zone."""

    zone: str
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """A check as its page shows it; ``left`` of its labels are still wrong."""

    head: Head
    stretches: tuple[Stretch, ...]
    wrong: int
    listed: int
    left: int
    first: int
    received: int
    total: int

    @property
    def last(self) -> int:
        """The place of the last step on the page."""
        return self.first - 1 + sum(len(one.steps) for one in self.stretches)

    @property
    def earlier(self) -> int | None:
        """Where the page before begins."""
        return max(1, self.first - PER_PAGE) if self.first > 1 else None

    @property
    def later(self) -> int | None:
        """Where the next page begins."""
        return self.last + 1 if self.last < self.listed else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Slip:
    """The picture that a label should show, at the size of its panel, in millimetres."""

    code: str
    name: str
    place: str
    fingerprint: str
    width: str
    height: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Slips:
    """What can be printed, and the codes of labels whose picture is not drawn."""

    slips: tuple[Slip, ...]
    without: tuple[str, ...]


def schedule(connection: Connection, shop: Shop, reader: Reader) -> str:
    """When a check is made by itself."""
    asked = shop.opening_check
    if asked == opening_check.NEVER:
        return said.CHECKS_NEXT_NEVER.say(reader.language)
    if asked is not None:
        return said.CHECKS_NEXT_AT.say(reader.language, time=asked)
    known = price_rules.hours(connection) is not None
    text = said.CHECKS_NEXT_BEFORE if known else said.CHECKS_NEXT_UNKNOWN
    return text.say(reader.language)


def head(check: Check, reader: Reader) -> Head:
    """A check in one line."""
    language, counted = reader.language, check.counted
    right, total, wrong = counted.right, counted.total, counted.wrong_total
    tone = "attention" if wrong else "good"
    opens = check.due.opens if check.due is not None else None
    cause = said.CHECKS_SCHEDULED if check.due is not None else said.CHECKS_ASKED
    return Head(
        id=check.id,
        result=said.CHECK_RIGHT.say(language, right=reader.count(right), total=reader.count(total)),
        tone=tone,
        icon=tone,
        word=said.CHECK_WRONG.say(language, count=reader.count(wrong))
        if wrong
        else texts.FACET_SHOWN.say(language),
        cause=cause.say(language, name=check.by or "?"),
        opens=""
        if opens is None
        else said.CHECKS_OPENS.say(
            language, time=times.clock_time(opens, reader.zone, reader.locale)
        ),
        at=showing.when(check.at, reader),
    )


def walk(connection: Connection, check: Check, reader: Reader, first: int) -> Walk:
    """The check with its steps from the place ``first`` on."""
    listed = opening_checks.listed(connection, check.id)
    verdicts = _now(connection, listed, reader)
    lines = opening_checks.lines(connection, check.id, first, PER_PAGE)
    steps = (
        (line.where.zone, _step(number, line, verdicts, reader))
        for number, line in enumerate(lines, start=first)
    )
    nowhere = said.CHECK_NO_ZONE.say(reader.language)
    return Walk(
        head=head(check, reader),
        stretches=tuple(
            Stretch(zone=zone or nowhere, steps=tuple(step for _, step in each))
            for zone, each in groupby(steps, key=lambda one: one[0])
        ),
        wrong=check.counted.wrong_total,
        listed=len(listed),
        left=sum(one.is_wrong for one in verdicts.values()),
        first=first,
        received=check.counted.received,
        total=check.counted.total,
    )


def slips(connection: Connection, check: Check, reader: Reader, first: int) -> Slips:
    """What to print for the labels that are still wrong; pictures as they are wished now."""
    lines = opening_checks.lines(connection, check.id, first, PER_PAGE)
    verdicts = _now(connection, [one.label for one in lines], reader)
    made: list[Slip] = []
    without: list[str] = []
    for line in lines:
        verdict = verdicts.get(line.label)
        if verdict is None or not verdict.is_wrong:
            continue
        slip = _slip(connection, line, reader)
        if slip is None:
            without.append(line.alias or line.code)
        else:
            made.append(slip)
    return Slips(slips=tuple(made), without=tuple(without))


def _slip(connection: Connection, line: Line, reader: Reader) -> Slip | None:
    label, wish = labels.get(connection, line.label), deliveries.wish(connection, line.label)
    if label is None or label.stale or wish is None or wish.cause == deliveries.CARD:
        return None
    if labels.binding(connection, line.label) is None:
        return None
    panel = label.panel
    return Slip(
        code=line.alias or line.code,
        name=line.name,
        place=" · ".join(part for part in (line.where.zone, _bay(line, reader)) if part),
        fingerprint=wish.fingerprint,
        width=f"{panel.width / panel.dpi * _MM_PER_INCH:.2f}mm",
        height=f"{panel.height / panel.dpi * _MM_PER_INCH:.2f}mm",
    )


def _now(connection: Connection, among: Iterable[str], reader: Reader) -> Mapping[str, Verdict]:
    found = opening_checks.look(connection, reader.late_before, among)
    return {one.label: one.verdict for one in found}


def _step(number: int, line: Line, verdicts: Mapping[str, Verdict], reader: Reader) -> Step:
    return Step(
        number=number,
        label=line.label,
        code=line.code,
        alias=line.alias,
        name=line.name,
        bay=_bay(line, reader),
        shows=_shows(line, reader),
        should=_should(line, reader),
        till=_price(line.till, reader) if line.till.amount else "",
        pictures=(_picture(line.shows, line, reader), _picture(line.should, line, reader)),
        why=_why_now(line, verdicts.get(line.label), reader),
        now=_meanwhile(verdicts.get(line.label), reader),
    )


def _bay(line: Line, reader: Reader) -> str:
    bay = line.where.bay
    return said.CHECK_BAY.say(reader.language, bay=bay) if bay else ""


def _shows(line: Line, reader: Reader) -> str:
    if line.shows.amount:
        return _price(line.shows, reader)
    if line.verdict is Verdict.FOREIGN:
        return said.CHECK_FOREIGN_SHOWN.say(reader.language)
    known = said.CHECK_UNKNOWN_SHOWN if line.shows.fingerprint else said.CHECK_NOTHING
    return known.say(reader.language)


def _should(line: Line, reader: Reader) -> str:
    if line.should.amount:
        return _price(line.should, reader)
    none = said.CHECK_NO_PRICE if line.target is not None else said.CHECK_ITS_CODE
    return none.say(reader.language)


def _price(one: Said, reader: Reader) -> str:
    amount = Money(amount=Decimal(one.amount), currency=one.currency)
    price = money.format_money(amount, reader.locale)
    return texts.FROM.say(reader.language, price=price) if one.is_from else price


def _picture(one: Said, line: Line, reader: Reader) -> Picture:
    width, height, _ = line.panel
    foreign = one is line.shows and line.verdict is Verdict.FOREIGN
    word = (texts.NOT_OURS if foreign else texts.NO_PICTURE).say(reader.language)
    title = (texts.SHOWS if one is line.shows else texts.SHOULD_SHOW).say(reader.language)
    return Picture(
        fingerprint=one.fingerprint or None,
        width=width,
        height=height,
        alt=f"{title}: {line.name if one.fingerprint else word}",
        word=word,
    )


def _why_now(line: Line, verdict: Verdict | None, reader: Reader) -> Standing:
    """Why it was wrong, or why it still is where that is something else by now."""
    if verdict is None or not verdict.is_wrong or verdict is line.verdict:
        return _why(line, reader)
    word, advice, tone, icon = said.WHY[verdict]
    return Standing(
        code=verdict.value,
        tone=tone,
        icon=icon,
        word=said.NOW.say(reader.language, word=word.say(reader.language)),
        advice=advice.say(reader.language),
    )


def _why(line: Line, reader: Reader) -> Standing:
    if line.away is not None and line.verdict in said.UNDER_WAY:
        return _out_of_reach(line, line.away, reader)
    word, advice, tone, icon = said.WHY[line.verdict]
    if line.verdict in {Verdict.FAILED, Verdict.QUEUED}:
        advice = explaining.REASONS.get(line.reason or "", advice)
    if line.verdict is Verdict.SILENT and line.reason == "link_down":
        advice = explaining.REASONS["link_down"]
    spoken = word.say(reader.language)
    if line.verdict is Verdict.SILENT and line.since is not None:
        time = explaining.moment(line.since, reader)
        spoken = said.SINCE.say(reader.language, word=spoken, time=time)
    return Standing(
        code=line.verdict.value,
        tone=tone,
        icon=icon,
        word=spoken,
        advice=advice.say(reader.language),
    )


def _out_of_reach(line: Line, heard: datetime, reader: Reader) -> Standing:
    word, time = texts_of_labels.OFFLINE.say(reader.language), explaining.moment(heard, reader)
    ago = times.relative(heard, reader.now, reader.language)
    return Standing(
        code=line.verdict.value,
        tone="attention",
        icon="offline",
        word=said.SINCE.say(reader.language, word=word, time=time),
        advice=texts_of_labels.OFFLINE_ADVICE.say(reader.language, ago=ago),
    )


def _meanwhile(verdict: Verdict | None, reader: Reader) -> Standing | None:
    """How the label that was wrong is now; None while it still is."""
    if verdict is not None and verdict.is_wrong:
        return None
    word = said.CHECK_NOW_GONE if verdict is None else said.CHECK_NOW_RIGHT
    tone = "plain" if verdict is None else "good"
    icon = "none" if verdict is None else "good"
    return Standing(
        code="gone" if verdict is None else "right",
        tone=tone,
        icon=icon,
        word=word.say(reader.language),
    )


def every(connection: Connection, reader: Reader, limit: int) -> Iterator[Head]:
    """The latest checks, newest first."""
    return (head(one, reader) for one in opening_checks.latest(connection, limit))
