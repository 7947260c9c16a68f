"""The shop's colour and footer on the shoppers' pages."""

from __future__ import annotations

import asyncio
import base64
import io
import re
from pathlib import Path

import httpx
import pytest
from PIL import Image

from gateway.clock import ShiftedClock
from gateway.shopper import site
from gateway.store import labels
from gateway.store.database import Database
from tests.support import settings as make_settings
from tests.support import shop


@pytest.mark.parametrize("root", ["", "/shop"])
async def test_pages_and_problems_wear_what_is_set_without_a_restart(
    tmp_path: Path, root: str
) -> None:
    settings = make_settings.make(tmp_path)
    base = settings.shop.public_base + root
    settings.shop = settings.shop.model_copy(update={"public_base": base})
    async with Database(tmp_path / "anaquel.db") as database:
        await shop.fill(database)
        built = await asyncio.to_thread(
            site.build,
            *(settings, database),
            clock=ShiftedClock(shop.StillClock()),
            target_of_code=labels.target_of_code,
        )
        transport = httpx.ASGITransport(app=built.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://shop.example") as phone:
            plain = await phone.get(f"{root}/p/tote")
            assert "/brand/" not in plain.text
            assert "<footer" not in plain.text
            own = {"brand_color": "#ffe600", "footer": "Cambios <30 días>"}
            settings.shop = settings.shop.model_copy(update=own)
            for path in ("/", "/p/alba-navy-26", "/p/unknown"):
                page = await phone.get(root + path)
                assert "Cambios &lt;30 días&gt;" in page.text, path
                (sheet,) = re.findall(r'href="([^"]*/brand/[^"]+)"', page.text)
                assert sheet == f"{root}/brand/ffe600.css"
                css = await phone.get(sheet)
                assert css.headers["Content-Type"].startswith("text/css")
                assert "--brand: #ffe600; --on-brand: #000;" in css.text


async def test_a_logo_stands_in_place_of_the_name_at_an_address_of_its_own(tmp_path: Path) -> None:
    settings = make_settings.make(tmp_path)
    async with Database(tmp_path / "anaquel.db") as database:
        await shop.fill(database)
        built = await asyncio.to_thread(
            site.build,
            *(settings, database),
            clock=ShiftedClock(shop.StillClock()),
            target_of_code=labels.target_of_code,
        )
        transport = httpx.ASGITransport(app=built.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://shop.example") as phone:
            assert "bar-logo" not in (await phone.get("/p/tote")).text
            addresses, shown = [], ""
            for color in ("navy", "red"):
                file = io.BytesIO()
                Image.new("RGB", (240, 80), color).save(file, "PNG")
                written = base64.b64encode(file.getvalue()).decode()
                settings.shop = settings.shop.model_copy(update={"logo": written})
                for path in ("/", "/p/alba-navy-26", "/p/unknown"):
                    (shown,) = re.findall("<img[^>]*bar-logo[^>]*>", (await phone.get(path)).text)
                    assert 'width="240" height="80"' in shown
                (address,) = re.findall('src="([^"]+)"', shown)
                answer = await phone.get(address)
                assert answer.headers["Content-Type"] == "image/png"
                assert answer.content == file.getvalue()
                addresses.append(address)
            assert (await phone.get(addresses[0])).status_code == 404, "it is another one now"
