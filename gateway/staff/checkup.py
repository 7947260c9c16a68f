"""The check-up: what ``anaquel doctor`` says, on a page and for programs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, Protocol

from fastapi import APIRouter
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from gateway.settings import Settings
from gateway.staff import showing
from gateway.staff import texts_of_checkup as texts
from gateway.staff.api import PREFIX
from gateway.staff.desk import Desk
from gateway.staff.showing import When
from gateway.web import findings
from gateway.web.findings import Finding, Kept, State
from gateway.web.phone_tries import PhoneTries

_TONES = {
    State.TROUBLE: ("trouble", "trouble", texts.CHECKUP_TROUBLE),
    State.UNKNOWN: ("plain", "queued", texts.CHECKUP_UNKNOWN),
    State.ATTENTION: ("attention", "attention", texts.CHECKUP_ATTENTION),
    State.GOOD: ("good", "good", texts.CHECKUP_GOOD),
}
"""Tone, icon and word of each state, the worst first."""

_State = Literal["good", "attention", "trouble", "unknown"]


class Looking(Protocol):
    """Who looks at the box; ``tries`` are those of its address from phones."""

    @property
    def tries(self) -> PhoneTries:
        """What phones opened."""

    def kept(self) -> Kept | None:
        """What was found in the last minute; None where nobody has looked."""

    async def report(self) -> Kept:
        """What is found now, or was in the last minute."""

    async def try_central(self, wanted: Settings) -> Sequence[Finding]:
        """How the broker of central in these settings would take us."""


class Found(BaseModel):
    """One finding: what is wrong, where, and what to do; `detail` is English, of a log."""

    code: str
    state: _State
    what: str
    where: str
    do: str
    detail: str


class LookedAt(BaseModel):
    """One check; its state is the worst of its findings."""

    check: str
    title: str
    state: _State
    findings: list[Found]


class Checkup(BaseModel):
    """All checks, and how many seconds ago they were made."""

    state: _State
    age_s: float
    checks: list[LookedAt]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A finding or a check on the page."""

    tone: str
    icon: str
    word: str
    title: str
    where: str = ""
    advice: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """The whole result, in the reader's language."""

    found: tuple[Line, ...]
    checks: tuple[Line, ...]
    made: When


class CheckupPages:
    """The routes; for managers and administrators, as ``permits`` has it."""

    def __init__(self, desk: Desk, looking: Looking) -> None:
        self._desk = desk
        self._looking = looking

    def routes(self) -> APIRouter:
        """The routes; all behind the gate."""
        routes = APIRouter()
        for path, answer in (("/doctor", self.page), ("/doctor/now", self.now)):
            routes.add_api_route(path, answer, methods=["GET"], include_in_schema=False)
        routes.add_api_route(f"{PREFIX}/doctor", self.report, methods=["GET"])
        return routes

    async def page(self, request: Request) -> Response:
        """The page at once; where nobody has looked yet it asks for the result by itself."""
        kept = self._looking.kept()
        if kept is None and "wait" in request.query_params:
            kept = await self._looking.report()
        shown = self._shown(request, kept) if kept is not None else None
        return self._desk.page(request, "checkup.html", shown=shown)

    async def now(self, request: Request) -> Response:
        """The result, when everything was looked at."""
        shown = self._shown(request, await self._looking.report())
        return self._desk.page(request, "checkup_now.html", shown=shown)

    async def report(self, request: Request) -> Checkup:
        """What is wrong with the box and its surroundings, where, and what to do."""
        kept = await self._looking.report()
        told = findings.members(kept.report, self._desk.tongue(request).language)
        return Checkup.model_validate(told | {"age_s": kept.age_s})

    def _shown(self, request: Request, kept: Kept) -> Shown:
        reader = self._desk.reader(request)
        language, checks = reader.language, kept.report.checks
        order = list(_TONES)
        found = sorted(
            (finding for check in checks for finding in check.findings),
            key=lambda finding: order.index(finding.state),
        )
        return Shown(
            found=tuple(found_line(finding, language) for finding in found),
            checks=tuple(_line(one.state, language, one.title.say(language)) for one in checks),
            made=showing.when(reader.now - timedelta(seconds=kept.age_s), reader),
        )


def found_line(finding: Finding, language: str) -> Line:
    """A finding in words."""
    return _line(
        finding.state,
        language,
        finding.what(language),
        where=finding.where,
        advice=finding.do(language),
        detail=finding.detail,
    )


def _line(state: State, language: str, title: str, **rest: str) -> Line:
    tone, icon, word = _TONES[state]
    return Line(tone=tone, icon=icon, word=word.say(language), title=title, **rest)
