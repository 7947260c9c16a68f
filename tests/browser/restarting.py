"""A person at a gateway that begins again: signs in, waits with the page, goes on."""

from __future__ import annotations

import re

from playwright.async_api import Page

from tests.support.staffed import PASSWORD

PATIENCE_MS = 30_000


async def sign_in(page: Page) -> None:
    """Ana signs in on the page that asks for it."""
    page.set_default_timeout(PATIENCE_MS)
    await page.locator("main [name=name]").fill("Ana")
    await page.locator("main [name=password]").fill(PASSWORD)
    await page.locator("main [name=password]").press("Enter")


async def again(page: Page, path: str) -> None:
    """The page goes on by itself. A clock that nobody confirms lets no session outlive a start."""
    there = path.replace("/", "%2F")
    await page.wait_for_url(re.compile(rf"({re.escape(path)}|/sign-in\?next={there})$"))
    if "sign-in" in page.url:
        await sign_in(page)
    await page.wait_for_url(f"**{path}")
