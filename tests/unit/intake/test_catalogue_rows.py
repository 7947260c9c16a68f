"""The catalogue row by row over HTTP: the exact words a system gets, and that the rest applies."""

from __future__ import annotations

import contextlib
import hashlib
import json
import sqlite3
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from gateway.clock import SystemClock
from gateway.domain.events import Origin
from gateway.intake.site import site
from gateway.settings import KINDS
from gateway.store import devices, migrations, replica
from gateway.store.database import Connection, Database
from tests.support import settings as make_settings
from tests.support.serving import serving

CLOCK = SystemClock()
PRICE = {"currency": "MXN", "offers": [{"kind": "list", "amount": "1299.00"}]}
SOURCES = {"offers": "api", "stock": "api", "product": "api"}


@dataclass
class Shop:
    database: Database
    client: httpx.AsyncClient

    async def in_force(self, kind: str, key: str) -> Any:
        row = await self.database.read(
            lambda connection: connection.execute(
                "SELECT value FROM in_force WHERE kind = ? AND key = ?", (kind, key)
            ).fetchone()
        )
        return None if row is None else json.loads(row[0])

    async def seq(self) -> int:
        at = await self.database.read(lambda connection: replica.position(connection, "api"))
        return at.seq

    async def put(self, path: str, value: object) -> httpx.Response:
        return await self.client.put(f"/api/v1/catalogue/{path}", json=value)

    async def batch(self, *changes: object) -> httpx.Response:
        return await self.client.post("/api/v1/catalogue", json={"changes": changes})


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Shop]:
    settings = make_settings.make(tmp_path, central={"kind": "none"}, sources=SOURCES)
    async with Database(tmp_path / "anaquel.db") as database:
        token = await database.write(
            lambda c: devices.add(c, "erp", CLOCK.now(), scope="catalogue")
        )
        app = site(database, CLOCK, settings, origin=Origin(store="s042", gateway="gw-1"))
        headers = {"Authorization": f"Bearer {token}"}
        async with (
            serving(app) as base,
            httpx.AsyncClient(base_url=base, headers=headers, trust_env=False) as client,
        ):
            yield Shop(database, client)


def change(kind: str, key: str, value: Any) -> dict[str, Any]:
    return {"kind": kind, "key": key, "value": value}


async def test_a_row_is_in_force_when_the_answer_comes(shop: Shop) -> None:
    answer = await shop.put("offers/runner-26", PRICE)
    assert (answer.status_code, answer.json()) == (200, {"epoch": 1, "seq": 1})
    assert await shop.in_force("offers", "runner-26") == PRICE


async def test_the_key_of_a_stock_row_keeps_its_slash(shop: Shop) -> None:
    level = {"available": 3, "as_of": "2026-11-22T10:00:00-06:00"}
    assert (await shop.put("stock/s042/runner-26", level)).status_code == 200
    assert await shop.in_force("stock", "s042/runner-26") == level
    gone = await shop.client.delete("/api/v1/catalogue/stock/s042/runner-26")
    assert (gone.status_code, gone.json()) == (200, {"epoch": 1, "seq": 2})
    assert await shop.in_force("stock", "s042/runner-26") is None


async def test_sending_again_and_removing_again_change_nothing(shop: Shop) -> None:
    for _ in range(2):
        assert (await shop.put("offers/p", PRICE)).status_code == 200
        assert await shop.in_force("offers", "p") == PRICE
    for _ in range(2):
        assert (await shop.client.delete("/api/v1/catalogue/offers/p")).status_code == 200
        assert await shop.in_force("offers", "p") is None


async def test_a_row_that_breaks_a_rule_leaves_the_last_good_one_in_force(shop: Shop) -> None:
    await shop.put("offers/p", PRICE)
    bad = {"currency": "MXN", "offers": [{"kind": "list", "amount": "-1.00"}]}
    answer = await shop.put("offers/p", bad)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json() == {
        "title": "The row breaks a rule",
        "status": 422,
        "detail": "offers.0.amount: '-1.00' is negative; an amount is 0 or more. "
        "What was in force stays in force until a good row comes.",
        "code": "negative_amount",
        "faults": [
            {
                "where": "offers.0.amount",
                "what": "offers.0.amount: '-1.00' is negative; an amount is 0 or more",
            }
        ],
    }
    assert await shop.in_force("offers", "p") == PRICE


@pytest.mark.parametrize(
    ("path", "status", "code", "words"),
    [
        (
            "promo/x",
            404,
            "unknown_kind",
            f"'promo' is no kind of row; the kinds are {', '.join(KINDS)}. Nothing was changed.",
        ),
        (
            "group/g",
            409,
            "not_owner",
            "Rows of kind group come from files in this shop, not from api. Nothing was changed.",
        ),
        (
            "stock/p",
            422,
            "bad_key",
            (
                "The key 'p' is not {location}/{product} of A-Z a-z 0-9 . _ - (64 at most). "
                "Nothing was changed."
            ),
        ),
    ],
)
async def test_what_may_not_be_written_says_why_and_leaves_no_trace(
    shop: Shop, path: str, status: int, code: str, words: str
) -> None:
    for answer in (
        await shop.put(path, {"name": {"es": "Uno"}}),
        await shop.client.delete(f"/api/v1/catalogue/{path}"),
    ):
        assert answer.status_code == status
        assert (answer.json()["code"], answer.json()["detail"]) == (code, words)
    count = await shop.database.read(
        lambda connection: connection.execute("SELECT count(*) FROM replica").fetchone()
    )
    assert count == (0,)
    assert await shop.seq() == 0


async def test_a_batch_answers_row_by_row_and_applies_the_good_ones(shop: Shop) -> None:
    answer = await shop.batch(
        change("product", "p", {"name": {"es": "Uno"}}),
        change("offers", "p", {"currency": "XXQ", "offers": []}),
        change("group", "g", {"name": {"es": "G"}}),
        {"kind": "offers", "key": "q"},
        "no object",
        change("offers", "q", PRICE),
    )
    assert answer.status_code == 200
    said = answer.json()
    assert (said["epoch"], said["seq"], said["accepted"], said["refused"]) == (1, 1, 2, 4)
    assert said["results"] == [
        {"kind": "product", "key": "p", "outcome": "accepted", "kept": True},
        {
            "kind": "offers",
            "key": "p",
            "outcome": "refused",
            "kept": True,
            "code": "unknown_currency",
            "path": "currency",
            "message": "currency: 'XXQ' is no ISO 4217 currency code, like MXN or EUR",
        },
        {
            "kind": "group",
            "key": "g",
            "outcome": "refused",
            "kept": False,
            "code": "not_owner",
            "path": "",
            "message": "rows of kind group come from files in this shop, not from api",
        },
        {
            "kind": "offers",
            "key": "q",
            "outcome": "refused",
            "kept": False,
            "code": "bad_change",
            "path": "value",
            "message": "value: field required",
        },
        {
            "kind": "",
            "key": "",
            "outcome": "refused",
            "kept": False,
            "code": "bad_change",
            "path": "",
            "message": "the change: is no object with kind, key and value",
        },
        {"kind": "offers", "key": "q", "outcome": "accepted", "kept": True},
    ]
    assert await shop.in_force("offers", "q") == PRICE
    assert await shop.in_force("product", "p") == {"name": {"es": "Uno"}}


async def test_half_characters_in_a_name_are_refused_by_row(shop: Shop) -> None:
    body = json.dumps(
        {
            "changes": [
                change("offers", "\ud800", PRICE),
                change("\ud800", "p", PRICE),
                change("offers", "p", PRICE | {"\ud800": 1}),
                change("offers", "q", PRICE),
            ]
        }
    )
    headers = {"Content-Type": "application/json"}
    answer = await shop.client.post("/api/v1/catalogue", content=body, headers=headers)
    assert answer.status_code == 200
    assert [(row["key"], row["outcome"]) for row in answer.json()["results"]] == [
        ("?", "refused"),
        ("p", "refused"),
        ("p", "refused"),
        ("q", "accepted"),
    ]
    assert await shop.in_force("offers", "q") == PRICE


async def test_a_thousand_changes_are_one_delta_and_one_more_is_too_many(shop: Shop) -> None:
    many = [change("offers", f"p{number}", PRICE) for number in range(1_000)]
    answer = await shop.batch(*many)
    assert answer.json()["accepted"] == 1_000
    assert await shop.seq() == 1
    more = await shop.batch(*many, change("offers", "one-more", PRICE))
    assert more.status_code == 413
    assert more.json()["detail"] == (
        "A body may have 1,048,576 bytes and 1,000 changes: send several requests. "
        "Nothing was changed."
    )
    assert await shop.seq() == 1


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"{", "not JSON in UTF-8: Expecting property name"),
        (b'{"changes": {}}', 'Send {"changes": [{"kind"'),
        (b"[]", 'Send {"changes": [{"kind"'),
        (b'{"changes": [NaN]}', "NaN is no JSON number"),
    ],
)
async def test_a_body_that_is_no_batch_changes_nothing(shop: Shop, body: bytes, words: str) -> None:
    headers = {"Content-Type": "application/json"}
    answer = await shop.client.post("/api/v1/catalogue", content=body, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_body")
    assert words in answer.json()["detail"]
    null = await shop.client.put("/api/v1/catalogue/offers/p", content=b"null", headers=headers)
    assert (null.status_code, null.json()["title"]) == (400, "The body is null")
    assert await shop.seq() == 0


async def test_a_large_body_is_refused_before_it_is_read(shop: Shop) -> None:
    headers = {"Content-Type": "application/json"}
    row = await shop.client.put(
        "/api/v1/catalogue/offers/p", content=b" " * 300_000, headers=headers
    )
    assert row.status_code == 413

    async def endless() -> AsyncIterator[bytes]:
        for _ in range(40):
            yield b" " * 32_768

    batch = await shop.client.post("/api/v1/catalogue", content=endless(), headers=headers)
    assert batch.status_code == 413


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer wrong"])
async def test_a_wrong_token_is_refused(shop: Shop, header: str) -> None:
    answer = await shop.client.put(
        "/api/v1/catalogue/offers/p", json=PRICE, headers={"Authorization": header}
    )
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert "anaquel system add" in answer.json()["detail"]
    assert await shop.seq() == 0


async def test_the_token_of_a_scanner_writes_no_prices(shop: Shop) -> None:
    token = await shop.database.write(lambda c: devices.add(c, "scanner", CLOCK.now()))
    headers = {"Authorization": f"Bearer {token}"}
    for answer in (
        await shop.client.put("/api/v1/catalogue/offers/p", json=PRICE, headers=headers),
        await shop.client.delete("/api/v1/catalogue/offers/p", headers=headers),
        await shop.client.post("/api/v1/catalogue", json={"changes": []}, headers=headers),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, "wrong_token")
    assert await shop.seq() == 0


async def test_a_full_disk_changes_nothing_and_says_when_to_come_back(shop: Shop) -> None:
    await shop.put("offers/p", PRICE)

    def fill(connection: Connection) -> None:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages}")

    await shop.database.write(fill)
    many = [change("offers", f"q{number}", PRICE) for number in range(500)]
    answer = await shop.batch(*many)
    assert (answer.status_code, answer.json()["code"]) == (503, "cannot_store")
    assert int(answer.headers["retry-after"]) > 0
    assert await shop.in_force("offers", "q0") is None
    await shop.database.write(lambda c: c.execute("PRAGMA max_page_count = 1000000"))
    assert (await shop.batch(*many)).json()["accepted"] == 500


async def test_the_interface_describes_itself(shop: Shop) -> None:
    document = (await shop.client.get("/api/v1/openapi.json")).json()
    row = document["paths"]["/api/v1/catalogue/{kind}/{key}"]
    assert set(row["put"]["responses"]) == {
        *("200", "400", "401", "403", "404", "409", "413", "415", "422", "503"),
    }
    assert set(row["delete"]["responses"]) == {"200", "401", "403", "404", "409", "422", "503"}
    batch = document["paths"]["/api/v1/catalogue"]["post"]
    schema = batch["requestBody"]["content"]["application/json"]["schema"]
    assert schema["properties"]["changes"]["maxItems"] == 1_000
    assert batch["security"]
    assert "#/$defs" not in json.dumps(document)


async def test_the_devices_of_an_older_database_keep_their_tokens(tmp_path: Path) -> None:
    path = tmp_path / "anaquel.db"
    first = Path(migrations.__path__[0]) / "0001_first_shop.sql"
    with contextlib.closing(sqlite3.connect(path)) as old:
        old.executescript(first.read_text(encoding="utf-8") + "PRAGMA user_version = 1;")
        hashed = hashlib.sha256(b"secret").hexdigest()
        old.execute("INSERT INTO device VALUES ('scanner', ?, 0)", (hashed,))
        old.commit()
    async with Database(path) as database:
        holder = await database.read(lambda c: devices.by_token(c, "secret"))
    assert holder is not None
    assert (holder.name, holder.scope) == ("scanner", "events")
