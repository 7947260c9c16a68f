"""What is done with labels, in one transaction, and why it could not be, in plain words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from starlette.requests import Request

from gateway.labels.living import Doer, LabelError
from gateway.staff import texts_of_adoption as texts
from gateway.staff.desk import Desk
from gateway.staff.gate import visit_of
from gateway.staff.label_page import unknown_label
from gateway.store.database import Connection
from gateway.web.problems import Problem
from gateway.web.words import Text

T = TypeVar("T")

WHY: Mapping[str, Text] = {
    "adopted_already": texts.ADOPTED_ALREADY,
    "needs_model": texts.NEEDS_MODEL,
    "alias_taken": texts.ALIAS_TAKEN,
    "bad_alias": texts.BAD_ALIAS,
    "not_now": texts.NOT_NOW,
    "same_label": texts.SAME_LABEL,
    "bound_already": texts.BOUND_ALREADY,
    "too_many": texts.TOO_MANY,
    "another_system": texts.ANOTHER_SYSTEM,
    "cannot_be_put_right": texts.CANNOT_BE_RIGHT,
    "unknown_product": texts.ARTICLE_GONE,
    "unknown_group": texts.ARTICLE_GONE,
    "no_such_label": texts.NO_SUCH_LABEL,
    "several_labels": texts.SEVERAL_LABELS,
    "retired_label": texts.RETIRED_LABEL,
    "waits_no_more": texts.WAITS_NO_MORE,
}


def doer(desk: Desk, request: Request) -> Doer:
    """Whoever asks, now."""
    by = visit_of(request).session.name
    return Doer(origin=desk.origin, by=by, at=desk.clock.now())


async def do(desk: Desk, request: Request, change: Callable[[Connection], T]) -> T:
    """Write it; raises ``Problem`` with what a person can do about it."""
    try:
        return await desk.database.write(change)
    except LabelError as error:
        raise problem(desk, request, error.code) from error


def problem(desk: Desk, request: Request, code: str) -> Problem:
    """The answer to what could not be done."""
    if code == "unknown_label":
        return unknown_label(desk, request)
    why = desk.say(request, WHY[code])
    status = 404 if code == "waits_no_more" else 409
    return Problem(status, desk.say(request, texts.CANNOT), why, code=code)
