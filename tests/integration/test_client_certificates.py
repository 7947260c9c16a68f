"""A broker that knows its clients by certificate, and certificates that are rotated meanwhile."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import structlog

from device_drivers.links.messages import LinkDownError
from gateway.broker import credentials
from gateway.broker.link import Link
from gateway.clock import SystemClock
from gateway.settings import Broker
from tests.support.certificates import Authority, Signed
from tests.support.mosquitto import Mosquitto, free_port
from tests.support.running import PATIENCE_S, PREFIX, Listening, one_turn, running

Lines = list[structlog.typing.EventDict]


@dataclass
class Secured:
    """A broker with a plain listener for the test and one that asks for certificates.

    ``served`` are the broker's own files, ``ours`` those of the gateway.
    """

    mosquitto: Mosquitto
    folder: Path
    port: int

    @property
    def broker(self) -> Broker:
        """How a gateway reaches it."""
        ours = self.folder / "ours"
        return self.mosquitto.broker.model_copy(
            update={
                "host": "localhost",
                "port": self.port,
                "tls": True,
                "ca_file": ours / "ca.pem",
                "cert_file": ours / "cert.pem",
                "key_file": ours / "key.pem",
            }
        )

    def write(self, whose: str, signed: Signed, *authorities: Authority) -> None:
        """New files, each replaced at once, as tools for it do."""
        folder = self.folder / whose
        folder.mkdir(exist_ok=True)
        trusted = b"".join(one.file.read_bytes() for one in authorities)
        for name, content in {
            "ca.pem": trusted,
            "cert.pem": signed.certificate.read_bytes(),
            "key.pem": signed.key.read_bytes(),
        }.items():
            (folder / f"{name}.new").write_bytes(content)
            (folder / f"{name}.new").replace(folder / name)

    def reload(self) -> None:
        """Have the broker read its files again; connections stay."""
        os.kill(self.mosquitto.pid, signal.SIGHUP)


@dataclass
class Authorities:
    """The one that goes and the one that comes."""

    old: Authority
    new: Authority


@pytest.fixture
def authorities(tmp_path: Path) -> Authorities:
    now = SystemClock().now()
    return Authorities(Authority(tmp_path, now, "old"), Authority(tmp_path, now, "new"))


@pytest.fixture
def secured(tmp_path: Path, authorities: Authorities) -> Iterator[Secured]:
    port, served = free_port(), tmp_path / "served"
    lines = (
        f"listener {port} 127.0.0.1",
        f"cafile {served / 'ca.pem'}",
        f"certfile {served / 'cert.pem'}",
        f"keyfile {served / 'key.pem'}",
        "require_certificate true",
        "allow_anonymous true",
    )
    mosquitto = Mosquitto(tmp_path / "mosquitto", persistence=True, extra="\n".join(lines))
    there = Secured(mosquitto=mosquitto, folder=tmp_path, port=port)
    both = (authorities.old, authorities.new)
    there.write("served", authorities.old.sign("localhost"), *both)
    there.write("ours", authorities.old.sign("gw-1"), authorities.old)
    mosquitto.start()
    yield there
    mosquitto.kill()


@pytest.fixture(autouse=True)
def looks_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(credentials, "LOOK_S", 0.05)


class Counting:
    """Publishes 0, 1, 2, ...: each again until the broker has it, as the database would."""

    name = "counting"

    def __init__(self, link: Link) -> None:
        self.sent = 0
        self._link = link

    async def run(self) -> None:
        while True:
            await self._link.connected.wait()
            try:
                await self._link.publish("count", b"%d" % self.sent)
            except LinkDownError:
                await one_turn()
            else:
                self.sent += 1


@asynccontextmanager
async def counted(secured: Secured, link: Link) -> AsyncIterator[tuple[Counting, Listening]]:
    listening = Listening(secured.mosquitto.broker, "count")
    async with running(listening):
        await listening.link.connected.wait()
        counting = Counting(link)
        async with asyncio.timeout(PATIENCE_S), asyncio.TaskGroup() as group:
            tasks = [group.create_task(one.run()) for one in (link, counting)]
            yield counting, listening
            last = counting.sent + 20
            await listening.until(lambda number: number >= last)
            for task in tasks:
                task.cancel()
    numbers = [int(one.payload) for one in listening.heard]
    assert list(dict.fromkeys(numbers)) == list(range(max(numbers) + 1))


def count(lines: Lines, event: str) -> int:
    """How often it was said of the broker's encrypted side."""
    return sum(line["event"] == event and "localhost" in line["broker"] for line in lines)


async def until(lines: Lines, event: str, times: int = 1) -> None:
    while count(lines, event) < times:
        await one_turn()


def link_to(broker: Broker) -> Link:
    return Link("test", broker, prefix=PREFIX, client_id="gw-1")


async def test_authority_and_certificate_are_rotated_while_publishing_goes_on(
    secured: Secured, authorities: Authorities
) -> None:
    old, new = authorities.old, authorities.new
    link = link_to(secured.broker)
    with structlog.testing.capture_logs() as lines:
        async with counted(secured, link) as (counting, listening):
            await listening.until(lambda number: number >= 50)
            # Mosquitto reads its own certificate anew on SIGHUP, and keeps its connections.
            secured.write("ours", new.sign("gw-1"), old, new)
            await until(lines, "broker connected", 2)
            secured.write("served", new.sign("localhost"), old, new)
            secured.reload()
            at = counting.sent
            await listening.until(lambda number: number >= at + 50)
            secured.write("ours", new.sign("gw-1", days=200), new)
            await until(lines, "broker connected", 3)
            at = counting.sent
            await listening.until(lambda number: number >= at + 50)
            assert count(lines, "broker lost") == count(lines, "broker away") == 0
            # Whom it trusts it reads at its start.
            secured.write("served", new.sign("localhost", days=200), new)
            await asyncio.to_thread(secured.mosquitto.restart)
            await until(lines, "broker connected", 4)
    assert count(lines, "broker left for new certificates") == 2


async def test_files_that_do_not_fit_together_leave_the_connection_alone(
    secured: Secured, authorities: Authorities
) -> None:
    link, ours = link_to(secured.broker), secured.folder / "ours"
    kept = ours / "kept"
    with structlog.testing.capture_logs() as lines:  # DBG
        async with counted(secured, link) as (_, listening):
            await listening.until(lambda number: number >= 20)
            other = authorities.old.sign("gw-1", days=100)
            shutil.copy(other.key, ours / "key.pem")
            await until(lines, "new certificates cannot be used; the last good ones stay")
            assert link.connected.is_set()
            await asyncio.to_thread(secured.mosquitto.restart)
            await until(lines, "broker lost")
            await link.connected.wait()
            shutil.copy(other.certificate, kept)
            kept.replace(ours / "cert.pem")
            await until(lines, "broker left for new certificates")
            await link.connected.wait()
    wrong = [line for line in lines if line["log_level"] == "error"]
    assert [line["why"] for line in wrong] == ["the key does not belong to the certificate"]


async def test_new_ones_that_the_broker_does_not_take_yet_give_way_to_the_old_ones(
    secured: Secured, authorities: Authorities
) -> None:
    link, other = link_to(secured.broker), Authority(secured.folder, SystemClock().now(), "other")
    with structlog.testing.capture_logs() as lines:
        async with counted(secured, link) as (counting, listening):
            await listening.until(lambda number: number >= 20)
            secured.write("ours", other.sign("gw-1"), authorities.old)
            await until(lines, "broker left for new certificates")
            await until(lines, "broker connected", 2)
            at = counting.sent
            await listening.until(lambda number: number >= at + 20)
            secured.write("served", authorities.old.sign("localhost"), authorities.old, other)
            await asyncio.to_thread(secured.mosquitto.restart)
            await until(lines, "broker connected", 3)
    away = [line for line in lines if line["event"] == "broker away"]
    assert "cert_file" in away[0]["next"]


async def test_without_a_certificate_it_is_said_what_is_missing(secured: Secured) -> None:
    bare = secured.broker.model_copy(update={"cert_file": None, "key_file": None})
    with structlog.testing.capture_logs() as lines:  # DBG
        async with asyncio.timeout(PATIENCE_S), running(link_to(bare)):
            await until(lines, "broker away")
    away = next(line for line in lines if line["event"] == "broker away")
    assert "cert_file" in away["next"]
