"""Boxes in rows and columns: plain arithmetic, without a thought of what is drawn in them.

Every part says how much room it needs and how much it would like. Likes are served by ``rank``, the
highest first. When not even the needs fit, the part with the highest ``drop`` goes; what is then
still too large shrinks, the lowest rank first. So every part that is placed lies inside its parent
and beside its siblings, whatever the panel.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Rect:
    """Whole pixels; ``x`` and ``y`` are the top left corner."""

    x: int
    y: int
    width: int
    height: int

    def inside(self, padding: Padding) -> Rect:
        """What remains within ``padding``; never negative."""
        return Rect(
            x=self.x + padding.left,
            y=self.y + padding.top,
            width=max(0, self.width - padding.left - padding.right),
            height=max(0, self.height - padding.top - padding.bottom),
        )


@dataclass(frozen=True, slots=True)
class Padding:
    """Pixels kept free inside a box."""

    top: int = 0
    right: int = 0
    bottom: int = 0
    left: int = 0


@dataclass(frozen=True, slots=True)
class Extent:
    """Pixels along one axis: what a part needs, and what it would like (at least as much).

    ``least`` is what it keeps when needs do not fit, as long as others have more than theirs.
    """

    need: int
    like: int
    least: int = 0


class Content(Protocol):
    """What stands at the end of a branch: text, price, code."""

    def widths(self) -> Extent:
        """How wide it may become."""

    def heights(self, width: int) -> Extent:
        """How high it may become when it is ``width`` wide."""


@dataclass(slots=True, kw_only=True, eq=False)
class Box:
    """A row or column of boxes, or (with ``content``) an end of a branch.

    ``weight`` is the share of room that is left over; ``rank`` says who gets what it likes first;
    ``drop`` 0 is never dropped, else the highest goes first. ``air`` stands in place of the gaps
    around it and needs as much as one of them.
    A box measures itself once: do not change it after that.
    """

    name: str
    content: Content | None = None
    children: tuple[Box, ...] = ()
    horizontal: bool = False
    gap: int = 0
    padding: Padding = field(default_factory=Padding)
    weight: int = 0
    rank: int = 0
    drop: int = 0
    air: bool = False
    _widths: Extent | None = field(default=None, init=False, repr=False)
    _heights: dict[int, Extent] = field(default_factory=dict, init=False, repr=False)
    _spreads: dict[int, list[tuple[Box, int, int]]] = field(
        default_factory=dict, init=False, repr=False
    )

    def widths(self) -> Extent:
        """How wide the box may become, padding included."""
        if self._widths is None:
            self._widths = self._measured_widths()
        return self._widths

    def heights(self, width: int) -> Extent:
        """How high the box may become when it is ``width`` wide, padding included."""
        known = self._heights.get(width)
        if known is None:
            known = self._heights[width] = self._measured_heights(width)
        return known

    def _measured_widths(self) -> Extent:
        if self.content is not None:
            own = self.content.widths()
        else:
            extents = [(child, child.widths()) for child in self.children]
            own = self._sum(extents) if self.horizontal else self._largest(extents)
        around = self.padding.left + self.padding.right
        return Extent(own.need + around, own.like + around, own.least + around)

    def _measured_heights(self, width: int) -> Extent:
        inner = max(0, width - self.padding.left - self.padding.right)
        if self.content is not None:
            own = self.content.heights(inner)
        elif self.horizontal:
            columns = self._columns(inner)
            own = self._largest([(child, child.heights(size)) for child, _, size in columns])
        else:
            own = self._sum([(child, child.heights(inner)) for child in self._fitting(inner)])
        around = self.padding.top + self.padding.bottom
        return Extent(own.need + around, own.like + around, own.least + around)

    def _columns(self, width: int) -> list[tuple[Box, int, int]]:
        known = self._spreads.get(width)
        if known is None:
            extents = [(child, child.widths()) for child in self.children]
            known = self._spreads[width] = list(_spread(extents, width, self.gap))
        return known

    def _columns_within(self, width: int, height: int) -> list[tuple[Box, int, int]]:
        """The children of a row, without those to be dropped that are too high for it."""
        columns = self._columns(width)
        while too_high := [
            child for child, _, size in columns if child.drop and child.heights(size).need > height
        ]:
            first_to_go = max(too_high, key=lambda child: child.drop)
            kept = [(child, child.widths()) for child, _, _ in columns if child is not first_to_go]
            columns = list(_spread(kept, width, self.gap))
        return columns

    def _rows(self, width: int, height: int) -> list[tuple[Box, int, int]]:
        extents = [(child, child.heights(width)) for child in self._fitting(width)]
        return list(_spread(extents, height, self.gap))

    def _fitting(self, width: int) -> list[Box]:
        """The children of a column, without those to be dropped that are too wide for it."""
        return [child for child in self.children if not child.drop or child.widths().need <= width]

    def _sum(self, extents: Sequence[tuple[Box, Extent]]) -> Extent:
        airy = _with_air(extents, self.gap)
        kept = [(child, extent) for child, extent in airy if not child.drop]
        gaps = sum(_gaps(kept, self.gap))
        return Extent(
            sum(extent.need for _, extent in kept) + gaps,
            sum(extent.like for _, extent in airy) + sum(_gaps(airy, self.gap)),
            sum(extent.least for _, extent in kept) + gaps,
        )

    def _largest(self, extents: Sequence[tuple[Box, Extent]]) -> Extent:
        return Extent(
            max((extent.need for child, extent in extents if not child.drop), default=0),
            max((extent.like for _, extent in extents), default=0),
            max((extent.least for child, extent in extents if not child.drop), default=0),
        )


def place(box: Box, room: Rect) -> Iterator[tuple[Box, Rect]]:
    """Every box that fits with the room it has, parents before children."""
    yield box, room
    if not box.children:
        return
    inner = room.inside(box.padding)
    if box.horizontal:
        columns = box._columns_within(inner.width, inner.height)  # noqa: SLF001 - own class
        for child, start, size in columns:
            part = Rect(x=inner.x + start, y=inner.y, width=size, height=inner.height)
            yield from place(child, part)
    else:
        for child, start, size in box._rows(inner.width, inner.height):  # noqa: SLF001 - own class
            part = Rect(x=inner.x, y=inner.y + start, width=inner.width, height=size)
            yield from place(child, part)


def share(
    room: int, extents: Sequence[Extent], ranks: Sequence[int], weights: Sequence[int]
) -> list[int]:
    """``room`` divided: needs first, then likes by rank, then what is left over by weight.

    When the needs do not fit, the lowest ranks shrink: all to their ``least``, and only then to
    nothing. The sizes never add up to more than ``room``, and to exactly ``room`` if there is a
    weight.
    """
    sizes = [extent.need for extent in extents]
    left = room - sum(sizes)
    if not left:
        return sizes
    if left < 0:
        leasts = [min(extent.least, extent.need) for extent in extents]
        still_missing, sizes = _shrunk(-left, sizes, leasts, ranks)
        return _shrunk(still_missing, sizes, [0] * len(sizes), ranks)[1]
    liked = [extent.like - extent.need for extent in extents]
    for rank in sorted(set(ranks), reverse=True) if any(liked) else ():
        wished = [more if own == rank else 0 for more, own in zip(liked, ranks, strict=True)]
        given = wished if sum(wished) <= left else _proportional(left, wished)
        sizes = [size + more for size, more in zip(sizes, given, strict=True)]
        left -= sum(given)
    spare = _proportional(left, weights)
    return [size + more for size, more in zip(sizes, spare, strict=True)]


def _shrunk(
    missing: int, sizes: Sequence[int], floors: Sequence[int], ranks: Sequence[int]
) -> tuple[int, list[int]]:
    """``sizes`` less ``missing``, taken from the lowest ranks; and what is missing still."""
    kept = list(sizes)
    for rank in sorted(set(ranks)):
        own = [
            size - floor if its == rank else 0
            for size, floor, its in zip(kept, floors, ranks, strict=True)
        ]
        taken = own if sum(own) <= missing else _proportional(missing, own)
        kept = [size - less for size, less in zip(kept, taken, strict=True)]
        missing -= sum(taken)
    return missing, kept


def _spread(
    children: Sequence[tuple[Box, Extent]], room: int, gap: int
) -> Iterator[tuple[Box, int, int]]:
    """(child, start, size) of those that stay."""
    kept = _with_air(children, gap)
    gaps = _gaps(kept, gap)
    while sum(extent.need for _, extent in kept) + sum(gaps) > room:
        first_to_go = max(kept, key=lambda pair: pair[0].drop)
        if not first_to_go[0].drop:
            break
        kept.remove(first_to_go)
        gaps = _gaps(kept, gap)
    sizes = share(
        max(0, room - sum(gaps)),
        [extent for _, extent in kept],
        [child.rank for child, _ in kept],
        [child.weight for child, _ in kept],
    )
    start = 0
    for (child, _), size, after in zip(kept, sizes, [*gaps, 0], strict=False):
        yield child, min(start, room), max(0, min(size, room - start))
        start += size + after


def _with_air(children: Sequence[tuple[Box, Extent]], gap: int) -> list[tuple[Box, Extent]]:
    air = Extent(gap, gap, gap)
    return [(child, air if child.air else extent) for child, extent in children]


def _gaps(children: Sequence[tuple[Box, Extent]], gap: int) -> list[int]:
    """The gap after each child but the last."""
    boxes = [child for child, _ in children]
    return [0 if before.air or after.air else gap for before, after in itertools.pairwise(boxes)]


def _proportional(room: int, parts: Sequence[int]) -> list[int]:
    """``room`` in proportion to ``parts``, rounded so that nothing is lost."""
    whole = sum(parts)
    if whole <= 0:
        return [0] * len(parts)
    edges = [0]
    for part in parts:
        edges.append(edges[-1] + part)
    scaled = [edge * room // whole for edge in edges]
    return [after - before for before, after in itertools.pairwise(scaled)]
