"""Whether a page fits the width of its window, with larger text too (WCAG 2.2, 1.4.4)."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Literal

from playwright.async_api import Error, Page

from tests.support.running import PATIENCE_S

# No document has a width while one page gives way to the next.
_FITS = "document.readyState === 'complete' && [document.documentElement.scrollWidth - innerWidth]"

SMALL_TARGETS = """[...document.querySelectorAll("a.button, button, .chip, nav a, input")]
    .filter(one => one.type !== "hidden" && one.offsetParent
        && one.getBoundingClientRect().height < 44).map(one => one.outerHTML)"""


# Sizes are read before any is set: those of what lies inside follow from what is around it.
_LARGER = """factor => {
    const all = [...document.querySelectorAll('body *')];
    const sizes = all.map(one => parseFloat(getComputedStyle(one).fontSize));
    const heights = all.map(one => parseFloat(getComputedStyle(one).lineHeight));
    all.forEach((one, at) => {
        one.style.fontSize = `${sizes[at] * factor}px`;
        if (heights[at]) one.style.lineHeight = `${heights[at] * factor}px`;
    });
}"""


async def enlarge_text(page: Page, factor: float = 2) -> None:
    """Write everything on the page so much larger, as a phone does for who asks it to."""
    await page.evaluate(_LARGER, factor)


async def assert_fits(page: Page) -> None:
    """Nothing on the page, once it is whole, reaches past the window's right edge.

    Wait for something of a page one has clicked to first: until then it is the page before.
    """
    found: list[int] | Literal[False] = False
    async with asyncio.timeout(PATIENCE_S):
        while not found:
            # Asked again from here: a page whose policy forbids `eval` cannot ask itself.
            await page.wait_for_load_state()
            # The page in hand may go at any moment.
            with contextlib.suppress(Error):
                found = await page.evaluate(_FITS)
    (over,) = found
    assert over <= 0, f"{page.url} is {over} px wider than its window"
