"""Skeletons: what the lines that stand in one place of their entries have in common.

A skeleton is a row of parts: text that repeats, and holes where each line says something else.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from itertools import pairwise

from zoterodigest.digest.learn.alignment import Column, aligned
from zoterodigest.digest.learn.marks import Mark, line_marks, vocabulary, without_unsteady
from zoterodigest.frozen import dataclass
from zoterodigest.regex import lazy_regex

_WORD_SIGN = lazy_regex(r"[^\s.,;:。，；：、()\[\]|/–—*_-]")
_WEAK = frozenset(".,:-(;&/")
"""Signs that stand in titles as well."""
_WEAK_ALONE = frozenset(".,:：-;&/'’!?+")
_LEAST_STEADY = (0.7, 0.5)
_LEAST_SHARE = 0.12
_FEWEST = 2
_BOUNDS = frozenset({"{url}", "{venue}", "{links}", "{arxiv}", "{doi}", "{date}"})
"""Values that tell by themselves where they end."""


@dataclass(frozen=True, slots=True)
class RepeatedWords:
    """Text that repeats; `group` is the number of its group, 0 for what every line has."""

    text: str
    group: int


@dataclass(frozen=True, slots=True)
class Hole:
    """What differs: `key` if it is a value that shows what it is, and what lines have there."""

    key: str
    contents: tuple[str, ...]
    group: int
    share: float


SkeletonPart = RepeatedWords | Hole


@dataclass(frozen=True, slots=True)
class Skeleton:
    """The parts of a line, in order."""

    parts: tuple[SkeletonPart, ...]

    @property
    def holes(self) -> tuple[Hole, ...]:
        """The holes, in order."""
        return tuple(part for part in self.parts if isinstance(part, Hole))

    @property
    def is_sound(self) -> bool:
        """Whether something stands between each two holes, and no pair of signs is torn."""
        pairs = pairwise(self.parts)
        if any(isinstance(one, Hole) and isinstance(two, Hole) for one, two in pairs):
            return False
        return are_whole([part for part in self.parts if isinstance(part, RepeatedWords)])


_PAIRS = ("[]", "()", "《》", "【】", "“”", "「」", "（）")
_TWICE = ("**", "`", '"')


def are_whole(words: Sequence[RepeatedWords]) -> bool:
    """Whether each group, and what stands outside, has both signs of each of its pairs."""
    texts: dict[int, str] = {}
    for one in words:
        # A sign between, so that the end of one is not joined with the beginning of the next.
        texts[one.group] = texts.get(one.group, "") + " " + one.text
    return all(
        all(text.count(pair[0]) == text.count(pair[1]) for pair in _PAIRS)
        and all(text.count(sign) % 2 == 0 for sign in _TWICE)
        for text in texts.values()
    )


def skeletons(texts: Sequence[str]) -> Iterator[Skeleton]:
    """Yield what lines may have in common, the same one maybe more than once."""
    for with_words in (True, False):
        known = vocabulary(texts, with_words=with_words)
        if with_words and not known.words:
            continue
        lines = [line_marks(text, known) for text in texts]
        for least in _LEAST_STEADY:
            kept = without_unsteady(lines, least)
            columns = aligned(kept, _likeness)
            columns = [one for one in columns if _key(kept, one) != "{authors}"]
            for most_missing in (0.06, 0.25, 0.5):
                yield from _of_columns(texts, kept, columns, most_missing)


def _key(lines: Sequence[Sequence[Mark]], column: Column) -> str:
    line, place = next(iter(column.items()))
    return lines[line][place].key


def _is_in_text(lines: Sequence[Sequence[Mark]], column: Column) -> bool:
    """Whether a column holds a sign as it stands in any text: within words, or behind one."""
    marks = [lines[line][place] for line, place in column.items()]
    # "ATC / On Caches": a slash between blanks parts values.
    beside = {"w"} if marks[0].key == "/" else {"w", " w"}
    within = sum(set(it.around) <= beside for it in marks)
    return marks[0].key in _WEAK_ALONE and within * 2 > len(marks)


def _parts(lines: Sequence[Sequence[Mark]], column: Column, number: int) -> bool:
    """Whether a sign in text parts values: all lines have it, and titles do not have it."""
    return len(column) >= _NEARLY_ALL * number and _key(lines, column) not in ":："


def _likeness(members: Sequence[Mark], share: float, mark: Mark) -> float:
    if members[0].key != mark.key:
        return 0
    left = sum(one.around[0] == mark.around[0] for one in members) / len(members)
    right = sum(one.around[1] == mark.around[1] for one in members) / len(members)
    # What stands behind may be missing, or another part may follow.
    alike = 0.6 * left + 0.4 * right
    if mark.key in _WEAK and alike < 0.3:
        return 0
    base = 3 if mark.is_value else 0.6 if mark.key in _WEAK else 1.5
    return base * (0.3 + share) * (0.4 + alike)


@dataclass(frozen=True, slots=True)
class _Sheet:
    """Texts laid out in columns: where each column stands in each text that has it."""

    texts: Sequence[str]
    keys: Sequence[str]
    places: Sequence[Mapping[int, tuple[int, int]]]

    def without(self, column: int) -> _Sheet:
        kept = [at for at in range(len(self.keys)) if at != column]
        return _Sheet(self.texts, [self.keys[at] for at in kept], [self.places[at] for at in kept])

    def gaps(self) -> list[dict[int, str]]:
        """Return what stands before each column and behind the last, by the number of the text."""
        clear: list[dict[int, str]] = [{} for _ in range(len(self.keys) + 1)]
        doubtful: list[tuple[int, int, int, str]] = []
        for number, text in enumerate(self.texts):
            last, cursor = -1, 0
            present = [at for at, places in enumerate(self.places) if number in places]
            for at in [*present, len(self.keys)]:
                start, end = (
                    self.places[at][number] if at < len(self.keys) else (len(text), len(text))
                )
                between = text[cursor:start]
                if at == last + 1:
                    clear[at][number] = between
                elif between.strip():
                    doubtful.append((number, last + 1, at, between))
                last, cursor = at, end
        known = [[one for one in gap.values() if one.strip()] for gap in clear]
        for number, first, stop, between in doubtful:
            at = max(range(first, stop + 1), key=lambda gap: _belongs(between, known[gap]))
            clear[at][number] = between
        return clear


def _belongs(text: str, others: Sequence[str]) -> float:
    """Return how much a text is like others: of their kind and as long as they are."""
    if not others:
        return -9
    length = sum(map(len, others)) / len(others)
    kinds = Counter(map(_kind, others))
    return kinds[_kind(text)] / len(others) * 2 - abs(math.log(len(text.strip()) / length))


def _kind(text: str) -> str:
    bare = text.strip(" \t.,;:")
    if re.fullmatch(r"\W*\d+\W*", bare):
        return "number"
    if re.search(r"et al|, [A-Z][\w.-]* [A-Z]| and [A-Z]\S* [A-Z]", bare):
        return "names"
    return "words" if " " in bare else "word"


def _of_columns(
    texts: Sequence[str],
    lines: Sequence[Sequence[Mark]],
    columns: Sequence[Column],
    most_missing: float,
) -> Iterator[Skeleton]:
    fewest = max(_FEWEST, _LEAST_SHARE * len(texts))
    kept = [
        one
        for one in columns
        if len(one) >= min(fewest, len(texts))
        and (not _is_in_text(lines, one) or _parts(lines, one, len(texts)))
    ]
    keys = [_key(lines, one) for one in kept]
    places = [
        {line: (lines[line][place].start, lines[line][place].end) for line, place in one.items()}
        for one in kept
    ]
    sheet = _Sheet(texts, keys, places)
    yield _skeleton(sheet, most_missing)
    needed = [at for at, one in enumerate(kept) if len(one) >= (1 - most_missing) * len(texts)]
    whole = _Sheet(texts, [keys[at] for at in needed], [places[at] for at in needed])
    yield _skeleton(whole, 0.5)


@dataclass(frozen=True, slots=True)
class _SheetItem:
    """A column or what stands before one; `texts` are the numbers of the lines that have it."""

    key: str
    texts: frozenset[int]
    contents: tuple[str, ...]
    is_hole: bool
    is_apart: bool
    """Whether a blank stands before it in most lines."""


def _skeleton(sheet: _Sheet, most_missing: float) -> Skeleton:
    """Return the skeleton of columns; words that may be missing and hold nothing are left out."""
    while True:
        items = _items(sheet)
        groups = _groups(items, len(sheet.texts), most_missing)
        empty = _empty_group(items, groups)
        if empty is None:
            return _joined(items, groups, len(sheet.texts))
        sheet = sheet.without(empty)


def _items(sheet: _Sheet) -> list[_SheetItem]:
    items: list[_SheetItem] = []
    gaps = sheet.gaps()
    few = max(1.0, 0.04 * len(sheet.texts))
    for at, gap in enumerate(gaps):
        filled = {number: text for number, text in gap.items() if text.strip()}
        blanks = sum(text[:1].isspace() for text in gap.values())
        is_apart = blanks * 2 > len(gap)
        words = {number: text for number, text in filled.items() if _WORD_SIGN.search(text)}
        has_hole = len(words) > few or (bool(words) and len(sheet.texts) <= 4)
        if has_hole:
            contents = tuple(text.strip() for text in filled.values())
            items.append(_SheetItem("", frozenset(filled), contents, True, is_apart))
        elif len(filled) * 2 > len(sheet.texts):
            # A comma here and a period there is no value: what most have stands for itself.
            (sign, _), *_ = Counter(text.strip() for text in filled.values()).most_common(1)
            items.append(
                _SheetItem("", frozenset(range(len(sheet.texts))), (sign,), False, is_apart)
            )
        if at == len(sheet.keys):
            break
        places, key = sheet.places[at], sheet.keys[at]
        ends = sum(sheet.texts[one][:start][-1:].isspace() for one, (start, _) in places.items())
        is_apart = ends * 2 > len(places)
        contents = tuple(sheet.texts[one][slice(*span)] for one, span in places.items())
        items.append(_SheetItem(key, frozenset(places), contents, key in _BOUNDS, is_apart))
    return items


def _groups(items: Sequence[_SheetItem], number: int, most_missing: float) -> list[int]:
    """Return the number of the group of each item, 0 for one that all lines have."""
    groups: list[int] = []
    last = 0
    for at, item in enumerate(items):
        if len(item.texts) >= (1 - most_missing) * number:
            groups.append(0)
            continue
        is_same = bool(groups) and groups[-1] and _overlap(items[at - 1].texts, item.texts) >= 0.7
        last += not is_same
        groups.append(last)
    return groups


def _overlap(one: Set[int], other: Set[int]) -> float:
    return len(one & other) / max(len(one | other), 1)


def _empty_group(items: Sequence[_SheetItem], groups: Sequence[int]) -> int | None:
    """Return the column that is the first of a group that holds nothing, None if all do."""
    column = 0
    for item, group in zip(items, groups, strict=True):
        mine = (one for one, its in zip(items, groups, strict=True) if its == group)
        if group and not any(one.is_hole for one in mine):
            return column
        column += bool(item.key)
    return None


def _joined(items: Sequence[_SheetItem], groups: Sequence[int], number: int) -> Skeleton:
    parts: list[SkeletonPart] = []
    for at, (item, group) in enumerate(zip(items, groups, strict=True)):
        behind = items[at + 1] if at + 1 < len(items) else None
        blank = " " if item.is_apart and parts else ""
        # The blank before a group stands outside.
        around = group if parts and parts[-1].group == group else 0
        if blank:
            _add_words(parts, blank, around)
        if item.is_hole:
            for one in _hole(item, group, len(item.texts) / number, is_last=behind is None):
                if isinstance(one, RepeatedWords):
                    _add_words(parts, one.text, group)
                else:
                    parts.append(one)
        else:
            _add_words(parts, item.key or item.contents[0], group)
    return Skeleton(tuple(parts))


def _hole(item: _SheetItem, group: int, share: float, *, is_last: bool) -> list[SkeletonPart]:
    """Return a hole; what nearly all contents begin or end with is not part of it."""
    if item.key:
        return [Hole(item.key, item.contents, group, share)]
    contents = item.contents
    if not group and len(contents) > 2 and len(set(contents)) == 1:
        return [RepeatedWords(contents[0], group)]
    end = "" if is_last else _common([text[-1:] for text in contents])
    start = _common([text[:1] for text in contents]) or _common_word(contents)
    cut = (text.removesuffix(end).removeprefix(start).strip() for text in contents)
    before = start + " " if any(text[len(start) :][:1] == " " for text in contents) else start
    hole = Hole("", tuple(cut), group, share)
    beside = (
        [RepeatedWords(before, group)] if start else [],
        [RepeatedWords(end, group)] if end else [],
    )
    return [*beside[0], hole, *beside[1]]


_FEWEST_ALIKE = 3
_OUTER = frozenset(".,;:|。，；：-–—")
_NEARLY_ALL = 0.85


def _common(signs: Sequence[str]) -> str:
    """Return the sign that nearly all are, if it is one that parts values; else ""."""
    (sign, number), *_ = Counter(signs).most_common(1)
    is_common = len(signs) >= _FEWEST_ALIKE and number >= _NEARLY_ALL * len(signs)
    return sign if is_common and sign in _OUTER else ""


def _common_word(texts: Sequence[str]) -> str:
    """Return the word in small letters that nearly all begin with, such as "by"; else ""."""
    words = [text.partition(" ")[0] if " " in text else "" for text in texts]
    (word, number), *_ = Counter(words).most_common(1)
    is_common = len(texts) >= _FEWEST_ALIKE and number >= _NEARLY_ALL * len(texts)
    return word if is_common and word.isalpha() and word.islower() else ""


def _add_words(parts: list[SkeletonPart], text: str, group: int) -> None:
    last = parts[-1] if parts else None
    if isinstance(last, RepeatedWords) and last.group == group:
        parts[-1] = RepeatedWords(last.text + text, group)
    else:
        parts.append(RepeatedWords(text, group))
