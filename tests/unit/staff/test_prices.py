"""Prices on labels, for programs and on pages."""

from __future__ import annotations

from datetime import timedelta

from gateway.store import price_shown
from tests.support import shop
from tests.support.staffed import Staffed


async def test_how_far_a_price_is_on_its_labels(shelf: Staffed) -> None:
    async with shelf.signed_in() as client:
        before = (await client.get("/api/v1/prices/tote/shown")).json()
        at = shop.NOW + timedelta(minutes=1)
        await shelf.database.write(lambda one: price_shown.begin(one, {"tote": 7}, at))
        after = (await client.get("/api/v1/prices/tote/shown")).json()
        unknown = await client.get("/api/v1/prices/nope/shown")
        wrong = await client.get("/api/v1/prices/a%20b/shown")
    assert (before["changed"], before["began"], before["labels"], before["first"]) == (
        False,
        None,
        1,
        [],
    )
    assert (after["changed"], after["seq"], after["labels"], after["shown"]) == (True, 7, 1, 0)
    assert after["pending"] == 1
    assert not after["complete"]
    assert [(one["label"], one["state"]) for one in after["first"]] == [("L003", "pending")]
    assert (unknown.status_code, unknown.json()["code"]) == (404, "unknown_product")
    assert "nope" in unknown.json()["title"]
    assert wrong.status_code == 422
