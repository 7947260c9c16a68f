from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from gateway.domain.catalogue import Family, Offer, Offers, PastPrice
from gateway.domain.labels import Target
from gateway.domain.money import Money
from gateway.domain.multibuy import MultiBuy
from gateway.shopper import views
from gateway.shopper.page import Page
from gateway.shopper.shop import Shop
from gateway.store import catalogue
from gateway.store.database import Connection, Database
from gateway.web.words import Tongue
from tests.support import shop

SHOP = Shop(
    id=shop.SHOP,
    public_base="https://q.example.com",
    country="MX",
    zone=ZoneInfo("America/Mexico_City"),
)
PagesOf = Callable[..., Page]
Families = Callable[[str], Family]


def _family_of(connection: Connection, product: str) -> Family | None:
    return catalogue.family_of_product(connection, product)


@pytest.fixture
async def families(tmp_path: Path) -> Callable[[str], Family]:
    found: dict[str, Family] = {}
    async with Database(tmp_path / "anaquel.db") as database:
        await shop.fill(database)
        for product in (
            *("alba-navy-26", "runner-white-25", "runner-black-25", "chino-32-30"),
            *("tote", "lamp", "mug", "sock"),
        ):
            family = await database.read(partial(_family_of, product=product))
            assert family is not None
            found |= {one.id: family for one in family.products if one.group is None}
            found |= {
                one.id: family
                for one in family.products
                if family.group is not None and one.group == family.group.id
            }
    return found.__getitem__


@pytest.fixture
def page_of(families: Callable[[str], Family]) -> PagesOf:
    def made(product: str, target: Target | None = None, language: str = "es") -> Page:
        page = views.page(
            families(product),
            target or Target(product=product),
            shop=SHOP,
            tongue=Tongue(language=language),
            at=shop.NOW,
        )
        assert page is not None
        return page

    return made


@pytest.mark.parametrize(
    ("product", "language", "title", "tone"),
    [
        ("alba-navy-26", "es", "Talla 26 en esta tienda: sí", "good"),
        ("alba-navy-26", "en", "Size 26 in this shop: yes", "good"),
        ("alba-navy-27", "es", "Talla 27 en esta tienda: queda 1", "attention"),
        ("alba-navy-28", "es", "Talla 28 en esta tienda: no", "plain"),
        ("alba-navy-29", "es", "Talla 29 en esta tienda: no lo sabemos", "attention"),
        ("tote", "es", "En esta tienda: sí", "good"),
        ("sock", "en", "In this shop: we do not know", "attention"),
        ("lamp", "es", "Retirado de la venta", "trouble"),
        ("mug", "en", "Not for sale at the moment", "trouble"),
    ],
)
def test_the_question_is_answered_first(
    page_of: PagesOf, product: str, language: str, title: str, tone: str
) -> None:
    answer = page_of(product, language=language).answer
    assert answer is not None
    assert (answer.title, answer.tone) == (title, tone)


def test_a_size_that_is_gone_here_says_where_it_is(page_of: PagesOf) -> None:
    gone, nowhere = page_of("alba-navy-28").answer, page_of("alba-navy-36").answer
    assert gone is not None
    assert nowhere is not None
    assert "Andares" in gone.advice
    assert nowhere.advice == "Tampoco hay en nuestras otras tiendas."


def test_sizes_stand_in_the_brands_order_with_their_states(page_of: PagesOf) -> None:
    page = page_of("alba-navy-26")
    assert [cell.title for cell in page.sizes] == list(shop._WAISTS)
    words = {cell.title: cell.word for cell in page.sizes}
    expected = {"26": "Sí", "27": "Última", "28": "En otra", "29": "Pregunta", "36": "No hay"}
    assert expected.items() <= words.items()
    assert [cell.title for cell in page.sizes if cell.chosen] == ["26"]
    assert page.sizes[3].href == "/p/alba-navy-27"


def test_the_matrix_holds_all_colors_and_leaves_a_gap_where_none_is_made(page_of: PagesOf) -> None:
    matrix = page_of("alba-navy-26").matrix
    assert matrix is not None
    names = ["Negro", "Lavado piedra", "Azul marino", "Verde olivo", "Crudo"]
    assert [column.title for column in matrix.columns] == names
    assert len(matrix.rows) == 12
    assert [row.title for row in matrix.rows if None in row.cells] == ["36"]
    cell = matrix.rows[3].cells[2]
    assert cell is not None
    assert cell.spoken == "Azul marino, 27: queda 1 en esta tienda"


@pytest.mark.parametrize("product", ["runner-white-25", "runner-black-25"])
def test_siblings_are_colors_in_one_order_whichever_was_asked_for(
    page_of: PagesOf, product: str
) -> None:
    page = page_of(product)
    assert page.matrix is not None
    assert [column.title for column in page.matrix.columns] == ["Blanco", "Negro"]
    colors = page.choices[-1].choices
    assert [one.href for one in colors] == ["/p/runner-white-25", "/p/runner-black-25"]
    assert [one.chosen for one in colors] == [product == "runner-white-25", "black" in product]


def test_a_third_axis_is_a_choice_above(page_of: PagesOf) -> None:
    page = page_of("chino-32-30")
    assert page.variant == "Largo 30 · Talla 32"
    assert page.matrix is None
    (length,) = page.choices
    assert length.name == "Largo"
    assert [(one.title, one.href, one.chosen) for one in length.choices] == [
        ("30", "/p/chino-32-30", True),
        ("32", "/p/chino-32-32", False),
    ]
    assert [cell.href for cell in page.sizes] == [f"/p/chino-{size}-30" for size in (30, 32, 34)]


def test_a_product_without_options_is_just_one_line(page_of: PagesOf) -> None:
    page = page_of("tote")
    assert (page.title, page.sizes, page.choices, page.matrix) == ("Bolsa de manta", (), (), None)
    assert page.places == ()


def test_a_color_asks_for_the_size_and_lists_what_others_have(page_of: PagesOf) -> None:
    target = Target(group="jeans-alba", where={"color": "navy"})
    page = page_of("alba-navy-26", target)
    assert page.answer is None
    assert page.sizes_title == "¿Tu talla en esta tienda?"
    assert page.variant == "Azul marino"
    assert not any(cell.chosen for cell in page.sizes)
    andares = next(place for place in page.places if place.name == "Andares")
    assert "28" in andares.word.split(", ")
    assert "Almacén central" not in {place.name for place in page.places}


def test_a_whole_group_opens_on_a_color_this_shop_has(page_of: PagesOf) -> None:
    page = page_of("chino-32-30", Target(group="chino"))
    assert page.answer is None
    assert page.price is not None
    assert (page.price.amount, page.price.lowest) == ("$990.00", True)


def test_the_sale_shows_both_prices_and_when_the_page_must_change(page_of: PagesOf) -> None:
    page = page_of("alba-navy-26")
    assert page.price is not None
    price = page.price
    assert (price.amount, price.regular, price.kind) == ("$899.00", "$1,299.00", "Oferta")
    assert page.until == shop.SALE_ENDS


def test_a_withdrawn_article_has_no_price_and_no_stock(page_of: PagesOf) -> None:
    for product in ("lamp", "mug"):
        page = page_of(product)
        assert (page.price, page.places, page.as_of) == (None, (), None)


def test_one_recalled_size_does_not_take_the_others_away(
    families: Callable[[str], Family],
) -> None:
    family = families("alba-navy-26")
    products = tuple(
        replace(one, status="recalled") if one.id == "alba-navy-24" else one
        for one in family.products
    )
    page = views.page(
        replace(family, products=products),
        Target(group="jeans-alba", where={"color": "navy"}),
        shop=SHOP,
        tongue=Tongue(language="en"),
        at=shop.NOW,
    )
    assert page is not None
    assert page.answer is None
    assert page.price is not None
    assert [cell.word for cell in page.sizes][:1] == ["Not sold"]


def test_how_fresh_the_stock_is(page_of: PagesOf, families: Callable[[str], Family]) -> None:
    fresh = page_of("alba-navy-26").as_of
    assert fresh is not None
    assert (fresh.words, fresh.exact) == ("Existencias a las 14:32", "2026-11-22T14:32:00-06:00")
    later = views.page(
        families("alba-navy-26"),
        Target(product="alba-navy-26"),
        shop=SHOP,
        tongue=Tongue(language="en"),
        at=shop.NOW + timedelta(days=3),
    )
    assert later is not None
    assert later.as_of is not None
    assert later.as_of.words == "Stock updated 3 days ago"
    assert page_of("sock").as_of is None


def test_an_explicit_language_stays_in_every_address(families: Callable[[str], Family]) -> None:
    page = views.page(
        families("alba-navy-26"),
        Target(product="alba-navy-26"),
        shop=SHOP,
        tongue=Tongue(language="en", explicit=True),
        at=shop.NOW,
    )
    assert page is not None
    assert all(cell.href.endswith("?lang=en") for cell in page.sizes)


def test_products_without_any_options_stand_under_their_names(
    families: Callable[[str], Family],
) -> None:
    family = families("chino-32-30")
    assert family.group is not None
    bare = replace(
        family,
        group=replace(family.group, axes=()),
        products=tuple(
            replace(one, options={}, name={"es": f"Modelo {place}"})
            for place, one in enumerate(family.products)
        ),
    )
    page = views.page(
        bare,
        Target(product="chino-32-30"),
        shop=SHOP,
        tongue=Tongue(language="es"),
        at=shop.NOW,
    )
    assert page is not None
    assert [cell.title for cell in page.sizes] == [f"Modelo {place}" for place in range(6)]
    assert sum(cell.chosen for cell in page.sizes) == 1


def test_a_product_that_is_not_in_the_family_has_no_page(
    families: Callable[[str], Family],
) -> None:
    page = views.page(
        families("tote"),
        Target(product="lamp"),
        shop=SHOP,
        tongue=Tongue(language="es"),
        at=shop.NOW,
    )
    assert page is None


def test_what_is_discontinued_is_sold_off(families: Callable[[str], Family]) -> None:
    family = families("alba-navy-26")
    products = tuple(replace(one, status="discontinued") for one in family.products)
    page = views.page(
        replace(family, products=products),
        Target(product="alba-navy-26"),
        shop=SHOP,
        tongue=Tongue(language="es"),
        at=shop.NOW,
    )
    assert page is not None
    assert page.price is not None
    assert page.answer is not None
    assert page.answer.tone == "good"


def test_other_places_are_about_the_chosen_size(page_of: PagesOf) -> None:
    assert page_of("alba-navy-26").places_title == "Talla 26 en otras tiendas"
    whole = page_of("alba-navy-26", Target(group="jeans-alba", where={"color": "navy"}))
    assert whole.places_title == "En otras tiendas"


def test_the_online_shop_has_our_own_name(families: Callable[[str], Family]) -> None:
    for language, name in (("es", "Tienda en línea"), ("en", "Online shop")):
        page = views.page(
            families("alba-navy-26"),
            Target(product="alba-navy-26"),
            shop=SHOP,
            tongue=Tongue(language=language),
            at=shop.NOW,
        )
        assert page is not None
        assert page.places[-1].name == name


def test_a_reduction_is_compared_with_the_lowest_price_before_it(families: Families) -> None:
    since = shop.NOW - timedelta(days=2)
    was = PastPrice(
        price=Money(amount=Decimal("300.00"), currency="MXN"),
        kind="list",
        began=since - timedelta(days=90),
        ended=since,
    )
    offers = (
        Offer(kind="list", amount=Decimal(400)),
        Offer(
            kind="sale",
            amount=Decimal(240),
            multibuy=MultiBuy(type="buy_n_pay_m", n=3, m=2),
        ),
        Offer(
            kind="loyalty",
            amount=Decimal(220),
            program="Club Calzado",
            condition={"es": "con tarjeta"},
        ),
    )
    family = families("tote")
    sold = Offers(
        product="tote",
        currency="MXN",
        offers=offers,
        since=since,
        past=(was,),
        deposit=Money(amount=Decimal("2.5"), currency="MXN"),
    )
    page = views.page(
        replace(family, offers={"tote": sold}),
        Target(product="tote"),
        shop=SHOP,
        tongue=Tongue(language="es"),
        at=shop.NOW,
    )
    assert page is not None
    price = page.price
    assert price is not None
    assert (price.amount, price.regular, price.kind) == ("$240.00", "$300.00", "Oferta")
    assert price.less == "\N{MINUS SIGN}20%"
    assert price.several == "Lleva 3, paga 2"
    assert price.loyalty == "$220.00 para socios de Club Calzado (con tarjeta)"
    assert price.deposit == "+ $2.50 de depósito"


@pytest.mark.parametrize(
    ("amount", "language", "said"),
    [
        (
            Decimal(240),
            "es",
            (None, "Para socios de Club Calzado: 3 por $600.00 (máx. 6) (con tarjeta)"),
        ),
        (
            Decimal(220),
            "en",
            (
                "$220.00 for members of Club Calzado (con tarjeta)",
                "For members of Club Calzado: 3 for $600.00 (max. 6)",
            ),
        ),
    ],
)
def test_what_several_cost_members_stands_on_the_page_as_on_the_label(
    families: Families, amount: Decimal, language: str, said: tuple[str | None, str]
) -> None:
    terms = MultiBuy(type="n_for_price", n=3, amount=Decimal(600), limit=6)
    loyalty = Offer(
        kind="loyalty",
        amount=amount,
        program="Club Calzado",
        condition={"es": "con tarjeta"},
        multibuy=terms,
    )
    family = families("tote")
    sold = Offers(
        product="tote", currency="MXN", offers=(Offer(kind="list", amount=Decimal(240)), loyalty)
    )
    page = views.page(
        replace(family, offers={"tote": sold}),
        Target(product="tote"),
        shop=SHOP,
        tongue=Tongue(language=language),
        at=shop.NOW,
    )
    assert page is not None
    assert page.price is not None
    assert (page.price.loyalty, page.price.loyalty_several) == said
