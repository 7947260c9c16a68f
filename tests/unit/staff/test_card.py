"""A label on its test card is neither right nor lost: it says so, and its price comes back."""

from __future__ import annotations

import re
from datetime import timedelta

from gateway.labels.adopting import CARD_FOR
from gateway.labels.planning import Planner
from gateway.store import deliveries, frames, overview
from gateway.store.database import Connection
from gateway.store.overview import Facet
from tests.support import shop, staffed
from tests.support.staffed import Staffed
from tests.unit.labels.drawers import Sheet

LABEL = "L000"
LATE = shop.NOW - timedelta(seconds=120)


def _planner(shelf: Staffed) -> Planner:
    return Planner(
        shelf.database, Sheet(), shelf.clock, lambda: shelf.settings.shop, staffed.ORIGIN
    )


async def _settle(planner: Planner, shelf: Staffed) -> None:
    """It is planned, and the label confirms."""
    while await planner.plan_stale():
        pass

    def confirm(connection: Connection) -> None:
        wish = deliveries.wish(connection, LABEL)
        assert wish is not None
        sha256 = wish.fingerprint[::-1]
        frames.note_picture(connection, sha256, wish.fingerprint)
        staffed.confirm(connection, LABEL, sha256)

    await shelf.database.write(confirm)


async def _facets(shelf: Staffed) -> set[Facet]:
    def look(connection: Connection) -> set[Facet]:
        found = set()
        for facet in Facet:
            asked = overview.Asked(late_before=LATE, facet=facet)
            if LABEL in {one.label.id for one in overview.page(connection, asked).views}:
                found.add(facet)
        return found

    return await shelf.database.read(look)


async def test_a_label_on_its_test_card_is_not_right_until_the_test_is_ended(
    shelf: Staffed,
) -> None:
    planner = _planner(shelf)
    await _settle(planner, shelf)
    assert await _facets(shelf) == {Facet.SHOWN}
    async with shelf.signed_in() as client:
        await client.post(f"/labels/{LABEL}/card")
        assert await _facets(shelf) == {Facet.UNDER_WAY}
        assert "Terminar la prueba" in (await client.get(f"/labels/{LABEL}")).text, "at once"
        await _settle(planner, shelf)
        assert await _facets(shelf) == {Facet.TEST}
        page = (await client.get(f"/labels/{LABEL}")).text
        assert "En prueba" in page
        assert "Termina sola a las 14:47" in page
        card = (await client.get(f"/labels/{LABEL}/card")).text
        assert "La etiqueta lo confirmó" in card, "there it is said how far the card is"
        assert "La prueba termina sola a las 14:47" in card
        today = (await client.get("/")).text
        assert "Etiquetas con la imagen de prueba, sin precio: 1" in today
        assert "terminan solas a los 15 minutos" in today
        chips = (await client.get("/labels-filters")).text
        assert re.search(r'href="/labels\?state=test">.*?En prueba <b class="number">1</b>', chips)
        told = (await client.get(f"/api/v1/labels/{LABEL}")).json()
        assert told["standing"] == "test"

        answer = await client.post(f"/labels/{LABEL}/card/end")
        assert answer.headers["Location"] == f"/labels/{LABEL}?did=ended"
        page = (await client.get(f"/labels/{LABEL}?did=ended")).text
        assert "La prueba terminó" in page
        assert "Terminar la prueba" not in page
        await _settle(planner, shelf)
    assert await _facets(shelf) == {Facet.SHOWN}


async def test_a_test_that_was_forgotten_ends_by_itself(shelf: Staffed) -> None:
    planner = _planner(shelf)
    async with shelf.signed_in() as client:
        await client.post(f"/labels/{LABEL}/card")
        await _settle(planner, shelf)
        assert Facet.TEST in await _facets(shelf)
        shelf.clock.advance(CARD_FOR)
        await _settle(planner, shelf)
    assert await _facets(shelf) == {Facet.SHOWN}


async def test_a_label_without_an_article_is_not_counted_as_right(shelf: Staffed) -> None:
    planner = _planner(shelf)
    async with shelf.signed_in() as client:
        await client.delete(f"/api/v1/labels/{LABEL}/binding")
    await _settle(planner, shelf)
    assert await _facets(shelf) == {Facet.UNBOUND}
