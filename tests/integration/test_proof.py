"""What a label showed, asked by command while the labels work, over a real broker."""

from __future__ import annotations

import asyncio
import csv
import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from device_drivers.api.drivers import Presence
from gateway.domain.labels import Target
from gateway.store import labels, proof
from gateway.store.database import Connection
from tests.support import gateway_process, shelving
from tests.support import settings as make_settings
from tests.support.feeding import SHOP, price, product, stock
from tests.support.mosquitto import Mosquitto
from tests.support.running import PATIENCE_S
from tests.support.shelving import Shelf


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


@pytest.fixture
async def shelf(mosquitto: Mosquitto, tmp_path: Path, config: Path) -> AsyncIterator[Shelf]:
    settings = make_settings.make(tmp_path, mosquitto.broker)
    gateway_process.write_config(config, settings)
    async with shelving.shelf(mosquitto, settings) as one:
        await one.write(SHOP, product("a1"), price("a1", "100.00"), stock("a1", 9))
        one.add("l1")
        await one.bind("l1", Target(product="a1"))
        await one.until_shown("l1")
        yield one


async def asked(config: Path, *words: str, code: int = 0) -> str:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "gateway", "proof", *words, "--config", str(config)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(PATIENCE_S):
        said, wrong = await process.communicate()
    assert process.returncode == code, wrong.decode()
    return (said + wrong).decode()


def table(folder: Path) -> list[dict[str, str]]:
    return list(csv.DictReader((folder / "proof.csv").read_text("utf-8").splitlines()))


async def test_it_tells_the_price_the_picture_and_what_is_only_asked_for(
    shelf: Shelf, config: Path, tmp_path: Path
) -> None:
    first: dict[str, Any] = json.loads(await asked(config, "l1", "--json"))
    shelf.world.labels["l1"].power_off()
    await shelf.reports.heard("mqtt", [Presence(label="l1", online=False)])
    await shelf.write(price("a1", "80.00"))
    await shelf.until(lambda connection: _asked_for(connection, "l1") == "80.00")

    said: dict[str, Any] = json.loads(await asked(config, "show", "l1", "--json"))

    assert first["reachable"]
    assert first["asked"] is None
    assert not said["reachable"]
    assert said["unreachable"][0]["until"] is None
    assert said["asked"]["prices"]["price"] == "80.00"
    shown = said["shown"]
    assert shown == first["shown"]
    assert (shown["prices"]["price"], shown["prices"]["offers"]) == ("100.00", {"a1": 1})
    assert shown["template"].startswith("article@")
    assert said["picture_matches"]
    assert said["picture_as_sent"]
    showing = shelf.world.labels["l1"].showing
    assert showing is not None
    assert shown["pixels_sha256"] == showing.fingerprint

    words = await asked(config, "l1", "--out", str(tmp_path / "out"))

    assert "hashed again: the same" in words
    assert "reachable    NO" in words
    assert "not confirmed: 80.00" in words
    rows = table(tmp_path / "out")
    confirmed = [row for row in rows if row["what"] == "shown"][-1]
    of_it = [row["what"] for row in rows if row["wish"] == confirmed["wish"]]
    assert of_it == ["wished", "transferred", "shown"]
    assert confirmed["price"] == "100.00"
    assert (tmp_path / "out" / "pictures" / f"{shown['pixels_sha256']}.png").is_file()


async def test_everything_of_a_time_is_exported_and_a_changed_row_is_named(
    shelf: Shelf, config: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    said = await asked(config, "export", "--from", "2026-01-01", "--out", str(out))
    assert "2 pictures written" in said
    rows = table(out)
    assert [row["what"] for row in rows].count("bound") == 1
    assert "test" not in (out / "proof.csv").read_text(), "who bound it stays in the shop"
    assert "none is broken" in await asked(config, "verify")

    def change(connection: Connection) -> None:
        connection.execute("UPDATE proof SET said = replace(said, '100.00', '90.00')")

    await shelf.database.write(change)
    (first,) = [row["row"] for row in rows if row["what"] == "wished" and row["price"]]
    assert f"l1: row {first}: the row or its hash was changed" in await asked(
        config, "verify", code=1
    )


async def test_wrong_questions_get_plain_answers(shelf: Shelf, config: Path) -> None:
    assert "nothing is on record" in await asked(config, "l9", code=1)
    assert "is no time" in await asked(config, "l1", "--at", "yesterday", code=1)
    early = await asked(config, "l1", "--at", "2001-01-01 10:00")
    assert "no picture that it had confirmed" in early
    label = await shelf.database.read(lambda connection: labels.get(connection, "l1"))
    assert label is not None
    assert (await asked(config, label.code)).startswith("l1 at ")


def _asked_for(connection: Connection, name: str) -> str | None:
    entry = proof.last_wished(connection, name)
    return None if entry is None else entry.prices.get("price")
