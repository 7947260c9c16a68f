from __future__ import annotations

import re
from pathlib import Path

import httpx
import pytest

from gateway.web import static
from gateway.web.static import StaticFiles

BASE = "http://shop.example"


@pytest.fixture(scope="module")
def files() -> StaticFiles:
    return StaticFiles()


async def get(files: StaticFiles, path: str, **headers: str) -> httpx.Response:
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=files), base_url=BASE, headers=headers
    ) as client:
        return await client.get(path)


async def test_files_are_named_by_content_and_kept_for_ever(files: StaticFiles) -> None:
    answer = await get(files, files.href("anaquel.css"), **{"accept-encoding": "gzip"})
    assert re.fullmatch(r"/static/anaquel\.[0-9a-f]{10}\.css", files.href("anaquel.css"))
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["content-type"].startswith("text/css")
    assert answer.headers["content-encoding"] == "gzip"


async def test_the_style_sheet_names_the_fonts_by_content(files: StaticFiles) -> None:
    style = (await get(files, files.href("anaquel.css"))).text
    named = re.findall(r'url\("([^"]+)"\)', style)
    assert len(named) == 2
    for name in named:
        answer = await get(files, f"/static/{name}")
        assert answer.headers["content-type"] == "font/woff2"
        assert answer.content.startswith(b"wOF2")


def test_the_look_fits_its_budget() -> None:
    fonts = [path for path in static.OWN_FILES.iterdir() if path.suffix == ".woff2"]
    assert sum(path.stat().st_size for path in fonts) <= 60_000
    assert "SIL OPEN FONT LICENSE" in (static.OWN_FILES / "inter-OFL.txt").read_text()


async def test_other_files_are_not_served(files: StaticFiles) -> None:
    for path in ("/static/anaquel.css", "/static/../site.py", "/static/", "/static/%2e%2e/x"):
        assert (await get(files, path)).status_code == 404
    with pytest.raises(KeyError):
        files.href("missing.js")


def test_two_files_of_one_name_are_refused(tmp_path: Path) -> None:
    (tmp_path / "anaquel.css").write_text("")
    with pytest.raises(ValueError, match=r"anaquel\.css"):
        StaticFiles([static.OWN_FILES, tmp_path])
