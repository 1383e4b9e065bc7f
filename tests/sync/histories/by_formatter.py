"""What a formatter writes otherwise in a digest: it says the same, so nothing else may change."""

from __future__ import annotations

import re
from collections.abc import Callable

from tests.sync.histories.by_markdown import Pick
from tests.sync.histories.model import Violation
from tests.sync.histories.stage import DIGESTS, Clone, Stage, texts_of
from zoterodigest.library.port import Library
from zoterodigest.sync.gathering import intent
from zoterodigest.sync.run.run import Options, Prepared, prepare

_BULLET = re.compile(r"(?m)^> [-*] ")
_UNDERSCORE = re.compile(r"x\\?_t")
_HARD_BREAK = re.compile(r"(?m)^(> .*[^\s:\\])(?:  |\\)$")
_TABLE = re.compile(r"(?m)(?:^\|.*\n)+")
_DELIMITER = re.compile(r"-+")


def reformat(stage: Stage, clone: Clone, pick: Pick) -> None:
    """Have a formatter write a digest anew; where nothing was pending, nothing is then."""
    name, text = DIGESTS[pick[0] % 2], clone.text(DIGESTS[pick[0] % 2])
    for number, style in enumerate(_STYLES):
        if pick[1] >> number & 1:
            text = style(text, pick[2] >> number & 1)
    if text == clone.text(name):
        return
    is_pending = bool(_planned(clone).plan.actions)
    clone.write(name, text)
    stage.tell(f"{name}: a formatter wrote it")
    planned = _planned(clone)
    if planned.plan.actions and not is_pending:
        raise Violation(f"what a formatter wrote is an edit: {planned.plan.actions}")


def _planned(clone: Clone) -> Prepared:
    return prepare(clone.workspace, Options(intent.SYNC))


def require_no_spelling(library: Library) -> None:
    """Fail if the library holds an escape of Markdown."""
    for one, name, text in texts_of(library.read().items):
        if "\\" in text:
            raise Violation(f"an escape of a formatter is in the {name} of {one.key}: {text}")


def _bullets(text: str, kind: int) -> str:
    return _BULLET.sub(("> - ", "> * ")[kind], text)


def _escapes(text: str, kind: int) -> str:
    return _UNDERSCORE.sub(("x_t", r"x\\_t")[kind], text)


def _hard_breaks(text: str, kind: int) -> str:
    return _HARD_BREAK.sub((r"\1  ", r"\1\\")[kind], text)


def _padding(text: str, kind: int) -> str:
    return _TABLE.sub(lambda table: (_narrow, _padded)[kind](_cells(table[0])), text)


def _cells(table: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.split("|")[1:-1]] for line in table.splitlines()]


def _narrow(rows: list[list[str]]) -> str:
    narrow = [[_DELIMITER.sub("---", cell) for cell in row] for row in rows[1:2]]
    return "".join(f"| {' | '.join(row)} |\n" for row in (rows[0], *narrow, *rows[2:]))


def _padded(rows: list[list[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    wide = [["-" * width for width in widths] if row is rows[1] else row for row in rows]
    lines = (
        " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        for row in wide
    )
    return "".join(f"| {line} |\n" for line in lines)


_STYLES: tuple[Callable[[str, int], str], ...] = (_bullets, _escapes, _hard_breaks, _padding)
