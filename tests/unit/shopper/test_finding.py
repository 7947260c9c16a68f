"""Finding without a label, and the screen that stands in the shop, through the site itself."""

from __future__ import annotations

import asyncio
import html
import json
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.shopper import requested, turns
from gateway.shopper.turns import TooManyError, Turns
from tests.support import shop
from tests.support.running import PATIENCE_S, one_turn
from tests.unit.shopper.conftest import Shopper


def _shirts(count: int) -> list[shop.Row]:
    rows: list[shop.Row] = []
    for number in range(count):
        key = f"shirt-{number:03d}"
        name = {"es": f"Camiseta {number}", "en": f"Shirt {number}"}
        rows.append(("product", key, {"name": name, "category": "Ropa & más"}))
        rows.append(shop.price(key, f"{100 + number}.00"))
        rows.append(shop.stock(key, number % 3))
    return rows


def _hrefs(text: str) -> list[str]:
    return [html.unescape(one) for one in re.findall(r'class="found-card" href="([^"]+)"', text)]


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("jeans", "/g/jeans-alba"),
        ("jeans azul marino", "/g/jeans-alba?color=navy"),
        ("alba negro 26", "/p/alba-black-26"),
        ("JÉANS ALVA", "/g/jeans-alba"),
        ("running shoes white", "/g/runner-white"),
        ("bolsas", "/p/tote"),
    ],
)
async def test_words_lead_to_articles(shopper: Shopper, typed: str, first: str) -> None:
    answer = await shopper.get(f"/find?q={typed.replace(' ', '+')}")
    assert answer.status_code == 200
    assert _hrefs(answer.text)[0] == first
    assert (await shopper.get(first)).status_code == 200


async def test_a_card_says_what_the_page_says(shopper: Shopper) -> None:
    card = (await shopper.get("/find?q=alba+negro+26")).text
    page = (await shopper.get("/p/alba-black-26")).text
    for words in ("Jeans rectos Alba", "$899.00", "$1,299.00", "Nopal &amp; Hilo", "Negro"):
        assert words in card
        assert words in page
    out = (await shopper.get("/find?q=alba+marino+28")).text
    assert "Hay en otra tienda" in out
    nowhere = (await shopper.get("/find?q=alba+marino+36")).text
    assert "No hay" in nowhere
    assert "No se vende" in (await shopper.get("/find?q=lampara")).text


async def test_a_barcode_and_a_code_open_their_article(shopper: Shopper) -> None:
    for typed in (shop.barcode(900), shop.barcode(900)[1:], "tote"):
        answer = await shopper.get(f"/find?q={typed}")
        assert (answer.status_code, answer.headers["location"]) == (303, "/p/tote")


async def test_what_is_not_found_gets_advice_and_the_field_again(shopper: Shopper) -> None:
    words = await shopper.get("/find?q=zapatilla+qwxyz")
    assert words.status_code == 404
    assert "Prueba con menos palabras" in words.text
    assert 'value="zapatilla qwxyz"' in words.text
    foreign = "https%3A%2F%2Fother.example.com%2Fjeans%2Falba"
    for typed in (shop.barcode(777), "12345678", foreign, f"(01){shop.barcode(777)}", "/p/none"):
        code = await shopper.get(f"/find?q={typed}")
        assert code.status_code == 404, typed
        assert "todas sus cifras" in code.text
    assert (await shopper.get("/find?category=None")).status_code == 404


async def test_where_nothing_has_all_words_the_page_says_so(shopper: Shopper) -> None:
    answer = await shopper.get("/find?q=tenis+alba")
    assert "Nada lleva todas esas palabras" in answer.text
    assert set(_hrefs(answer.text)) == {"/g/jeans-alba", "/g/runner-white", "/g/runner-black"}


async def test_pages_of_a_list_have_each_article_once(shopper: Shopper) -> None:
    await shop.fill(shopper.database, _shirts(30), seq=2)
    seen: list[str] = []
    path: str | None = "/find?q=camiseta"
    while path is not None:
        text = (await shopper.get(path)).text
        assert len(_hrefs(text)) <= 12
        seen += _hrefs(text)
        after = re.search(r'rel="next" href="([^"]+)"', text)
        path = html.unescape(after[1]) if after else None
    assert sorted(seen) == [f"/p/shirt-{number:03d}" for number in range(30)]
    last = await shopper.get("/find?q=camiseta&page=999")
    assert "Página 3 de 3" in last.text
    assert 'rel="next"' not in last.text
    assert 'href="/find?q=camiseta&amp;page=2"' in last.text


@pytest.mark.parametrize("page", ["0", "-1", "x", "²", "99999999999999999999", "", "1.5", "٣"])
async def test_nonsense_pages_are_the_first(shopper: Shopper, page: str) -> None:
    await shop.fill(shopper.database, _shirts(30), seq=2)
    answer = await shopper.get(f"/find?q=camiseta&page={page}")
    assert answer.status_code == 200
    assert "Página 1 de 3" in answer.text


async def test_the_start_page_offers_categories(shopper: Shopper) -> None:
    assert "por categoría" not in (await shopper.get("/?lang=es")).text
    await shop.fill(shopper.database, _shirts(3), seq=2)
    start = (await shopper.get("/")).text
    found = re.search(r'href="(/find\?category=[^"]+)">Ropa &amp; más', start)
    assert found is not None
    listed = await shopper.get(html.unescape(found[1]))
    assert [href[:9] for href in _hrefs(listed.text)] == ["/p/shirt-"] * 3
    assert "3 artículos" in listed.text
    assert "Ropa &amp; más" in listed.text


async def test_the_switch_keeps_what_was_typed(shopper: Shopper) -> None:
    await shop.fill(shopper.database, _shirts(30), seq=2)
    text = (await shopper.get("/find?q=camiseta&page=2&x=nonsense")).text
    assert 'href="/find?q=camiseta&amp;page=2&amp;lang=en"' in text
    english = (await shopper.get("/find?q=camiseta&page=2&lang=en")).text
    assert "30 articles" in english
    assert "Page 2 of 3" in english
    assert all("lang=en" in href for href in _hrefs(english))
    assert '<input type="hidden" name="lang" value="en">' in english


async def test_a_list_has_a_validator_and_follows_what_changes(shopper: Shopper) -> None:
    path = "/find?q=bolsa"
    first = await shopper.get(path)
    assert first.headers["cache-control"] == "no-cache"
    assert "set-cookie" not in first.headers
    assert "default-src 'none'" in first.headers["content-security-policy"]
    again = await shopper.get(path, **{"if-none-match": first.headers["etag"]})
    assert again.status_code == 304
    await shop.fill(shopper.database, [shop.stock("tote", 1)], seq=2)
    async with asyncio.timeout(PATIENCE_S):
        while "Queda 1 en esta tienda" not in (await shopper.get(path)).text:
            await one_turn()
    await shop.fill(shopper.database, [shop.price("tote", "275.00")], seq=3)
    async with asyncio.timeout(PATIENCE_S):
        while "$275.00" not in (await shopper.get(path)).text:
            await one_turn()


async def test_a_price_that_ends_leaves_the_list(shopper: Shopper) -> None:
    assert "$899.00" in (await shopper.get("/find?q=jeans")).text
    shopper.clock.advance(shop.SALE_ENDS - shop.NOW)
    assert "$899.00" not in (await shopper.get("/find?q=jeans")).text


async def test_what_comes_new_is_found_and_what_goes_is_not(shopper: Shopper) -> None:
    assert (await shopper.get("/find?q=camiseta")).status_code == 404
    await shop.fill(shopper.database, _shirts(1), seq=2)
    assert "1 artículo<" in (await shopper.get("/find?q=camiseta")).text
    await shop.fill(shopper.database, _shirts(2), seq=3)
    # A list that was sent is kept for a second; other words are another list.
    assert "2 artículos" in (await shopper.get("/find?q=camisetas")).text
    await shop.fill(shopper.database, [("product", "shirt-000", None)], seq=4)
    assert "1 artículo<" in (await shopper.get("/find?q=CAMISETA")).text


async def test_the_kiosk_shows_the_same_pages_below_its_own_path(shopper: Shopper) -> None:
    for path in ("", "/p/tote", "/find?q=jeans", "/p/nothing", "/find?q=qwxyz"):
        plain = await shopper.get(path or "/")
        kiosk = await shopper.get(f"/Kiosk{path}")
        assert kiosk.status_code == plain.status_code
        assert "<script" not in plain.text
        assert '<html lang="es" class="kiosk">' in kiosk.text
        assert re.search(r'<script src="/static/kiosk\.\w+\.js" defer', kiosk.text)
        assert '<noscript><meta http-equiv="refresh" content="30; url=/kiosk">' in kiosk.text
        links = re.findall(r'<a [^>]*href="(/[^"]*)"', kiosk.text)
        assert links
        assert all(link.startswith("/kiosk/") for link in links), links
        assert 'action="/kiosk/find"' in kiosk.text or path.startswith("/p/")
    found = await shopper.get("/kiosk/find?q=tote&lang=en")
    assert found.headers["location"] == "/kiosk/p/tote?lang=en"


async def test_the_kiosk_can_be_put_on_a_home_screen(shopper: Shopper) -> None:
    text = (await shopper.get("/kiosk")).text
    path = re.search(r'<link rel="manifest" href="([^"]+)"', text)
    assert path is not None
    answer = await shopper.get(path[1])
    assert answer.headers["content-type"] == "application/manifest+json"
    manifest = json.loads(answer.text)
    assert manifest["display"] == "fullscreen"
    assert (await shopper.get(manifest["start_url"])).status_code == 200
    assert (await shopper.get(manifest["icons"][0]["src"])).status_code == 200


async def test_many_searches_of_one_address_are_told_to_wait(shopper: Shopper) -> None:
    async with asyncio.TaskGroup() as group:
        asked = [group.create_task(shopper.get(f"/find?q=jeans+{n}")) for n in range(40)]
    answers = [one.result() for one in asked]
    codes = [answer.status_code for answer in answers]
    assert set(codes) <= {200, 429}
    assert codes.count(200) >= turns.MAX_OF_ONE
    if 429 in codes:
        busy = answers[codes.index(429)]
        assert busy.headers["retry-after"] == "2"
        assert "demasiadas peticiones" in busy.text
    assert (await shopper.get("/find?q=jeans")).status_code == 200


async def test_turns_are_few_for_one_and_for_all() -> None:
    lane, go, inside = Turns(), asyncio.Event(), 0

    async def search(address: str) -> bool:
        nonlocal inside
        try:
            async with lane.taken(address):
                inside += 1
                assert inside == 1
                await go.wait()
                inside -= 1
        except TooManyError:
            return False
        return True

    async with asyncio.TaskGroup() as group:
        greedy = [group.create_task(search("a")) for _ in range(turns.MAX_OF_ONE + 5)]
        others = [group.create_task(search(f"b{n}")) for n in range(turns.MAX_WAITING)]
        await asyncio.sleep(0)
        go.set()
    assert sum(one.result() for one in greedy) == turns.MAX_OF_ONE
    assert sum(one.result() for one in others) == turns.MAX_WAITING - turns.MAX_OF_ONE
    assert await search("a")


@given(path=st.text(max_size=20))
def test_a_path_below_the_kiosk_is_the_same_page(path: str) -> None:
    plain = requested.PlainPaths(_nothing, root="")
    inner, at_kiosk = plain.read("/" + path)
    again, below = plain.read("/kiosk/" + path)
    if not at_kiosk:
        assert below
        assert again == inner


async def _nothing(*_: object) -> None:
    pass


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    q=st.text(max_size=40), category=st.text(max_size=20), page=st.text(max_size=6), more=st.text()
)
async def test_no_search_breaks_the_site(
    shopper: Shopper, q: str, category: str, page: str, more: str
) -> None:
    fields = {"q": q, "category": category, "page": page, "lang": more[:5]}
    query = "&".join(f"{name}={_quoted(value)}" for name, value in fields.items())
    for start in ("/find", "/kiosk/find"):
        answer = await shopper.get(f"{start}?{query}")
        assert answer.status_code in {200, 303, 404, 409}


def _quoted(text: str) -> str:
    return "".join(f"%{byte:02X}" for byte in text.encode("utf-8", "replace"))
