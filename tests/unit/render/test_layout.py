from __future__ import annotations

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from gateway.render import layout
from gateway.render.layout import Box, Extent, Padding, Rect


@dataclass(frozen=True)
class Block:
    """Content of a fixed size that may shrink to a part of it."""

    need: int
    like: int

    def widths(self) -> Extent:
        return Extent(self.need, self.like)

    def heights(self, width: int) -> Extent:
        del width
        return Extent(self.need, self.like)


def leaf(name: str, need: int, like: int, weight: int = 0, rank: int = 0, drop: int = 0) -> Box:
    return Box(name=name, content=Block(need, like), weight=weight, rank=rank, drop=drop)


def placed(box: Box, width: int, height: int) -> dict[str, Rect]:
    room = Rect(x=0, y=0, width=width, height=height)
    return {part.name: rect for part, rect in layout.place(box, room)}


def test_room_left_over_goes_to_weights() -> None:
    row = Box(
        name="row",
        horizontal=True,
        gap=2,
        children=(leaf("a", 5, 10), leaf("b", 0, 0, weight=1), leaf("c", 5, 10)),
    )
    parts = placed(row, 100, 20)
    assert (parts["a"].x, parts["a"].width) == (0, 10)
    assert (parts["c"].x, parts["c"].width) == (90, 10)


def test_the_highest_rank_gets_what_it_likes_first() -> None:
    column = Box(name="column", children=(leaf("low", 10, 50), leaf("high", 10, 50, rank=1)))
    parts = placed(column, 10, 70)
    assert (parts["low"].height, parts["high"].height) == (20, 50)


def test_the_highest_drop_goes_first_and_only_as_many_as_must() -> None:
    column = Box(
        name="column",
        children=(leaf("a", 10, 10), leaf("b", 10, 10, drop=1), leaf("c", 10, 10, drop=2)),
    )
    assert set(placed(column, 10, 20)) == {"column", "a", "b"}
    assert set(placed(column, 10, 19)) == {"column", "a"}


def test_the_lowest_rank_shrinks_first_when_needs_do_not_fit() -> None:
    column = Box(name="column", children=(leaf("low", 30, 30), leaf("high", 30, 30, rank=1)))
    parts = placed(column, 10, 40)
    assert (parts["low"].height, parts["high"].height) == (10, 30)


def test_air_stands_in_place_of_gaps() -> None:
    air = Box(name="air", content=Block(0, 0), weight=1, air=True)
    column = Box(name="column", gap=4, children=(leaf("a", 10, 10), air, leaf("b", 10, 10)))
    assert column.heights(10) == Extent(24, 24, 4)
    assert placed(column, 10, 50)["b"].y == 40


def test_padding_is_kept_free() -> None:
    box = Box(name="box", padding=Padding(1, 2, 3, 4), children=(leaf("a", 0, 99, weight=1),))
    assert placed(box, 20, 20)["a"] == Rect(x=4, y=1, width=14, height=16)


def test_what_may_go_and_is_too_wide_for_its_column_goes() -> None:
    column = Box(name="column", children=(leaf("a", 10, 10), leaf("b", 30, 30, drop=1)))
    assert set(placed(column, 30, 90)) == {"column", "a", "b"}
    assert set(placed(column, 29, 90)) == {"column", "a"}


def test_what_may_go_and_is_too_high_for_its_row_goes_and_leaves_its_width() -> None:
    row = Box(
        name="row",
        horizontal=True,
        children=(leaf("a", 10, 10), leaf("b", 30, 30, drop=1), leaf("c", 0, 0, weight=1)),
    )
    assert set(placed(row, 90, 30)) == {"row", "a", "b", "c"}
    parts = placed(row, 90, 29)
    assert set(parts) == {"row", "a", "c"}
    assert parts["c"].width == 80


def boxes(depth: int) -> st.SearchStrategy[Box]:
    small = st.integers(0, 60)
    ends = st.builds(
        lambda need, more, weight, rank, drop: leaf("end", need, need + more, weight, rank, drop),
        small,
        small,
        st.integers(0, 2),
        st.integers(0, 3),
        st.integers(0, 2),
    )
    if depth == 0:
        return ends
    return st.one_of(
        ends,
        st.builds(
            lambda children, horizontal, gap, inset, drop: Box(
                name="box",
                children=tuple(children),
                horizontal=horizontal,
                gap=gap,
                padding=Padding(inset, inset, inset, inset),
                drop=drop,
            ),
            st.lists(boxes(depth - 1), min_size=1, max_size=4),
            st.booleans(),
            st.integers(0, 8),
            st.integers(0, 8),
            st.integers(0, 2),
        ),
    )


@given(root=boxes(3), width=st.integers(0, 400), height=st.integers(0, 400))
def test_nothing_overlaps_and_nothing_leaves_the_panel(root: Box, width: int, height: int) -> None:
    room = Rect(x=0, y=0, width=width, height=height)
    ends = [part for box, part in layout.place(root, room) if box.content is not None]
    for part in ends:
        assert part.width >= 0
        assert part.height >= 0
        if part.width and part.height:
            assert 0 <= part.x <= part.x + part.width <= width
            assert 0 <= part.y <= part.y + part.height <= height
    for number, one in enumerate(ends):
        for other in ends[number + 1 :]:
            assert not overlap(one, other)


@given(root=boxes(3), width=st.integers(0, 400), height=st.integers(0, 400))
def test_what_may_go_has_the_room_it_needs_or_is_not_there(
    root: Box, width: int, height: int
) -> None:
    room = Rect(x=0, y=0, width=width, height=height)
    for box, part in layout.place(root, room):
        if box.drop and box is not root:
            assert part.width >= box.widths().need
            assert part.height >= box.heights(part.width).need


def overlap(one: Rect, other: Rect) -> bool:
    wide = min(one.x + one.width, other.x + other.width) - max(one.x, other.x)
    high = min(one.y + one.height, other.y + other.height) - max(one.y, other.y)
    return wide > 0 and high > 0


@given(
    room=st.integers(0, 1000),
    parts=st.lists(
        st.tuples(st.integers(0, 200), st.integers(0, 200), st.integers(0, 3), st.integers(0, 3)),
        min_size=1,
        max_size=8,
    ),
)
def test_shares_never_exceed_the_room(room: int, parts: list[tuple[int, int, int, int]]) -> None:
    extents = [Extent(need, need + more) for need, more, _, _ in parts]
    ranks = [rank for _, _, rank, _ in parts]
    weights = [weight for _, _, _, weight in parts]
    sizes = layout.share(room, extents, ranks, weights)
    assert sum(sizes) <= room
    assert min(sizes) >= 0
    needs = [extent.need for extent in extents]
    if sum(needs) <= room:
        assert all(size >= need for size, need in zip(sizes, needs, strict=True))
    if any(weights) and room >= sum(extent.like for extent in extents):
        assert sum(sizes) == room
