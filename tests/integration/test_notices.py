"""Notices over real HTTP and SMTP: signed, checked, tried again, never into the shop's network."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import random
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import structlog
from starlette.responses import RedirectResponse, Response

from gateway.clock import ShiftedClock, SystemClock
from gateway.notices.service import Notices
from gateway.store import notices, tasks
from gateway.store.database import Database
from gateway.store.notices import Receiver
from tests.support import settings as make_settings
from tests.support.certificates import Authority
from tests.support.hooks import Got, Hook
from tests.support.mail_server import PASSWORD, USER, MailServer, mail_server
from tests.support.running import PATIENCE_S, running
from tests.support.serving import serving

KEY = b"0123456789abcdef0123456789abcdef"
SECRET = "whsec_" + base64.b64encode(KEY).decode()
HOOK, MAIL = "webhooks.erp", "mail.manager"


class Box:
    """A box with its notices, and who they go to."""

    def __init__(self, database: Database, folder: Path, section: Mapping[str, Any]) -> None:
        self.database = database
        self.clock = ShiftedClock(SystemClock())
        settings = make_settings.make(folder, notices=dict(section))
        self.notices = Notices(
            database, self.clock, settings, dict, every_s=0.02, rng=random.Random(7)
        )

    async def until(self, receiver: str, **wanted: Any) -> Receiver:
        """Wait until it stands so with a receiver."""
        subscription = self.database.changes.subscribe(notices.TABLE)
        async with asyncio.timeout(PATIENCE_S):
            while True:
                found = await self.database.read(lambda rows: notices.receiver(rows, receiver))
                if all(getattr(found, name) == value for name, value in wanted.items()):
                    return found
                await subscription.next()

    async def tasks(self) -> dict[str, Any]:
        found = await self.database.read(lambda rows: tasks.of_kind(rows, "notice_failed"))
        return {one.key: one.detail["trouble"] for one in found}


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    async with Database(tmp_path / "data" / "anaquel.db") as one:
        yield one


def hook_of(folder: Path, url: str, **given: Any) -> dict[str, Any]:
    """The section of one webhook, with its files."""
    (folder / "erp.url").write_text(f"{url}\n")
    (folder / "erp.secret").write_text(SECRET)
    way = {"url_file": folder / "erp.url", "secret_file": folder / "erp.secret", "private": True}
    return {"webhooks": {"erp": way | given}}


@asynccontextmanager
async def told_by_http(
    database: Database, folder: Path, hook: Hook, **given: Any
) -> AsyncIterator[Box]:
    """A box that tells ``hook``, and has just been asked for a test."""
    async with serving(hook.app) as url:
        section = await asyncio.to_thread(hook_of, folder, f"{url}/in?token=geheim", **given)
        box = Box(database, folder, section)
        async with running(box.notices):
            assert await box.notices.test(HOOK)
            yield box


def assert_signed(got: Got) -> None:
    """Verified as the specification says, with nothing of ours."""
    content = f"{got.id}.{got.headers['webhook-timestamp']}.".encode() + got.body
    expected = base64.b64encode(hmac.new(KEY, content, hashlib.sha256).digest()).decode()
    assert got.headers["webhook-signature"] == f"v1,{expected}"


async def test_a_webhook_arrives_signed_and_again_with_the_same_id_until_it_is_taken(
    database: Database, tmp_path: Path
) -> None:
    hook = Hook()
    hook.answers = [
        Response(status_code=500),
        Response(status_code=429, headers={"Retry-After": "60"}),
    ]
    async with told_by_http(database, tmp_path, hook) as box:
        await box.until(HOOK, trouble="http_500")
        box.clock.advance(timedelta(seconds=11))
        await box.until(HOOK, trouble="http_429")
        box.clock.advance(timedelta(seconds=30))
        await box.notices.look()
        assert len(hook.got) == 2, "it asked for a minute"
        box.clock.advance(timedelta(seconds=31))
        await box.until(HOOK, trouble=None, waiting=0)
    assert len(hook.got) == 3
    assert len({(got.id, got.body) for got in hook.got}) == 1
    assert len({got.headers["webhook-timestamp"] for got in hook.got}) == 3
    for got in hook.got:
        assert_signed(got)
    assert json.loads(hook.got[0].body)["type"] == "test"


async def test_a_redirect_is_not_followed(database: Database, tmp_path: Path) -> None:
    hook = Hook()
    hook.answers = [RedirectResponse("/elsewhere", 307)]
    async with told_by_http(database, tmp_path, hook) as box:
        await box.until(HOOK, trouble="http_307")
    assert [got.path for got in hook.got] == ["/in"]


async def test_one_that_is_gone_is_left_alone_until_somebody_asks_for_a_test(
    database: Database, tmp_path: Path
) -> None:
    hook = Hook()
    hook.answers = [Response(status_code=410)]
    async with told_by_http(database, tmp_path, hook) as box:
        await box.until(HOOK, closed=True, waiting=0)
        assert await box.tasks() == {HOOK: "http_410"}
        await database.write(
            lambda rows: tasks.open_(rows, "hold", "1", {}, box.clock.now() - timedelta(hours=1))
        )
        for _ in range(3):
            box.clock.advance(timedelta(minutes=5))
            await box.notices.look()
        assert (await box.until(HOOK)).waiting == 0
        assert await box.notices.test(HOOK)
        await box.until(HOOK, closed=False, trouble=None, waiting=0)
        assert not await box.tasks()


@pytest.mark.parametrize(
    ("address", "trouble"),
    [
        ("https://localhost:{port}/in", "address_inside"),
        ("https://127.0.0.1:{port}/in", "address_refused"),
        ("http://localhost:{port}/in", "address_refused"),
    ],
)
async def test_nothing_goes_into_the_shops_network_unless_that_is_allowed(
    database: Database, tmp_path: Path, address: str, trouble: str
) -> None:
    touched = asyncio.Event()

    def touch(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        touched.set()
        writer.close()

    async with await asyncio.start_server(touch, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        section = await asyncio.to_thread(
            hook_of, tmp_path, address.format(port=port), private=False
        )
        box = Box(database, tmp_path, section)
        async with running(box.notices):
            await box.notices.test(HOOK)
            await box.until(HOOK, trouble=trouble)
    assert not touched.is_set()


@pytest.mark.parametrize("right", [True, False])
async def test_the_certificate_is_checked_against_the_name_though_the_address_is_pinned(
    database: Database,
    tmp_path: Path,
    right: bool,  # noqa: FBT001 - a table's column
) -> None:
    now = SystemClock().now()
    authority = await asyncio.to_thread(Authority, tmp_path, now)
    signed = await asyncio.to_thread(authority.sign, "localhost" if right else "other.test")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    await asyncio.to_thread(context.load_cert_chain, signed.certificate, signed.key)
    heard: list[bytes] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0, ssl=context) as server:
        port = server.sockets[0].getsockname()[1]
        section = await asyncio.to_thread(
            hook_of, tmp_path, f"https://localhost:{port}/in", ca_file=authority.file
        )
        box = Box(database, tmp_path, section)
        async with running(box.notices):
            await box.notices.test(HOOK)
            await box.until(HOOK, trouble=None if right else "tls", waiting=int(not right))
            if not right:
                return
            await box.until(HOOK, waiting=0)
    assert f"\r\nhost: localhost:{port}\r\n".encode() in heard[0].lower()


async def test_one_that_hangs_keeps_nobody_else_from_theirs(
    database: Database, tmp_path: Path
) -> None:
    stuck = asyncio.Event()
    hanging, other = Hook(before=lambda _: _forever(stuck)), Hook()
    async with serving(hanging.app) as slow, serving(other.app) as quick:
        (tmp_path / "slow.url").write_text(f"{slow}/in")
        section = await asyncio.to_thread(hook_of, tmp_path, f"{quick}/in")
        section["webhooks"]["slow"] = {
            "format": "slack",
            "url_file": tmp_path / "slow.url",
            "private": True,
        }
        box = Box(database, tmp_path, section)
        async with running(box.notices):
            await box.notices.test("webhooks.slow")
            async with asyncio.timeout(PATIENCE_S):
                await hanging.until(1)
            await box.notices.test(HOOK)
            await box.until(HOOK, trouble=None, waiting=0)
            assert len(other.got) == 1
        stuck.set()


async def _forever(event: asyncio.Event) -> None:
    await event.wait()


async def test_no_secret_reaches_the_log_or_the_database(
    database: Database, tmp_path: Path
) -> None:
    hook = Hook()
    hook.answers = [Response(status_code=500), Response(status_code=410)]
    with structlog.testing.capture_logs() as lines:
        async with told_by_http(database, tmp_path, hook) as box:
            await box.until(HOOK, trouble="http_500")
            box.clock.advance(timedelta(seconds=11))
            await box.until(HOOK, closed=True)
    assert [line["event"] for line in lines if line["event"].startswith("a ")] == [
        "a notice does not arrive",
        "a receiver of notices wants no more of them",
    ]
    stored = await asyncio.to_thread(
        lambda: b"".join(file.read_bytes() for file in (tmp_path / "data").glob("anaquel.db*"))
    )
    assert b"msg_" in stored
    for secret in ("geheim", SECRET, SECRET[6:]):
        assert secret not in str(lines)
        assert secret.encode() not in stored


def mail_of(server: MailServer, **given: Any) -> dict[str, Any]:
    smtp = {"host": "localhost", "port": server.port, "sender": "anaquel@example.com"}
    smtp |= {"private": True, "encryption": "none"} | given
    return {"smtp": smtp, "mail": {"manager": {"to": "ana@example.com"}}}


@asynccontextmanager
async def told_by_mail(
    database: Database, folder: Path, server: MailServer, **given: Any
) -> AsyncIterator[Box]:
    box = Box(database, folder, mail_of(server, **given))
    async with running(box.notices):
        assert await box.notices.test(MAIL)
        yield box


async def test_mail_arrives_encrypted_with_a_password_and_under_the_same_id(
    database: Database, tmp_path: Path
) -> None:
    authority = await asyncio.to_thread(Authority, tmp_path, SystemClock().now())
    signed = await asyncio.to_thread(authority.sign, "localhost")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    await asyncio.to_thread(context.load_cert_chain, signed.certificate, signed.key)
    (tmp_path / "smtp.password").write_text(f"{PASSWORD}\n")
    given = {
        "encryption": "starttls",
        "username": USER,
        "password_file": tmp_path / "smtp.password",
        "ca_file": authority.file,
    }
    async with (
        mail_server(context) as server,
        told_by_mail(database, tmp_path, server, **given) as box,
    ):
        await box.until(MAIL, trouble=None, waiting=0)
    [message] = server.messages
    assert (server.encrypted, server.signed_in) == (1, 1)
    assert server.recipients == ["ana@example.com"]
    assert message["Subject"] == "s042: Prueba: los avisos de esta tienda llegan aquí"
    assert message.get_content().strip() == message["Subject"]
    assert message["Message-ID"].endswith("@example.com>")
    assert message["Message-ID"].startswith("<msg_")


async def test_a_mail_server_that_wants_it_later_gets_it_later(
    database: Database, tmp_path: Path
) -> None:
    async with mail_server() as server:
        server.answers = ["451 come again"]
        async with told_by_mail(database, tmp_path, server) as box:
            await box.until(MAIL, trouble="smtp_451", waiting=1)
            box.clock.advance(timedelta(seconds=11))
            await box.until(MAIL, trouble=None, waiting=0)
    assert len(server.messages) == 1


async def test_a_mail_server_that_says_no_for_good_is_a_task(
    database: Database, tmp_path: Path
) -> None:
    async with mail_server() as server:
        server.answers = ["550 nobody here"]
        async with told_by_mail(database, tmp_path, server) as box:
            await box.until(MAIL, trouble="smtp_550", waiting=0)
            assert await box.tasks() == {MAIL: "smtp_550"}
            await box.notices.test(MAIL)
            await box.until(MAIL, trouble=None)
            assert not await box.tasks()


async def test_a_server_that_does_not_encrypt_learns_no_password(
    database: Database, tmp_path: Path
) -> None:
    (tmp_path / "smtp.password").write_text(PASSWORD)
    given = {
        "encryption": "starttls",
        "username": USER,
        "password_file": tmp_path / "smtp.password",
    }
    async with (
        mail_server() as server,
        told_by_mail(database, tmp_path, server, **given) as box,
    ):
        await box.until(MAIL, trouble="tls", waiting=1)
    assert (server.signed_in, server.messages) == (0, [])


async def test_mail_stays_outside_the_shops_network_unless_that_is_allowed(
    database: Database, tmp_path: Path
) -> None:
    async with (
        mail_server() as server,
        told_by_mail(database, tmp_path, server, private=False, encryption="starttls") as box,
    ):
        await box.until(MAIL, trouble="address_inside")
        assert not server.news.is_set()
