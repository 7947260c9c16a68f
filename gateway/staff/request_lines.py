"""Shoppers' requests as the staff sees them: what to take where, and what can be done now."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gateway.domain import requests
from gateway.domain.labels import Target
from gateway.domain.requests import OF_STAFF, Deed, Kind, ShopperRequest, State
from gateway.settings import Shop
from gateway.staff import showing
from gateway.staff import texts_of_requests as texts
from gateway.staff.explaining import Reader, Standing
from gateway.staff.showing import Article, When
from gateway.store import labels
from gateway.store import requests as kept
from gateway.store.articles import Articles
from gateway.store.database import Connection
from gateway.web.words import Text
from gateway.wording import times


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """One thing that can be done; ``deed`` is the last part of its address."""

    deed: str
    words: str
    primary: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestLine:
    """One request. ``seen`` changes whenever it does; ``late`` is 0, 1 or 2.

    ``waits`` while nobody has seen it. ``href`` leads to the label where it was asked.
    """

    ref: str
    title: str
    tone: str
    article: Article | None
    lines: tuple[str, ...]
    code: str
    code_hint: str
    standing: Standing
    by: str
    at: When
    late: int
    waits: bool
    seen: str
    href: str
    buttons: tuple[Button, ...]


def waiting(connection: Connection, reader: Reader, shop: Shop) -> tuple[RequestLine, ...]:
    """Those that need somebody: what nobody has seen first, what lies aside last."""
    found = [
        requests.aged(one, reader.now) for one in kept.for_staff(connection, requests.MOST_OPEN)
    ]
    found.sort(key=lambda one: (one.state is not State.ASKED, not one.is_open, one.asked_at))
    return lines(connection, [one for one in found if one.needs_staff], reader, shop)


def lines(
    connection: Connection, found: Iterable[ShopperRequest], reader: Reader, shop: Shop
) -> tuple[RequestLine, ...]:
    """These requests in words."""
    articles = Articles(connection)
    return tuple(_line(connection, one, articles, reader, shop) for one in found)


def mark(request: ShopperRequest) -> str:
    """What changes whenever the request does."""
    return f"{request.state.value}.{request.confirmed_by or ''}.{int(request.aside)}"


def _line(
    connection: Connection, one: ShopperRequest, articles: Articles, reader: Reader, shop: Shop
) -> RequestLine:
    target = Target(product=one.product)
    family = articles.of(target)
    article = showing.article(target, family, reader, shop)
    products = () if family is None else family.products
    zone = next((known.zone for known in products if known.id == one.product), None)
    label = None if one.label is None else labels.by_code(connection, one.label)
    is_hold, language = one.kind is Kind.HOLD, reader.language
    shows_code = is_hold and one.is_confirmed and one.is_open
    tone, icon, word = texts.STATES[one.state]
    return RequestLine(
        ref=one.ref,
        title=_title(one).say(language, what=article.full_name),
        tone="trouble" if one.late and one.is_open else tone,
        article=showing.with_picture(article, connection),
        lines=tuple(_facts(one, reader, article, zone)),
        code=one.code if shows_code else "",
        code_hint=texts.REQUEST_CODE_TOO.say(language) if shows_code else "",
        standing=Standing(
            code=one.state.value, tone=tone, icon=icon, word=word.say(language), advice=""
        ),
        by=texts.REQUEST_BY.say(language, name=one.by) if one.by and one.is_open else "",
        at=showing.when(one.asked_at, reader),
        late=one.late if one.state is State.ASKED else 0,
        waits=one.state is State.ASKED,
        seen=mark(one),
        href="" if label is None else f"/labels/{label.id}",
        buttons=_buttons(one, language),
    )


def _title(one: ShopperRequest) -> Text:
    if one.aside and not one.is_open:
        return texts.REQUEST_BACK
    if one.kind is Kind.BRING:
        return texts.REQUEST_BRING
    return texts.REQUEST_COLLECT if one.state is State.FOUND else texts.REQUEST_HOLD


def _facts(
    one: ShopperRequest, reader: Reader, article: Article, zone: str | None
) -> Sequence[str]:
    language, found = reader.language, []
    if one.state is State.ASKED and one.late:
        unseen = texts.REQUEST_TOO_LATE if one.late == 2 else texts.REQUEST_LATE
        found.append(unseen.say(language))
    if one.kind is Kind.BRING and one.is_open:
        found.append(texts.REQUEST_TO.say(language, place=_place(one, language)))
    if one.kind is Kind.HOLD and one.is_open:
        if one.is_confirmed:
            found.append(texts.REQUEST_UNTIL.say(language, until=_until(one, reader)))
        elif one.central_until is not None and reader.now < one.central_until:
            found.append(texts.REQUEST_ASKS_CENTRAL.say(language))
        else:
            found.append(texts.REQUEST_UNCONFIRMED.say(language))
    if zone is not None and one.needs_staff:
        found.append(texts.REQUEST_FROM.say(language, zone=zone))
    return [*found, article.number] if article.number else found


def _place(one: ShopperRequest, language: str) -> str:
    if one.place == "here":
        return texts.REQUEST_HERE.say(language, code=one.label or "")
    return texts.REQUEST_FITTING.say(language) if one.place == "fitting" else one.place


def _until(one: ShopperRequest, reader: Reader) -> str:
    time = times.clock_time(one.until, reader.zone, reader.locale)
    local = reader.now.astimezone(reader.zone)
    if one.until.astimezone(reader.zone).date() == local.date():
        return time
    return f"{times.short_date(one.until, local.year, reader.zone, reader.language)}, {time}"


def _buttons(one: ShopperRequest, language: str) -> tuple[Button, ...]:
    """What can be done now, the likeliest first."""
    first = Deed.ACCEPT
    if one.state in {State.SEEN, State.COMING}:
        first = Deed.ON_MY_WAY if one.state is State.SEEN else Deed.FOUND
        if one.kind is Kind.HOLD:
            first = Deed.FOUND
    elif one.state is not State.ASKED:
        first = Deed.HANDED_OVER if one.is_open else Deed.PUT_BACK
    possible = [deed for deed in OF_STAFF if requests.may(one, deed)]
    if one.state is State.ASKED:
        # First somebody says that they see to it: the rest follows.
        possible = [deed for deed in possible if deed in {Deed.ACCEPT, Deed.ON_MY_WAY}]
    if one.kind is Kind.HOLD:
        possible = [deed for deed in possible if deed is not Deed.ON_MY_WAY]
    possible.sort(key=lambda deed: deed is not first)
    return tuple(
        Button(deed=deed.value, words=texts.DEEDS[deed].say(language), primary=deed is first)
        for deed in possible
    )
