from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import pytest
from pydantic import BaseModel
from starlette.types import ASGIApp

from gateway.web import site
from gateway.web.pages import Frame, Pages
from gateway.web.problems import Problem, Problems
from gateway.web.static import StaticFiles

JSON = {"content-type": "application/json"}


class Order(BaseModel):
    pieces: int


@dataclass
class Asked:
    app: ASGIApp

    async def __call__(
        self, method: str, path: str, content: object = None, **headers: str
    ) -> httpx.Response:
        transport = httpx.ASGITransport(app=self.app, raise_app_exceptions=False)
        async with httpx.AsyncClient(
            transport=transport, base_url="http://shop.example", headers=headers
        ) as client:
            return await client.request(method, path, content=content)  # type: ignore[arg-type] # bytes or chunks


@pytest.fixture
def asked() -> Asked:
    files = StaticFiles()
    problems = Problems(
        Pages(static=files), language=lambda: "es", frame_of=lambda _: Frame(name="Tienda <1>")
    )
    app = site.new("Test", problems=problems)

    @app.get("/broken")
    async def broken() -> None:
        raise RuntimeError("secret detail")

    @app.get("/told")
    async def told() -> None:
        raise Problem(409, "<b>Dos</b>", "Elige uno.", code="two")

    @app.post("/api/orders")
    async def order(body: Order) -> Order:
        return body

    @app.get("/number/{number}")
    async def number(number: int) -> int:
        return number

    return Asked(
        site.dressed(app, problems=problems, files=files, larger_bodies={"/pictures": 2**21})
    )


@pytest.mark.parametrize(
    ("method", "path", "status", "words"),
    [
        ("GET", "/nowhere", 404, "Aquí no hay nada"),
        ("POST", "/healthz", 405, "Esto no se puede hacer aquí"),
        ("GET", "/number/x", 422, "Falta algo"),
        ("GET", "/broken", 500, "Ha fallado algo nuestro"),
        ("GET", "/told", 409, "&lt;b&gt;Dos&lt;/b&gt;"),
    ],
)
async def test_problems_are_pages_in_the_shops_language(
    asked: Asked, method: str, path: str, status: int, words: str
) -> None:
    answer = await asked(method, path)
    assert answer.status_code == status
    assert words in answer.text
    assert "Tienda &lt;1&gt;" in answer.text
    assert "secret" not in answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-language"] == "es"


async def test_problems_follow_the_browsers_language(asked: Asked) -> None:
    answer = await asked("GET", "/nowhere", **{"accept-language": "en-GB"})
    assert "There is nothing here" in answer.text
    assert '<html lang="en">' in answer.text


async def test_programs_get_json(asked: Asked) -> None:
    answer = await asked("POST", "/api/orders", b'{"pieces": "x"}', **JSON)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["faults"][0]["path"] == "body.pieces"


async def test_every_answer_has_the_security_headers(asked: Asked) -> None:
    for path in ("/healthz", "/nowhere", "/broken", "/static/none.css"):
        headers = (await asked("GET", path)).headers
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert "set-cookie" not in headers


async def test_head_is_get_without_the_body(asked: Asked) -> None:
    got, head = await asked("GET", "/healthz"), await asked("HEAD", "/healthz")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == got.headers["content-length"]


async def test_bodies_have_a_limit_whether_they_say_their_length_or_not(asked: Asked) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield b"x" * 2**16

    for body in (b"x" * (2**20 + 1), chunks()):
        answer = await asked("POST", "/api/orders", body)
        assert answer.status_code == 413
        assert "1 MiB" in answer.json()["detail"]
    assert (await asked("POST", "/pictures", b"x" * (2**20 + 1))).status_code == 404
    assert (await asked("POST", "/pictures", chunks())).status_code == 413
    assert (await asked("POST", "/healthz", b"", **{"content-length": "-1"})).status_code == 413
    for length in ("00000000000009999999", "9" * 5_000):
        answer = await asked("POST", "/healthz", b"", **{"content-length": length})
        assert answer.status_code == 413


async def test_a_body_in_chunks_below_the_limit_arrives_whole(asked: Asked) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        yield b'{"pie'
        yield b'ces": 3}'

    answer = await asked("POST", "/api/orders", chunks(), **JSON)
    assert answer.json() == {"pieces": 3}


async def test_no_documentation_pages(asked: Asked) -> None:
    for path in ("/docs", "/redoc", "/openapi.json"):
        assert (await asked("GET", path)).status_code == 404


async def test_headers_and_addresses_have_a_limit(asked: Asked) -> None:
    assert (await asked("GET", "/healthz", **{"x-long": "x" * 2**14})).status_code == 431
    assert (await asked("GET", f"/healthz?{'x' * 2**14}")).status_code == 431
