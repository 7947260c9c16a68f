"""The catalogue row by row over HTTP: answered after the commit, row by row; the gateway numbers.

Sending the same again changes nothing. A bad row never stops the rest.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import partial
from typing import Any, Final, Literal

import pydantic
import structlog
from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from fastapi.security import HTTPAuthorizationCredentials
from pydantic import BaseModel

from gateway.clock import Clock
from gateway.feed import local
from gateway.feed import messages as feed_messages
from gateway.feed.local import Applied, Outcome
from gateway.feed.messages import MAX_BYTES, MAX_CHANGES, Change, MessageError
from gateway.feed.rows import Refusal
from gateway.intake import answers, entrance
from gateway.intake.answers import ProblemError
from gateway.intake.entrance import Credentials
from gateway.intake.messages import Fault
from gateway.settings import KINDS, Settings, Source
from gateway.store.database import Database, StorageError

SOURCE: Final[Source] = "api"
MAX_BATCH: Final = 2**20
_JSON: Final = ("application/json",)
_SAID: Final = 80
_STATUS: Final = {"unknown_kind": 404, "not_owner": 409}
_TITLES: Final = {
    "unknown_kind": "No such kind of row",
    "not_owner": "These rows come from elsewhere",
    "bad_key": "The key cannot be used",
}

log = structlog.get_logger("intake")


class Position(BaseModel):
    """Where the feed of rows over HTTP stands after the request, as `anaquel` numbers it.

    A single row that is not used yet has its `hold`: it waits until somebody accepts that.
    """

    epoch: int
    seq: int
    hold: int | None = None


class Result(BaseModel):
    """What became of one change.

    A row that was refused but `kept` is noted for the shop's people; what was in force under its
    key stays in force. `code` and `path` are for programs, `message` says what to mend. A row that
    is `held` waits until somebody accepts the hold of this number.
    """

    kind: str
    key: str
    outcome: Literal["accepted", "refused", "held"]
    kept: bool
    hold: int | None = None
    code: str | None = None
    path: str | None = None
    message: str | None = None


class BatchAnswer(Position):
    """What became of each change, in the order of the request."""

    accepted: int
    refused: int
    held: int
    results: list[Result]


def router(database: Database, clock: Clock, settings: Settings) -> APIRouter:
    """The rows of the catalogue, for systems that hold a token."""
    rows = _Rows(database, clock, settings)
    routes = APIRouter(prefix="/api/v1", tags=["catalogue"])

    @routes.put("/catalogue/{kind}/{key:path}", **_put_described())
    async def put(kind: str, key: str, request: Request, credentials: Credentials) -> Response:
        """Let the row be this from now on: its whole state, as `docs/feed.md` describes it.

        A stock row's key is `{location}/{product}`, its slash stays as it is.
        """
        return await rows.put(kind, key, request, credentials)

    @routes.delete("/catalogue/{kind}/{key:path}", **_delete_described())
    async def delete(kind: str, key: str, credentials: Credentials) -> Response:
        """Remove the row; good also where there is none."""
        return await rows.delete(kind, key, credentials)

    @routes.post("/catalogue", **_batch_described())
    async def batch(request: Request, credentials: Credentials) -> Response:
        """Write up to 1,000 rows in one transaction, in order; a `value` of null removes a row.

        Rows that cannot be used are named in `results`; they do not stop the rest.
        """
        return await rows.batch(request, credentials)

    return routes


class _Rows:
    """From a request to a committed delta."""

    def __init__(self, database: Database, clock: Clock, settings: Settings) -> None:
        self._database = database
        self._clock = clock
        self._settings = settings

    async def put(
        self,
        kind: str,
        key: str,
        request: Request,
        credentials: HTTPAuthorizationCredentials | None,
    ) -> Response:
        try:
            await entrance.admit(self._database, credentials, "catalogue")
            sent = await entrance.body(request, media_types=_JSON, most=MAX_BYTES)
            return await self._one(kind, key, _value(_load(sent)))
        except ProblemError as problem:
            return problem.response()

    async def delete(
        self, kind: str, key: str, credentials: HTTPAuthorizationCredentials | None
    ) -> Response:
        try:
            await entrance.admit(self._database, credentials, "catalogue")
            return await self._one(kind, key, None)
        except ProblemError as problem:
            return problem.response()

    async def batch(
        self, request: Request, credentials: HTTPAuthorizationCredentials | None
    ) -> Response:
        try:
            system = await entrance.admit(self._database, credentials, "catalogue")
            advice = f" and {MAX_CHANGES:,} changes: send several requests"
            sent = await entrance.body(request, media_types=_JSON, most=MAX_BATCH, advice=advice)
            given = _changes(_load(sent), advice)
            read = [_read(one) for one in given]
            applied = await self._write([one for one in read if isinstance(one, Change)])
        except ProblemError as problem:
            return problem.response()
        answer = _batch_answer(given, read, applied)
        if answer.refused:
            log.warning("rows refused", system=system, refused=answer.refused, of=len(given))
        return JSONResponse(answer.model_dump(exclude_none=True))

    async def _one(self, kind: str, key: str, value: Any) -> Response:
        change = _read({"kind": kind, "key": key, "value": value})
        if isinstance(change, Outcome):
            raise _refused(change)
        applied = await self._write([change])
        (outcome,) = applied.outcomes
        if outcome.refusal is not None:
            raise _refused(outcome)
        answer = Position(epoch=applied.epoch, seq=applied.seq, hold=outcome.hold)
        return JSONResponse(answer.model_dump(exclude_none=True))

    async def _write(self, changes: Sequence[Change]) -> Applied:
        write = partial(local.write, self._database, self._settings, SOURCE)
        try:
            return await write(changes, at=self._clock.now())
        except StorageError as error:
            log.error("rows could not be stored", why=str(error))  # noqa: TRY400 - one line says it
            raise ProblemError(
                503,
                "The gateway cannot store rows now",
                "Nothing was changed; send it again after the time in Retry-After.",
                code="cannot_store",
            ) from error


def _load(body: bytes) -> Any:
    try:
        return feed_messages.load(body)
    except MessageError as error:
        raise ProblemError(
            400,
            "The body cannot be read",
            f"{str(error)[:200]}. Nothing was changed.",
            code="bad_body",
        ) from error


def _value(body: Any) -> Any:
    if body is None:
        raise ProblemError(
            400,
            "The body is null",
            "Send the row's value, or DELETE to remove it. Nothing was changed.",
            code="bad_body",
        )
    return body


def _changes(body: Any, advice: str) -> list[Any]:
    changes = body.get("changes") if isinstance(body, dict) else None
    if not isinstance(changes, list):
        raise ProblemError(
            400,
            "The body cannot be used",
            'Send {"changes": [{"kind": ..., "key": ..., "value": ...}, ...]}. '
            "Nothing was changed.",
            code="bad_body",
        )
    if len(changes) > MAX_CHANGES:
        raise ProblemError(
            413,
            "Too many changes",
            f"A body may have {MAX_BATCH:,} bytes{advice}. Nothing was changed.",
            code="too_large",
        )
    return changes


def _read(given: Any) -> Change | Outcome:
    """The change, or why it is none."""
    try:
        return Change.model_validate(given)
    except pydantic.ValidationError as error:
        problem = error.errors(include_url=False, include_input=False)[0]
        path = ".".join(str(part) for part in problem["loc"])
        what = problem["msg"][:1].lower() + problem["msg"][1:]
        message = f"{path}: {what}" if path else "the change: is no object with kind, key and value"
        refusal = Refusal(code="bad_change", path=path, message=message[:200])
        return Outcome(refusal=refusal, kept=False)


def _refused(outcome: Outcome) -> ProblemError:
    """The answer to a single row that was refused; ``outcome`` has a refusal."""
    refusal = outcome.refusal
    assert refusal is not None  # noqa: S101 - the caller's part
    left = (
        "What was in force stays in force until a good row comes."
        if outcome.kept
        else "Nothing was changed."
    )
    words = refusal.message if refusal.path else _capital(refusal.message)
    faults = [Fault(where=refusal.path, what=refusal.message)] if refusal.path else []
    return ProblemError(
        _STATUS.get(refusal.code, 422),
        _TITLES.get(refusal.code, "The row breaks a rule"),
        f"{words}. {left}",
        code=refusal.code,
        faults=faults,
    )


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _batch_answer(
    given: Sequence[Any], read: Sequence[Change | Outcome], applied: Applied
) -> BatchAnswer:
    written = iter(applied.outcomes)
    outcomes = [one if isinstance(one, Outcome) else next(written) for one in read]
    results = [_result(*pair) for pair in zip(given, outcomes, strict=True)]
    counts: Counter[str] = Counter(one.outcome for one in results)
    return BatchAnswer(
        epoch=applied.epoch,
        seq=applied.seq,
        accepted=counts["accepted"],
        refused=counts["refused"],
        held=counts["held"],
        results=results,
    )


def _result(given: Any, outcome: Outcome) -> Result:
    named = given if isinstance(given, dict) else {}
    kind, key = _told(named.get("kind", ""), _SAID), _told(named.get("key", ""), 2 * _SAID)
    refusal = outcome.refusal
    if refusal is None:
        if outcome.hold is not None:
            return Result(kind=kind, key=key, outcome="held", kept=True, hold=outcome.hold)
        return Result(kind=kind, key=key, outcome="accepted", kept=True)
    return Result(
        kind=kind,
        key=key,
        outcome="refused",
        kept=outcome.kept,
        code=refusal.code,
        path=refusal.path,
        message=refusal.message,
    )


def _told(given: Any, most: int) -> str:
    """What was sent, as far as it can be said back: half surrogate pairs become ``?``."""
    return str(given)[:most].encode("utf-8", "replace").decode()


_EXAMPLES: Final = {
    "offers": {
        "summary": "A price (kind offers, key: your article id)",
        "value": {"currency": "MXN", "offers": [{"kind": "list", "amount": "1299.00"}]},
    },
    "stock": {
        "summary": "A stock level (kind stock, key: location/article id)",
        "value": {"available": 3, "as_of": "2026-11-22T10:00:00-06:00"},
    },
}
_OF_A_ROW: Final = {
    401: "Unknown token",
    403: "The token is not for the catalogue",
    404: "No such kind of row; the kinds are " + ", ".join(KINDS),
    409: "Rows of this kind come from another source, which `detail` names",
    422: "The key or the row breaks a rule; `code` and `faults` say which",
    503: "Nothing can be stored now: send it again after Retry-After seconds",
}


def _put_described() -> dict[str, Any]:
    content = {"application/json": {"schema": {"type": "object"}, "examples": _EXAMPLES}}
    more = {400: "Not JSON", 413: "Too large", 415: "Not JSON"}
    return _described("Write one row", Position, _OF_A_ROW | more) | {
        "openapi_extra": {"requestBody": {"required": True, "content": content}}
    }


def _delete_described() -> dict[str, Any]:
    return _described("Remove one row", Position, _OF_A_ROW)


def _batch_described() -> dict[str, Any]:
    change = {
        "type": "object",
        "required": ["kind", "key", "value"],
        "properties": {
            "kind": {"enum": list(KINDS)},
            "key": {"type": "string", "maxLength": 129},
            "value": {"type": ["object", "null"], "description": "null removes the row"},
        },
    }
    schema = {
        "type": "object",
        "required": ["changes"],
        "properties": {"changes": {"type": "array", "maxItems": MAX_CHANGES, "items": change}},
    }
    problems = {status: _OF_A_ROW[status] for status in (401, 403, 503)} | {
        400: "The body cannot be used",
        413: "Too large or too many changes",
        415: "Not JSON",
    }
    return _described("Write many rows", BatchAnswer, problems) | {
        "openapi_extra": {
            "requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}
        }
    }


def _described(summary: str, answer: type[BaseModel], problems: dict[int, str]) -> dict[str, Any]:
    return {
        "summary": summary,
        "response_model": None,
        "responses": {
            200: {"model": answer, "description": "Committed"},
            **answers.described(dict(sorted(problems.items()))),
        },
    }
