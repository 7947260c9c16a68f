from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from gateway.clock import SystemClock
from gateway.domain.events import Lane, Origin
from gateway.intake.site import site
from gateway.store import devices, outbox
from gateway.store.database import Database
from tests.support import settings as make_settings
from tests.support.serving import serving

ORIGIN = Origin(store="s042", gateway="gw1")
CLOCK = SystemClock()
ROOMY = dict.fromkeys(Lane, 1_000_000)
SCAN = {"id": "1", "code": "09521234543213"}


@dataclass
class Shop:
    database: Database
    client: httpx.AsyncClient

    async def post(self, what: str, body: object, **headers: str) -> httpx.Response:
        return await self.client.post(
            f"/api/v1/{what}", content=json.dumps(body), headers=headers or None
        )

    async def events(self, lane: Lane) -> list[dict[str, Any]]:
        batch = await self.database.read(
            lambda c: outbox.batch(c, lane, limit=500, max_bytes=1_000_000)
        )
        return [] if batch is None else [json.loads(one.event) for one in batch.events]


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Shop]:
    async with Database(tmp_path / "anaquel.db") as database:
        await database.write(lambda c: outbox.prepare(c, ROOMY, CLOCK.now(), uplink=True))
        token = await database.write(lambda c: devices.add(c, "scanner-1", CLOCK.now()))
        app = site(database, CLOCK, make_settings.make(tmp_path), origin=ORIGIN)
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        async with (
            serving(app) as base,
            httpx.AsyncClient(base_url=base, headers=headers, trust_env=False) as client,
        ):
            yield Shop(database, client)


async def test_a_scan_is_committed_when_the_answer_comes(shop: Shop) -> None:
    answer = await shop.post("scans", SCAN)
    assert answer.status_code == 201
    (event,) = await shop.events(Lane.SCAN)
    assert answer.json() == {"ids": [event["id"]]}
    assert event["data"] == {"code": "09521234543213", "device": "scanner-1"}
    assert event["subject"] == "device/scanner-1"


async def test_a_repeat_gets_the_same_id_and_is_not_stored_again(shop: Shop) -> None:
    first = await shop.post("scans", SCAN)
    again = await shop.post("scans", [SCAN, {"code": "2"}, SCAN])
    assert again.status_code == 201
    ids = again.json()["ids"]
    assert ids[0] == ids[2] == first.json()["ids"][0]
    assert [event["id"] for event in await shop.events(Lane.SCAN)] == ids[:2]


async def test_readings_go_to_their_own_lane(shop: Shop) -> None:
    answer = await shop.post("readings", {"id": "1", "values": {"mass_g": "1240"}})
    assert answer.status_code == 201
    (event,) = await shop.events(Lane.TELEMETRY)
    assert event["data"] == {"device": "scanner-1", "values": {"mass_g": "1240"}}
    assert (await shop.post("scans", SCAN)).json()["ids"] != answer.json()["ids"]


async def test_one_bad_item_refuses_the_whole_list_and_says_where(shop: Shop) -> None:
    answer = await shop.post("scans", [SCAN, {"code": ""}])
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["faults"][0]["where"] == "1.code"
    assert await shop.events(Lane.SCAN) == []


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer wrong", "Basic c2Nhbm5lcg=="])
async def test_a_wrong_token_is_refused(shop: Shop, header: str) -> None:
    answer = await shop.post("scans", SCAN, Authorization=header)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert "anaquel device add" in answer.json()["detail"]


async def test_the_token_of_a_system_is_not_for_events(shop: Shop) -> None:
    token = await shop.database.write(
        lambda c: devices.add(c, "erp", CLOCK.now(), scope="catalogue")
    )
    answer = await shop.post("scans", SCAN, Authorization=f"Bearer {token}")
    assert answer.status_code == 403
    assert answer.json()["detail"] == (
        "The token of erp is good for catalogue only. Use one that"
        " `anaquel device add NAME` printed."
    )
    assert await shop.events(Lane.SCAN) == []


async def test_a_removed_device_is_refused(shop: Shop) -> None:
    await shop.database.write(lambda c: devices.remove(c, "scanner-1"))
    assert (await shop.post("scans", SCAN)).status_code == 401


async def test_other_than_json_and_too_much_are_refused(shop: Shop) -> None:
    form = await shop.post("scans", SCAN, **{"Content-Type": "text/plain"})
    assert form.status_code == 415

    async def endless() -> AsyncIterator[bytes]:
        for _ in range(40):
            yield b" " * 32_768

    large = await shop.client.post("/api/v1/scans", content=endless())
    assert large.status_code == 413
    assert (await shop.post("scans", [SCAN] * 501)).status_code == 400
    assert await shop.events(Lane.SCAN) == []


async def test_a_full_lane_stores_nothing_and_says_when_to_come_back(shop: Shop) -> None:
    tight = {**ROOMY, Lane.SCAN: 700}
    await shop.database.write(lambda c: outbox.prepare(c, tight, CLOCK.now(), uplink=True))
    answer = await shop.post("scans", [{"id": str(number), "code": "1"} for number in range(3)])
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0
    assert await shop.events(Lane.SCAN) == []
    assert (await shop.post("scans", {"id": "0", "code": "1"})).status_code == 201
    assert (await shop.post("readings", {"values": {"mass_g": 1}})).status_code == 201


async def test_the_interface_describes_itself(shop: Shop) -> None:
    document = (await shop.client.get("/api/v1/openapi.json")).json()
    for path in ("/api/v1/scans", "/api/v1/readings"):
        route = document["paths"][path]["post"]
        assert set(route["responses"]) == {"201", "400", "401", "403", "413", "415", "503"}
        assert route["security"]
        schema = route["requestBody"]["content"]["application/json"]["schema"]
        assert schema["anyOf"][1]["maxItems"] == 500
    assert "#/$defs" not in json.dumps(document)


async def test_a_name_is_given_once_and_must_be_a_name(shop: Shop) -> None:
    with pytest.raises(devices.DeviceError, match="already"):
        await shop.database.write(lambda c: devices.add(c, "scanner-1", CLOCK.now()))
    with pytest.raises(devices.DeviceError, match="no device name"):
        await shop.database.write(lambda c: devices.add(c, "a/b", CLOCK.now()))
    with pytest.raises(devices.DeviceError, match="no device"):
        await shop.database.write(lambda c: devices.remove(c, "other"))
    await shop.database.write(lambda c: devices.add(c, "erp", CLOCK.now(), scope="catalogue"))
    with pytest.raises(devices.DeviceError, match="no device erp"):
        await shop.database.write(lambda c: devices.remove(c, "erp"))
    every = await shop.database.read(devices.every)
    assert [(device.name, device.scope) for device in every] == [
        ("erp", "catalogue"),
        ("scanner-1", "events"),
    ]
