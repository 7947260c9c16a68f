"""The shop's own settings: seen, changed, and taken to another shop."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import partial

import structlog
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from gateway.domain import opening
from gateway.domain.money import MINOR_UNITS
from gateway.settings import exchange, of_shop, zones
from gateway.settings.exchange import NoSettingsFileError
from gateway.settings.shop_table import LOGO, SETTINGS, Setting
from gateway.staff import showing
from gateway.staff import texts_of_settings as texts
from gateway.staff.desk import Desk, go
from gateway.staff.explaining import Reader
from gateway.staff.gate import visit_of
from gateway.staff.showing import When
from gateway.store import shop_settings
from gateway.store.database import Connection
from gateway.store.people import Role
from gateway.store.shop_settings import Changed, Kept, Taken, Who
from gateway.wording import places

PATH = "/settings"
FILE = "/settings/file"
_SHOWN = 20
_LONGEST_SEEN = 18

log = structlog.get_logger("staff")


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One value of a setting that has only some; ``likely`` ones stand first."""

    value: str
    words: str
    chosen: bool
    likely: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A setting on the page; ``fixed`` says why it cannot be changed here, '' where it can."""

    name: str
    title: str
    hint: str
    value: str
    said: str
    default: str
    choices: tuple[Choice, ...]
    may_be_none: bool
    fixed: str
    wrong: str
    is_picture: bool
    longest: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeLine:
    """A change that somebody made."""

    title: str
    value: str
    was: str
    by: str
    at: When


class SettingsPage:
    """The routes; for managers and administrators, as ``permits`` has it."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> APIRouter:
        """The routes; all behind the gate."""
        routes = APIRouter(include_in_schema=False)
        routes.add_api_route(PATH, self.page, methods=["GET"])
        routes.add_api_route(PATH, self.save, methods=["POST"])
        routes.add_api_route(FILE, self.download, methods=["GET"])
        routes.add_api_route(FILE, self.paste, methods=["POST"])
        return routes

    async def page(self, request: Request) -> Response:
        """What is set, and who changed what."""
        did = {"saved": texts.SETTINGS_SAVED, "same": texts.SETTINGS_SAME}
        said = did.get(request.query_params.get("did", ""))
        return await self._page(request, did="" if said is None else self._desk.say(request, said))

    async def save(self, request: Request) -> Response:
        """Set what was written; nothing while something cannot be."""
        form = await request.form(max_files=0, max_fields=50)
        given = {name: str(form[name]) for name in of_shop.BY_NAME if name in form}
        seen = str(form.get("seen") or "")
        number = (
            int(seen) if seen.isascii() and seen.isdigit() and len(seen) <= _LONGEST_SEEN else 0
        )
        return await self._take(request, given, number)

    async def download(self) -> Response:
        """All settings as a file."""
        own = self._desk.settings.shop
        text = exchange.written(await self._desk.read(partial(shop_settings.shop, own=own)))
        name = f"anaquel-settings-{own.store}.json"
        return Response(
            text,
            media_type="application/json",
            headers={
                "Content-Disposition": f'attachment; filename="{name}"',
                "Cache-Control": "no-store",
            },
        )

    async def paste(self, request: Request) -> Response:
        """Set what a file says, all of it or nothing."""
        form = await request.form(max_files=0, max_fields=10)
        text = str(form.get("file") or "")
        try:
            wanted = exchange.read(text)
        except NoSettingsFileError:
            pasted = text[: exchange.MOST]
            wrong = self._desk.say(request, texts.SETTINGS_NO_FILE)
            return await self._page(request, pasted=pasted, file_wrong=(wrong,), status=400)
        return await self._take(request, wanted, None, pasted=text)

    async def _take(
        self, request: Request, wanted: Mapping[str, object], seen: int | None, pasted: str = ""
    ) -> Response:
        desk, session = self._desk, visit_of(request).session
        who = Who(
            by=session.name,
            way="page" if seen is not None else "file",
            role="administrator" if session.role is Role.ADMINISTRATOR else "manager",
            seen=seen,
        )
        now = desk.clock.now()

        def take(connection: Connection) -> Taken:
            return shop_settings.take(connection, desk.settings, desk.origin, wanted, who, now)

        taken = await desk.database.write(take)
        if not taken.wrong:
            if taken.changed:
                log.info("settings of the shop changed", names=taken.changed, by_role=who.role)
            return go(f"{PATH}?did={'saved' if taken.changed else 'same'}")
        language = desk.tongue(request).language
        wrong = {one.name: one.why.say(language) for one in taken.wrong}
        if seen is not None:
            return await self._page(request, wrong=wrong, given=wanted, status=400)
        lines = tuple(f"{_title(name, language)}: {why}" for name, why in wrong.items())
        return await self._page(request, pasted=pasted, file_wrong=lines, status=400)

    async def _page(
        self,
        request: Request,
        *,
        did: str = "",
        wrong: Mapping[str, str] | None = None,
        given: Mapping[str, object] | None = None,
        pasted: str = "",
        file_wrong: tuple[str, ...] = (),
        status: int = 200,
    ) -> Response:
        desk, reader = self._desk, self._desk.reader(request)

        def look(connection: Connection) -> tuple[dict[str, Kept], int, tuple[Changed, ...]]:
            return (
                shop_settings.kept(connection),
                shop_settings.seen(connection),
                shop_settings.changes(connection, _SHOWN),
            )

        kept, seen, changes = await desk.read(look)
        role = visit_of(request).session.role

        def made() -> tuple[tuple[Field, ...], list[ChangeLine]]:
            fields = tuple(
                self._field(
                    one, kept.get(one.name), role, reader.language, wrong or {}, given or {}
                )
                for one in SETTINGS
            )
            return fields, [_line(one, reader) for one in changes]

        # Names of zones are a file, the first time.
        fields, lines = await asyncio.to_thread(made)
        return desk.page(
            request,
            "settings.html",
            status=status,
            again=PATH,
            did=did,
            fields=fields,
            wrong=bool(wrong),
            seen=seen,
            changes=lines,
            pasted=pasted,
            file_wrong=file_wrong,
        )

    def _field(
        self,
        one: Setting,
        kept: Kept | None,
        role: Role,
        language: str,
        wrong: Mapping[str, str],
        given: Mapping[str, object],
    ) -> Field:
        fixed = ""
        if shop_settings.is_locked(kept, self._desk.settings):
            fixed = texts.SETTINGS_LOCKED.say(language)
        elif one.least == "administrator" and role is not Role.ADMINISTRATOR:
            fixed = texts.SETTINGS_ADMIN.say(language)
        now = of_shop.in_force(one.name, None if kept is None else kept.value) or ""
        written = opening.in_spanish(now) if (one.name, language) == ("hours", "es") else now
        value = now if fixed else str(given.get(one.name, written))
        return Field(
            name=one.name,
            title=one.title.say(language),
            hint=one.hint.say(language),
            value=value,
            said=_said(one.name, now or None, language),
            default=one.default or "",
            choices=_choices(one, value, language, self._desk.settings.shop.country),
            may_be_none=one.default is None,
            fixed=fixed,
            wrong=wrong.get(one.name, ""),
            is_picture=one.name == LOGO,
            longest=one.longest,
        )


def _line(one: Changed, reader: Reader) -> ChangeLine:
    return ChangeLine(
        title=_title(one.name, reader.language),
        value=_said(one.name, one.value, reader.language),
        was=_said(one.name, one.was, reader.language),
        by=one.by or texts.SETTINGS_BY_CENTRAL.say(reader.language),
        at=showing.when(one.at, reader),
    )


def _choices(one: Setting, value: str, language: str, country: str) -> tuple[Choice, ...]:
    """What a setting can be, by names; none where anything may be written."""
    likely: Collection[str] = ()
    if one.name == "time_zone":
        likely = zones.of_country(country)
    words = dict(_named(one.name, language, likely))
    words |= {name: said.say(language) for name, said in one.choices.items()}
    if words and value and value not in words:
        words = {value: value, **words}
    return tuple(
        Choice(value=name, words=said, chosen=name == value, likely=name in likely)
        for name, said in words.items()
    )


def _named(name: str, language: str, first: Iterable[str]) -> Mapping[str, str]:
    if name == "country":
        return places.countries(language)
    if name == "currency":
        return places.currencies(tuple(MINOR_UNITS), language)
    if name == "time_zone":
        return places.zones(dict.fromkeys((*first, *zones.every())))
    return {}


def _title(name: str, language: str) -> str:
    known = of_shop.BY_NAME.get(name)
    return name if known is None else known.title.say(language)


def _said(name: str, value: str | None, language: str) -> str:
    """A value in words."""
    setting = of_shop.BY_NAME.get(name)
    if setting is None:
        return value or texts.SETTINGS_NONE.say(language)
    shown = of_shop.in_force(name, value)
    if shown is None:
        return texts.SETTINGS_NONE.say(language)
    if name == LOGO:
        return texts.SETTINGS_PICTURE.say(language)
    if shown in setting.choices:
        return setting.choices[shown].say(language)
    if (name, language) == ("hours", "es"):
        return opening.in_spanish(shown)
    return _named(name, language, ()).get(shown, shown)
