"""Quotations: text taken from an annotation, whose link stays when the words around it change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from zoterodigest.notes.inline import join_runs
from zoterodigest.notes.model import Annotated, Citation, Run, Runs, Text
from zoterodigest.notes.plain import plain_runs

_NO_LETTER = "\0"
"""What stands for a line break or a formula."""


@dataclass(frozen=True, slots=True)
class Kept:
    """The runs of a paragraph with its quotations; `lost` is the first that has no place in it."""

    runs: Runs
    lost: str = ""


def quoted_text(quotation: Annotated) -> str:
    """Return a quotation as the digest shows it, without marks."""
    return _letters(plain_runs((quotation,)))


def with_quotations(new: Sequence[Run], old: Sequence[Run]) -> Kept:
    """Return `new` with each quotation of `old` in place of the same words, in order.

    A citation that stood right behind a quotation stays there.
    """
    done: list[Run] = []
    rest = _apart(new)
    for at, quotation in enumerate(old):
        if not isinstance(quotation, Annotated):
            continue
        words = _apart(plain_runs((quotation,)))
        start = _place(rest, words)
        if start is None:
            return Kept(tuple(new), quoted_text(quotation))
        done += [*rest[:start], quotation, *_cited(old[at + 1 :])]
        rest = rest[start + len(words) :]
    return Kept(join_runs((*done, *rest)))


def _apart(runs: Sequence[Run]) -> list[Run]:
    """Return `runs` with each letter as a run of its own."""
    return [
        letter
        for run in runs
        for letter in (
            (replace(run, text=char) for char in run.text) if isinstance(run, Text) else (run,)
        )
    ]


def _letters(runs: Sequence[Run]) -> str:
    return "".join(run.text if isinstance(run, Text) else _NO_LETTER for run in runs)


def _place(runs: Sequence[Run], words: Sequence[Run]) -> int | None:
    """Return where `words` stand in `runs`, under the same marks."""
    text, wanted = _letters(runs), _letters(words)
    start = text.find(wanted) if wanted else -1
    while start >= 0 and list(runs[start : start + len(words)]) != words:
        start = text.find(wanted, start + 1)
    return start if start >= 0 else None


def _cited(behind: Sequence[Run]) -> Runs:
    """Return the citation that `behind` begins with, and the blank before it."""
    match behind:
        case [Citation() as citation, *_]:
            return (citation,)
        case [Text(text) as blank, Citation() as citation, *_] if not text.strip():
            return (blank, citation)
        case _:
            return ()
