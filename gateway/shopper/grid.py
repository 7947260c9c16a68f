"""Where each product of a family stands: its colour, its size, and the choices beyond the two.

Sibling groups are colours of one style; within a group colours are an axis. Sizes are the axis
called ``size``, or the first that is no colour. The order is the brand's and the same on every
page of a style, whichever of its groups was asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from gateway.domain import catalogue
from gateway.domain.catalogue import Family, Group, Product, Texts

COLOR = "color"
SIZE = "size"
_VARIANT = "variant"


@dataclass(frozen=True, slots=True, kw_only=True)
class ColorKey:
    """One colour of the style: a value of a group's colour axis, or a whole sibling group."""

    group: str | None
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AxisOrder:
    """An axis with its values in the brand's order, over all groups of the style."""

    axis: str
    name: Texts = field(default_factory=dict)
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A product and its place in the grid."""

    product: Product
    color: ColorKey
    size: str
    extra: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """All products of a style in their places.

    ``size`` is None when the products differ by colour alone; ``extras`` are the further axes, in
    the order of ``Spot.extra``. ``colors`` has one entry at least when there are products.
    """

    size: AxisOrder | None
    colors: tuple[ColorKey, ...]
    extras: tuple[AxisOrder, ...]
    spots: tuple[Spot, ...]
    places: Mapping[tuple[ColorKey, str, tuple[str, ...]], tuple[Spot, ...]]

    def at(self, color: ColorKey, size: str, extra: tuple[str, ...]) -> tuple[Spot, ...]:
        """The products in one place: one as a rule, several when their options are the same."""
        return self.places.get((color, size, extra), ())


def grid_of(family: Family) -> Grid:
    """The grid of a family; one of one place for a product without a group."""
    groups = _in_order(family)
    axes = _axes(groups, family.products)
    size = next((axis for axis in axes if axis.axis == SIZE), None) or next(
        (axis for axis in axes if axis.axis != COLOR), None
    )
    extras = tuple(axis for axis in axes if axis is not size and axis.axis != COLOR)
    if not axes and len(family.products) > 1:
        size = AxisOrder(axis=_VARIANT, values=tuple(product.id for product in family.products))
    spots = tuple(_spot(product, size, extras) for product in family.products)
    colors = next((axis.values for axis in axes if axis.axis == COLOR), ())
    places: dict[tuple[ColorKey, str, tuple[str, ...]], tuple[Spot, ...]] = {}
    for spot in spots:
        where = (spot.color, spot.size, spot.extra)
        places[where] = (*places.get(where, ()), spot)
    return Grid(
        size=size,
        colors=_colors(groups, colors, spots),
        extras=extras,
        spots=spots,
        places=places,
    )


def is_made_up(axis: AxisOrder) -> bool:
    """Whether the products give no options at all and stand under their own names."""
    return axis.axis == _VARIANT and not axis.name


def _in_order(family: Family) -> tuple[Group, ...]:
    own = family.group
    if own is None:
        return ()
    groups = {group.id: group for group in (own, *family.siblings)}
    # A list that names the group itself is the brand's own order; else one that never changes.
    listed = [key for key in own.siblings if key in groups] if own.id in own.siblings else []
    return tuple(groups[key] for key in dict.fromkeys([*listed, *sorted(groups)]))


def _axes(groups: Sequence[Group], products: Iterable[Product]) -> tuple[AxisOrder, ...]:
    names: dict[str, Texts] = {}
    values: dict[str, list[str]] = {}
    for axis in (axis for group in groups for axis in group.axes):
        names[axis.axis] = names.get(axis.axis) or axis.name
        _merge(values.setdefault(axis.axis, []), axis.values)
    for product in products:
        for axis_name, value in product.options.items():
            known = values.setdefault(axis_name, [])
            if value not in known:
                known.append(value)
    return tuple(
        AxisOrder(axis=axis, name=names.get(axis, {}), values=tuple(order))
        for axis, order in values.items()
        if order
    )


def _merge(order: list[str], more: Iterable[str]) -> None:
    """Take ``more`` into ``order``, each new value behind the one it follows in ``more``."""
    place = 0
    for value in more:
        if value in order:
            place = order.index(value) + 1
        else:
            order.insert(place, value)
            place += 1


def _spot(product: Product, size: AxisOrder | None, extras: Sequence[AxisOrder]) -> Spot:
    made_up = size is not None and is_made_up(size)
    return Spot(
        product=product,
        color=ColorKey(group=product.group, value=product.options.get(COLOR, "")),
        size=product.id
        if made_up
        else product.options.get(size.axis, "")
        if size is not None
        else "",
        extra=tuple(product.options.get(axis.axis, "") for axis in extras),
    )


def _colors(
    groups: Sequence[Group], values: Sequence[str], spots: Iterable[Spot]
) -> tuple[ColorKey, ...]:
    group_order = {group.id: place for place, group in enumerate(groups)}
    value_order = {value: place for place, value in enumerate(values)}
    present = dict.fromkeys(spot.color for spot in spots)
    return tuple(
        sorted(
            present,
            key=lambda color: (
                group_order.get(color.group or "", len(group_order)),
                value_order.get(color.value, len(value_order)),
            ),
        )
    )


def color_words(color: ColorKey, family: Family, language: str) -> tuple[str, str | None]:
    """The name of a colour for people and its hex value, if known."""
    products = [
        product
        for product in family.products
        if product.group == color.group and product.options.get(COLOR, "") == color.value
    ]
    named = next((product for product in products if product.color_name), None)
    hexes = (product.color_hex for product in products)
    groups: Mapping[str, Group] = {
        group.id: group for group in (family.group, *family.siblings) if group is not None
    }
    group = groups.get(color.group or "")
    name = (
        (catalogue.text(named.color_name, language) if named is not None else "")
        or color.value
        or (catalogue.text(group.name, language) if group is not None else "")
    )
    return name, next((one for one in hexes if one is not None), None)
