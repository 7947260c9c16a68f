"""Pictures of articles: fetched from a real server, kept on disk, shown on the page."""

from __future__ import annotations

import asyncio
import hashlib
import io
import re
import socket
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from PIL import Image
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from gateway.clock import ShiftedClock
from gateway.feed import pictures as feed_pictures
from gateway.feed.pictures import Pictures
from gateway.render.pool import RenderPool
from gateway.shopper import site
from gateway.shopper.site import ShopperSite
from gateway.store import labels, pictures
from gateway.store.database import Database
from gateway.store.pictures import Kept
from tests.support import settings as make_settings
from tests.support import shop
from tests.support.running import PATIENCE_S, one_turn, running
from tests.support.serving import serving


def photo(color: str, size: int = 600) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (size, size), color).save(buffer, "PNG")
    return buffer.getvalue()


@dataclass
class Images:
    """A web server full of pictures."""

    files: dict[str, bytes] = field(default_factory=dict)
    redirects: dict[str, str] = field(default_factory=dict)
    status: int = 200
    asked: list[str] = field(default_factory=list)
    base: str = ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        self.asked.append(path)
        if path in self.redirects:
            answer = Response(status_code=302, headers={"Location": self.redirects[path]})
        elif path in self.files:
            answer = Response(self.files[path], self.status, media_type="image/png")
        else:
            answer = Response(status_code=404)
        await answer(scope, receive, send)

    def url(self, name: str) -> str:
        return f"{self.base}/{name}"


@dataclass
class Shop:
    database: Database
    images: Images
    site: ShopperSite
    service: Pictures
    clock: ShiftedClock
    folder: Path

    async def feed(self, key: str, url: str, sha256: str | None = None, **more: Any) -> None:
        image = {"url": url} if sha256 is None else {"url": url, "sha256": sha256}
        value = {"name": {"es": f"Bolsa {key}"}, "image": image} | more
        await shop.fill(self.database, [("product", key, value)], seq=2)

    async def until_kept(self, name: str) -> Kept:
        async with asyncio.timeout(PATIENCE_S):
            while (found := await self.kept(name)) is None:
                await one_turn()
        return found

    async def kept(self, name: str) -> Kept | None:
        url = self.images.url(name)
        return await self.database.read(lambda connection: pictures.kept(connection, url))

    async def until(self, holds: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while not holds():
                await one_turn()

    async def until_failed(self, name: str) -> str:
        """Why it could not be had."""
        async with asyncio.timeout(PATIENCE_S):
            while (why := await self.reason(name)) is None:
                await one_turn()
        return why

    async def reason(self, name: str) -> str | None:
        row = await self.database.read(
            lambda c: c.execute(
                "SELECT reason FROM image WHERE url = ?", (self.images.url(name),)
            ).fetchone()
        )
        return None if row is None else row[0]

    async def get(self, path: str) -> httpx.Response:
        transport = httpx.ASGITransport(app=self.site.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://shop.example") as client:
            return await client.get(path)


@asynccontextmanager
async def opened(folder: Path, *, max_bytes: int = 10_000_000) -> AsyncIterator[Shop]:
    images = Images()
    async with serving(images) as images.base, beside(images, folder, max_bytes) as one:
        yield one


@asynccontextmanager
async def beside(
    images: Images,
    folder: Path,
    max_bytes: int = 10_000_000,
    hosts: dict[str, list[str]] | None = None,
) -> AsyncIterator[Shop]:
    clock = ShiftedClock(shop.StillClock())
    async with Database(folder / "anaquel.db") as database, RenderPool(1) as pool:
        listed = hosts or {"local_hosts": [urlsplit(images.base).netloc]}
        settings = make_settings.make(folder, pictures=listed)
        # Less room than a shop may set: a few pictures fill it.
        little = settings.pictures.model_copy(update={"max_bytes": max_bytes})
        settings = settings.model_copy(update={"pictures": little})
        service = Pictures(database, pool, clock, settings)
        built = await asyncio.to_thread(
            site.build,
            settings,
            database,
            clock=clock,
            target_of_code=labels.target_of_code,
            need=service.need,
        )
        async with running(service, built.upkeep):
            yield Shop(database, images, built, service, clock, settings.data.folder / "pictures")


@pytest.fixture
async def opened_shop(tmp_path: Path) -> AsyncIterator[Shop]:
    async with opened(tmp_path) as one:
        yield one


async def test_a_picture_arrives_and_the_page_shows_it(opened_shop: Shop) -> None:
    one, data = opened_shop, photo("#d00000")
    one.images.files["/bag.png"] = data
    gate = await one.get("/p/bag")
    assert gate.status_code == 404
    await one.feed("bag", one.images.url("bag.png"))
    kept = await one.until_kept("bag.png")
    assert kept.sha256 == hashlib.sha256(data).hexdigest()
    page = await one.get("/p/bag")
    assert f'src="/pictures/{kept.sha256}-480.webp"' in page.text
    assert 'width="480" height="480" alt="Bolsa bag"' in page.text
    for size in (480, 96):
        answer = await one.get(f"/pictures/{kept.sha256}-{size}.webp")
        assert answer.headers["content-type"] == "image/webp"
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert Image.open(io.BytesIO(answer.content)).size == (size, size)


async def test_a_page_that_is_kept_hears_of_its_picture(opened_shop: Shop) -> None:
    one = opened_shop
    value = {"name": {"es": "Bolsa roja"}, "color": {"hex": "#D00000"}}
    await shop.fill(one.database, [("product", "bag", value)], seq=2)
    before = (await one.get("/p/bag")).text
    assert '<rect width="96" height="96" fill="#D00000"/>' in before
    assert ">BR</text>" in before
    one.images.files["/late.png"] = photo("#d00000")
    await one.feed("bag", one.images.url("late.png"))
    await one.get("/p/bag")
    kept = await one.until_kept("late.png")
    async with asyncio.timeout(PATIENCE_S):
        while kept.sha256 not in (await one.get("/p/bag")).text:
            await one_turn()


async def test_a_group_s_picture_stands_for_its_products(opened_shop: Shop) -> None:
    one = opened_shop
    one.images.files["/style.png"] = photo("#00d000")
    group = {"name": {"es": "Estilo"}, "image": {"url": one.images.url("style.png")}}
    product = {"name": {"es": "Estilo 26"}, "group": "style", "options": {"size": "26"}}
    await shop.fill(one.database, [("group", "style", group), ("product", "s26", product)], seq=2)
    kept = await one.until_kept("style.png")
    assert kept.sha256 in (await one.get("/p/s26")).text


async def test_another_picture_than_the_row_names_is_not_shown(opened_shop: Shop) -> None:
    one, data = opened_shop, photo("#d00000")
    one.images.files["/bag.png"] = data
    await one.feed("bag", one.images.url("bag.png"), sha256="0" * 64)
    assert await one.until_failed("bag.png") == "is not the picture that its row names (SHA-256)"
    assert await one.kept("bag.png") is None
    await one.feed("bag", one.images.url("bag.png"), sha256=hashlib.sha256(data).hexdigest())
    await one.until_kept("bag.png")


async def test_what_is_no_picture_or_too_large_is_not_kept(opened_shop: Shop) -> None:
    one = opened_shop
    one.images.files["/text.png"] = b"hello"
    one.images.files["/huge.png"] = b"x" * (feed_pictures.MAX_BYTES + 1)
    for name in ("text.png", "huge.png", "none.png"):
        await one.feed(name.partition(".")[0], one.images.url(name))
    assert (await one.until_failed("text.png")).startswith("is no picture of the kinds JPEG")
    assert await one.until_failed("huge.png") == "is larger than 5 MiB"
    assert await one.until_failed("none.png") == "answers with 404"
    assert list(one.folder.glob("*/*")) == []


async def test_no_host_but_the_listed_ones_is_asked(opened_shop: Shop) -> None:
    one, elsewhere = opened_shop, Images()
    elsewhere.files["/secret.png"] = photo("#000000")
    one.images.files["/good.png"] = photo("#d00000")
    async with serving(elsewhere) as base:
        one.images.redirects["/trick.png"] = f"{base}/secret.png"
        port = urlsplit(one.images.base).port
        for key, url in {
            "a": f"{base}/secret.png",
            "b": f"http://user@127.0.0.1:{port}/good.png",
            "c": f"http://localhost:{port}/good.png",
            "d": "http://127.0.0.1/good.png",
            "e": "http://[::1/good.png",
            "trick": one.images.url("trick.png"),
        }.items():
            await one.feed(key, url)
        assert await one.until_failed("trick.png") == "answers with 302"
        await one.feed("good", one.images.url("good.png"))
        await one.until_kept("good.png")
    assert elsewhere.asked == []
    assert one.images.asked == ["/trick.png", "/good.png"]


async def test_a_name_that_leads_into_the_shop_s_network_is_not_asked(tmp_path: Path) -> None:
    images, printer = Images({"/bag.png": photo("#d00000")}), Images()
    async with serving(images) as base, serving(printer) as inside:
        port, forbidden = urlsplit(base).port, f"localhost:{urlsplit(inside).port}"
        images.base = f"http://localhost:{port}"
        images.redirects["/trick.png"] = f"http://{forbidden}/status"
        listed = {"hosts": [f"localhost:{port}", forbidden]}
        async with beside(images, tmp_path, hosts=listed) as one:
            await one.feed("bag", images.url("bag.png"))
            why = await one.until_failed("bag.png")
            assert re.fullmatch(
                r"localhost is (127\.0\.0\.1|::1), an address in the shop's own network; "
                r"if that is meant, list the host under \[pictures\] local_hosts",
                why,
            )
            assert images.asked == []
        meant = {"local_hosts": [f"localhost:{port}"], "hosts": [forbidden]}
        async with beside(images, tmp_path / "meant", hosts=meant) as one:
            await one.feed("bag", images.url("bag.png"))
            await one.until_kept("bag.png")
            await one.feed("trick", images.url("trick.png"))
            assert await one.until_failed("trick.png") == "answers with 302"
            assert images.asked == ["/bag.png", "/trick.png"]
        assert printer.asked == []


async def test_the_address_that_was_looked_at_is_asked_under_the_host_s_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = certificate(tmp_path, "cdn.example.com")
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))
    asked: list[tuple[str | None, bytes]] = []
    data = photo("#d00000")

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append((names[-1], await reader.readuntil(b"\r\n\r\n")))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(data) + data)
        await writer.drain()
        writer.close()

    names: list[str | None] = []
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(authority)
    context.sni_callback = lambda _socket, name, _context: names.append(name)
    looked_up: list[str] = []

    async def look_up(_loop: Any, host: str, port: int, **_options: Any) -> list[Any]:
        looked_up.append(host)
        # Once only: a second look would find another address.
        assert looked_up.count(host) == 1
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=context)
    async with server:
        port = server.sockets[0].getsockname()[1]
        images = Images(base=f"https://cdn.example.com:{port}")
        listed = {"local_hosts": [f"cdn.example.com:{port}"]}
        async with beside(images, tmp_path / "shop", hosts=listed) as one:
            real = asyncio.BaseEventLoop.getaddrinfo

            async def some(loop: Any, host: Any, port: Any, **options: Any) -> Any:
                chosen = look_up if host == "cdn.example.com" else real
                return await chosen(loop, host, port, **options)

            monkeypatch.setattr(asyncio.BaseEventLoop, "getaddrinfo", some)
            await one.feed("bag", images.url("bag.png"))
            await one.until_kept("bag.png")
    ((name, request),) = asked
    assert name == "cdn.example.com"
    assert f"Host: cdn.example.com:{port}".encode() in request


def certificate(folder: Path, name: str) -> Path:
    """A key and a certificate for ``name`` that signs itself, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)  # noqa: TID251
    signed = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    file = folder / "server.pem"
    file.write_bytes(key.private_bytes(pem, *plain) + signed.public_bytes(pem))
    return file


async def test_a_silent_host_is_asked_again_later(opened_shop: Shop) -> None:
    one = opened_shop
    one.images.files["/bag.png"] = photo("#d00000")
    one.images.status = 503
    await one.feed("bag", one.images.url("bag.png"))
    assert await one.until_failed("bag.png") == "answers with 503"
    asked = len(one.images.asked)
    one.service.need(one.images.url("bag.png"))
    one.images.files["/other.png"] = photo("#00d000")
    await one.feed("other", one.images.url("other.png"))
    assert await one.until_failed("other.png") == "its host does not answer"
    assert len(one.images.asked) == asked


async def test_pictures_nobody_needs_make_room_for_those_somebody_looks_at(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path, max_bytes=1_200) as one:
        for number in range(4):
            one.images.files[f"/{number}.png"] = photo(f"#{number}00000")
        await one.feed("p0", one.images.url("0.png"))
        first = await one.until_kept("0.png")
        size = sum(file.stat().st_size for file in one.folder.glob("*/*.webp"))
        full = 1_200 // size
        names = [f"{number}.png" for number in range(1, 4)]
        for name in names:
            await one.feed(f"p{name[0]}", one.images.url(name))
        for name in names[: full - 1]:
            await one.until_kept(name)
        if full >= 4:
            pytest.fail(f"a picture of {size} bytes leaves room for all: nothing was tried")
        assert await one.until_failed("3.png") == "no room"
        page = await one.get("/p/p3")
        assert ">B" in page.text, "initials until it is here"
        await one.until_kept("3.png")
        assert await one.kept("0.png") is None, "the one needed longest ago went"
        assert (await one.get(f"/pictures/{first.sha256}-480.webp")).status_code == 404
        assert sum(file.stat().st_size for file in one.folder.glob("*/*.webp")) <= 1_200


async def test_files_without_an_article_go_and_lost_files_come_back(tmp_path: Path) -> None:
    images = Images({"/bag.png": photo("#d00000")})
    async with serving(images) as images.base:
        async with beside(images, tmp_path) as one:
            await one.feed("bag", images.url("bag.png"))
            kept = await one.until_kept("bag.png")
            files = list(one.folder.glob("*/*.webp"))
        orphan = one.folder / "ff" / f"{'f' * 64}-96.webp"
        orphan.parent.mkdir(exist_ok=True)
        orphan.write_bytes(b"orphan")
        files[0].unlink()
        async with beside(images, tmp_path) as again:
            await again.until(lambda: not orphan.exists())
            async with asyncio.timeout(PATIENCE_S):
                while await again.kept("bag.png") is not None:
                    await one_turn()
            page = await again.get("/p/bag")
            assert kept.sha256 not in page.text, "the page asks for it"
            assert await again.until_kept("bag.png") == kept
            assert all(file.exists() for file in files)
        assert images.asked == ["/bag.png", "/bag.png"]


async def test_names_that_lead_elsewhere_find_nothing(opened_shop: Shop) -> None:
    secret = opened_shop.folder.parent / "secret.webp"
    secret.write_bytes(b"secret")
    for name in ("../secret.webp", "%2e%2e/secret.webp", "x", f"{'0' * 64}-480.webp"):
        assert (await opened_shop.get(f"/pictures/{name}")).status_code == 404
