"""What every request of a machine passes: whose token it is, and how much it may bring."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.requests import ClientDisconnect

from gateway.intake.answers import ProblemError
from gateway.store import devices
from gateway.store.database import Database
from gateway.store.devices import Scope

Credentials = Annotated[
    HTTPAuthorizationCredentials | None,
    Depends(
        HTTPBearer(
            auto_error=False,
            description="The token of `anaquel device add NAME` for scans and readings, of "
            "`anaquel system add NAME` for the catalogue.",
        )
    ),
]

_COMMANDS: Final[dict[Scope, str]] = {
    "events": "anaquel device add NAME",
    "catalogue": "anaquel system add NAME",
}


async def admit(
    database: Database, credentials: HTTPAuthorizationCredentials | None, scope: Scope
) -> str:
    """The name of whoever holds the token, which must be good for ``scope``.

    Raises ``ProblemError``.
    """
    holder = None
    if credentials is not None:
        token = credentials.credentials
        holder = await database.read(lambda connection: devices.by_token(connection, token))
    if holder is None:
        raise ProblemError(
            401,
            "Unknown token",
            "Send the header Authorization: Bearer TOKEN with the token that"
            f" `{_COMMANDS[scope]}` printed.",
            code="unknown_token",
        )
    if holder.scope != scope:
        raise ProblemError(
            403,
            "This token is for something else",
            f"The token of {holder.name} is good for {holder.scope} only. Use one that"
            f" `{_COMMANDS[scope]}` printed.",
            code="wrong_token",
        )
    return holder.name


async def body(
    request: Request, *, media_types: tuple[str, ...], most: int, advice: str = ""
) -> bytes:
    """The body of one of these types with at most ``most`` bytes. Raises ``ProblemError``."""
    given = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if given not in media_types:
        wanted = media_types[0]
        raise ProblemError(
            415,
            "Another content type is expected",
            f"Send it with the header Content-Type: {wanted}.",
            code="wrong_type",
        )
    length = request.headers.get("content-length", "")
    gathered = bytearray()
    try:
        if not (length.isascii() and length.isdigit() and int(length[:19]) > most):
            async for chunk in request.stream():
                gathered += chunk
                if len(gathered) > most:
                    break
            else:
                return bytes(gathered)
    except ClientDisconnect as error:
        raise ProblemError(
            400, "Cut short", "The connection ended before the body.", code="cut_short"
        ) from error
    raise ProblemError(
        413, "Too large", f"A body may have {most:,} bytes{advice}.", code="too_large"
    )
