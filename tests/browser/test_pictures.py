"""The article's picture, or its colour with initials: in its place at once, and nothing jumps."""

from __future__ import annotations

import asyncio
import io
from pathlib import Path

import pytest
from PIL import Image
from playwright.async_api import Page

from gateway.render import shrinking
from gateway.render.jobs import Shrunk
from gateway.store import pictures
from gateway.store.database import Connection
from gateway.store.picture_files import PictureFiles
from gateway.store.pictures import Kept
from tests.browser.conftest import LiveShop, PageAt
from tests.browser.fitting import assert_fits
from tests.support import shop

pytestmark = pytest.mark.asyncio(loop_scope="session")
URL = "https://cdn.example.com/alba.jpg"
SHA256 = "ab" * 32


async def photographed(live: LiveShop, folder: Path) -> None:
    """Every pair of jeans has a picture twice as high as wide."""
    shrunk = await asyncio.to_thread(_put, PictureFiles(folder / "data" / "pictures", 10_000_000))
    (group,) = (value for kind, key, value in shop.rows() if (kind, key) == ("group", "jeans-alba"))
    assert group is not None
    await live.feed(("group", "jeans-alba", group | {"image": {"url": URL}}))

    def arrive(connection: Connection) -> None:
        uses = pictures.changed_uses(connection, None, lambda _: True)
        pictures.use(connection, uses, shop.NOW)
        kept = Kept(sha256=SHA256, width=shrunk.width, height=shrunk.height)
        pictures.put(connection, URL, kept)

    await live.database.write(arrive)


def _put(files: PictureFiles) -> Shrunk:
    buffer = io.BytesIO()
    Image.new("RGB", (500, 1_000), "#1f2a44").save(buffer, "PNG")
    shrunk = shrinking.shrink(buffer.getvalue())
    files.open()
    files.put(SHA256, shrunk.large, shrunk.small)
    return shrunk


async def jumps(page: Page) -> float:
    """How much of the page moved while it came in (cumulative layout shift)."""
    moved: float = await page.evaluate(
        """() => new Promise(done => {
          let sum = 0
          new PerformanceObserver(list => {
            for (const entry of list.getEntries()) sum += entry.value
          }).observe({type: 'layout-shift', buffered: true})
          requestAnimationFrame(() => requestAnimationFrame(() => done(sum)))
        })"""
    )
    return moved


@pytest.mark.parametrize("width", [320, 360, 1280])
async def test_a_picture_comes_without_a_jump(
    live: LiveShop, page_at: PageAt, tmp_path: Path, width: int
) -> None:
    await photographed(live, tmp_path)
    opened = await page_at(f"{live.address}/p/alba-navy-28", width=width)
    picture = opened.page.locator("img.picture")
    assert await picture.evaluate("image => image.decode().then(() => image.naturalHeight)") > 0
    box = await picture.bounding_box()
    assert box is not None
    assert (box["width"], box["height"]) == ((200, 200) if width == 1280 else (96, 96))
    assert await jumps(opened.page) == 0
    assert opened.complaints == []
    fetched = [url for url in opened.requests if "/pictures/" in url]
    assert fetched == [f"{live.address}/pictures/{SHA256}-480.webp"]
    await assert_fits(opened.page)


async def test_a_picture_leaves_price_and_answer_above_the_fold(
    live: LiveShop, page_at: PageAt, tmp_path: Path
) -> None:
    await photographed(live, tmp_path)
    page = (await page_at(f"{live.address}/p/alba-navy-28")).page
    for text in ("$899.00", "Talla 28 en esta tienda: no"):
        box = await page.get_by_text(text, exact=True).first.bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= 640, text


async def test_without_a_picture_the_color_stands_in_the_same_place(
    live: LiveShop, page_at: PageAt, tmp_path: Path
) -> None:
    page = (await page_at(f"{live.address}/p/alba-navy-28")).page
    swatch = page.locator("svg.picture")
    assert await swatch.locator("text").inner_html() == "JR"
    assert await swatch.locator("rect").get_attribute("fill") == shop.NAVY["hex"]
    before = await swatch.bounding_box()
    await photographed(live, tmp_path)
    await page.reload()
    assert await page.locator("img.picture").bounding_box() == before
