"""Writes the lookup page: a family, what was asked for, and an instant give one frozen page.

Nothing here reads a clock or a database.
"""

from __future__ import annotations

from datetime import datetime

from gateway.domain import catalogue, labels, picturing
from gateway.domain.catalogue import Family
from gateway.domain.labels import Target
from gateway.shopper import answers, grid, prices, stocked, texts
from gateway.shopper.answers import Answer
from gateway.shopper.grid import AxisOrder, Spot
from gateway.shopper.page import OtherPlace, Page
from gateway.shopper.shop import Shop
from gateway.shopper.stocked import Band, Look
from gateway.shopper.variants import Asked, Variants
from gateway.web import pictured
from gateway.web.words import Text, Tongue


def page(
    family: Family, target: Target, *, shop: Shop, tongue: Tongue, at: datetime
) -> Page | None:
    """The page about ``target``; None when the family has no such product."""
    return _Writer(family, shop, tongue, at).page(target)


class _Writer:
    """Writes one page: holds what all its parts need."""

    def __init__(self, family: Family, shop: Shop, tongue: Tongue, at: datetime) -> None:
        self._family = family
        self._shop = shop
        self._tongue = tongue
        self._at = at
        self._variants = Variants(family, shop.id, tongue)
        self._grid = self._variants.grid

    def page(self, target: Target) -> Page | None:
        asked = self._asked(target)
        if asked is None:
            return None
        shown = self._shown_as(asked, target)
        facts = labels.facts(
            shown,
            self._family,
            code="",
            shop=self._shop.id,
            public_base=self._shop.public_base,
            language=self._tongue.language,
            at=self._at,
        )
        products = labels.products_shown(shown, self._family)
        withdrawn = not any(stocked.is_for_sale(product) for product in products)
        spot = asked.spot
        return Page(
            title=self._title(spot),
            picture=self._picture(asked),
            brand=facts.brand,
            variant=self._variant(asked),
            number=facts.reference,
            price=None if withdrawn else prices.price(facts, self._taxed(spot), self._shop),
            answer=answers.withdrawn(products, self._tongue.language)
            if withdrawn
            else self._answer(asked),
            sizes_title=self._sizes_title(asked),
            sizes=self._variants.sizes(asked),
            choices=(*self._variants.extras(asked), *self._variants.colors(asked)),
            matrix=self._variants.matrix(asked),
            places_title=self._places_title(asked),
            places=() if withdrawn else self._places(asked),
            description=self._description(),
            as_of=None
            if withdrawn
            else answers.as_of(self._family, self._shop, self._tongue.language, self._at),
            tags=_tags(self._family),
            until=prices.next_change(self._family, self._at),
            product=None if spot is None else spot.product.id,
        )

    # What was asked for

    def _asked(self, target: Target) -> Asked | None:
        wanted = {product.id for product in labels.products_shown(target, self._family)}
        spots = [spot for spot in self._grid.spots if spot.product.id in wanted]
        if not spots:
            return None
        if len(spots) == 1:
            return Asked(color=spots[0].color, extra=spots[0].extra, spot=spots[0])
        # Of several colours the first that this shop has; the brand's order decides.
        first = min(
            spots,
            key=lambda spot: (
                not self._may_be_here(spot),
                self._grid.colors.index(spot.color),
            ),
        )
        return Asked(color=first.color, extra=first.extra, spot=None)

    def _may_be_here(self, spot: Spot) -> bool:
        return stocked.band(spot.product, self._family, self._shop.id) in {Band.HERE, Band.LAST}

    def _shown_as(self, asked: Asked, target: Target) -> Target:
        """What the price stands for: the chosen product, or the colour on the page."""
        if asked.spot is not None:
            return Target(product=asked.spot.product.id)
        where = {
            axis.axis: value
            for axis, value in zip(self._grid.extras, asked.extra, strict=True)
            if value
        }
        if asked.color.value:
            where[grid.COLOR] = asked.color.value
        return Target(group=asked.color.group, where={**target.where, **where})

    # Words

    def _say(self, text: Text, **facts: str) -> str:
        return text.say(self._tongue.language, **facts)

    def _title(self, spot: Spot | None) -> str:
        language = self._tongue.language
        group, one = self._family.group, spot.product if spot is not None else None
        own = catalogue.text(one.name, language) if one is not None else ""
        name = catalogue.text(group.name, language) if group is not None else own
        return name or own or (one.sku or one.id if one is not None else "")

    def _picture(self, asked: Asked) -> pictured.Picture:
        """That of the chosen product, else of one in its colour, else of its group."""
        own = [asked.spot.product] if asked.spot is not None else []
        color = [spot.product for spot in self._grid.spots if spot.color == asked.color]
        return pictured.picture(
            self._title(asked.spot),
            self._variants.color_words(asked.color)[1],
            picturing.of_products((*own, *color)),
            pictured.of_groups(self._family, asked.color.group),
        )

    def _variant(self, asked: Asked) -> str:
        parts = [
            self._variants.color_words(asked.color)[0] if self._variants.has_colors else "",
            *(
                f"{self._variants.axis_name(axis)} {value}"
                for axis, value in zip(self._grid.extras, asked.extra, strict=True)
                if value
            ),
        ]
        if asked.spot is not None and self._grid.size is not None:
            parts.append(self._sized(self._grid.size, asked.spot))
        return " · ".join(part for part in parts if part)

    def _sized(self, axis: AxisOrder, spot: Spot) -> str:
        value = self._variants.value(spot.size)
        return value if grid.is_made_up(axis) else f"{self._variants.axis_name(axis)} {value}"

    def _description(self) -> str:
        group = self._family.group
        return catalogue.text(group.description, self._tongue.language) if group is not None else ""

    # The parts of the page

    def _answer(self, asked: Asked) -> Answer | None:
        spot = asked.spot
        if spot is None:
            return None
        what = self._about(asked, texts.VALUE_IN_THIS_SHOP, texts.IN_THIS_SHOP)
        return answers.observed(
            answers.answer(what, spot.product, self._family, self._shop.id, self._tongue),
            spot.product,
            self._family,
            self._shop,
            self._tongue.language,
        )

    def _places_title(self, asked: Asked) -> str:
        return self._about(asked, texts.VALUE_IN_OTHER_PLACES, texts.OTHER_PLACES)

    def _about(self, asked: Asked, of_size: Text, otherwise: Text) -> str:
        """``of_size`` with the chosen size; ``otherwise`` when none is chosen or there is none."""
        axis, spot = self._grid.size, asked.spot
        if axis is None or spot is None or grid.is_made_up(axis) or not spot.size:
            return self._say(otherwise)
        return self._say(of_size, axis=self._variants.axis_name(axis), value=spot.size)

    def _sizes_title(self, asked: Asked) -> str:
        axis = self._grid.size
        if axis is None or grid.is_made_up(axis):
            return self._say(texts.WHICH_HERE)
        if axis.axis == grid.SIZE and asked.spot is None:
            return self._say(texts.YOUR_SIZE)
        return self._variants.axis_name(axis)

    def _places(self, asked: Asked) -> tuple[OtherPlace, ...]:
        spots = (asked.spot,) if asked.spot is not None else self._of_color(asked)
        places = []
        for place in stocked.other_places(self._family, self._shop.id):
            # A place that never said anything about these products does not carry them.
            if any((place.id, spot.product.id) in self._family.stock for spot in spots):
                look, word = self._at_place(asked, place)
                online = place.kind == "online"
                name = self._say(texts.ONLINE_SHOP) if online else place.name
                places.append(OtherPlace(name=name, address=place.address, look=look, word=word))
        return tuple(places)

    def _of_color(self, asked: Asked) -> tuple[Spot, ...]:
        return tuple(
            spot
            for spot in self._grid.spots
            if (spot.color, spot.extra) == (asked.color, asked.extra)
            and stocked.is_for_sale(spot.product)
        )

    def _at_place(self, asked: Asked, place: catalogue.Location) -> tuple[Look, str]:
        """What one other place has: a word for the chosen product, else the sizes it has."""
        if asked.spot is not None:
            look = stocked.LOOKS[stocked.at_place(asked.spot.product, self._family, place)]
            return look, self._say(look.short)
        spots = self._of_color(asked)
        bands = {spot.size: stocked.at_place(spot.product, self._family, place) for spot in spots}
        had = [size for size, band in bands.items() if band in {Band.HERE, Band.LAST}]
        if not had:
            known = any(band is Band.NONE for band in bands.values())
            look = stocked.LOOKS[Band.NONE if known else Band.UNKNOWN]
            return look, self._say(look.short)
        look = stocked.LOOKS[Band.HERE]
        if self._grid.size is None:
            return look, self._say(look.short)
        ordered = [size for size in self._variants.rows(self._grid.size) if size in had]
        return look, ", ".join(self._variants.value(size) for size in ordered)

    def _taxed(self, spot: Spot | None) -> bool:
        products = [spot.product] if spot is not None else list(self._family.products)
        offers = (self._family.offers.get(product.id) for product in products)
        return all(one.tax_included for one in offers if one is not None)


def _tags(family: Family) -> frozenset[str]:
    """The keys whose change makes the page another: groups speak for their products."""
    tags = {product.group or product.id for product in family.products}
    if family.group is not None:
        tags |= {family.group.id, *family.group.siblings}
    else:
        tags |= {product.id for product in family.products}
    return frozenset(tags)
