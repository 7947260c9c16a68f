"""Files over HTTP: imported or compared, and the exact words when they are refused."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from gateway.clock import SystemClock
from gateway.domain.events import Origin
from gateway.intake import imports
from gateway.intake.site import site
from gateway.store import catalogue, devices
from gateway.store.database import Database
from tests.support import settings as make_settings
from tests.support.serving import serving

CLOCK = SystemClock()
GOOD = "id;nombre;precio\na;Camión;1.299,00\nb;Dos;2,00\n"


@dataclass
class Shop:
    database: Database
    client: httpx.AsyncClient

    async def post(self, text: str | bytes, **query: Any) -> httpx.Response:
        data = text.encode() if isinstance(text, str) else text
        return await self.client.post("/api/v1/imports", content=data, params=query)

    async def articles(self) -> set[str]:
        return await self.database.read(catalogue.product_ids)


@asynccontextmanager
async def opened(folder: Path, **sections: Any) -> AsyncIterator[Shop]:
    settings = make_settings.make(folder, **sections)
    async with Database(folder / "anaquel.db") as database:
        token = await database.write(
            lambda c: devices.add(c, "erp", CLOCK.now(), scope="catalogue")
        )
        app = site(database, CLOCK, settings, origin=Origin(store="s042", gateway="gw-1"))
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "text/csv"}
        async with (
            serving(app) as base,
            httpx.AsyncClient(base_url=base, headers=headers, trust_env=False) as client,
        ):
            yield Shop(database, client)


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Shop]:
    async with opened(tmp_path, central={"kind": "none"}) as one:
        yield one


async def test_a_file_is_in_force_when_the_answer_comes(shop: Shop) -> None:
    answer = await shop.post(GOOD)
    assert answer.status_code == 200
    assert answer.json() == {
        "format": "Anaquel CSV",
        "encoding": "UTF-8",
        "lines": 2,
        "bad_lines": 0,
        "imported": True,
        "report": ["Anaquel CSV, UTF-8: 2 lines, 2 articles", "All of it is in force."],
        "problems": [],
        "refused": [],
        "removed": 0,
        "held": 0,
    }
    assert await shop.articles() == {"a", "b"}


async def test_what_the_guard_holds_is_not_said_to_be_in_force(shop: Shop) -> None:
    def file(price: int) -> str:
        return "id;nombre;precio\n" + "".join(f"a{n};Uno;{price},00\n" for n in range(12))

    await shop.post(file(10))
    answer = (await shop.post(file(12))).json()
    assert (answer["imported"], answer["held"]) == (True, 12)
    (said,) = answer["report"][1:]
    assert said == (
        "12 rows of files are held: too much changes, or too oddly. What was in force stays until "
        "a manager accepts them on the page Today, or the file is imported with replace=true."
    )
    again = (await shop.post(file(12), replace=True)).json()
    assert (again["held"], again["report"][-1]) == (0, "All of it is in force.")


async def test_a_dry_run_says_what_would_change_and_changes_nothing(shop: Shop) -> None:
    await shop.post(GOOD)
    answer = await shop.post("id,name,price\na,Camión,5\nc,Tres,3.5\n", dry_run=True)
    said = answer.json()
    assert (said["imported"], said["labels"]) == (False, [])
    assert said["would_change"] == {
        "product": {
            "added": 1,
            "changed": 0,
            "removed": 1,
            "examples": {"added": ["c"], "changed": [], "removed": ["b"]},
        },
        "offers": {
            "added": 1,
            "changed": 1,
            "removed": 1,
            "examples": {"added": ["c"], "changed": ["a"], "removed": ["b"]},
        },
    }
    assert said["held"] == 1
    assert said["report"][-2].startswith(
        "  offers a: offers.0.amount: 5 MXN is more than 90 % away"
    )
    assert "refusal" not in said
    assert said["report"][-1] == "Nothing was changed."
    assert await shop.articles() == {"a", "b"}


async def test_a_file_that_is_refused_changes_nothing(shop: Shop) -> None:
    await shop.post(GOOD)
    empty = await shop.post("id,name,price\n")
    assert (empty.status_code, empty.json()["code"]) == (422, "file_refused")
    assert empty.json()["detail"].startswith("there is no article in the file; ")
    assert await shop.articles() == {"a", "b"}
    garbage = await shop.post(b"PK\x03\x04")
    assert garbage.json()["detail"] == (
        "this is a spreadsheet, not CSV; save it as 'CSV UTF-8' and import that."
    )


async def test_bad_lines_are_named(shop: Shop) -> None:
    answer = await shop.post("id,name,price\na,Uno,1\nb,Dos,\n")
    assert answer.json()["problems"] == [
        {"line": 3, "column": "price", "message": "write a price; price as it was"}
    ]


async def test_a_shop_of_central_says_who_owns_its_rows(tmp_path: Path) -> None:
    async with opened(tmp_path) as shop:
        answer = await shop.post(GOOD)
        assert (answer.status_code, answer.json()["code"]) == (409, "not_owner")
        assert await shop.articles() == set()


async def test_the_token_of_a_device_imports_nothing(shop: Shop) -> None:
    token = await shop.database.write(lambda c: devices.add(c, "scanner", CLOCK.now()))
    headers = {"Authorization": f"Bearer {token}"}
    answer = await shop.client.post("/api/v1/imports", content=GOOD, headers=headers)
    assert answer.status_code == 403
    assert await shop.articles() == set()


async def test_too_large_and_other_types_are_refused(shop: Shop) -> None:
    large = await shop.post(b"x" * (imports.MAX_UPLOAD + 1))
    assert (large.status_code, large.json()["code"]) == (413, "too_large")
    json = await shop.client.post(
        "/api/v1/imports", content="{}", headers={"Content-Type": "application/json"}
    )
    assert (json.status_code, json.json()["detail"]) == (
        415,
        "Send it with the header Content-Type: text/csv.",
    )


async def test_one_file_at_a_time(shop: Shop) -> None:
    """The second comes while the first one's body is still on its way."""
    second: list[httpx.Response] = []

    async def slow() -> AsyncIterator[bytes]:
        yield GOOD[:20].encode()
        second.append(await shop.post(GOOD))
        yield GOOD.encode()[20:]

    first = await shop.client.post("/api/v1/imports", content=slow())
    # Whoever of the two is admitted first.
    taken, refused = sorted((first, second[0]), key=lambda answer: answer.status_code)
    assert (taken.status_code, refused.status_code) == (200, 503)
    assert refused.json()["title"] == "Another file is being imported"
    assert int(refused.headers["retry-after"]) > 0


async def test_a_file_that_dawdles_keeps_nobody_out(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imports, "UPLOAD_S", 0.05)
    base = shop.client.base_url
    reader, writer = await asyncio.open_connection(base.host, base.port)
    token = shop.client.headers["Authorization"]
    writer.write(
        f"POST /api/v1/imports HTTP/1.1\r\nHost: shop\r\nAuthorization: {token}\r\n"
        f"Content-Type: text/csv\r\nContent-Length: {len(GOOD)}\r\n\r\nid;nombre".encode()
    )
    answer = await reader.readuntil(b"}")
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b'"too_slow"' in answer
    writer.close()
    monkeypatch.undo()
    assert (await shop.post(GOOD)).status_code == 200
