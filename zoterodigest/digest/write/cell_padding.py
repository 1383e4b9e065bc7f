"""Blanks of cells: those of most cells of a column, also where they fill it up to a width."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from zoterodigest.digest.write.votes import usual
from zoterodigest.frozen import dataclass

_SEVERAL = 2


@dataclass(frozen=True, slots=True)
class CellPadding:
    """What stands around what a cell holds; `width` is that of all cells of a column, 0 for none.

    `nothing` is a cell that holds nothing.
    """

    left: str
    right: str
    width: int
    nothing: str | None
    is_centered: bool = False

    def around(self, text: str) -> str:
        """Return a cell with a text."""
        cell = self.left + text + self.right
        if not text and self.nothing is not None:
            return self.nothing
        if self.is_centered and text:
            free = max(self.width - len(text), 2)
            return " " * (free // 2) + text + " " * (free - free // 2)
        return cell + " " * (self.width - len(cell))


def padding_of(cells: Sequence[str], *, is_spaced: bool) -> CellPadding:
    """Return the padding of a column; `is_spaced` tells whether cells of the table have blanks."""
    shown = [cell for cell in cells if cell.strip()]
    nothing = usual(cell for cell in cells if not cell.strip())
    width = usual(map(len, cells)) or 0
    # A column whose cells are equally wide was aligned by somebody, so it stays aligned.
    alike = [cell for cell in cells if len(cell) == width]
    sizes = {len(it.strip()) for it in alike}
    is_filled = len(sizes) > 1 or width - max(sizes, default=0) > _SEVERAL
    is_aligned = 2 * len(alike) > len(cells) and is_filled
    blank = " " if is_spaced else ""
    if not is_aligned:
        return CellPadding(_blanks(shown, _left, blank), _blanks(shown, _right, blank), 0, nothing)
    alike = [cell for cell in alike if cell.strip()]
    centered = sum(abs(_left(it) - _right(it)) <= 1 and width - len(it.strip()) > 2 for it in alike)
    left = _blanks(alike, _left, blank)
    return CellPadding(left, blank, width, nothing, is_centered=2 * centered > len(alike))


def _blanks(cells: Sequence[str], count: Callable[[str], int], default: str) -> str:
    """Return the blanks that most cells have on a side; several that few have fill up a width."""
    counts = [*map(count, cells)]
    most = usual(counts)
    is_sure = most is not None and (most < _SEVERAL or 2 * counts.count(most) > len(counts))
    return " " * (most or 0) if is_sure else default


def _left(cell: str) -> int:
    return len(cell) - len(cell.lstrip())


def _right(cell: str) -> int:
    return len(cell) - len(cell.rstrip())
