"""Codes read by a camera: a real browser sees a film of a label and then of an article."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
import zxingcpp
from PIL import Image
from playwright.async_api import Page, async_playwright, expect

from gateway.store import labels
from tests.browser.conftest import CHROMIUM, PATIENCE_MS, OpenShop
from tests.browser.fitting import assert_fits
from tests.support import shop
from tests.support.staffed import NAME, PASSWORD

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(120)]
SOCK = shop.barcode(903)
FRAMES = 45


def _drawn(text: str, kind: zxingcpp.BarcodeFormat) -> Image.Image:
    """What lies before the camera: the code, small on a grey table."""
    code = zxingcpp.create_barcode(text, kind)
    bars = Image.fromarray(zxingcpp.write_barcode_to_image(code, scale=4))
    picture = Image.new("L", (640, 480), 170)
    paper = Image.new("L", (bars.width + 60, bars.height + 60), 250)
    paper.paste(bars, (30, 30))
    picture.paste(paper, ((640 - paper.width) // 2, (480 - paper.height) // 2))
    return picture.convert("RGB")


def _film(file: Path, *pictures: Image.Image) -> None:
    """A motion JPEG: each picture for a second and a half, over and over."""
    with file.open("wb") as film:
        for picture in pictures:
            frame = io.BytesIO()
            picture.save(frame, "JPEG", quality=90)
            film.write(frame.getvalue() * FRAMES)


@pytest_asyncio.fixture(loop_scope="session")
async def filmed(open_shop: OpenShop, tmp_path: Path) -> AsyncIterator[Page]:
    """A phone whose camera sees the label L006 and then the article, on the page that binds."""
    code = await open_shop.code("L006")
    nothing = Image.new("RGB", (640, 480), "grey")
    label = _drawn(f"https://q.example.com/l/{code}", zxingcpp.BarcodeFormat.QRCode)
    article = _drawn(SOCK[-13:], zxingcpp.BarcodeFormat.EAN13)
    film = tmp_path / "film.mjpeg"
    _film(film, nothing, label, article)
    label.save(tmp_path / "label.jpg")
    article.save(tmp_path / "article.jpg")
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=[
                *("--no-sandbox", "--disable-gpu", "--disable-background-networking"),
                *("--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"),
                f"--use-file-for-fake-video-capture={film}",
            ],
        )
        page = await chromium.new_page(
            viewport={"width": 360, "height": 740}, locale="es-MX", device_scale_factor=2
        )
        page.set_default_timeout(PATIENCE_MS)
        await page.goto(f"{open_shop.address}/bind")
        await page.get_by_label("Nombre").fill(NAME)
        await page.get_by_label("Contraseña").fill(PASSWORD)
        await page.get_by_label("Contraseña").press("Enter")
        await expect(page.get_by_role("heading", name="Vincular")).to_be_visible()
        yield page
        await chromium.close()


async def test_a_camera_binds_a_label_and_an_article(
    open_shop: OpenShop, filmed: Page, tmp_path: Path
) -> None:
    complaints: list[str] = []
    filmed.on("console", lambda message: complaints.append(message.text))
    filmed.on("pageerror", lambda error: complaints.append(str(error)))
    assert await open_shop.staff.database.read(lambda one: labels.binding(one, "L006")) is None
    await filmed.get_by_role("button", name="Escanear con la cámara").click()
    await expect(filmed.locator("[data-part=seen]")).to_contain_text("/l/", timeout=60_000)
    await filmed.screenshot(path=tmp_path / "camera.png", full_page=True)
    await expect(filmed.locator(".recent li")).to_contain_text("Calcetín", timeout=60_000)
    await assert_fits(filmed)
    await filmed.get_by_role("button", name="Cerrar la cámara").click()
    await expect(filmed.locator("video")).to_be_hidden()
    bound = await open_shop.staff.database.read(lambda one: labels.binding(one, "L006"))
    assert bound is not None
    assert complaints == []


async def test_photos_bind_too_the_article_first(
    open_shop: OpenShop, filmed: Page, tmp_path: Path
) -> None:
    photo = filmed.locator("[data-part=photo]")
    await photo.set_input_files(tmp_path / "article.jpg")
    await expect(filmed.locator("#said")).to_contain_text("Ahora escanea la etiqueta.")
    await photo.set_input_files(tmp_path / "label.jpg")
    await expect(filmed.locator(".recent li")).to_contain_text("Calcetín")
    bound = await open_shop.staff.database.read(lambda one: labels.binding(one, "L006"))
    assert bound is not None


async def test_a_photo_without_a_code_is_told(filmed: Page, tmp_path: Path) -> None:
    Image.new("RGB", (400, 300), "grey").save(tmp_path / "nothing.jpg")
    await filmed.locator("[data-part=photo]").set_input_files(tmp_path / "nothing.jpg")
    await expect(filmed.get_by_role("alert")).to_contain_text("no se lee ningún código")
    (tmp_path / "broken.jpg").write_bytes(b"no picture")
    await filmed.locator("[data-part=photo]").set_input_files(tmp_path / "broken.jpg")
    await expect(filmed.get_by_role("alert")).to_contain_text("no funciona en este navegador")
