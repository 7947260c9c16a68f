from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.catalogue import Axis, Family, Group, Product
from gateway.shopper import grid

SIZES = st.sampled_from(["36", "37", "38", "39", ""])
COLORS = st.sampled_from(["red", "blue", ""])
GROUPS = st.sampled_from(["own", "other", "foreign", None])


def family_of(products: list[Product], own: tuple[str, ...], other: tuple[str, ...]) -> Family:
    def group(key: str, sizes: tuple[str, ...]) -> Group:
        return Group(id=key, name={"es": key}, axes=(Axis(axis="size", values=sizes),))

    return Family(
        group=group("own", own),
        siblings=(group("other", other),),
        products=tuple(products),
        offers={},
        stock={},
        locations=(),
    )


@given(
    st.lists(st.tuples(GROUPS, SIZES, COLORS), min_size=1, max_size=12),
    st.lists(SIZES.filter(bool), unique=True).map(tuple),
    st.lists(SIZES.filter(bool), unique=True).map(tuple),
)
def test_every_product_has_one_place_and_every_place_is_reached(
    made: list[tuple[str | None, str, str]], own: tuple[str, ...], other: tuple[str, ...]
) -> None:
    products = [
        Product(
            id=str(number),
            group=group,
            options={axis: value for axis, value in (("size", size), ("color", color)) if value},
        )
        for number, (group, size, color) in enumerate(made)
    ]
    found = grid.grid_of(family_of(products, own, other))
    sizes = (*found.size.values, "") if found.size is not None else ("",)
    reached = [
        spot.product.id
        for color in found.colors
        for size in dict.fromkeys(sizes)
        for spot in found.at(color, size, ())
    ]
    assert sorted(reached) == sorted(product.id for product in products)


def test_sizes_of_siblings_are_merged_in_order() -> None:
    for own, other in ((("38", "39"), ("37", "38", "40")), (("37", "38", "40"), ("38", "39"))):
        products = [Product(id="x", group="own", options={"size": "38"})]
        size = grid.grid_of(family_of(products, own, other)).size
        assert size is not None
        assert sorted(size.values) == ["37", "38", "39", "40"]
        assert size.values.index("37") < size.values.index("38") < size.values.index("40")
        assert size.values.index("38") < size.values.index("39")
