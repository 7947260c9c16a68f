"""Shopify's webhooks over HTTP: proven by signature, taken once, a reason to look and no more."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from gateway.clock import Clock
from gateway.feed.sources.shopify import webhooks
from gateway.feed.sources.shopify.webhooks import Hints, UnprovenError
from gateway.intake import entrance
from gateway.intake.answers import ProblemError, described
from gateway.settings import Shopify
from gateway.store import taken
from gateway.store.database import Connection, Database, StorageError

MAX_BODY: Final = 2**20
REPEATS: Final = timedelta(hours=24)
"""Shopify repeats a message for some hours when it heard no answer."""


def router(
    database: Database,
    clock: Clock,
    settings: Shopify,
    *,
    hints: Hints,
    secrets: Sequence[str],
) -> APIRouter:
    """The address for Shopify's webhooks."""
    routes = APIRouter(prefix="/api/v1/shopify", tags=["Shopify"])

    @routes.post(
        "/webhooks",
        summary="A message of Shopify's about a change",
        responses=described(
            {
                401: "Not signed with a secret of ours, or of another shop",
                413: "Too large",
                415: "Not JSON",
                503: "Not stored: send it again",
            }
        ),
    )
    async def webhook(request: Request) -> Response:
        """Look at Shopify soon; what the message says is not taken for true."""
        try:
            body = await entrance.body(request, media_types=("application/json",), most=MAX_BODY)
            _prove(request, body, secrets, settings)
            topic = request.headers.get("x-shopify-topic", "")
            if await _is_new(database, clock, request, body):
                hints.add(webhooks.article_of(topic, body))
        except ProblemError as problem:
            return problem.response()
        return JSONResponse({})

    return routes


def _prove(request: Request, body: bytes, secrets: Sequence[str], settings: Shopify) -> None:
    try:
        webhooks.prove(body, request.headers.get("x-shopify-hmac-sha256", ""), secrets)
    except UnprovenError as error:
        raise ProblemError(
            401,
            "Not proven",
            "The signature is none of the app's: check [shopify] client_secret_file.",
            code="unproven",
        ) from error
    # One app may be in several shops, and signs for all of them alike.
    sender = request.headers.get("x-shopify-shop-domain", "")
    if sender != settings.shop and not settings.base.startswith("http:"):
        raise ProblemError(
            401, "Another shop", f"This gateway reads {settings.shop}.", code="another_shop"
        )


async def _is_new(database: Database, clock: Clock, request: Request, body: bytes) -> bool:
    """Whether the message was not taken before; remembered then."""
    given = request.headers.get("x-shopify-webhook-id", "").encode() or body
    key = hashlib.sha256(b"shopify-webhook\n" + given).digest()[:16]
    now = clock.now()

    def take(connection: Connection) -> bool:
        if not taken.is_new(connection, key, now - REPEATS):
            return False
        taken.note(connection, key, now)
        return True

    try:
        return await database.write(take)
    except StorageError as error:
        raise ProblemError(
            503, "Not stored", "Nothing was stored; send it again later.", code="not_stored"
        ) from error
