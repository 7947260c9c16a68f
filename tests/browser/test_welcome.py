"""From the page over plain HTTP to a staff site over HTTPS, as a phone goes the first time."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from playwright.async_api import expect

from gateway.staff import passwords
from gateway.store import people
from gateway.store.database import FILE, Database
from gateway.web.tls import pair
from tests.browser.conftest import PageAt
from tests.browser.fitting import assert_fits
from tests.integration.test_https import greeted, trusting
from tests.support import gateway_process
from tests.support import settings as make_settings
from tests.support.gateway_process import GatewayProcess
from tests.support.mosquitto import Mosquitto, free_port

pytestmark = pytest.mark.asyncio(loop_scope="session")
PASSWORD = "una clave larga"
SMALL = """() => [...document.querySelectorAll('.welcome a, .welcome summary')]
    .filter(one => one.getBoundingClientRect().height < 44).length"""
SAID = {
    "es": {
        "title": "La primera vez, tu navegador te avisa",
        "open": "Abrir la página del personal",
        "step": "activa Anaquel",
    },
    "en": {
        "title": "The first time, your browser warns you",
        "open": "Open the staff page",
        "step": "switch Anaquel on",
    },
}


@asynccontextmanager
async def gateway(folder: Path, mosquitto: Mosquitto) -> AsyncIterator[dict[str, str]]:
    """A gateway with HTTPS and somebody who may sign in; the addresses of its sites."""
    sites = {
        "staff": {"host": "127.0.0.1", "port": free_port()},
        "welcome": {"host": "127.0.0.1", "port": 0},
    }
    settings = make_settings.make(folder, mosquitto.broker, sites=sites)
    settings.data.folder.mkdir(mode=0o700)
    hashed = await asyncio.to_thread(passwords.hash_, PASSWORD)
    async with Database(settings.data.folder / FILE) as database:
        await database.write(partial(people.add, name="Ana", role="manager", password_hash=hashed))
    config = folder / "config.toml"
    gateway_process.write_config(config, settings)
    process = GatewayProcess(config)
    async with asyncio.TaskGroup() as group:
        await process.start(group)
        yield process.addresses
        assert await process.stop() == 0


@pytest.mark.parametrize("language", ["es", "en"])
@pytest.mark.parametrize("width", [360, 1280])
async def test_the_page_explains_the_warning_and_leads_to_the_staff_site(
    tmp_path: Path, mosquitto: Mosquitto, page_at: PageAt, language: str, width: int
) -> None:
    said = SAID[language]
    async with gateway(tmp_path, mosquitto) as addresses:
        watched = await page_at(
            f"{addresses['welcome']}/?lang={language}",
            width=width,
            height=640,
            ignore_https_errors=True,
        )
        page = watched.page
        await expect(page.get_by_role("heading", name=said["title"])).to_be_visible()
        await page.get_by_text("iPhone, iPad").first.click()
        await expect(page.get_by_text(said["step"])).to_be_visible()
        await assert_fits(page)
        assert await page.evaluate(SMALL) == 0
        assert await page.locator("form, input").count() == 0
        der, told = await authority(addresses["welcome"])
        printed = [
            "".join(await one.locator("code").all_inner_texts())
            for one in await page.locator(".fingerprint").all()
        ]
        shown = await greeted(port_of(addresses["staff"]), trusting(der), "anaquel.local")
        assert printed == [told, pair.fingerprint(shown)]
        assert watched.complaints == []
        await page.get_by_role("link", name=said["open"]).click()
        await page.locator("input[name=name]").fill("Ana")
        await page.locator("input[name=password]").fill(PASSWORD)
        await page.locator("input[name=password]").press("Enter")
        await expect(page.locator("a[href='/doctor']").first).to_be_visible()
        assert page.url.startswith(f"{addresses['staff']}/")
        cookies = {one["name"]: one for one in await page.context.cookies()}
        assert cookies["__Host-anaquel"]["secure"]


async def test_a_browser_that_does_not_know_the_box_warns_and_plain_http_takes_nothing(
    tmp_path: Path, mosquitto: Mosquitto
) -> None:
    async with gateway(tmp_path, mosquitto) as addresses, httpx.AsyncClient() as client:
        with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
            await client.get(addresses["staff"])
        plain = addresses["staff"].replace("https:", "http:")
        with pytest.raises(httpx.TransportError):
            await client.post(f"{plain}/sign-in", data={"name": "Ana", "password": PASSWORD})
        for path in ("/sign-in", "/", "/labels"):
            answer = await client.post(f"{addresses['welcome']}{path}", data={"password": PASSWORD})
            assert answer.status_code in {404, 405}
            assert "location" not in answer.headers
        page = await client.get(addresses["welcome"], headers={"Host": "evil.example.com"})
        assert "evil.example.com" not in page.text
        assert f"https://anaquel.local:{port_of(addresses['staff'])}/" in page.text


async def authority(welcome: str) -> tuple[bytes, str]:
    async with httpx.AsyncClient() as client:
        answer = await client.get(f"{welcome}/anaquel-ca.crt")
    assert answer.headers["content-type"] == "application/x-x509-ca-cert"
    x509.load_der_x509_certificate(answer.content)
    return answer.content, hashlib.sha256(answer.content).digest().hex(":").upper()


def port_of(address: str) -> int:
    return int(address.rpartition(":")[2])
