"""The staff site over HTTPS from the first start, and certificates that change while it serves."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import httpx
import pytest
import structlog
from cryptography import x509
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from typing_extensions import override

from gateway.clock import CheckedClock, Clock, ShiftedClock, SystemClock
from gateway.settings import Listen, Settings
from gateway.store import tasks
from gateway.store.database import FILE, Database
from gateway.web.serving import Served, Serving
from gateway.web.streams import Event, Streams
from gateway.web.tls import authority, keeping, pair
from gateway.web.tls.keeping import Certificates
from gateway.web.tls.names import Machine
from tests.support import settings as make_settings
from tests.support.certificates import Authority, Signed
from tests.support.running import PATIENCE_S, one_turn, running

ANY_PORT = Listen(host="127.0.0.1", port=0)
SHOP = Machine(
    names=("anaquel.local", "caja.local", "localhost"),
    addresses=(IPv4Address("192.168.1.10"), IPv4Address("127.0.0.1")),
)


def app(streams: Streams | None = None) -> Starlette:
    async def hello(request: Request) -> Response:
        return PlainTextResponse(request.url.scheme)

    async def events(_: Request) -> Response:
        assert streams is not None
        return streams.response()

    return Starlette(routes=[Route("/", hello), Route("/events", events)])


class Box:
    """Its certificates, and a site that serves with them."""

    def __init__(
        self, settings: Settings, database: Database, clock: Clock, machine: Machine = SHOP
    ) -> None:
        self.machine = machine
        self.database = database
        self.certificates = Certificates(database, clock, settings, machine=lambda: self.machine)
        self.folder = settings.data.folder / "certificates"
        self.streams = Streams()
        self.port = 0

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[None]:
        await self.certificates.begin()
        serving = Serving(
            [Served(name="staff", app=app(self.streams), listen=ANY_PORT)],
            tls=self.certificates.contexts,
            before_stop=self.streams.close,
        )
        address = serving.bind()["staff"]
        assert address.startswith("https://127.0.0.1:")
        self.port = int(address.rpartition(":")[2])
        async with running(serving):
            yield

    def trust(self) -> ssl.SSLContext:
        der, _ = self.certificates.authority()
        return trusting(der)

    async def shown(self, trusted: ssl.SSLContext, name: str = "anaquel.local") -> x509.Certificate:
        """What a client that trusts this and asks for that name is shown."""
        return await greeted(self.port, trusted, name)

    async def wrong(self) -> dict[str, str]:
        found = await self.database.read(lambda rows: tasks.of_kind(rows, keeping.TASK))
        return {one.key: str(one.detail["message"]) for one in found}


def trusting(der: bytes) -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.load_verify_locations(cadata=der)
    return context


async def greeted(port: int, trusted: ssl.SSLContext, name: str) -> x509.Certificate:
    _, writer = await asyncio.open_connection("127.0.0.1", port, ssl=trusted, server_hostname=name)
    found = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
    writer.close()
    await writer.wait_closed()
    return x509.load_der_x509_certificate(found)


def put(signed: Signed, folder: Path) -> tuple[Path, Path]:
    """As an ACME client does: each file replaced at once."""
    folder.mkdir(exist_ok=True)
    for name, file in (("cert.pem", signed.certificate), ("key.pem", signed.key)):
        (folder / f"{name}.new").write_bytes(file.read_bytes())
        (folder / f"{name}.new").replace(folder / name)
    return folder / "cert.pem", folder / "key.pem"


def staff(folder: Path, **more: Any) -> Settings:
    made = make_settings.make(folder, sites={"staff": {"host": "127.0.0.1", "port": 0, **more}})
    made.data.folder.mkdir(mode=0o700, exist_ok=True)
    return made


MakeBox = Callable[..., Box]


@pytest.fixture
async def box(tmp_path: Path) -> AsyncIterator[MakeBox]:
    clock = SystemClock()
    made = staff(tmp_path)
    async with Database(made.data.folder / FILE) as database:

        def make(clock: Clock = clock, machine: Machine = SHOP, **more: Any) -> Box:
            return Box(staff(tmp_path, **more), database, clock, machine)

        yield make


async def test_the_first_start_makes_a_certificate_that_whoever_trusts_the_box_accepts(
    box: MakeBox,
) -> None:
    one = box()
    async with one.serving():
        for name in ("anaquel.local", "caja.local", "127.0.0.1"):
            assert pair.names_of(await one.shown(one.trust(), name))[0] == "anaquel.local"
        with pytest.raises(ssl.SSLCertVerificationError, match="mismatch"):
            await one.shown(one.trust(), "other.local")
        with pytest.raises(ssl.SSLCertVerificationError, match="issuer"):
            await one.shown(ssl.create_default_context())
        async with httpx.AsyncClient(verify=one.trust()) as client:
            answer = await client.get(f"https://127.0.0.1:{one.port}/")
        assert answer.text == "https"
    assert one.folder.stat().st_mode & 0o777 == 0o700
    modes = {file.name: file.stat().st_mode & 0o777 for file in one.folder.iterdir()}
    assert modes == {"authority.pem": 0o600, "staff.pem": 0o600}


async def test_the_next_start_shows_the_same_and_a_damaged_one_is_made_anew(box: MakeBox) -> None:
    one, again, mended = box(), box(), box()
    await one.certificates.begin()
    await again.certificates.begin()
    assert one.certificates.staff.pair is not None
    assert again.certificates.staff.pair is not None
    assert one.certificates.staff.pair.sha256 == again.certificates.staff.pair.sha256
    assert one.certificates.authority() == again.certificates.authority()
    (one.folder / "staff.pem").write_bytes(b"cut short")
    async with mended.serving():
        await mended.shown(one.trust())


async def test_another_name_or_address_is_shown_at_once_and_the_authority_stays(
    box: MakeBox,
) -> None:
    one = box()
    async with one.serving():
        before = one.trust()
        one.machine = Machine(
            names=(*SHOP.names, "tienda.local"), addresses=(IPv4Address("10.0.0.7"),)
        )
        await one.certificates.look()
        await one.shown(before, "tienda.local")
        await one.shown(before, "10.0.0.7")


async def test_a_name_that_the_settings_add_gets_an_authority_that_may_sign_for_it(
    box: MakeBox,
) -> None:
    one = box()
    await one.certificates.begin()
    machine = Machine(names=(*SHOP.names, "caja.example.com"), addresses=SHOP.addresses)
    other = box(machine=machine, names=["caja.example.com"])
    async with other.serving():
        await other.shown(other.trust(), "caja.example.com")
        with pytest.raises(ssl.SSLCertVerificationError):
            await other.shown(one.trust(), "caja.example.com")


async def test_it_is_renewed_before_its_end_without_closing_a_connection(
    box: MakeBox, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = ShiftedClock(SystemClock())
    monkeypatch.setattr(authority, "_EARLIEST", clock.now() - timedelta(days=500))
    clock.advance(timedelta(days=-410))
    one = box(clock)
    async with one.serving(), asyncio.TaskGroup() as group:
        trusted, heard, opened = one.trust(), asyncio.Queue[str](), asyncio.Event()

        async def listen() -> None:
            url = f"https://127.0.0.1:{one.port}/events"
            async with (
                httpx.AsyncClient(verify=trusted, timeout=PATIENCE_S) as client,
                client.stream("GET", url) as answer,
            ):
                async for line in answer.aiter_lines():
                    opened.set()
                    if line.startswith("data"):
                        await heard.put(line)
                        return

        group.create_task(listen())
        await opened.wait()
        first = await one.shown(trusted)
        clock.advance(timedelta(days=410))
        await one.certificates.look()
        second = await one.shown(trusted)
        assert second.not_valid_after_utc >= clock.now() + timedelta(days=400)
        assert second.serial_number != first.serial_number
        one.streams.publish(Event(name="label", data="1"))
        async with asyncio.timeout(PATIENCE_S):
            assert await heard.get() == "data: 1"


class Slow(SystemClock):
    """A machine that woke up in 1970."""

    def __init__(self) -> None:
        self.away = timedelta(days=20_000)

    @override
    def now(self) -> datetime:
        return super().now() - self.away


async def test_a_box_that_wakes_up_in_1970_is_accepted_and_mends_it_when_it_knows(
    box: MakeBox, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = Slow()
    monkeypatch.setattr(authority, "_EARLIEST", SystemClock().now() - timedelta(days=30))
    clock = CheckedClock(machine)
    clock.begin(None)
    one = box(clock)
    async with one.serving():
        trusted = one.trust()
        first = await one.shown(trusted)
        await one.certificates.look()
        assert await one.shown(trusted) == first, "nothing is known yet"
        machine.away = timedelta(days=-400)
        clock.trust()
        await one.certificates.look()
        shown = one.certificates.staff.pair
        assert shown is not None
        assert shown.ends > clock.now() + timedelta(days=400)


@pytest.mark.parametrize("rsa_key", [False, True])
async def test_a_given_certificate_is_shown_and_reloaded_when_its_files_change(
    tmp_path: Path, box: MakeBox, *, rsa_key: bool
) -> None:
    public = Authority(tmp_path, SystemClock().now(), "public")
    files = put(public.sign("localhost"), tmp_path / "given")
    one = box(certificate=files[0], key=files[1])
    trusted = ssl.create_default_context(cafile=public.file)
    async with one.serving():
        first = await one.shown(trusted, "localhost")
        put(public.sign("localhost", days=90, rsa_key=rsa_key), tmp_path / "given")
        await one.certificates.look()
        second = await one.shown(trusted, "localhost")
        assert second.not_valid_after_utc < first.not_valid_after_utc
        assert await one.wrong() == {}


async def test_a_broken_pair_leaves_the_last_good_one_and_is_a_task_until_it_is_mended(
    tmp_path: Path, box: MakeBox
) -> None:
    public = Authority(tmp_path, SystemClock().now(), "public")
    good, other = public.sign("localhost"), public.sign("localhost", days=90)
    certificate, key = put(good, tmp_path / "given")
    one = box(certificate=certificate, key=key)
    trusted = ssl.create_default_context(cafile=public.file)
    async with one.serving():
        first = await one.shown(trusted, "localhost")
        for content, why in {
            other.key.read_bytes(): f"{key}: is not the key of {certificate}; write both anew",
            b"no key": f"{key}: holds no key that can be used; it must be PEM and without a",
        }.items():
            key.write_bytes(content)
            with structlog.testing.capture_logs() as lines:
                await one.certificates.look()
                await one.certificates.look()
            told = await one.wrong()
            assert told["staff"].startswith(why)
            assert [line["log_level"] for line in lines] == ["error"]
            assert await one.shown(trusted, "localhost") == first
        key.unlink()
        await one.certificates.look()
        assert await one.wrong() == {"staff": f"{key}: is not there"}
        put(other, tmp_path / "given")
        await one.certificates.look()
        assert await one.wrong() == {}
        assert await one.shown(trusted, "localhost") != first


async def test_a_given_pair_that_never_was_good_leaves_the_site_with_the_boxs_own(
    tmp_path: Path, box: MakeBox
) -> None:
    one = box(certificate=tmp_path / "none.pem", key=tmp_path / "none.key")
    async with one.serving():
        await one.shown(one.trust())
        await one.certificates.look()
        assert await one.wrong() == {"staff": f"{tmp_path / 'none.pem'}: is not there"}


async def test_the_service_looks_by_itself(box: MakeBox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "LOOK_S", 0.02)
    one = box()
    await one.certificates.begin()
    before = one.certificates.staff.pair
    async with asyncio.timeout(PATIENCE_S), running(one.certificates):
        one.machine = Machine(names=("anaquel.local", "new.local"), addresses=())
        while one.certificates.staff.pair is before:
            await one_turn()
