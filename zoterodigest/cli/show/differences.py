"""Values of a field beside each other, with the words in which they differ."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from enum import Enum, auto
from itertools import chain, groupby, repeat, zip_longest

from zoterodigest.cli.base.screen import is_coloured, visible, visible_lines, width
from zoterodigest.cli.show.report_names import value_text
from zoterodigest.core.plan.run_options import End
from zoterodigest.core.values.record import Blocks, Names, Value, WebLinks
from zoterodigest.frozen import dataclass
from zoterodigest.regex import lazy_regex
from zoterodigest.sync.run.conflicts import OpenField

_INDENT = 12
_MOST_COMPARISONS = 1_000_000
"""Above this many pairs two texts differ as a whole."""

_LONG, _CONTEXT = 90, 40
"""Above how many letters what is the same is cut, and to how many beside a difference."""

_AROUND = 1
"""How many equal lines are shown beside those that differ."""

_IDEOGRAPH = r"\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff"
_WORD = lazy_regex(rf"[{_IDEOGRAPH}]\s*|[^\W{_IDEOGRAPH}]+\s*|\s+|\W\s*")
"""A word with the blanks behind it; every ideograph is one."""


class WordChange(Enum):
    """What became of words on the way from one text to another."""

    SAME = auto()
    REMOVED = auto()
    ADDED = auto()


@dataclass(frozen=True, slots=True)
class ChangedWords:
    """Words of one line and what became of them."""

    text: str
    mark: WordChange = WordChange.SAME


MarkedLine = tuple[ChangedWords, ...]


def ends_shown(field: OpenField, indent: int = 0) -> Iterator[str]:
    """Yield the values of both ends of `field`, and before them the last value they agreed on.

    Words that an end added and removed are colored, or marked as `{+…+}` and `[-…-]` without
    colors. If the last common value is unknown, each end shows the words that the other lacks.
    """
    if field.base is None:
        yield from _labelled("base", [(ChangedWords("(not known here)"),)], indent=indent)
    for label, lines in compared_ends(field).items():
        yield from _labelled(label, lines, indent=indent)


def compared_ends(field: OpenField) -> Mapping[str, Sequence[MarkedLine]]:
    """Return the lines of both ends of `field`, by the name of the end, each against the base.

    Before them stands the `base`, as far as an end changed it. Without a known base each end shows
    the words that the other lacks.
    """
    ends = _lines(field.at_entry), _lines(field.at_item)
    names = field.end.value, End.ZOTERO.value
    if field.base is None:
        shown = [_against(other, one, with_removed=False) for one, other in (ends, ends[::-1])]
        return dict(zip(names, shown, strict=True))
    base = _lines(field.base)
    shown = [_against(base, end, with_removed=True) for end in ends]
    return {"base": _changed(base, ends), **dict(zip(names, shown, strict=True))}


def changed_lines(before: Value, after: Value) -> Sequence[MarkedLine]:
    """Return the lines of `after` with the words that it removed and added as against `before`."""
    return _against(_lines(before), _lines(after), with_removed=True)


def edit_shown(label: str, before: Value, after: Value, column: int) -> Iterator[str]:
    """Yield what became of a value, word by word, with `label` before it.

    The words begin at `column`. Of long texts only changed lines and their surroundings are shown.
    """
    if isinstance(after, Names) or isinstance(before, Names):
        # A person looks at names one by one, also at those that stay.
        lines = [_changed_words(value_text(before), value_text(after))]
    else:
        lines = _against(_lines(before), _lines(after), with_removed=True)
    yield from _labelled(label, lines, column)


def _lines(value: Value) -> list[str]:
    match value:
        case Blocks(texts):
            return [line for text in texts for line in visible_lines(text)]
        case WebLinks(hyperlinks):
            return [visible(f"{link.label} {link.url}") for link in hyperlinks]
        case _:
            text = value_text(value)
            return [text] if text else []


def _changed(base: Sequence[str], ends: Sequence[Sequence[str]]) -> list[MarkedLine]:
    """Return the lines of `base` that an end changed, with their surroundings."""
    counterparts = [_counterparts(base, end) for end in ends]
    lines: list[tuple[bool, MarkedLine]] = []
    for at, line in enumerate(base):
        others = [found[at] for found in counterparts if at in found]
        lines.append((bool(others), _concerned(line, others) if others else (ChangedWords(line),)))
    return _folded(lines)


def _counterparts(old: Sequence[str], new: Sequence[str]) -> dict[int, str]:
    """Return, by line number of `old`, the line of `new` that replaced it."""
    found: dict[int, str] = {}
    for tag, start, stop, first, last in opcodes(old, new):
        if tag != "equal":
            found |= zip(range(start, stop), chain(new[first:last], repeat("")), strict=False)
    return found


def _concerned(line: str, others: Sequence[str]) -> MarkedLine:
    """Return `line` around the words in which it differs from any of `others`."""
    own = _WORD.findall(line)
    differing = set[int]()
    for other in others:
        for tag, start, stop, _, _ in _word_opcodes(own, _WORD.findall(other)):
            if tag != "equal":
                differing |= set(range(start, max(stop, start + 1)))
    marks = {False: WordChange.SAME, True: WordChange.REMOVED}
    runs = groupby(enumerate(own), key=lambda word: word[0] in differing)
    pieces = [ChangedWords("".join(word for _, word in run), marks[one]) for one, run in runs]
    return tuple(replace(piece, mark=WordChange.SAME) for piece in _shortened(pieces))


def _against(old: Sequence[str], new: Sequence[str], *, with_removed: bool) -> list[MarkedLine]:
    """Return the lines of `new`, those that are not as in `old` word by word."""
    lines: list[tuple[bool, MarkedLine]] = []
    for tag, start, stop, first, last in opcodes(old, new):
        if tag == "equal":
            lines += [(False, (ChangedWords(line),)) for line in new[first:last]]
        else:
            pairs = zip_longest(old[start:stop], new[first:last], fillvalue="")
            lines += [(True, changed_words(before, after)) for before, after in pairs]
    if not with_removed:
        lines = [
            (is_changed, tuple(one for one in line if one.mark is not WordChange.REMOVED))
            for is_changed, line in lines
        ]
    return _folded([(is_changed, line) for is_changed, line in lines if line])


def opcodes(
    old: Sequence[str], new: Sequence[str], most: int = _MOST_COMPARISONS
) -> Sequence[tuple[str, int, int, int, int]]:
    """Return how one sequence became the other; of more than `most` pairs, that all did."""
    # A comparison takes quadratic time.
    if len(old) * len(new) > most:
        return [("replace", 0, len(old), 0, len(new))]
    # autojunk would ignore frequent words in texts of 200 words and more.
    return SequenceMatcher(None, old, new, autojunk=False).get_opcodes()


def _folded(lines: Sequence[tuple[bool, MarkedLine]]) -> list[MarkedLine]:
    """Return the changed lines and their neighbors; the other lines are only counted."""
    changed = [at for at, (is_changed, _) in enumerate(lines) if is_changed]
    near = {at + away for at in changed for away in range(-_AROUND, _AROUND + 1)}
    folded: list[MarkedLine] = []
    far: list[MarkedLine] = []
    # The empty line at the end lets go of the lines that were counted last.
    for at, (_, line) in enumerate([*lines, (True, ())]):
        if at < len(lines) and near and at not in near:
            far.append(line)
            continue
        folded += far if len(far) < 2 else [(ChangedWords(f"… {len(far)} equal lines"),)]
        folded += [line] if line else []
        far = []
    return folded


def changed_words(old: str, new: str) -> MarkedLine:
    """Return `new` in pieces, with what it removed and added as against `old`.

    Long pieces that are the same in both are shortened.
    """
    return _shortened(_changed_words(old, new))


def _changed_words(old: str, new: str) -> MarkedLine:
    """Return `new` in pieces, none of them shortened."""
    before, after = _WORD.findall(old), _WORD.findall(new)
    pieces: list[ChangedWords] = []
    blank = ""
    for tag, start, stop, first, last in _word_opcodes(before, after):
        if tag == "equal":
            pieces.append(ChangedWords("".join(after[first:last])))
            # "Nets for" became "Nets:" and the blank went with the word behind it.
            had, has = before[stop - 1], after[last - 1]
            blank = had[len(had.rstrip()) :] if has == has.rstrip() else ""
        else:
            removed = "".join(before[start:stop])
            pieces.append(ChangedWords(removed and blank, WordChange.REMOVED))
            pieces.append(ChangedWords(removed, WordChange.REMOVED))
            pieces.append(ChangedWords("".join(after[first:last]), WordChange.ADDED))
    return tuple(piece for piece in pieces if piece.text)


def _word_opcodes(
    before: Sequence[str], after: Sequence[str]
) -> Sequence[tuple[str, int, int, int, int]]:
    # The last word of a line has no blank behind it, and is the same word.
    return opcodes([word.rstrip() for word in before], [word.rstrip() for word in after])


def _shortened(pieces: Sequence[ChangedWords]) -> MarkedLine:
    """Return `pieces` with long equal stretches cut to the words beside a difference."""
    last = len(pieces) - 1
    return tuple(
        piece
        if piece.mark is not WordChange.SAME or len(piece.text) <= _LONG or not last
        else ChangedWords(_ends_of(piece.text, is_first=at == 0, is_last=at == last))
        for at, piece in enumerate(pieces)
    )


def _ends_of(text: str, *, is_first: bool, is_last: bool) -> str:
    head = "" if is_first else text[:_CONTEXT].rsplit(" ", 1)[0] + " "
    tail = "" if is_last else " " + text[-_CONTEXT:].split(" ", 1)[-1]
    return f"{head}…{tail}"


# --- on the screen -------------------------------------------------------------------------------

_STYLES = {WordChange.REMOVED: "red strike", WordChange.ADDED: "bold green"}
_SIGNS = {WordChange.REMOVED: ("[-", "-]"), WordChange.ADDED: ("{+", "+}")}


def _labelled(
    label: str, lines: Sequence[MarkedLine], column: int = _INDENT, indent: int = 0
) -> Iterator[str]:
    """Yield lines broken to the width behind `label`, from `column` on, moved by `indent`."""
    from rich.color import ColorSystem
    from rich.console import Console
    from rich.style import Style
    from rich.text import Text

    # Without colors, signs mark the words.
    colors = ColorSystem.STANDARD if is_coloured(sys.stdout) else None
    column += indent
    console = Console(width=max(width() - column, 20))
    head = f"{'':{indent + 2}}{label}".ljust(column)
    for line in lines or [(ChangedWords("(empty)"),)]:
        parts = [part for piece in line for part in _parts(piece, has_signs=not colors)]
        for broken in Text.assemble(*parts).wrap(console, console.width):
            broken.rstrip()
            shown = (
                (one.style or Style()).render(one.text, color_system=colors)
                for one in broken.render(console)
            )
            yield (head + "".join(shown)).rstrip()
            head = " " * column


def _parts(piece: ChangedWords, *, has_signs: bool) -> Iterator[tuple[str, str]]:
    """Yield the words of a piece as they are marked, and the blanks behind them."""
    text = piece.text.rstrip()
    if piece.mark is WordChange.SAME or not text:
        yield piece.text, ""
        return
    before, after = _SIGNS[piece.mark] if has_signs else ("", "")
    yield f"{before}{text}{after}", _STYLES[piece.mark]
    yield piece.text[len(text) :], ""
