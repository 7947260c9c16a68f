"""The size run as a grid: sizes in the shop are framed, those it lacks are struck through."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gateway.domain.labels import SizeFact
from gateway.domain.stock import Availability
from gateway.render import fonts
from gateway.render.fonts import Face
from gateway.render.layout import Extent, Rect
from gateway.render.painter import Painter

_HERE = (Availability.IN_STOCK, Availability.LAST)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Grid:
    face: Face
    cell_width: int
    cell_height: int
    gap: int
    columns: int
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SizeRun:
    """Cells of equal width in the brand's order.

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
        grid = self._grid(self.size, 100_000)
        smallest = self._grid(min(self.size, self.min_size), 100_000)
        count = len(self.sizes)
        return Extent(_span(min(2, count), smallest), _span(count, grid))

    def heights(self, width: int) -> Extent:
        """All rows (at most ``rows``), small at the least and large at best."""
        smallest = self._grid(min(self.size, self.min_size), width)
        grid = self._best(width, 100_000)
        need = _height(min(smallest.rows, self.rows), smallest)
        return Extent(need, max(need, _height(min(grid.rows, self.rows), grid)))

    def paint(self, painter: Painter, room: Rect) -> None:
        """As many cells as fit; nothing where not even one does."""
        grid = self._best(room.width, room.height)
        if grid.cell_height > room.height or grid.cell_width > room.width:
            return
        most_rows = max(1, (room.height + grid.gap) // (grid.cell_height + grid.gap))
        cells = _chosen(self.sizes, grid.columns * min(most_rows, self.rows))
        used_rows = -(-len(cells) // grid.columns)
        spare = max(0, room.height - _height(used_rows, grid))
        top = room.y + {"start": 0, "center": spare // 2, "end": spare}[self.valign]
        for number, (text, here) in enumerate(cells):
            row, column = divmod(number, grid.columns)
            cell = Rect(
                x=room.x + column * (grid.cell_width + grid.gap),
                y=top + row * (grid.cell_height + grid.gap),
                width=min(grid.cell_width, room.width),
                height=min(grid.cell_height, room.height),
            )
            _paint_cell(painter, cell, text, here, grid.face)

    def _best(self, width: int, height: int) -> _Grid:
        """The largest grid that holds every size, else the smallest there is."""
        for size in range(self.size, self.min_size, -1):
            grid = self._grid(size, width)
            if grid.rows <= self.rows and _height(grid.rows, grid) <= height:
                return grid
        return self._grid(min(self.size, self.min_size), width)

    def _grid(self, size: int, width: int) -> _Grid:
        face = fonts.face(self.weight, size)
        widest = max((face.width(fact.size) for fact in self.sizes), default=0)
        side = max(2, round(size * 0.2))
        cell_width = min(max(widest + 2 * side, round(size * 1.6)), max(1, width))
        gap = max(2, round(size * 0.2))
        columns = max(1, (width + gap) // (cell_width + gap))
        return _Grid(
            face=face,
            cell_width=cell_width,
            cell_height=face.cap_height + 2 * max(3, round(size * 0.36)),
            gap=gap,
            columns=columns,
            rows=-(-len(self.sizes) // columns),
        )


def _chosen(sizes: Sequence[SizeFact], most: int) -> list[tuple[str, Availability | None]]:
    """What stands in the cells; None marks the cell that counts the rest."""
    kept = list(sizes)
    if len(kept) > most:
        kept = [fact for fact in sizes if fact.availability in _HERE]
    left_out = 0
    if len(kept) > most:
        left_out = len(kept) - most + 1
        kept = kept[: most - 1]
    cells: list[tuple[str, Availability | None]] = [(fact.size, fact.availability) for fact in kept]
    return [*cells, (f"+{left_out}", None)] if left_out else cells


def _paint_cell(
    painter: Painter, cell: Rect, text: str, here: Availability | None, face: Face
) -> None:
    text = _narrowed(text, face, cell.width - 4)
    if here in _HERE:
        thickness = max(1, face.size // 14)
        painter.plate(cell, "black", radius=max(2, cell.height // 6), outline=thickness)
    x = cell.x + (cell.width - face.width(text)) // 2
    baseline = cell.y + (cell.height + face.cap_height) // 2
    painter.text(x, baseline, text, face, "black")
    if here is Availability.NONE:
        thickness = max(1, face.size // 12)
        middle = baseline - face.cap_height // 2 - thickness // 2
        width = face.width(text) + 4
        painter.fill(Rect(x=x - 2, y=middle, width=width, height=thickness), "black")


def _narrowed(text: str, face: Face, width: int) -> str:
    while len(text) > 1 and face.width(text) > width:
        text = text[:-2] + "…" if len(text) > 2 else text[:1]
    return text


def _span(count: int, grid: _Grid) -> int:
    return count * grid.cell_width + max(0, count - 1) * grid.gap


def _height(rows: int, grid: _Grid) -> int:
    return rows * grid.cell_height + max(0, rows - 1) * grid.gap
