"""The reference central side as people run it: its commands, a real broker, a real shop."""

from __future__ import annotations

import asyncio
import gzip
import json
import re
import shlex
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from gateway.broker import topics
from gateway.broker.link import Link
from gateway.domain.rows import Row
from gateway.feed import messages
from gateway.feed.messages import Manifest, Request
from tests.support import settings as make_settings
from tests.support.feeding import SHOP, Shop, price, product, shop_running
from tests.support.mosquitto import Mosquitto
from tests.support.running import PATIENCE_S, PREFIX, Listening, running

ROWS = [SHOP, product("a1"), product("a2"), price("a1", "10.00"), price("a2", "20.00")]


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended and what it said."""

    code: int
    said: str
    complained: str


class CentralSide:
    """A folder with ``central.toml`` and rows, and the commands over them."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder
        self.config = folder / "central.toml"
        self.rows = folder / "rows.ndjson"
        self.state = folder / "central"
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.http: int = probe.getsockname()[1]
        folder.mkdir(exist_ok=True)
        self.config.write_text(
            f'store = "s042"\n[broker]\nport = {port}\nreconnect_s = 0.05\n'
            f"[serve]\nport = {self.http}\nmanifest_s = 0.3\n"
        )

    def write(self, *rows: Row) -> None:
        lines = [json.dumps({"kind": row.kind, "key": row.key, "value": row.value}) for row in rows]
        self.rows.write_text("\n".join(lines) + "\n")

    async def command(self, *arguments: str | Path) -> Ended:
        config: list[str | Path] = [] if arguments[0] == "key" else ["--config", self.config]
        process = await self.start(*arguments, *config)
        async with asyncio.timeout(2 * PATIENCE_S):
            said, complained = await process.communicate()
        assert process.returncode is not None
        return Ended(process.returncode, said.decode(), complained.decode())

    async def publish(self, *options: str) -> str:
        ended = await self.command("publish", self.rows, *options)
        assert ended.code == 0, ended.complained
        return ended.said

    @asynccontextmanager
    async def serving(self, end: signal.Signals = signal.SIGTERM) -> AsyncIterator[None]:
        """``serve`` from its first manifest on; killed by ``end``."""
        process = await self.start("serve", "--config", self.config)
        assert process.stderr is not None
        try:
            async with asyncio.timeout(PATIENCE_S):
                while b"broker connected" not in (line := await process.stderr.readline()):
                    assert line, "serve ended"
            yield
        finally:
            process.send_signal(end)
            _, rest = await process.communicate()
        assert process.returncode == (0 if end is signal.SIGTERM else -end), rest.decode()

    async def start(self, *arguments: str | Path) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "gateway", "central", *map(str, arguments)),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )


@pytest.fixture
def central(tmp_path: Path, mosquitto: Mosquitto) -> CentralSide:
    side = CentralSide(tmp_path / "central-side", mosquitto.port)
    side.write(*ROWS)
    return side


@asynccontextmanager
async def shop_of(mosquitto: Mosquitto, folder: Path, **sections: Any) -> AsyncIterator[Shop]:
    feed = make_settings.make(folder).feed.model_dump() | {"snapshot_hosts": ("127.0.0.1",)}
    chosen = make_settings.make(folder, mosquitto.broker, feed=feed, **sections)
    async with shop_running(mosquitto, chosen) as shop:
        yield shop


def told(said: str) -> tuple[int, int]:
    found = re.search(r"epoch (\d+) seq (\d+)", said)
    assert found is not None, said
    return int(found[1]), int(found[2])


async def reached(shop: Shop, at: tuple[int, int]) -> dict[str, Any]:
    position: dict[str, Any] = await shop.positions.until(
        lambda said: (said["epoch"], said["seq"]) == at
    )
    return position


async def test_rows_become_a_shop_s_feed_and_changes_follow(
    tmp_path: Path, mosquitto: Mosquitto, central: CentralSide
) -> None:
    said = await central.publish()
    assert "published in 1 delta: 5 added, 0 changed, 0 deleted" in said
    assert "anaquel central serve does not run here" in said
    async with central.serving(), shop_of(mosquitto, tmp_path) as shop:
        await reached(shop, told(said))

        central.write(*ROWS[:-1], price("a2", "25.00"))
        assert (
            "0 added, 1 changed"
            in (await central.command("publish", central.rows, "--dry-run")).said
        )
        said = await central.publish()
        assert "does not run here" not in said
        await reached(shop, told(said))
        assert (await shop.in_force("offers", "a2"))["offers"][0]["amount"] == "25.00"

        assert "nothing changed" in await central.publish()

        central.write(*ROWS[:-1], price("a2", "-1.00"))
        said = await central.publish()
        assert f"{central.rows}:5: offers a2: negative_amount: " in said
        assert "shops refuse 1 row" in said
        assert (await reached(shop, told(said)))["refused"] == 1
        assert (await shop.in_force("offers", "a2"))["offers"][0]["amount"] == "25.00"


async def test_a_publication_without_a_broker_is_kept_and_served_after_any_crash(
    tmp_path: Path, mosquitto: Mosquitto, central: CentralSide
) -> None:
    at = told(await central.publish())
    mosquitto.stop()
    central.write(*ROWS, price("a3", "30.00"))
    away = await central.command("publish", central.rows)
    assert away.code == 1
    assert (
        f"127.0.0.1:{mosquitto.port}: no broker answers there; the feed is kept" in away.complained
    )
    assert told(away.complained) == (at[0], at[1] + 1)
    mosquitto.start()

    async with shop_of(mosquitto, tmp_path) as shop:
        async with central.serving(signal.SIGKILL):
            await reached(shop, told(away.complained))
        central.write(*ROWS, price("a3", "31.00"))
        async with central.serving():
            await reached(shop, told(await central.publish()))
        assert (await shop.in_force("offers", "a3"))["offers"][0]["amount"] == "31.00"


async def test_a_snapshot_comes_over_http_and_is_the_same_for_ever(
    tmp_path: Path, mosquitto: Mosquitto, central: CentralSide
) -> None:
    at = told(await central.publish("--snapshot"))
    manifests = Listening(mosquitto.broker, topics.MANIFEST)
    async with running(manifests), central.serving():
        said = await manifests.until(lambda one: one["seq"] == at[1])
        manifest = Manifest.model_validate(said)
        assert manifest.min_delta_seq == manifest.snapshot.seq == at[1]
        url = manifest.snapshot.url
        assert url == f"http://127.0.0.1:{central.http}/snapshots/{at[0]}-{at[1]}.ndjson.gz"
        async with httpx.AsyncClient() as client:
            file = await client.get(url)
            assert file.headers["etag"] == f'"{manifest.snapshot.sha256}"'
            again = await client.get(url, headers={"If-None-Match": file.headers["etag"]})
        assert len(gzip.decompress(file.content).splitlines()) == 1 + len(ROWS)
        assert again.status_code == 304

        async with shop_of(mosquitto, tmp_path) as shop:
            position = await reached(shop, at)
            assert position["digest"] == manifest.digest


async def test_rows_that_are_missing_are_not_deleted_unless_meant(central: CentralSide) -> None:
    await central.publish()
    central.write(*ROWS[:2])
    central.write(SHOP, product("a1"))

    refused = await central.command("publish", central.rows)
    assert (refused.code, refused.said) == (1, "")
    assert "of 3 rows that shops have of these kinds, the file lacks 1; add" in refused.complained
    assert "0 added, 0 changed, 3 deleted" in await central.publish("--replace")


async def test_a_line_that_cannot_be_read_stops_a_publication(central: CentralSide) -> None:
    central.rows.write_text(central.rows.read_text() + "not json\n")

    refused = await central.command("publish", central.rows)

    assert refused.code == 1
    assert refused.said.startswith(f"{central.rows}:6: unreadable: not JSON")
    assert "nothing was published: a line that cannot be used" in refused.complained
    assert not (central.state / "deltas.ndjson").read_bytes()


async def test_serve_takes_events_and_answers_requests(
    mosquitto: Mosquitto, central: CentralSide
) -> None:
    at = told(await central.publish())
    link = Link("gw", mosquitto.broker, prefix=PREFIX, client_id="gw")
    answers = Listening(mosquitto.broker, topics.feed_reply("gw-9"), topics.events_ack("gw-9"))
    event = {"id": "e1", "source": "/s042/gw-9", "specversion": "1.0", "type": "x.v1"}
    batch = {
        "gateway": "gw-9",
        "epoch": 1,
        "lane": "scan",
        "first_seq": 1,
        "last_seq": 1,
        "events": [{"seq": 1, "event": event}],
    }
    async with central.serving(), running(link, answers):
        await link.connected.wait()
        await answers.link.connected.wait()
        request = Request(id="r1", epoch=at[0], want="deltas", after_seq=0)
        await link.publish(topics.feed_request("gw-9"), messages.dump(request))
        reply = await answers.until(lambda one: one.get("id") == "r1")
        await link.publish(topics.events_batch("gw-9"), json.dumps(batch).encode())
        ack = await answers.until(lambda one: one.get("lane") == "scan")

    assert [delta["seq"] for delta in reply["deltas"]] == [at[1]]
    assert ack["through_seq"] == 1
    (line,) = (central.state / "events.ndjson").read_text().splitlines()
    assert json.loads(line)["event"] == event


async def test_two_serve_never_answer_for_one_feed(central: CentralSide) -> None:
    nothing = await central.command("serve")
    assert (nothing.code, "anaquel central publish makes it" in nothing.complained) == (1, True)
    await central.publish()
    async with central.serving():
        second = await central.command("serve")
        assert second.code == 1
        assert "another anaquel central serve works there" in second.complained


async def test_watch_says_where_a_shop_stands(
    tmp_path: Path, mosquitto: Mosquitto, central: CentralSide
) -> None:
    central.write(*ROWS, price("a3", "-3.00"))
    at = told(await central.publish("--snapshot"))
    async with central.serving(), shop_of(mosquitto, tmp_path) as shop:
        await reached(shop, at)
        said = await central.command("watch", "--once", "--json", "--wait", "1")
        shown = await central.command("watch", "--once", "--wait", "1")

    found = json.loads(said.said)
    (standing,) = found["gateways"]
    assert (found["store"], found["central"]["seq"]) == ("s042", at[1])
    assert (standing["gateway"], standing["seq"], standing["behind"]) == ("gw-1", at[1], 0)
    assert (standing["equal"], standing["refused"]) == (True, 1)
    assert standing["problems"][0]["code"] == "negative_amount"
    assert "refused offers a3: offers.0.amount: '-3.00' is negative" in " ".join(shown.said.split())


async def test_a_watch_into_a_pipe_tells_each_change_at_once_and_once(
    tmp_path: Path, mosquitto: Mosquitto, central: CentralSide
) -> None:
    at = told(await central.publish())
    async with central.serving(), shop_of(mosquitto, tmp_path) as shop:
        await reached(shop, at)
        watch = await central.start("watch", "--config", central.config)
        stdout = watch.stdout
        assert stdout is not None
        said: list[str] = []

        async def until(part: str) -> None:
            async with asyncio.timeout(PATIENCE_S):
                while not any(part in line for line in said):
                    line = (await stdout.readline()).decode()
                    assert line, said
                    said.append(line.partition(" ")[2].strip())

        await until(f"seq {at[1]}, behind 0, digest equal, refused 0")
        central.write(*ROWS, price("a3", "-3.00"))
        at = told(await central.publish())
        await until(f"seq {at[1]}, behind 0, digest equal, refused 1")
        await until("gw-1: refused offers a3: offers.0.amount: '-3.00' is negative")
        watch.send_signal(signal.SIGTERM)
        _, complained = await watch.communicate()

    assert (watch.returncode, complained) == (0, b"")
    assert len(said) == len(set(said)), "what was said is not said again"


async def test_a_watch_whose_reader_has_seen_enough_ends_without_a_word(
    mosquitto: Mosquitto, central: CentralSide
) -> None:
    del mosquitto
    await central.publish()
    watch = shlex.join([sys.executable, "-m", "gateway", "central", "watch"])
    line = f"{watch} --config {central.config} | head -n 1; echo ${{PIPESTATUS[0]}}"
    async with central.serving(), asyncio.timeout(PATIENCE_S):
        process = await asyncio.create_subprocess_exec(
            *("bash", "-c", line), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
        )
        assert process.stdout is not None
        first = await process.stdout.readline()
        central.write(*ROWS, price("a3", "3.00"))
        await central.publish()
        said, complained = await process.communicate()
    assert b"central" in first
    assert (said, complained) == (b"0\n", b"")


async def test_watch_once_tells_the_prices_that_serve_was_told_before(
    mosquitto: Mosquitto, central: CentralSide
) -> None:
    event = {
        "id": "e1",
        "source": "/s042/gw-9",
        "specversion": "1.0",
        "time": "2026-11-22T16:00:00Z",
        "type": "io.anaquel.price.shown.v1",
        "subject": "product/a1",
        "data": {"labels": 3, "shown": 2},
    }
    batch = {
        "gateway": "gw-9",
        "epoch": 1,
        "lane": "keep",
        "first_seq": 1,
        "last_seq": 1,
        "events": [{"seq": 1, "event": event}],
        "gaps": [],
    }
    await central.publish()
    listening = Listening(mosquitto.broker, "events/ack/gw-9")
    async with central.serving(), running(listening):
        await listening.link.connected.wait()
        await listening.link.publish("events/batch/gw-9", json.dumps(batch).encode())
        await listening.until(lambda ack: ack["through_seq"] == 1)
        shown = await central.command("watch", "--once", "--wait", "0.5")
        said = await central.command("watch", "--once", "--json", "--wait", "0.5")

    assert "gw-9: product/a1: shown on 2 of 3 labels" in shown.said
    (standing,) = json.loads(said.said)["gateways"]
    assert standing["prices"] == [{"subject": "product/a1", "labels": 3, "shown": 2}]


async def test_a_shop_that_asks_for_signatures_gets_them(
    tmp_path: Path, mosquitto: Mosquitto, central: CentralSide
) -> None:
    pem = central.folder / "central-1.pem"
    made = await central.command("key", "central-1", "--out", pem)
    public = re.search(r'"central-1" = "(\S+)"', made.said)
    assert public is not None, made
    assert pem.stat().st_mode & 0o077 == 0
    again = await central.command("key", "central-1", "--out", pem)
    assert (again.code, "keys are not replaced" in again.complained) == (1, True)

    unsigned = told(await central.publish())
    with central.config.open("a") as file:
        file.write(f'[sign]\nkey_id = "central-1"\nkey_file = "{pem.name}"\n')
    keys = {"keys": {"central-1": public[1]}, "require_signature": True}
    async with central.serving(), shop_of(mosquitto, tmp_path, central=keys) as shop:
        await reached(shop, unsigned)
        central.write(*ROWS, price("a3", "30.00"))
        await reached(shop, told(await central.publish()))
        said = await central.command("watch", "--once", "--json", "--wait", "1")

    assert json.loads(said.said)["gateways"][0]["equal"] is True


async def test_a_price_that_a_shop_holds_is_accepted_by_a_word_of_central_s(
    tmp_path: Path, mosquitto: Mosquitto, central: CentralSide
) -> None:
    at = told(await central.publish())
    async with central.serving(), shop_of(mosquitto, tmp_path) as shop:
        await reached(shop, at)
        central.write(*ROWS[:-1], price("a2", "1.00"))
        at = told(await central.publish())
        assert (await reached(shop, at))["held"] == 1
        assert (await shop.in_force("offers", "a2"))["offers"][0]["amount"] == "20.00"
        assert "nothing changed" in await central.publish("--accept")
        await shop.positions.until(
            lambda said: (said["epoch"], said["seq"]) == at and said["held"] == 0
        )
        assert (await shop.in_force("offers", "a2"))["offers"][0]["amount"] == "1.00"


async def test_a_command_lists_what_a_shop_holds_and_another_accepts_it(
    tmp_path: Path, mosquitto: Mosquitto, central: CentralSide
) -> None:
    at = told(await central.publish())
    async with central.serving(), shop_of(mosquitto, tmp_path) as shop:
        await reached(shop, at)
        central.write(*ROWS[:-1], price("a2", "1.00"))
        at = told(await central.publish())
        await reached(shop, at)
        listed = await central.command("held", "gw-1")
        before = await central.command("accept", "gw-1", "--seq", str(at[1] - 1))
        assert (await shop.in_force("offers", "a2"))["offers"][0]["amount"] == "20.00"
        accepted = await central.command("accept", "gw-1")
        assert (await shop.in_force("offers", "a2"))["offers"][0]["amount"] == "1.00"
        none = await central.command("held", "gw-1", "--json")
        nobody = await central.command("held", "gw-2")
        unnamed = await central.command("accept", "gw/+")

    assert listed.said == (
        f"gw-1 holds 1 row up to epoch {at[0]} seq {at[1]}\n"
        f"  held_price_away: 1 row, open, sent with seq {at[1]}\n"
    )
    assert before.said == "gw-1: 0 rows went into force; 1 still held\n"
    assert accepted.said == "gw-1: 1 row went into force; 0 still held\n"
    assert json.loads(none.said) == {"epoch": at[0], "seq": at[1], "held": 0, "holds": []}
    assert (nobody.code, unnamed.code) == (1, 1)
    assert nobody.complained.startswith("anaquel: gw-2: does not answer within 10 s; ")
    assert unnamed.complained.startswith("anaquel: gw/+: is no gateway's name; ")


async def test_check_listens_to_a_topic(mosquitto: Mosquitto, central: CentralSide) -> None:
    link = Link("central", mosquitto.broker, prefix=PREFIX, client_id="central")
    bad = {"kind": "offers", "key": "a1", "value": {"currency": "PESO", "offers": []}}
    delta = {"epoch": 1, "prev_seq": 0, "seq": 1, "changes": [bad]}
    async with running(link), asyncio.TaskGroup() as group:
        await link.connected.wait()
        await link.publish(topics.DELTA, b"not json", retain=True)
        await link.publish(topics.MANIFEST, json.dumps(delta).encode(), retain=True)
        check = group.create_task(central.command("check", f"{PREFIX}/feed/#", "--seconds", "2"))
    ended = check.result()

    assert ended.code == 1
    assert "feed/delta: unreadable: not JSON in UTF-8" in ended.said
    assert "feed/manifest: bad_message: min_delta_seq: Field required" in ended.said
    assert "2 messages with 0 rows: 2 faults for which" in ended.said


async def test_check_tells_a_file_and_its_lines(central: CentralSide) -> None:
    good = await central.command("check", central.rows)
    central.write(*ROWS, price("a3", "3.00", "PESO"))
    bad = await central.command("check", central.rows)
    other = await central.command("check", "anaquel/v1/s043/feed/delta")
    none = await central.command("check", "rows")

    assert good == Ended(0, "5 rows: a shop takes all of it.\n", "")
    assert bad.code == 1
    assert bad.said.startswith(f"{central.rows}:6: offers a3: unknown_currency: currency: 'PESO'")
    assert bad.said.endswith("6 rows: 1 refused.\n")
    assert "is not below anaquel/v1/s042" in other.complained
    assert "there is no such file or folder" in none.complained
