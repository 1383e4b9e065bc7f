"""Colours of words in a note: Markdown has none, so they stay with their words in an edit."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from zoterodigest.core.links.hunks import places_that_stay
from zoterodigest.notes.inline import join_runs, with_marks
from zoterodigest.notes.model import CODE, UNDERLINE, Marks, NoteText, Run, Runs
from zoterodigest.regex import lazy_regex

_NO_LETTER = "\0"
"""What stands for a line break, a formula or anything else that is no text."""

# Chinese and Japanese have no blanks between words: each sign counts by itself.
_WORD = lazy_regex(r"[^\W\u3040-\u9fff]+|\s+|.", re.DOTALL)


def with_colours(new: Runs, old: Runs) -> Runs:
    """Return `new` with the colours that its words had in `old`, which it takes the place of."""
    if not any(_colours(run.marks) for run in old):
        return new
    old_letters, letters = list(apart(old)), list(apart(new))
    for old_at, at in _letters_that_stay(old_letters, letters):
        letter = letters[at]
        if isinstance(letter, NoteText) and CODE not in letter.marks:
            colours = _colours(old_letters[old_at].marks)
            is_kept = (one for one in colours if one.name != "u" or UNDERLINE in letter.marks)
            letters[at] = replace(letter, marks=with_marks(letter.marks, *is_kept))
    return join_runs(letters)


def apart(runs: Sequence[Run]) -> Iterator[Run]:
    """Yield `runs` with each letter as a run of its own."""
    for run in runs:
        if isinstance(run, NoteText):
            yield from (replace(run, text=letter) for letter in run.text)
        else:
            yield run


def run_letters(runs: Sequence[Run]) -> str:
    """Return the text of `runs`, with one sign for each run that is no text."""
    return "".join(run.text if isinstance(run, NoteText) else _NO_LETTER for run in runs)


def _colours(marks: Marks) -> Marks:
    """Return the marks that Markdown cannot hold; underlining in a colour is underlining to it."""
    return tuple(
        mark
        for mark in marks
        if mark.name in ("color", "background") or (mark.name == "u" and mark.value)
    )


def _letters_that_stay(old: Sequence[Run], new: Sequence[Run]) -> Iterator[tuple[int, int]]:
    """Yield the places of letters in words that stay, in both."""
    words, new_words = (
        list(_WORD.finditer(run_letters(old))),
        list(_WORD.finditer(run_letters(new))),
    )
    texts, new_texts = [found[0] for found in words], [found[0] for found in new_words]
    for at, new_at in places_that_stay(texts, new_texts):
        start, new_start = words[at].start(), new_words[new_at].start()
        yield from ((start + one, new_start + one) for one in range(len(texts[at])))
