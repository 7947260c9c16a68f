"""What programs ask of the GS1 resolver, over the site as it is served."""

from __future__ import annotations

import pytest

from gateway.shopper.resolver import LINKSET, VOC
from tests.support import shop
from tests.unit.shopper.conftest import Shopper

GTIN = shop.barcode(27)
ARTICLE = f"/01/{GTIN}"


@pytest.mark.parametrize(
    "asked",
    [
        f"{ARTICLE}?linkType=linkset",
        f"{ARTICLE}?linkType=all",
        f"{ARTICLE}/10/LOT7?linkType=linkset",
    ],
)
async def test_a_linkset_says_where_the_page_is(shopper: Shopper, asked: str) -> None:
    answer = await shopper.get(asked)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith(LINKSET)
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    (links,) = answer.json()["linkset"]
    assert links["anchor"].endswith(ARTICLE)
    (default,) = links[f"{VOC}defaultLink"]
    assert set(default) == {"href", "title"}
    (page,) = links[f"{VOC}pip"]
    assert page["href"] == default["href"]
    assert page["href"].endswith("/p/alba-navy-26")
    assert page["hreflang"] == ["es", "en"]


async def test_it_is_given_to_who_accepts_it_and_the_page_to_who_does_not(
    shopper: Shopper,
) -> None:
    for accept, kind in (("text/html", "text/html"), (LINKSET, LINKSET), ("*/*", "text/html")):
        answer = await shopper.get(ARTICLE, Accept=accept)
        assert answer.headers["Content-Type"].startswith(kind), "kept pages are not mixed up"


@pytest.mark.parametrize("spelled", ["gs1:pip", f"{VOC}pip", "gs1:defaultLink"])
async def test_a_link_of_a_type_is_a_redirect_that_passes_the_query_on(
    shopper: Shopper, spelled: str
) -> None:
    answer = await shopper.get(f"{ARTICLE}/21/7?linkType={spelled}&x=1")
    assert answer.status_code == 307
    assert "/p/alba-navy-26?" in answer.headers["Location"]
    assert "x=1" in answer.headers["Location"]
    assert 'rel="linkset"' in answer.headers["Link"]


@pytest.mark.parametrize("spelled", ["gs1:recipeInfo", "recipe", "gs1:"])
async def test_a_type_that_is_not_there_is_404_never_another(
    shopper: Shopper, spelled: str
) -> None:
    answer = await shopper.get(f"{ARTICLE}?linkType={spelled}")
    assert answer.status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        f"/01/{GTIN[:-1]}{(int(GTIN[-1]) + 1) % 10}",
        f"{ARTICLE}/21/7/10/LOT",
        f"{ARTICLE}/10/A/10/B",
        f"{ARTICLE}?17=991399",
        f"{ARTICLE}?10=LOT",
        f"{ARTICLE}?9999=1",
    ],
)
async def test_what_breaks_the_syntax_is_400_and_told(shopper: Shopper, path: str) -> None:
    for asked in (path, f"{path}{'&' if '?' in path else '?'}linkType=linkset"):
        answer = await shopper.get(asked)
        assert answer.status_code == 400
        assert "<h1" in answer.text, "a helpful page"


async def test_an_article_that_nobody_knows_is_404(shopper: Shopper) -> None:
    for query in ("", "?linkType=linkset", "?linkType=gs1:pip"):
        assert (await shopper.get(f"/01/09506000134352{query}")).status_code == 404


async def test_the_resolver_describes_itself(shopper: Shopper) -> None:
    answer = await shopper.get("/.well-known/gs1resolver")
    assert answer.status_code == 200
    assert answer.json()["supportedPrimaryKeys"] == ["01"]
    options = await shopper.get(ARTICLE, method="OPTIONS")
    assert options.status_code == 204
    assert "GET" in options.headers["Allow"]
    head = await shopper.get(f"{ARTICLE}?linkType=linkset", method="HEAD")
    assert (head.status_code, head.content) == (200, b"")
