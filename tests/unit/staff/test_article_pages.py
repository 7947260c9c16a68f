"""An article as staff see it: prices of then, now and later, its labels, and its stock."""

from __future__ import annotations

from datetime import timedelta

from gateway.domain.labels import Target
from gateway.store.database import Connection
from tests.support import shop, staffed
from tests.support.staffed import Staffed


async def test_articles_are_found_by_name_number_and_code(shelf: Staffed) -> None:
    async with shelf.signed_in() as client:
        assert 'href="/articles"' in (await client.get("/")).text
        for text in ("calcetin", "sock", shop.barcode(903)):
            page = (await client.get("/articles", params={"q": text})).text
            assert 'href="/articles/sock"' in page, text
        assert "Ningún artículo coincide" in (await client.get("/articles?q=zzzz")).text
        jeans = (await client.get("/articles", params={"q": "jeans alba"})).text
        assert 'href="/articles/alba-navy-26"' in jeans, "the articles of a style"


async def test_prices_of_then_now_and_later_with_their_times(shelf: Staffed) -> None:
    now = shop.NOW
    first = [{"kind": "list", "amount": "300.00"}]
    offers = [
        {"kind": "list", "amount": "280.00"},
        {
            "kind": "sale",
            "amount": "200.00",
            "valid_from": (now - timedelta(days=1)).isoformat(),
            "valid_until": (now + timedelta(days=1)).isoformat(),
            "campaign": "otono",
        },
        {"kind": "list", "amount": "310.00", "valid_from": (now + timedelta(days=9)).isoformat()},
    ]
    for seq, some in enumerate((first, offers), 2):
        row = ("offers", "tote", {"currency": "MXN", "offers": some})
        await shop.fill(shelf.database, [row], seq=seq)
    async with shelf.signed_in() as client:
        page = (await client.get("/articles/tote")).text
    assert "Bolsa de manta" in page
    assert "$200.00" in page
    assert "a $280.00" in page, "when the sale ends"
    assert page.index("vale ahora") < page.index("vendrá")
    assert "otono" in page
    assert "$310.00" in page


async def test_its_labels_and_those_of_its_style_that_show_it(shelf: Staffed) -> None:
    navy, olive = {"color": "navy"}, {"color": "olive"}
    bound = {
        "L001": Target(product="alba-navy-26"),
        "L002": Target(group="jeans-alba", where=navy),
        "L003": Target(group="jeans-alba", where=olive),
    }

    def bind(connection: Connection) -> None:
        for label, target in bound.items():
            staffed.bind(connection, label, target)

    await shelf.database.write(bind)
    async with shelf.signed_in() as client:
        page = (await client.get("/articles/alba-navy-26")).text
        assert 'data-label="L001"' in page
        assert 'data-label="L002"' in page
        assert 'data-label="L003"' not in page, "another colour"
        assert "esta tienda" in page
        lonely = (await client.get("/articles/mug")).text
        assert "Ninguna etiqueta lo muestra." in lonely
        assert "no se vende" in lonely
        unknown = await client.get("/articles/nobody")
        assert (unknown.status_code, "No hay ningún artículo así" in unknown.text) == (404, True)
