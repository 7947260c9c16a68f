"""Writes the lookup page: a family, what was asked for, and an instant give one frozen page.

Nothing here reads a clock or a database.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from gateway.domain import catalogue, labels, picturing
from gateway.domain.catalogue import Family, Product
from gateway.domain.labels import Target
from gateway.shopper import addresses, answers, grid, prices, stocked, texts
from gateway.shopper.answers import Answer
from gateway.shopper.grid import AxisOrder, ColorKey, Grid, Spot
from gateway.shopper.page import Cell, Choice, Choices, Legend, Matrix, MatrixRow, OtherPlace, Page
from gateway.shopper.shop import Shop
from gateway.shopper.stocked import Band, Look
from gateway.web import pictured
from gateway.web.words import Text, Tongue


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What the page is about: one colour and further options, and one spot there or none."""

    color: ColorKey
    extra: tuple[str, ...]
    spot: Spot | None


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
        self._grid: Grid = grid.grid_of(family)
        self._color_words = {
            color: grid.color_words(color, family, tongue.language) for color in self._grid.colors
        }

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
            sizes=self._sizes(asked),
            choices=(*self._extras(asked), *self._colors(asked)),
            matrix=self._matrix(asked),
            places_title=self._places_title(asked),
            places=() if withdrawn else self._places(asked),
            description=self._description(),
            as_of=None
            if withdrawn
            else answers.as_of(self._family, self._shop, self._tongue.language, self._at),
            tags=_tags(self._family),
            until=prices.next_change(self._family, self._at),
        )

    # What was asked for

    def _asked(self, target: Target) -> _Asked | None:
        wanted = {product.id for product in labels.products_shown(target, self._family)}
        spots = [spot for spot in self._grid.spots if spot.product.id in wanted]
        if not spots:
            return None
        if len(spots) == 1:
            return _Asked(color=spots[0].color, extra=spots[0].extra, spot=spots[0])
        # Of several colours the first that this shop has; the brand's order decides.
        first = min(
            spots,
            key=lambda spot: (
                not self._may_be_here(spot),
                self._grid.colors.index(spot.color),
            ),
        )
        return _Asked(color=first.color, extra=first.extra, spot=None)

    def _may_be_here(self, spot: Spot) -> bool:
        return stocked.band(spot.product, self._family, self._shop.id) in {Band.HERE, Band.LAST}

    def _shown_as(self, asked: _Asked, target: Target) -> Target:
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

    def _picture(self, asked: _Asked) -> pictured.Picture:
        """That of the chosen product, else of one in its colour, else of its group."""
        own = [asked.spot.product] if asked.spot is not None else []
        color = [spot.product for spot in self._grid.spots if spot.color == asked.color]
        return pictured.picture(
            self._title(asked.spot),
            self._color_words[asked.color][1],
            picturing.of_products((*own, *color)),
            pictured.of_groups(self._family, asked.color.group),
        )

    def _variant(self, asked: _Asked) -> str:
        parts = [
            self._color_words[asked.color][0] if self._has_colors() else "",
            *(
                f"{self._axis_name(axis)} {value}"
                for axis, value in zip(self._grid.extras, asked.extra, strict=True)
                if value
            ),
        ]
        if asked.spot is not None and self._grid.size is not None:
            parts.append(self._sized(self._grid.size, asked.spot))
        return " · ".join(part for part in parts if part)

    def _sized(self, axis: AxisOrder, spot: Spot) -> str:
        value = self._value(spot.size)
        return value if grid.is_made_up(axis) else f"{self._axis_name(axis)} {value}"

    def _value(self, size: str) -> str:
        if self._grid.size is not None and grid.is_made_up(self._grid.size):
            product = next(one for one in self._family.products if one.id == size)
            return catalogue.text(product.name, self._tongue.language) or product.sku or product.id
        return size or self._say(texts.ONE_VALUE)

    def _axis_name(self, axis: AxisOrder) -> str:
        named = catalogue.text(axis.name, self._tongue.language)
        known = {grid.SIZE: texts.SIZE, grid.COLOR: texts.COLOR}.get(axis.axis)
        if named or known is None:
            return named or axis.axis.replace("_", " ").capitalize()
        return self._say(known)

    def _description(self) -> str:
        group = self._family.group
        return catalogue.text(group.description, self._tongue.language) if group is not None else ""

    def _has_colors(self) -> bool:
        return len(self._grid.colors) > 1 or any(color.value for color in self._grid.colors)

    # The parts of the page

    def _answer(self, asked: _Asked) -> Answer | None:
        spot = asked.spot
        if spot is None:
            return None
        what = self._about(asked, texts.VALUE_IN_THIS_SHOP, texts.IN_THIS_SHOP)
        return answers.answer(what, spot.product, self._family, self._shop.id, self._tongue)

    def _places_title(self, asked: _Asked) -> str:
        return self._about(asked, texts.VALUE_IN_OTHER_PLACES, texts.OTHER_PLACES)

    def _about(self, asked: _Asked, of_size: Text, otherwise: Text) -> str:
        """``of_size`` with the chosen size; ``otherwise`` when none is chosen or there is none."""
        axis, spot = self._grid.size, asked.spot
        if axis is None or spot is None or grid.is_made_up(axis) or not spot.size:
            return self._say(otherwise)
        return self._say(of_size, axis=self._axis_name(axis), value=spot.size)

    def _sizes_title(self, asked: _Asked) -> str:
        axis = self._grid.size
        if axis is None or grid.is_made_up(axis):
            return self._say(texts.WHICH_HERE)
        if axis.axis == grid.SIZE and asked.spot is None:
            return self._say(texts.YOUR_SIZE)
        return self._axis_name(axis)

    def _sizes(self, asked: _Asked) -> tuple[Cell, ...]:
        if self._grid.size is None:
            return ()
        cells = (
            self._cell(asked, asked.color, size, lambda _, title: title)
            for size in self._rows(self._grid.size)
        )
        return tuple(cell for cell in cells if cell is not None)

    def _rows(self, axis: AxisOrder) -> tuple[str, ...]:
        present = {spot.size for spot in self._grid.spots}
        return tuple(value for value in (*axis.values, "") if value in present)

    def _cell(
        self,
        asked: _Asked,
        color: ColorKey,
        size: str,
        spoken: Callable[[ColorKey, str], str],
    ) -> Cell | None:
        spots = self._grid.at(color, size, asked.extra)
        own = next((spot for spot in spots if spot is asked.spot), None)
        candidates = [own.product] if own is not None else [spot.product for spot in spots]
        found = stocked.best(candidates, self._family, self._shop.id)
        if found is None:
            return None
        product, band = found
        look, title = stocked.LOOKS[band], self._value(size)
        return Cell(
            title=title,
            href=self._product_href(product),
            look=look,
            word=self._say(look.short),
            spoken=f"{spoken(color, title)}: {self._say(look.long)}",
            chosen=own is not None,
        )

    def _colors(self, asked: _Asked) -> tuple[Choices, ...]:
        if not self._has_colors():
            return ()
        choices = []
        for color in self._grid.colors:
            name, hex_value = self._color_words[color]
            size = asked.spot.size if asked.spot is not None else None
            choices.append(
                Choice(
                    title=name,
                    href=self._color_href(color, size, asked.extra),
                    chosen=color == asked.color,
                    hex=hex_value,
                )
            )
        return (Choices(name=self._say(texts.COLOR), choices=tuple(choices), swatches=True),)

    def _extras(self, asked: _Asked) -> tuple[Choices, ...]:
        groups = []
        for place, axis in enumerate(self._grid.extras):
            choices = []
            for value in axis.values:
                wanted = (*asked.extra[:place], value, *asked.extra[place + 1 :])
                size = asked.spot.size if asked.spot is not None else None
                nearest = self._nearest(asked.color, size, wanted, place)
                if nearest is not None:
                    chosen = value == asked.extra[place]
                    href = self._product_href(nearest.product)
                    choices.append(Choice(title=value, href=href, chosen=chosen))
            if len(choices) > 1:
                groups.append(Choices(name=self._axis_name(axis), choices=tuple(choices)))
        return tuple(groups)

    def _nearest(
        self, color: ColorKey, size: str | None, extra: tuple[str, ...], fixed: int
    ) -> Spot | None:
        """The product most like what is on the page, with the wanted value of one axis."""
        candidates = [spot for spot in self._grid.spots if spot.extra[fixed] == extra[fixed]]
        return min(
            candidates,
            key=lambda spot: (spot.color != color, spot.extra != extra, spot.size != size),
            default=None,
        )

    def _matrix(self, asked: _Asked) -> Matrix | None:
        axis = self._grid.size
        if axis is None or len(self._grid.colors) < 2:
            return None

        def spoken(color: ColorKey, size: str) -> str:
            return f"{self._color_words[color][0]}, {size}"

        rows = tuple(
            MatrixRow(
                title=self._value(size),
                cells=tuple(self._cell(asked, color, size, spoken) for color in self._grid.colors),
            )
            for size in self._rows(axis)
        )
        title = texts.ALL_SIZES_AND_COLORS if axis.axis == grid.SIZE else texts.ALL_VARIANTS
        return Matrix(
            title=self._say(title),
            corner=self._axis_name(axis),
            columns=self._colors(replace(asked, spot=None))[0].choices,
            rows=tuple(row for row in rows if any(row.cells)),
            legend=self._legend(cell for row in rows for cell in row.cells),
        )

    def _legend(self, cells: Iterable[Cell | None]) -> tuple[Legend, ...]:
        looks = {cell.look.icon for cell in cells if cell is not None}
        return tuple(
            Legend(look=look, words=self._say(look.long))
            for look in stocked.LOOKS.values()
            if look.icon in looks
        )

    def _places(self, asked: _Asked) -> tuple[OtherPlace, ...]:
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

    def _of_color(self, asked: _Asked) -> tuple[Spot, ...]:
        return tuple(
            spot
            for spot in self._grid.spots
            if (spot.color, spot.extra) == (asked.color, asked.extra)
            and stocked.is_for_sale(spot.product)
        )

    def _at_place(self, asked: _Asked, place: catalogue.Location) -> tuple[Look, str]:
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
        ordered = [size for size in self._rows(self._grid.size) if size in had]
        return look, ", ".join(self._value(size) for size in ordered)

    # Addresses

    def _product_href(self, product: Product) -> str:
        return addresses.address(f"/p/{product.id}", self._tongue)

    def _color_href(self, color: ColorKey, size: str | None, extra: tuple[str, ...]) -> str:
        if size is not None or color.group is None:
            same = [
                spot.product
                for spot in self._grid.spots
                if spot.color == color and spot.extra == extra and size in {None, spot.size}
            ]
            if same:
                return self._product_href(same[0])
        if color.group is None:
            first = next(spot for spot in self._grid.spots if spot.color == color)
            return self._product_href(first.product)
        return addresses.address(f"/g/{color.group}", self._tongue, color=color.value)

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
