"""Whether a page fits the width of its window."""

from __future__ import annotations

from playwright.async_api import Page

# No document has a width while one page gives way to the next.
_FITS = "document.readyState === 'complete' && [document.documentElement.scrollWidth - innerWidth]"


async def assert_fits(page: Page) -> None:
    """Nothing on the page, once it is whole, reaches past the window's right edge.

    Wait for something of a page one has clicked to first: until then it is the page before.
    """
    found = await page.wait_for_function(_FITS)
    (over,) = await found.json_value()
    assert over <= 0, f"{page.url} is {over} px wider than its window"
