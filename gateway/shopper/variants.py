"""The variants of an article to choose from: sizes, colours, further axes, and all in a matrix.

Nothing here reads a clock or a database.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from gateway.domain import catalogue
from gateway.domain.catalogue import Family, Product
from gateway.shopper import addresses, grid, stocked, texts
from gateway.shopper.grid import AxisOrder, ColorKey, Grid, Spot
from gateway.shopper.page import Cell, Choice, Choices, Legend, Matrix, MatrixRow
from gateway.web.words import Text, Tongue


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the page is about: one colour and further options, and one spot there or none."""

    color: ColorKey
    extra: tuple[str, ...]
    spot: Spot | None


class Variants:
    """The choices of one page, in its language, with what ``shop`` (a location id) has of each.

    ``grid`` is the family in its places.
    """

    def __init__(self, family: Family, shop: str, tongue: Tongue) -> None:
        self.grid: Grid = grid.grid_of(family)
        self._family = family
        self._shop = shop
        self._tongue = tongue
        self._color_words = {
            color: grid.color_words(color, family, tongue.language) for color in self.grid.colors
        }

    @property
    def has_colors(self) -> bool:
        """Whether colours tell the products apart, or the one there is has a name."""
        return len(self.grid.colors) > 1 or any(color.value for color in self.grid.colors)

    def axis_name(self, axis: AxisOrder) -> str:
        """The axis in words: what the source calls it, else what it is known as."""
        named = catalogue.text(axis.name, self._tongue.language)
        known = {grid.SIZE: texts.SIZE, grid.COLOR: texts.COLOR}.get(axis.axis)
        if named or known is None:
            return named or axis.axis.replace("_", " ").capitalize()
        return self._say(known)

    def color_words(self, color: ColorKey) -> tuple[str, str | None]:
        """See ``grid.color_words``."""
        return self._color_words[color]

    def value(self, size: str) -> str:
        """One size in words; a product under its own name stands for itself."""
        if self.grid.size is not None and grid.is_made_up(self.grid.size):
            product = next(one for one in self._family.products if one.id == size)
            return catalogue.text(product.name, self._tongue.language) or product.sku or product.id
        return size or self._say(texts.ONE_VALUE)

    def rows(self, axis: AxisOrder) -> tuple[str, ...]:
        """The sizes that there are, in the brand's order; "" for products without one."""
        present = {spot.size for spot in self.grid.spots}
        return tuple(value for value in (*axis.values, "") if value in present)

    def sizes(self, asked: Asked) -> tuple[Cell, ...]:
        """The sizes of the colour on the page."""
        if self.grid.size is None:
            return ()
        cells = (
            self._cell(asked, asked.color, size, lambda _, title: title)
            for size in self.rows(self.grid.size)
        )
        return tuple(cell for cell in cells if cell is not None)

    def colors(self, asked: Asked) -> tuple[Choices, ...]:
        """The colours, if they are told apart by anything."""
        if not self.has_colors:
            return ()
        choices = []
        for color in self.grid.colors:
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

    def extras(self, asked: Asked) -> tuple[Choices, ...]:
        """The further axes that have more than one value to choose."""
        groups = []
        for place, axis in enumerate(self.grid.extras):
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
                groups.append(Choices(name=self.axis_name(axis), choices=tuple(choices)))
        return tuple(groups)

    def matrix(self, asked: Asked) -> Matrix | None:
        """All sizes and colours; None where there is no choice in both directions."""
        axis = self.grid.size
        if axis is None or len(self.grid.colors) < 2:
            return None

        def spoken(color: ColorKey, size: str) -> str:
            return f"{self._color_words[color][0]}, {size}"

        rows = tuple(
            MatrixRow(
                title=self.value(size),
                cells=tuple(self._cell(asked, color, size, spoken) for color in self.grid.colors),
            )
            for size in self.rows(axis)
        )
        title = texts.ALL_SIZES_AND_COLORS if axis.axis == grid.SIZE else texts.ALL_VARIANTS
        return Matrix(
            title=self._say(title),
            corner=self.axis_name(axis),
            columns=self.colors(replace(asked, spot=None))[0].choices,
            rows=tuple(row for row in rows if any(row.cells)),
            legend=self._legend(cell for row in rows for cell in row.cells),
        )

    def _nearest(
        self, color: ColorKey, size: str | None, extra: tuple[str, ...], fixed: int
    ) -> Spot | None:
        """The product most like what is on the page, with the wanted value of one axis."""
        candidates = [spot for spot in self.grid.spots if spot.extra[fixed] == extra[fixed]]
        return min(
            candidates,
            key=lambda spot: (spot.color != color, spot.extra != extra, spot.size != size),
            default=None,
        )

    def _legend(self, cells: Iterable[Cell | None]) -> tuple[Legend, ...]:
        looks = {cell.look.icon for cell in cells if cell is not None}
        return tuple(
            Legend(look=look, words=self._say(look.long))
            for look in stocked.LOOKS.values()
            if look.icon in looks
        )

    def _cell(
        self,
        asked: Asked,
        color: ColorKey,
        size: str,
        spoken: Callable[[ColorKey, str], str],
    ) -> Cell | None:
        spots = self.grid.at(color, size, asked.extra)
        own = next((spot for spot in spots if spot is asked.spot), None)
        candidates = [own.product] if own is not None else [spot.product for spot in spots]
        found = stocked.best(candidates, self._family, self._shop)
        if found is None:
            return None
        product, band = found
        look, title = stocked.LOOKS[band], self.value(size)
        return Cell(
            title=title,
            href=self._product_href(product),
            look=look,
            word=self._say(look.short),
            spoken=f"{spoken(color, title)}: {self._say(look.long)}",
            chosen=own is not None,
        )

    def _product_href(self, product: Product) -> str:
        return addresses.address(f"/p/{product.id}", self._tongue)

    def _color_href(self, color: ColorKey, size: str | None, extra: tuple[str, ...]) -> str:
        if size is not None or color.group is None:
            same = [
                spot.product
                for spot in self.grid.spots
                if spot.color == color and spot.extra == extra and size in {None, spot.size}
            ]
            if same:
                return self._product_href(same[0])
        if color.group is None:
            first = next(spot for spot in self.grid.spots if spot.color == color)
            return self._product_href(first.product)
        return addresses.address(f"/g/{color.group}", self._tongue, color=color.value)

    def _say(self, text: Text) -> str:
        return text.say(self._tongue.language)
