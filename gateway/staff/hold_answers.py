"""What the routes of held rows share: how a hold is named, and that it is over."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path
from starlette.requests import Request

from gateway.staff import texts_of_holds as texts
from gateway.staff.desk import Desk
from gateway.web.problems import Problem

Number = Annotated[int, Path(ge=1, le=2**53 - 1)]
Source = Annotated[str, Path(max_length=64)]


def unknown_hold(desk: Desk, request: Request) -> Problem:
    """The answer about a hold that is over, or decided already."""
    return Problem(
        404,
        desk.say(request, texts.HOLD_UNKNOWN),
        desk.say(request, texts.HOLD_UNKNOWN_ADVICE),
        code="unknown_hold",
    )
