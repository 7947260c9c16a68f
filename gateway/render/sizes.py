"""The size run as a grid: sizes in the shop are framed, those it lacks are struck through."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from gateway.domain.labels import SizeFact
from gateway.domain.stock import Availability
from gateway.render import fonts
from gateway.render.contents import UNSEEN, Seen
from gateway.render.fonts import Face
from gateway.render.layout import Extent, Rect
from gateway.render.painter import Painter

_HERE = (Availability.IN_STOCK, Availability.LAST)

_WIDEST = 2.8
"""A cell grows with its room to this many times its height."""

_UNLIMITED = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Grid:
    face: Face
    cell_width: int
    cell_height: int
    gap: int
    columns: int
    rows: int

    @property
    def height(self) -> int:
        return self.height_of(self.rows)

    def height_of(self, rows: int) -> int:
        return rows * self.cell_height + max(0, rows - 1) * self.gap

    def width_of(self, columns: int) -> int:
        return columns * self.cell_width + max(0, columns - 1) * self.gap


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cell:
    """What stands in one cell; ``here`` is None where it counts sizes that found no place."""

    text: str
    here: Availability | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SizeRun:
    """Cells of equal width in the brand's order, spread evenly over rows.

    When there is no room for all, sizes the shop lacks go first; what then still does not fit is
    counted in a last cell ("+3").
    """

    sizes: tuple[SizeFact, ...]
    weight: str
    size: int
    min_size: int
    rows: int
    valign: str = "start"

    def widths(self) -> Extent:
        """Two cells at the least, all in one row at best."""
        count = len(self.sizes)
        smallest = self._grid(self.sizes, self._smallest, _UNLIMITED)
        grid = self._grid(self.sizes, self.size, _UNLIMITED)
        return Extent(smallest.width_of(min(2, count)), grid.width_of(count))

    def heights(self, width: int) -> Extent:
        """One row of small cells at the least, every size (in at most ``rows``) at best."""
        need = self._grid(self.sizes, self._smallest, width).cell_height
        _, grid = self._laid_out(width, _UNLIMITED)
        return Extent(need, max(need, grid.height), need)

    def paint(self, painter: Painter, room: Rect) -> Seen:
        """As many cells as fit; nothing where not even one does."""
        cells, grid = self._laid_out(room.width, room.height)
        if grid.cell_height > room.height or grid.cell_width > room.width:
            return UNSEEN
        spare = max(0, room.height - grid.height)
        top = room.y + {"start": 0, "center": spare // 2, "end": spare}[self.valign]
        for number, cell in enumerate(cells):
            row, column = divmod(number, grid.columns)
            place = Rect(
                x=room.x + column * (grid.cell_width + grid.gap),
                y=top + row * (grid.cell_height + grid.gap),
                width=grid.cell_width,
                height=grid.cell_height,
            )
            _paint_cell(painter, place, cell, grid.face)
        return Seen(size=grid.face.size, whole=len(cells) == len(self.sizes))

    @property
    def _smallest(self) -> int:
        return min(self.size, self.min_size)

    def _laid_out(self, width: int, height: int) -> tuple[list[_Cell], _Grid]:
        """The largest cells that hold every size, else every size that is here, else some."""
        for kept in self._choices():
            for size in range(self.size, self._smallest - 1, -1):
                grid = self._grid(kept, size, width)
                if grid.rows <= self.rows and grid.height <= height and grid.cell_width <= width:
                    cells = [_Cell(text=fact.size, here=fact.availability) for fact in kept]
                    return cells, _stretched(grid, width)
        grid = self._grid(kept, self._smallest, width)
        rows = max(1, min(self.rows, (height + grid.gap) // (grid.cell_height + grid.gap)))
        columns = max(1, (width + grid.gap) // (grid.cell_width + grid.gap))
        cells = _counted(kept, rows * columns)
        used = replace(grid, columns=columns, rows=-(-len(cells) // columns))
        return cells, _stretched(used, width)

    def _choices(self) -> Iterator[tuple[SizeFact, ...]]:
        yield self.sizes
        here = tuple(fact for fact in self.sizes if fact.availability in _HERE)
        if 0 < len(here) < len(self.sizes):
            yield here

    def _grid(self, kept: Sequence[SizeFact], size: int, width: int) -> _Grid:
        face = fonts.face(self.weight, size)
        widest = max((face.width(fact.size) for fact in kept), default=0)
        side = max(2, round(size * 0.2))
        cell_width = max(widest + 2 * side, round(size * 1.6))
        gap = max(2, round(size * 0.24))
        most = max(1, (width + gap) // (cell_width + gap))
        rows = max(1, -(-len(kept) // most))
        return _Grid(
            face=face,
            cell_width=min(cell_width, max(1, width)),
            cell_height=face.cap_height + 2 * max(3, round(size * 0.36)),
            gap=gap,
            columns=-(-len(kept) // rows),
            rows=rows,
        )


def _stretched(grid: _Grid, width: int) -> _Grid:
    """``grid`` with cells so wide that the columns end where the room does, within reason."""
    even = (width - (grid.columns - 1) * grid.gap) // max(1, grid.columns)
    widest = max(grid.cell_width, round(grid.cell_height * _WIDEST))
    return replace(grid, cell_width=max(grid.cell_width, min(even, widest)))


def _counted(kept: Sequence[SizeFact], most: int) -> list[_Cell]:
    """The first sizes and, in the last cell, how many more there are."""
    shown = kept if len(kept) <= most else kept[: most - 1]
    cells = [_Cell(text=fact.size, here=fact.availability) for fact in shown]
    left_out = len(kept) - len(shown)
    return [*cells, _Cell(text=f"+{left_out}", here=None)] if left_out else cells


def _paint_cell(painter: Painter, place: Rect, cell: _Cell, face: Face) -> None:
    text = _narrowed(cell.text, face, place.width - 4)
    if cell.here in _HERE:
        thickness = max(1, face.size // 14)
        painter.plate(place, "black", radius=max(2, place.height // 6), outline=thickness)
    width = face.width(text)
    x = place.x + (place.width - width + 1) // 2
    baseline = place.y + (place.height + face.cap_height) // 2
    painter.text(x, baseline, text, face, "black")
    if cell.here is Availability.NONE:
        thickness = max(1, face.size // 12)
        over = max(2, face.size // 5)
        middle = baseline - face.cap_height // 2 - thickness // 2
        left = max(place.x, x - over)
        right = min(place.x + place.width, x + width + over)
        painter.fill(Rect(x=left, y=middle, width=right - left, height=thickness), "black")


def _narrowed(text: str, face: Face, width: int) -> str:
    while len(text) > 1 and face.width(text) > width:
        text = text[:-2] + "…" if len(text) > 2 else text[:1]
    return text
