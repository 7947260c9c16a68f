"""What a running gateway says of its feed: to people by a command, to programs by metrics."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import httpx
from prometheus_client.parser import text_string_to_metric_families

from tests.support import gateway_process
from tests.support import settings as make_settings
from tests.support.feeding import SHOP, central_running, price, product
from tests.support.gateway_process import GatewayProcess
from tests.support.mosquitto import Mosquitto
from tests.support.running import PATIENCE_S, Listening, running


async def status(config: Path, *options: str) -> str:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "gateway", "feed", "status", "--config", str(config), *options),
        stdout=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(PATIENCE_S):
        said, _ = await process.communicate()
    assert process.returncode == 0
    return said.decode()


async def scrape(client: httpx.AsyncClient, address: str) -> dict[str, float]:
    text = (await client.get(f"{address}/metrics")).text
    return {
        " ".join([sample.name, *sample.labels.values()]): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def test_the_status_and_the_metrics_say_where_the_feed_is(
    tmp_path: Path, mosquitto: Mosquitto
) -> None:
    settings = make_settings.make(tmp_path, mosquitto.broker)
    config = tmp_path / "config.toml"
    gateway_process.write_config(config, settings)
    gateway = GatewayProcess(config)
    positions = Listening(mosquitto.broker, "feed/position/gw-1")
    rows = [SHOP, product("a1"), price("a1", "-1.00")]
    async with (
        asyncio.TaskGroup() as group,
        running(positions),
        central_running(mosquitto, tmp_path / "central", rows) as central,
        httpx.AsyncClient() as client,
    ):
        await gateway.start(group)
        try:
            wanted = central.publisher.seq
            await positions.until(lambda said: said["seq"] == wanted and "error" not in said)
            async with asyncio.timeout(PATIENCE_S):
                while (now := json.loads(await status(config, "--json")))["sources"][0][
                    "equal"
                ] is not True:
                    pass
            numbers = await scrape(client, gateway.addresses["ops"])
            for path in ("healthz", "readyz"):
                answer = await client.get(f"{gateway.addresses['ops']}/{path}")
                assert answer.json() == {"status": "ok"}
        finally:
            assert await gateway.stop() == 0
    source: dict[str, Any] = now["sources"][0]
    assert (source["source"], source["seq"], source["central_seq"]) == ("central", wanted, wanted)
    assert (source["digest"], source["rows"]) == (central.publisher.digest, 3)
    assert (source["behind"], source["lag_s"], source["refused"]) == (0, 0.0, 1)
    assert numbers["anaquel_feed_position_seq central"] == wanted
    assert numbers["anaquel_feed_central_seq"] == wanted
    assert numbers["anaquel_feed_lag_seconds"] == 0
    assert numbers["anaquel_feed_refused_rows central"] == 1
    assert numbers["anaquel_broker_connected intake"] == 1

    said = await status(config)
    assert f"central: epoch 1 seq {wanted}, 3 rows, last 20" in said
    assert "behind   no; central's digest is equal" in said
    assert "refused  1: the last good rows stay; mend these where they were made\n" in said
    assert "    offers a1: offers.0.amount: '-1.00' is negative" in said
    assert [problem["key"] for problem in source["problems"]] == ["a1"]
