"""A file that comes as the body of a request, within a size and a time."""

from __future__ import annotations

import asyncio
from typing import Final

from starlette.requests import Request

from gateway.staff import texts_of_files as texts
from gateway.staff.desk import Desk
from gateway.web.problems import Problem

UPLOAD_S: Final = 60.0
"""16 MiB in a minute are 2 Mbit/s."""


async def body(desk: Desk, request: Request, most: int) -> bytes:
    """The file. Raises ``Problem`` for one that is too large or too slow."""
    got = bytearray()
    try:
        async with asyncio.timeout(UPLOAD_S):
            async for piece in request.stream():
                got += piece
                if len(got) > most:
                    raise problem(desk, request, 413, "too_large")
    except TimeoutError:
        raise problem(desk, request, 408, "too_slow") from None
    return bytes(got)


def problem(desk: Desk, request: Request, status: int, code: str) -> Problem:
    """The answer to who sent it."""
    title, advice = texts.UPLOADS[code]
    return Problem(status, desk.say(request, title), desk.say(request, advice), code=code)
