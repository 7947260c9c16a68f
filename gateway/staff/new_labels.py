"""New labels: who waits, nearest first; which one it is; adopted one by one or many at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from device_drivers.api.drivers import Described, Failed, Later, Outcome
from gateway.labels import adopting
from gateway.labels.adopting import Answer
from gateway.labels.flashing import Flashing
from gateway.staff import explaining, hardware_words, newcomers, refused_deeds, texts_of_labels
from gateway.staff import texts_of_adoption as texts
from gateway.staff.api import PREFIX
from gateway.staff.desk import Desk, go
from gateway.staff.explaining import Reader
from gateway.staff.newcomers import Row
from gateway.store import discovered, retired
from gateway.store.database import Connection
from gateway.store.discovered import Discovered
from gateway.store.retired import Retired

_LISTED = 100
_ANSWERS = {
    adopting.Outcome.ADOPTED: (texts.ANSWER_ADOPTED, "good"),
    adopting.Outcome.KNOWN: (texts.ANSWER_KNOWN, "good"),
    adopting.Outcome.NOT_HEARD: (texts.ANSWER_NOT_HEARD, "attention"),
    adopting.Outcome.SEVERAL: (texts.ANSWER_SEVERAL, "attention"),
    adopting.Outcome.NEEDS_MODEL: (texts.ANSWER_NEEDS_MODEL, "attention"),
    adopting.Outcome.TAKEN: (texts.ANSWER_TAKEN, "attention"),
    adopting.Outcome.ANOTHER_SYSTEM: (texts.ANOTHER_SYSTEM, "attention"),
    adopting.Outcome.NO_ROOM: (texts.ANSWER_NO_ROOM, "trouble"),
}
LabelId = Annotated[str, Path(pattern=r"^[A-Za-z0-9._-]{1,64}$")]
Code = Annotated[str, Field(min_length=1, max_length=200)]


class Waiting(BaseModel):
    """A label that waits to be adopted.

    `model` is null where it does not tell; then `models` are those it can be. `hardware` says how
    far its kind was tried on real hardware.
    """

    label: str
    family: str
    hardware: Literal["none", "reported", "verified"]
    model: str | None
    models: list[str]
    firmware: str
    via: str
    rssi_dbm: int | None
    battery_mv: int | None
    first_heard: datetime
    last_heard: datetime
    retired: bool


class AllWaiting(BaseModel):
    """The labels that wait, nearest first; at most 100 of them are listed."""

    total: int
    labels: list[Waiting]


class Adopt(BaseModel):
    """How a label is adopted; with `card` it shows the test card first."""

    model_config = ConfigDict(extra="forbid")

    model: Annotated[str, Field(max_length=100)] | None = None
    alias: Annotated[str, Field(max_length=64)] | None = None
    card: bool = False


class AdoptMany(BaseModel):
    """The codes on the cases of many labels; `model` is for those that do not tell theirs."""

    model_config = ConfigDict(extra="forbid")

    codes: Annotated[list[Code], Field(min_length=1, max_length=adopting.MOST_CODES)]
    model: Annotated[str, Field(max_length=100)] | None = None


class CodeAnswer(BaseModel):
    """What became of a code."""

    code: str
    outcome: Literal[
        "adopted",
        "known",
        "not_heard",
        "several",
        "needs_model",
        "taken",
        "another_system",
        "no_room",
    ]
    label: str | None


class Answers(BaseModel):
    """One answer per code, in their order."""

    answers: list[CodeAnswer]


class Flashed(BaseModel):
    """What came of it: shown, transferred, later or failed, and why not."""

    outcome: Literal["shown", "transferred", "later", "failed"]
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What became of one code, in words."""

    code: str
    label: str
    word: str
    tone: str


class NewLabels:
    """The pages and routes of labels that wait."""

    def __init__(self, desk: Desk, flashing: Flashing) -> None:
        self._desk = desk
        self._flashing = flashing
        self._families = flashing.families

    def routes(self) -> APIRouter:
        """The routes; all behind the gate."""
        routes, pages = APIRouter(), APIRouter(include_in_schema=False)
        pages.add_api_route("/new-labels", self.page, methods=["GET"])
        pages.add_api_route("/new-labels/now", self.now, methods=["GET"])
        pages.add_api_route("/new-labels/codes", self.codes_on_page, methods=["POST"])
        one = "/new-labels/{label}"
        pages.add_api_route(one, self.one, methods=["GET"])
        pages.add_api_route(f"{one}/adopt", self.adopt_on_page, methods=["POST"])
        pages.add_api_route(f"{one}/flash", self.flash_on_page, methods=["POST"])
        routes.add_api_route(f"{PREFIX}/new-labels", self.every, methods=["GET"])
        routes.add_api_route(f"{PREFIX}/new-labels/adopt", self.adopt_many, methods=["POST"])
        routes.add_api_route(f"{PREFIX}{one}/adopt", self.adopt, methods=["POST"])
        routes.add_api_route(f"{PREFIX}{one}/flash", self.flash, methods=["POST"])
        routes.include_router(pages)
        return routes

    async def page(self, request: Request) -> Response:
        """Who waits, and the field for many codes."""
        return await self._page(request)

    async def now(self, request: Request) -> Response:
        """The list, as far as it may have changed."""
        rows, more = await self._rows(request)
        return self._desk.page(request, "new_labels_now.html", rows=rows, more=more)

    async def one(self, request: Request, label: LabelId) -> Response:
        """One label that waits: which model it is, and its number."""
        waiting, gone = await self._waiting(request, label)
        reader = self._desk.reader(request)
        models = adopting.models_for(waiting, self._families)
        return self._desk.page(
            request,
            "adopt.html",
            row=newcomers.row(waiting, gone, reader, blinks=self._flashing.can(waiting.family)),
            models=tuple(newcomers.choice(waiting.family, model, reader) for model in models),
        )

    async def adopt_on_page(self, request: Request, label: LabelId) -> Response:
        """Adopt it, and go on to what it shows."""
        form = await request.form()
        wanted = Adopt(
            model=_text(form, "model") or None,
            alias=_text(form, "alias")[:64] or None,
            card=bool(_text(form, "card")),
        )
        await self.adopt(request, label, wanted)
        return go(f"/labels/{label}/card" if wanted.card else f"/labels/{label}?did=adopted")

    async def codes_on_page(self, request: Request) -> Response:
        """Adopt those whose cases say this, and tell what became of each."""
        form = await request.form()
        codes = adopting.read_codes(_text(form, "codes", 100_000))
        answers = await self._adopt_codes(request, codes, _text(form, "model") or None)
        reader = self._desk.reader(request)
        said = tuple(
            Said(
                code=one.code,
                label=one.label,
                word=_ANSWERS[one.outcome][0].say(reader.language),
                tone=_ANSWERS[one.outcome][1],
            )
            for one in answers
        )
        return await self._page(request, said)

    async def flash_on_page(self, request: Request, label: LabelId) -> Response:
        """Let it blink, and say so."""
        outcome = await self._flash(request, label)
        reader = self._desk.reader(request)
        return await self._page(request, notice=blinked(outcome, label, reader))

    async def every(self) -> AllWaiting:
        """The labels that wait, nearest first."""

        def look(connection: Connection) -> AllWaiting:
            return AllWaiting(
                total=discovered.count(connection),
                labels=[
                    self._told(one, retired.get(connection, one.label))
                    for one in discovered.nearest(connection, _LISTED)
                ],
            )

        return await self._desk.read(look)

    async def adopt(self, request: Request, label: LabelId, wanted: Adopt) -> Response:
        """The label is the shop's from now on. Answers 204."""
        doer = refused_deeds.doer(self._desk, request)
        await self._waiting(request, label)

        def change(connection: Connection) -> None:
            adopting.adopt(
                connection,
                label,
                self._families,
                doer,
                model=wanted.model,
                alias=wanted.alias,
                card=wanted.card,
            )

        await refused_deeds.do(self._desk, request, change)
        return Response(status_code=204)

    async def adopt_many(self, request: Request, wanted: AdoptMany) -> Answers:
        """Adopt the labels whose cases say this; none stops another."""
        codes = tuple(dict.fromkeys(code.strip()[:64] for code in wanted.codes))
        answers = await self._adopt_codes(request, codes, wanted.model)
        return Answers(
            answers=[
                CodeAnswer(code=one.code, outcome=one.outcome.value, label=one.label or None)
                for one in answers
            ]
        )

    async def flash(self, request: Request, label: LabelId) -> Flashed:
        """Let a label that waits blink."""
        return flashed(await self._flash(request, label))

    async def _flash(self, request: Request, label: str) -> Outcome:
        waiting, _ = await self._waiting(request, label)
        described = Described(
            label=label,
            model=waiting.panel.name if waiting.panel is not None else "",
            formats=waiting.formats,
            firmware=waiting.firmware,
            via=waiting.via,
        )
        return await self._flashing.flash(waiting.family, described)

    async def _adopt_codes(
        self, request: Request, codes: tuple[str, ...], model: str | None
    ) -> list[Answer]:
        """Each in a transaction of its own, so that others get on meanwhile."""
        doer = refused_deeds.doer(self._desk, request)
        answers = []
        for code in codes:

            def change(connection: Connection, code: str = code) -> Answer:
                return adopting.adopt_code(connection, code, self._families, doer, model=model)

            answers.append(await refused_deeds.do(self._desk, request, change))
        return answers

    async def _waiting(self, request: Request, label: str) -> tuple[Discovered, Retired | None]:
        def look(connection: Connection) -> tuple[Discovered | None, Retired | None]:
            return discovered.get(connection, label), retired.get(connection, label)

        waiting, gone = await self._desk.read(look)
        if waiting is None:
            raise refused_deeds.problem(self._desk, request, "waits_no_more")
        return waiting, gone

    async def _page(
        self,
        request: Request,
        said: tuple[Said, ...] = (),
        notice: tuple[str, str, str] | None = None,
    ) -> Response:
        rows, more = await self._rows(request)
        reader = self._desk.reader(request)
        models = [
            newcomers.choice(name, model, reader)
            for name, family in self._families.items()
            for model in family.models
        ]
        return self._desk.page(
            request,
            "new_labels.html",
            again="/new-labels",
            rows=rows,
            more=more,
            said=said,
            models=models,
            notice=notice,
        )

    async def _rows(self, request: Request) -> tuple[tuple[Row, ...], str]:
        reader = self._desk.reader(request)

        def look(connection: Connection) -> tuple[tuple[Row, ...], int]:
            rows = tuple(
                newcomers.row(
                    one,
                    retired.get(connection, one.label),
                    reader,
                    blinks=self._flashing.can(one.family),
                )
                for one in discovered.nearest(connection, _LISTED)
            )
            return rows, discovered.count(connection) - len(rows)

        rows, more = await self._desk.read(look)
        said = texts.NEW_MORE.say(reader.language, count=reader.count(more)) if more else ""
        return rows, said

    def _told(self, waiting: Discovered, gone: Retired | None) -> Waiting:
        panel = waiting.panel
        model = panel.name if panel is not None else None
        return Waiting(
            label=waiting.label,
            family=waiting.family,
            hardware=hardware_words.of_model(waiting.family, model or "").level,
            model=model,
            models=[one.id for one in adopting.models_for(waiting, self._families)],
            firmware=waiting.firmware,
            via=waiting.via,
            rssi_dbm=waiting.telemetry.rssi_dbm,
            battery_mv=waiting.telemetry.battery_mv,
            first_heard=waiting.first_heard,
            last_heard=waiting.last_heard,
            retired=gone is not None,
        )


def flashed(outcome: Outcome) -> Flashed:
    """The outcome for programs."""
    reason = outcome.reason.value if isinstance(outcome, Later | Failed) else None
    word = type(outcome).__name__.lower()
    return Flashed.model_validate({"outcome": word, "reason": reason})


def blinked(outcome: Outcome, label: str, reader: Reader) -> tuple[str, str, str]:
    """The outcome for people: tone, title, and what to do."""
    language = reader.language
    if not isinstance(outcome, Later | Failed):
        return "good", texts.BLINKS.say(language, label=label), ""
    why = explaining.REASONS.get(outcome.reason.value, texts_of_labels.REASON_LABEL_ERROR)
    return "attention", texts.BLINKS_NOT.say(language, label=label), why.say(language)


def _text(form: FormData, name: str, longest: int = 100) -> str:
    value = form.get(name, "")
    return value[:longest].strip() if isinstance(value, str) else ""
