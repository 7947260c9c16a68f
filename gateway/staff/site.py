"""The staff site put together: one gate in front of every route but signing in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from fastapi import APIRouter, Depends, FastAPI
from starlette.types import ASGIApp

from device_drivers.api.drivers import LabelDriver
from gateway.clock import Clock
from gateway.domain.events import Origin
from gateway.labels.flashing import Flashing
from gateway.labels.pictures import Pictures
from gateway.settings import Settings
from gateway.staff import (
    import_page,
    texts,
    texts_of_adoption,
    texts_of_articles,
    texts_of_backups,
    texts_of_central_page,
    texts_of_checkup,
    texts_of_files,
    texts_of_health,
    texts_of_holds,
    texts_of_labels,
    texts_of_notices,
    texts_of_opening,
    texts_of_people,
    texts_of_prices,
    texts_of_prints,
    texts_of_proof,
    texts_of_requests,
    texts_of_restoring,
    texts_of_retired,
    texts_of_settings,
    texts_of_shelves,
    texts_of_shopify_page,
    texts_of_till,
    texts_of_walks,
    texts_of_waves,
    till_page,
)
from gateway.staff.api import Api
from gateway.staff.article_pages import ArticlePages
from gateway.staff.article_pictures import ArticlePictures
from gateway.staff.attempts import Attempts
from gateway.staff.backups import BackupPages, KeepsBackups
from gateway.staff.central_page import CentralPage
from gateway.staff.check_walk import CheckWalk
from gateway.staff.checkup import CheckupPages, Looking
from gateway.staff.choosing import Choosing
from gateway.staff.desk import Desk, frame_of
from gateway.staff.device_pages import DevicePages
from gateway.staff.first_steps import FirstSteps
from gateway.staff.gate import Gate
from gateway.staff.hold_pages import HoldPages
from gateway.staff.holds import Holds
from gateway.staff.import_page import ImportPage
from gateway.staff.label_deeds import LabelDeeds
from gateway.staff.label_list import LabelList
from gateway.staff.label_page import LabelPage
from gateway.staff.language import RemembersLanguage
from gateway.staff.live import Live, LiveRoutes
from gateway.staff.looking import CardLooking
from gateway.staff.new_labels import NewLabels
from gateway.staff.notice_pages import NoticePages, Tells
from gateway.staff.opening_pages import OpeningPages
from gateway.staff.passwords import Checker
from gateway.staff.people_pages import PeoplePages
from gateway.staff.phone_page import PhonePage
from gateway.staff.prices import Prices
from gateway.staff.prints import Prints
from gateway.staff.proof_page import ProofPage
from gateway.staff.replacing import Replacing
from gateway.staff.requests import Requests
from gateway.staff.restore_page import RestorePage
from gateway.staff.retired_labels import RetiredLabels
from gateway.staff.scan_binding import ScanBinding
from gateway.staff.set_up import SetUp
from gateway.staff.settings_page import SettingsPage
from gateway.staff.shopify_page import ShopifyPage
from gateway.staff.sign_in import SignIn
from gateway.staff.till_page import TillPage
from gateway.staff.today import Today
from gateway.staff.wave_pages import WavePages
from gateway.staff.waves import Waves
from gateway.store.database import Database
from gateway.web import compiled, static, words
from gateway.web import site as web_site
from gateway.web import texts as web_texts
from gateway.web.pages import Pages
from gateway.web.problems import Problems
from gateway.web.static import StaticFiles
from gateway.web.streams import Streams
from gateway.wording import warm_up

_FOLDER = Path(__file__).parent
_SAID = {
    400: (web_texts.BAD_REQUEST, texts.NO_PAGE_ADVICE),
    404: (web_texts.NOT_FOUND, texts.NO_PAGE_ADVICE),
    500: (web_texts.BROKEN, texts.BROKEN_ADVICE),
}
"""What helps people who work here, in place of what helps shoppers."""
_LARGER = {
    "/import/": import_page.MAX_UPLOAD,
    f"{till_page.PATH}/": till_page.MAX_UPLOAD,
    till_page.API: till_page.MAX_UPLOAD,
}
"""Where files come, by the start of the path."""
PUBLIC = frozenset({"/sign-in", "/signed-in", "/unlock", "/enrol", "/set-up", "/healthz"})
"""The only paths that answer whoever asks, besides static files."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """``app`` is what is served, ``live`` the service beside it.

    ``set_up``, a service too, tells at the box how the first person gets in. ``api`` is the bare
    application, with the list of its routes. ``streams.close`` before the server stops, so that no
    open page holds it up.
    """

    app: ASGIApp
    api: FastAPI
    live: Live
    streams: Streams
    set_up: SetUp

    def is_attended(self) -> bool:
        """Whether somebody has a page open."""
        return self.streams.open > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """The site's files and templates; the same for every site, and slow to read."""

    files: StaticFiles
    pages: Pages


class Part(Protocol):
    """Some routes of the site that belong together."""

    def routes(self) -> APIRouter:
        """Them, without who may use them."""


def look(kept: Path | None = None) -> Look:
    """Read and compile them; ``kept`` keeps what was compiled for the next start."""
    files = StaticFiles((static.OWN_FILES, static.OWN_FILES / "vendor", _FOLDER / "static"))
    each = (
        *(
            texts_of_labels,
            texts_of_adoption,
            texts_of_articles,
            texts_of_holds,
            texts_of_prices,
            texts_of_prints,
            texts_of_proof,
            texts_of_retired,
            texts_of_waves,
            texts_of_walks,
            texts_of_health,
            texts_of_backups,
            texts_of_restoring,
            texts_of_notices,
            texts_of_opening,
            texts_of_checkup,
            texts_of_people,
            texts_of_files,
            texts_of_settings,
            texts_of_shelves,
            texts_of_shopify_page,
            texts_of_central_page,
            texts_of_till,
            texts_of_requests,
        ),
        texts,
    )
    said = {name: text for module in each for name, text in words.all_texts(module).items()}
    pages = Pages(
        folders=[_FOLDER / "templates"], static=files, shared={"staff": said}, compiled=kept
    )
    return Look(files=files, pages=pages)


def _parts(
    desk: Desk,
    flashing: Flashing,
    backups: KeepsBackups | None,
    notices: Tells | None,
    restart: Callable[[], None] | None,
    looking: Looking,
) -> tuple[Part, ...]:
    """The pages and what is done on them, for those who are signed in."""
    hold_pages = HoldPages(desk)
    restores = None if backups is None else backups.restoring
    return (
        Today(desk),
        FirstSteps(desk),
        Requests(desk),
        LabelList(desk),
        Choosing(desk),
        LabelPage(desk),
        NewLabels(desk, flashing),
        CardLooking(desk),
        LabelDeeds(desk, flashing),
        RetiredLabels(desk),
        Replacing(desk, flashing.families),
        ProofPage(desk),
        ArticlePages(desk),
        ScanBinding(desk),
        CheckWalk(desk),
        ArticlePictures(desk.settings),
        hold_pages,
        Holds(desk, hold_pages),
        Prices(desk),
        WavePages(desk),
        Waves(desk),
        OpeningPages(desk),
        TillPage(desk),
        DevicePages(desk),
        ImportPage(desk),
        Prints(desk),
        SettingsPage(desk),
        *(() if backups is None else (BackupPages(desk, backups),)),
        *(() if restores is None else (RestorePage(desk, restores),)),
        *(() if restart is None else (ShopifyPage(desk, restart),)),
        *(() if restart is None else (CentralPage(desk, looking, restart),)),
        *(() if notices is None else (NoticePages(desk, notices, restart),)),
    )


def site(
    *,
    database: Database,
    clock: Clock,
    settings: Settings,
    origin: Origin,
    looking: Looking,
    drivers: Mapping[str, LabelDriver] | None = None,
    backups: KeepsBackups | None = None,
    notices: Tells | None = None,
    restart: Callable[[], None] | None = None,
    attempts: Attempts | None = None,
    streams: Streams | None = None,
    looks: Look | None = None,
) -> Site:
    """Build the site; reads its templates and files, so call it in a thread.

    ``looking`` is asked for the check-up. ``drivers`` are those of the labels' families, to let
    labels blink. Without ``backups`` or ``notices`` there is no page of them. ``restart`` ends the
    gateway so that it begins again.
    """
    looks = looks or look(settings.data.folder / compiled.FOLDER)
    own = settings.shop
    warm_up.warm_up(country=own.country, zone=own.time_zone, currencies=(own.currency,))

    def language() -> str:
        return settings.shop.language

    streams, files, pages = streams or Streams(), looks.files, looks.pages
    desk = Desk(database=database, clock=clock, settings=settings, origin=origin, pages=pages)
    flashing = Flashing(drivers or {})
    gate = Gate(database, clock, settings.sites.staff, language)
    problems = Problems(
        pages,
        language=language,
        frame_of=lambda request: frame_of(request, desk.tongue(request)),
        said=_SAID,
        recognise=gate.recognise,
    )
    app = web_site.new("Anaquel", problems=problems)
    checker, attempts = Checker(), attempts or Attempts(database, clock)
    sign_in = SignIn(desk, gate, attempts, checker)
    set_up = SetUp(desk, gate, attempts, checker)
    app.include_router(sign_in.public())
    app.include_router(set_up.public())
    live_routes = LiveRoutes(gate, streams, Pictures(database))
    behind = [Depends(gate.enter), Depends(live_routes.remember)]
    # Here and nowhere else: whatever is added is behind the gate.
    parts: tuple[Part, ...] = (
        sign_in,
        PeoplePages(desk, checker, attempts),
        live_routes,
        *_parts(desk, flashing, backups, notices, restart, looking),
    )
    checkup = (CheckupPages(desk, looking), PhonePage(desk, looking.tries))
    for part in (*parts, *checkup, Api(desk, app)):
        app.include_router(part.routes(), dependencies=behind)
    dressed = web_site.dressed(app, problems=problems, files=files, larger_bodies=_LARGER)
    return Site(
        app=RemembersLanguage(dressed, language),
        api=app,
        live=Live(database, streams),
        streams=streams,
        set_up=set_up,
    )
