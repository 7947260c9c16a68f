"""A bare Starlette page under the very server settings of our sites: the same bytes every time."""

from __future__ import annotations

import asyncio
import base64

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from benchmarks.children import talking
from gateway.lifecycle import run_until, stop_on_signals
from gateway.settings import Listen
from gateway.web.serving import Served, Serving


async def main() -> None:
    """Serve until SIGTERM; says its address."""
    body = base64.b64decode(talking.hear()["body"])
    headers = {"Content-Encoding": "gzip", "Content-Language": "es"}

    async def page(_request: Request) -> Response:
        return Response(body, media_type="text/html", headers=headers)

    app = Starlette(routes=[Route("/01/{number}", page)])
    serving = Serving([Served(name="bare", app=app, listen=Listen(host="127.0.0.1", port=0))])
    talking.say(dict(serving.bind()))
    stop = asyncio.Event()
    with stop_on_signals(stop):
        await run_until(stop, [serving])


if __name__ == "__main__":
    asyncio.run(main())
