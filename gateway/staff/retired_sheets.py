"""Retired labels as pages show them: what each shows by its record, and what is to be done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from gateway.domain.label_life import BLANK_WITHIN, Parting, parting
from gateway.domain.money import Money
from gateway.domain.proof import Entry
from gateway.labels import living
from gateway.settings import Shop
from gateway.staff import hardware_words, label_history, showing, texts
from gateway.staff import texts_of_adoption as adoption
from gateway.staff import texts_of_labels as of_labels
from gateway.staff import texts_of_retired as said
from gateway.staff.explaining import Reader, Standing
from gateway.staff.label_facts import Fact
from gateway.staff.label_history import Line
from gateway.staff.showing import Article, Picture, When
from gateway.store import labels, proof_at, retired
from gateway.store.articles import Articles
from gateway.store.database import Connection
from gateway.store.overview import LabelView
from gateway.store.retired import Retired
from gateway.web.words import Text
from gateway.wording import money, times


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A retired label in a list. ``hangs``: a person has to take it down."""

    label: str
    name: str
    article: Article | None
    picture: Picture | None
    standing: Standing
    retired: str
    at: When
    replaced_by: str
    hangs: bool
    mark: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """Everything on the page of a retired label."""

    row: Row
    facts: tuple[Fact, ...]
    history: tuple[Line, ...]


def sheet(connection: Connection, label: str, reader: Reader, shop: Shop) -> Sheet | None:
    """The page of a retired label; None for one that is not."""
    gone = retired.get(connection, label)
    if gone is None:
        return None
    return Sheet(
        row=row(connection, gone, reader, shop),
        facts=_facts(gone, reader),
        history=label_history.latest(connection, label, reader),
    )


def row(connection: Connection, gone: Retired, reader: Reader, shop: Shop) -> Row:
    """A retired label of a list."""
    sight = proof_at.sight(connection, gone.label, reader.now)
    standing = _standing(connection, gone, sight, reader)
    article = None
    if gone.target is not None:
        family = Articles(connection).of(gone.target)
        article = showing.article(gone.target, family, reader, shop)
    at = showing.when(gone.at, reader)
    return Row(
        label=gone.label,
        name=gone.alias or gone.code or gone.label,
        article=article,
        picture=_picture(gone, sight, reader),
        standing=standing,
        retired=said.RETIRED_BY.say(reader.language, name=gone.by, ago=at.ago),
        at=at,
        replaced_by=gone.replaced_by or "",
        hangs=standing.code == "hangs",
        mark=f"{standing.code}|{standing.word}|{sight.fingerprint if sight else ''}",
    )


def what_retiring_does(connection: Connection, view: LabelView, reader: Reader) -> str:
    """What a person is told before retiring a label."""
    if not living.may_show(connection, view.label):
        return said.RETIRE_NOTHING.say(reader.language)
    shows = shown(proof_at.sight(connection, view.label.id, reader.now), reader)
    does = said.RETIRE_BLANKS if view.label.online else said.RETIRE_HANGS
    return does.say(reader.language, shows=shows)


def shown(sight: Entry | None, reader: Reader) -> str:
    """The price in the picture on a label, as people say it; else that it is a picture."""
    prices = sight.prices if sight is not None else {}
    if "price" not in prices:
        return said.LAST_PICTURE.say(reader.language)
    amount = Money(amount=Decimal(prices["price"]), currency=prices["currency"])
    return money.format_money(amount, reader.locale)


def _standing(
    connection: Connection, gone: Retired, sight: Entry | None, reader: Reader
) -> Standing:
    shows = shown(sight, reader)
    if gone.taken_down is not None and not gone.blank:
        return _of("down", "plain", said.DOWN, None, reader)
    if gone.blank:
        is_sure = gone.blank == "shown"
        advice = said.BLANK_ADVICE if is_sure else said.BLANK_SENT_ADVICE
        return _of("blank", "good" if is_sure else "plain", said.BLANK, advice, reader)
    known = labels.get(connection, gone.label, leaving=True) if gone.leaving else None
    asked_for = reader.now - gone.at
    if known is not None and (
        parting(blank=False, online=known.online, asked_for=asked_for) is Parting.GOING
    ):
        time = _time(gone.at + BLANK_WITHIN, reader)
        return _of("going", "plain", said.GOING, said.GOING_ADVICE, reader, shows=shows, time=time)
    if sight is None and not gone.leaving:
        return _of("never", "plain", said.NEVER, said.NEVER_ADVICE, reader)
    return _of("hangs", "attention", said.HANGS, said.HANGS_ADVICE, reader, shows=shows)


def _of(
    code: str, tone: str, word: Text, advice: Text | None, reader: Reader, **facts: str
) -> Standing:
    return Standing(
        code=code,
        tone=tone,
        icon="queued" if code == "going" else tone,
        word=word.say(reader.language, **facts),
        advice="" if advice is None else advice.say(reader.language, **facts),
    )


def _time(instant: datetime, reader: Reader) -> str:
    return times.clock_time(instant, reader.zone, reader.locale)


def _picture(gone: Retired, sight: Entry | None, reader: Reader) -> Picture | None:
    if gone.hardware is None:
        return None
    panel = gone.hardware.correction.viewed(gone.hardware.panel)
    what, word = texts.SHOWS.say(reader.language), texts.NO_PICTURE.say(reader.language)
    fingerprint = None if sight is None else sight.fingerprint
    return Picture(
        fingerprint=fingerprint,
        width=panel.width,
        height=panel.height,
        alt=f"{what}: {gone.code}" if fingerprint else f"{what}: {word}",
        word=word,
    )


def _facts(gone: Retired, reader: Reader) -> tuple[Fact, ...]:
    unknown = of_labels.UNKNOWN.say(reader.language)

    def fact(name: Text, value: str) -> Fact:
        return Fact(name=name.say(reader.language), value=value or unknown)

    return (
        fact(of_labels.SERIAL, gone.label),
        fact(of_labels.CODE, gone.code),
        fact(adoption.ALIAS, gone.alias or ""),
        fact(adoption.FAMILY, hardware_words.title(gone.family, reader.language)),
        fact(of_labels.MODEL, gone.model),
    )
