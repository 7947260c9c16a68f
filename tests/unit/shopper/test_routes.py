from __future__ import annotations

import asyncio
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from device_drivers.api.drivers import Announced
from device_drivers.api.panels import Ink, Panel
from gateway.domain.labels import Target
from gateway.shopper.availability import AvailabilityAnswer
from gateway.store import labels, withdrawals
from gateway.store.database import Connection
from gateway.store.labels import Binding
from tests.support import shop
from tests.support.running import PATIENCE_S, one_turn
from tests.unit.shopper.conftest import Shopper

NAVY_26 = "/p/alba-navy-26"


@pytest.mark.parametrize(
    "path",
    [
        *("/p/alba-navy-26", "/P/alba-navy-26", "/p/alba-navy-26/"),
        *(f"/01/{shop.barcode(27)}", f"/01/{shop.barcode(27)[1:]}"),
        *(
            f"/01/{shop.barcode(27)}/10/LOT7/21/SER?utm_source=label&x=1",
            f"/01/{shop.barcode(27)}/",
        ),
    ],
)
async def test_one_article_by_many_addresses(shopper: Shopper, path: str) -> None:
    answer = await shopper.get(path)
    assert answer.status_code == 200
    assert "Talla 26 en esta tienda: sí" in answer.text
    assert "$899.00" in answer.text
    assert answer.headers["content-language"] == "es"


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/01/09521230000270", 400, "No pudimos leer este código"),
        ("/01/abc", 400, "No pudimos leer este código"),
        (f"/01/{shop.barcode(777)}", 404, "No conocemos este artículo"),
        (f"/01/{shop.barcode(904)}", 409, "Este código está en más de un artículo"),
        ("/p/nothing", 404, "No conocemos este artículo"),
        ("/g/nothing", 404, "No conocemos este artículo"),
        ("/l/ABC123", 404, "Esta etiqueta no tiene artículo"),
        ("/l/ABCU23", 400, "Este no es un código de etiqueta"),
        ("/l/ABC", 400, "Este no es un código de etiqueta"),
        ("/elsewhere", 404, "Aquí no hay nada"),
    ],
)
async def test_what_cannot_be_answered_is_said_plainly(
    shopper: Shopper, path: str, status: int, words: str
) -> None:
    answer = await shopper.get(path)
    assert answer.status_code == status
    assert words in answer.text
    assert answer.headers["cache-control"] == "no-store"


async def test_a_color_narrows_a_group_and_nonsense_does_not(shopper: Shopper) -> None:
    navy = await shopper.get("/G/jeans-alba?color=navy")
    assert "Azul marino" in navy.text
    assert "¿Tu talla en esta tienda?" in navy.text
    assert (await shopper.get("/g/jeans-alba?color=<script>")).status_code == 200


@pytest.mark.parametrize(
    ("typed", "path"),
    [
        (shop.barcode(900), "/p/tote"),
        (shop.barcode(900)[1:], "/p/tote"),
        (" tote ", "/p/tote"),
        ("jeans-alba", "/g/jeans-alba"),
        (f"https://q.example.com/01/{shop.barcode(900)}", "/p/tote"),
    ],
)
async def test_what_is_typed_leads_to_its_page(shopper: Shopper, typed: str, path: str) -> None:
    start = await shopper.get("/?lang=en")
    assert 'action="/find"' in start.text
    assert 'name="lang" value="en"' in start.text
    answer = await shopper.get(f"/find?{urlencode({'q': typed})}")
    assert (answer.status_code, answer.headers["location"]) == (303, path)
    english = await shopper.get(f"/find?{urlencode({'q': typed, 'lang': 'en'})}")
    assert english.headers["location"] == f"{path}?lang=en"


async def test_what_is_typed_and_not_found_is_kept_and_explained(shopper: Shopper) -> None:
    answer = await shopper.get("/find?q=9521234000009")
    assert answer.status_code == 404
    assert "No encontramos «9521234000009»" in answer.text
    assert 'value="9521234000009"' in answer.text
    assert 'href="/find?q=9521234000009&amp;lang=en"' in answer.text
    assert "nonsense" not in (await shopper.get("/p/tote?q=nonsense")).text
    evil = await shopper.get("/find?q=%3Cscript%3Ealert(1)%3C/script%3E" + "x" * 600)
    assert "<script>alert" not in evil.text
    assert len(evil.text) < 10_000
    twice = await shopper.get(f"/find?q={shop.barcode(904)}")
    assert twice.status_code == 409
    assert (await shopper.get("/find?q=+")).headers["location"] == "/"


async def test_a_label_shows_what_it_is_bound_to(shopper: Shopper) -> None:
    def bind(connection: Connection) -> str:
        panel = Panel(name="test", width=296, height=128, inks=(Ink.WHITE, Ink.BLACK), dpi=112)
        heard = Announced(
            label="shelf-1", panel=panel, formats=("png",), firmware="1", showing=None
        )
        labels.announce(connection, "mqtt", heard, shop.NOW)
        bound = Binding(
            label="shelf-1",
            target=Target(group="jeans-alba", where={"color": "navy"}),
            template=None,
            bound_at=shop.NOW,
            bound_by="ana",
        )
        labels.bind(connection, bound)
        label = labels.get(connection, "shelf-1")
        assert label is not None
        return label.code

    code = await shopper.database.write(bind)
    answer = await shopper.get(f"/L/{code}")
    assert answer.status_code == 200
    assert "Azul marino" in answer.text
    typed = await shopper.get(f"/find?q={code.lower()}")
    assert typed.headers["location"] == f"/l/{code}"


async def test_the_language_is_the_browsers_until_the_switch_is_used(shopper: Shopper) -> None:
    english = await shopper.get(NAVY_26, **{"accept-language": "en-US,en;q=0.9,es;q=0.5"})
    assert '<html lang="en">' in english.text
    assert 'href="/p/alba-navy-26?lang=es"' in english.text
    switched = await shopper.get(NAVY_26 + "?lang=es", **{"accept-language": "en"})
    assert '<html lang="es">' in switched.text
    assert 'href="/p/alba-navy-27?lang=es"' in switched.text
    assert "Accept-Language" in switched.headers["vary"]


async def test_pages_set_no_cookie_and_name_no_other_host(shopper: Shopper) -> None:
    for path in ("/", NAVY_26, "/p/lamp", "/nowhere"):
        answer = await shopper.get(path)
        assert "set-cookie" not in answer.headers
        assert "http://" not in answer.text
        assert "https://" not in answer.text
        assert "<script" not in answer.text
        assert "style=" not in answer.text


async def test_the_page_has_a_validator_and_head_works(shopper: Shopper) -> None:
    answer = await shopper.get(NAVY_26)
    assert answer.headers["cache-control"] == "no-cache"
    again = await shopper.get(NAVY_26, **{"if-none-match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    head = await shopper.get(NAVY_26, "HEAD")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["etag"] == answer.headers["etag"]
    assert (await shopper.get(NAVY_26, "POST")).status_code == 405


async def test_a_change_of_stock_shows_at_once(shopper: Shopper) -> None:
    assert "esta tienda: sí" in (await shopper.get(NAVY_26)).text
    await shop.fill(shopper.database, [shop.stock("alba-navy-26", 0)], seq=2)
    await until(shopper, NAVY_26, "esta tienda: no")


async def test_a_new_price_of_a_sibling_changes_its_pages_too(shopper: Shopper) -> None:
    path = "/p/runner-white-25"
    first = (await shopper.get(path)).headers["etag"]
    await shop.fill(shopper.database, [shop.stock("runner-black-25", 3)], seq=2)
    async with asyncio.timeout(PATIENCE_S):
        while (await shopper.get(path)).headers["etag"] == first:
            await one_turn()


async def test_a_kept_page_does_not_outlive_the_sale(shopper: Shopper) -> None:
    assert "$899.00" in (await shopper.get(NAVY_26)).text
    shopper.clock.advance(shop.SALE_ENDS - shop.NOW - timedelta(seconds=1))
    assert "$899.00" in (await shopper.get(NAVY_26)).text
    shopper.clock.advance(timedelta(seconds=1))
    ended = (await shopper.get(NAVY_26)).text
    assert "$1,299.00" in ended
    assert "$899.00" not in ended


async def test_the_shops_name_follows_its_location_row(shopper: Shopper) -> None:
    renamed = ("location", shop.SHOP, {"name": "Guadalajara Providencia", "kind": "shop"})
    await shop.fill(shopper.database, [renamed], seq=2)
    await until(shopper, "/", "Guadalajara Providencia")
    await until(shopper, NAVY_26, "Guadalajara Providencia")


async def test_availability_as_json_says_the_same(shopper: Shopper) -> None:
    answer = await shopper.get("/api/availability/alba-navy-28")
    assert answer.headers["content-type"] == "application/json"
    parsed = AvailabilityAnswer.model_validate_json(answer.content)
    assert parsed.price is not None
    price = parsed.price
    assert (price.amount, price.currency, price.regular) == ("899.00", "MXN", "1299.00")
    variant = next(one for one in parsed.variants if one.product == "alba-navy-28")
    assert variant.here == "none"
    places = {place.location: place.availability for place in variant.elsewhere}
    assert places["s043"] == "in_stock"
    assert "dc1" not in places
    missing = await shopper.get("/api/availability/nothing")
    assert missing.headers["content-type"] == "application/problem+json"
    assert missing.json()["code"] == "unknown_article"


async def test_the_json_answer_is_described(shopper: Shopper) -> None:
    described = (await shopper.get("/api/openapi.json")).json()
    assert list(described["paths"]) == ["/api/availability/{product}"]


async def test_the_first_view_fits_its_budget(shopper: Shopper) -> None:
    gzip = {"accept-encoding": "gzip"}
    page = await shopper.get(NAVY_26, **gzip)
    total = int(page.headers["content-length"])
    for name in ("anaquel", "inter."):
        start = page.text.index(f"/static/{name}")
        path = page.text[start : page.text.index('"', start)]
        total += len((await shopper.get(path, **gzip)).content) if "inter" in name else 0
        if name == "anaquel":
            total += int((await shopper.get(path, **gzip)).headers["content-length"])
    assert total <= 30_000


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    first=st.sampled_from(["01", "p", "P", "g", "l", "api/availability", "static", ""]),
    rest=st.text(max_size=30),
    query=st.text(max_size=30),
    accept=st.text(st.characters(max_codepoint=255, exclude_categories=["Cc"]), max_size=30),
)
async def test_no_address_breaks_the_site(
    shopper: Shopper, first: str, rest: str, query: str, accept: str
) -> None:
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": f"/{first}/{rest}",
        "raw_path": b"/",
        "root_path": "",
        "query_string": query.encode("utf-8", "surrogatepass"),
        "headers": [(b"accept-language", accept.encode("latin-1"))],
        "server": ("shop.example", 80),
        "client": ("127.0.0.1", 1),
    }
    statuses: list[int] = []

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: object) -> None:
        assert isinstance(message, dict)
        statuses.extend([message["status"]] if "status" in message else [])

    await shopper.site.app(scope, receive, send)
    assert len(statuses) == 1
    assert statuses[0] < 500


async def until(shopper: Shopper, path: str, words: str) -> None:
    """The change is told through the loop, to the page as to us."""
    async with asyncio.timeout(PATIENCE_S):
        while words not in (await shopper.get(path)).text:
            await one_turn()


async def test_a_price_that_is_withdrawn_is_at_the_till_and_nowhere_else(shopper: Shopper) -> None:
    def withdraw(connection: Connection) -> None:
        withdrawals.withdraw(connection, "alba-navy-26", by="Ana", reason="x", at=shop.NOW)

    assert "$899.00" in (await shopper.get(NAVY_26)).text
    await shopper.database.write(withdraw)
    async with asyncio.timeout(PATIENCE_S):
        while "$899.00" in (page := (await shopper.get(NAVY_26)).text):
            await one_turn()
    assert "Precio en caja" in page
    assert "Ana" not in page
    answer = AvailabilityAnswer.model_validate_json(
        (await shopper.get("/api/availability/alba-navy-26")).text
    )
    assert answer.price is None
