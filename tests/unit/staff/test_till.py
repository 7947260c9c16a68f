"""Shelf against till: compared, kept, shown worst first, and told in the opening check."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from decimal import Decimal
from functools import partial

import pytest

from gateway.domain.money import Money
from gateway.domain.proof import Entry
from gateway.store import deliveries, proof, till
from gateway.store.database import Connection
from tests.support import shop, staffed
from tests.support.staffed import Staffed

CSV = {"Content-Type": "text/csv"}
LIST = "id,price\ntote,249.00\nchino-32-30,1100.00\nalba-navy-26,890.00\nnope,5.00\nsock,9.00\n"


def says(connection: Connection, label: str, price: str) -> None:
    """The label confirmed another picture, with this price in it."""
    staffed.confirm(
        connection,
        label,
        staffed.want(connection, label, staffed.frame(staffed.PANELS[0], 11)),
    )
    wish = deliveries.wish(connection, label)
    assert wish is not None
    entry = Entry(
        label=label,
        at=shop.NOW,
        what="shown",
        wish=wish.id,
        fingerprint=wish.fingerprint,
        prices={"price": price, "currency": "MXN"},
    )
    proof.append(connection, entry)
    staffed.want(connection, label, staffed.frame(staffed.PANELS[0], 12))
    connection.execute("UPDATE label SET stale = 0")


async def test_a_list_is_compared_and_the_worst_difference_stands_first(shelf: Staffed) -> None:
    await shelf.database.write(partial(says, label="L003", price="199.00"))
    async with shelf.signed_in() as client:
        answer = await client.post("/till/compare", content=LIST, headers=CSV)
        assert answer.status_code == 200
        (where,) = re.findall(r'href="(/till/\d+)"', answer.text)
        said = (await client.get(f"/api/v1/till-checks/{where.rpartition('/')[2]}")).json()
        page = html.unescape((await client.get(where)).text)
        listed = html.unescape((await client.get("/till")).text)
        english = html.unescape((await client.get(f"{where}?lang=en")).text)
    assert (said["compared"], said["matches"], said["percent"], said["by"]) == (3, 0, "0", "Ana")
    assert said["unknown"] == ["nope"]
    assert said["counts"]["unknown"] == 1
    each = {one["product"]: one for one in said["differences"]}
    assert next(iter(each)) == "chino-32-30"
    assert (each["tote"]["shelf"], each["tote"]["labels"]) == ("199.00", 1), "what the label says"
    assert each["tote"]["finding"] == "more"
    assert each["chino-32-30"]["labels"] == 0, "nobody knows what it shows: the price in force"
    assert each["alba-navy-26"]["finding"] in {"less", "more"}
    assert each["sock"]["finding"] == "no_price"
    assert "Coincide el 0 %" in page or "Coincide el 0.0 %" in page
    assert "La caja cobra más" in page
    assert "+$50.00" in page
    assert "Los primeros: nope" in page
    assert "Por Ana" in listed
    assert "The till asks more" in english


async def test_a_list_that_cannot_be_read_changes_nothing(shelf: Staffed) -> None:
    async with shelf.signed_in() as client:
        answer = await client.post("/till/compare", content="a,b\n1,2\n", headers=CSV)
        assert answer.status_code == 422
        assert "faltan las columnas" in answer.text
        answer = await client.post("/api/v1/till-checks", content="a,b\n1,2\n", headers=CSV)
        assert (answer.status_code, answer.json()["code"]) == (422, "missing_columns")
        large = b"x" * (16 * 2**20 + 1)
        assert (await client.post("/till/compare", content=large, headers=CSV)).status_code == 413
        assert (await client.get("/api/v1/till-checks")).json() == {"checks": []}
        unknown = await client.get("/api/v1/till-checks/9")
        assert (unknown.status_code, unknown.json()["code"]) == (404, "unknown_comparison")


async def test_clerks_compare_nothing(shelf: Staffed) -> None:
    await staffed.add_person(shelf.database, "Luz")
    async with shelf.signed_in("Luz") as client:
        assert (await client.get("/till")).status_code == 403
        assert (await client.post("/till/compare", content=LIST)).status_code == 403
        assert 'href="/till"' not in (await client.get("/")).text


async def test_the_opening_check_says_what_the_till_asks_while_the_list_is_fresh(
    shelf: Staffed,
) -> None:
    async with shelf.signed_in() as client:
        done = await client.post("/api/v1/till-checks", content=LIST, headers=CSV)
        assert done.status_code == 201
        said = (await client.post("/api/v1/opening-checks")).json()
        tills = {one["label"]: one["till"] for one in said["lines"]}
        assert tills["L003"] == "249.00"
        assert tills["L002"] is None, "nothing is known of a whole group"
        page = (await client.get(f"/opening-checks/{said['id']}")).text
        assert "<dt>Caja</dt>" in page
        shelf.clock.advance(timedelta(days=1, minutes=1))
        later = await shelf.database.read(
            lambda rows: till.price(rows, "tote", shelf.clock.now() - timedelta(days=1))
        )
        assert later is None


async def test_only_the_newest_whole_list_counts_and_old_ones_go(
    shelf: Staffed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(till, "KEPT", 2)
    old = shop.NOW - timedelta(hours=1)

    def put(connection: Connection, amount: str, *, ends: bool) -> None:
        number = till.put(connection, (), (), {"match": 1}, by="Ana", at=shop.NOW)
        money = Money(amount=Decimal(amount), currency="MXN")
        till.add_prices(connection, number, [("tote", money)])
        if ends:
            till.end(connection, number)

    async def price() -> str:
        found = await shelf.database.read(lambda rows: till.price(rows, "tote", old))
        return "" if found is None else f"{found.amount:f}"

    await shelf.database.write(partial(put, amount="1.00", ends=True))
    await shelf.database.write(partial(put, amount="2.00", ends=False))
    assert await price() == "1.00", "the second is not whole yet"
    await shelf.database.write(partial(put, amount="3.00", ends=True))
    assert await price() == "3.00"
    assert await shelf.database.write(partial(till.prune, limit=10)) == 2
    assert len(await shelf.database.read(lambda rows: till.latest(rows, 9))) == 2


async def test_a_large_list_leaves_the_shop_working(shelf: Staffed) -> None:
    rows = [("product", f"p{n:04d}", {"name": {"es": f"Artículo {n}"}}) for n in range(1_500)]
    offers = [
        (
            "offers",
            f"p{n:04d}",
            {"currency": "MXN", "offers": [{"kind": "list", "amount": f"{n + 1}.00"}]},
        )
        for n in range(1_500)
    ]
    await shop.fill(shelf.database, [*rows, *offers], seq=2)
    lines = "".join(f"p{n:04d},{n + 1 + (n == 700)}.00\n" for n in range(1_500))
    async with shelf.signed_in() as client:
        done = await client.post("/api/v1/till-checks", content=f"id,pvp\n{lines}", headers=CSV)
    said = done.json()
    assert (said["compared"], said["matches"], said["percent"]) == (1_500, 1_499, "99.9")
    assert [one["product"] for one in said["differences"]] == ["p0700"]
