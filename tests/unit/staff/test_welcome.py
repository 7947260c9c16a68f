"""The page over plain HTTP, for the box's own certificate and for a given one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from gateway.clock import SystemClock
from gateway.staff import welcome
from gateway.store.database import FILE, Database
from gateway.web.tls.keeping import Certificates
from tests.support import settings as make_settings
from tests.support.certificates import Authority


@asynccontextmanager
async def asking(folder: Path, host: str, **staff: Any) -> AsyncIterator[httpx.AsyncClient]:
    sites = {"staff": {"host": "127.0.0.1", "port": 8081, **staff}}
    settings = make_settings.make(folder, sites=sites)
    async with Database(settings.data.folder / FILE) as database:
        certificates = await Certificates(database, SystemClock(), settings).begin()
        (served,) = await asyncio.to_thread(welcome.served, settings, certificates)
        transport = httpx.ASGITransport(served.app)
        async with httpx.AsyncClient(transport=transport, base_url=f"http://{host}") as client:
            yield client


@pytest.mark.parametrize(
    ("typed", "link"),
    [
        ("anaquel.local:8084", "https://anaquel.local:8081/"),
        ("127.0.0.1:8084", "https://127.0.0.1:8081/"),
        ("[::1]:8084", "https://[::1]:8081/"),
        ("evil.example.com", "https://anaquel.local:8081/"),
    ],
)
async def test_the_link_goes_to_the_name_that_was_typed_if_it_is_one_of_ours(
    tmp_path: Path, typed: str, link: str
) -> None:
    async with asking(tmp_path, typed) as client:
        page = (await client.get("/")).text
    assert f'href="{link}"' in page
    assert "evil" not in page


async def test_with_a_given_certificate_there_is_nothing_to_install(tmp_path: Path) -> None:
    given = Authority(tmp_path, SystemClock().now()).sign("staff.example.com")
    files = {"certificate": given.certificate, "key": given.key, "port": 443}
    async with asking(tmp_path, "anaquel.local", **files) as client:
        answer = await client.get("/", headers={"Accept-Language": "en"})
    assert answer.headers["content-language"] == "en"
    assert 'href="https://staff.example.com/"' in answer.text
    assert "anaquel-ca.crt" not in answer.text
    assert "Type no password here" in answer.text


def test_without_https_there_is_no_such_site(tmp_path: Path) -> None:
    settings = make_settings.make(tmp_path)
    database: Any = None
    assert welcome.served(settings, Certificates(database, SystemClock(), settings)) == ()
