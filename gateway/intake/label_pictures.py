"""Pictures that labels fetch by themselves, at addresses that nobody can guess.

A picture is there while it is the label's wish; any other address has nothing, and says no more.
"""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Request, Response

from device_drivers.links.offers import PATH, Offers
from gateway.intake.answers import ProblemError

_MEDIA: Final = {"png": "image/png"}
_UNREADABLE: Final = "application/octet-stream"


def router(offers: Offers) -> APIRouter:
    """The addresses of the pictures; they are not told in the description of the interface."""
    routes = APIRouter()

    @routes.api_route(f"{PATH}{{secret}}", methods=["GET", "HEAD"], include_in_schema=False)
    async def picture(secret: str, request: Request) -> Response:
        found = offers.find(secret)
        if found is None:
            problem = ProblemError(404, "Not found", "There is nothing here.", code="not_found")
            return problem.response()
        tag = f'"{found.sha256}"'
        headers = {"ETag": tag, "Cache-Control": "private, max-age=31536000, immutable"}
        if tag in request.headers.get("If-None-Match", ""):
            return Response(status_code=304, headers=headers)
        return Response(
            found.data, headers=headers, media_type=_MEDIA.get(found.format, _UNREADABLE)
        )

    return routes
