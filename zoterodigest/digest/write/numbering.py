"""Numbers: a new entry is numbered as the entries around, on its list or in its title."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from zoterodigest.digest.read.document import DigestEntry, Document
from zoterodigest.digest.read.slots import decoded
from zoterodigest.digest.write.house_style import ORDINAL
from zoterodigest.frozen import dataclass
from zoterodigest.regex import lazy_regex

_IN_TITLE = lazy_regex(r"^((?:[ \t>#]|\*\*|__)*(?:Paper #?)?)(\d{1,4})(?=[.)、:])", re.I)
_IN_ROW = lazy_regex(r"^([ \t]*\|[ \t]*[*_]{0,2}\[?)(\d{1,3})(?=[.)\]]|[ \t]*\|)")
"""The number of a table's row, in a column of its own or before the title; a year is none."""


_FORMS = (ORDINAL, _IN_TITLE, _IN_ROW)


def head_of_entry(document: Document, entry: DigestEntry) -> str:
    """Return the lines with an entry's number."""
    stop = min(entry.first + 2, entry.last + 1)
    return head_in([decoded(document.lines[at]) for at in range(entry.first, stop)])


def head_in(lines: Sequence[str]) -> str:
    """Return the line with an entry's number, of what is folded those up to it."""
    is_below = lines[0].strip().lower() == "<details>"
    return "\n".join(lines[: 2 if is_below else 1])


def number_in(head: str) -> int:
    """Return the number of an entry, 0 for none."""
    found = next((found for form in _FORMS if (found := form.match(head))), None)
    return int(found[2]) if found else 0


def way_of_numbers(heads: Iterable[str], every: Iterable[str]) -> int:
    """Return 1 if entries have numbers of their own, -1 if these fall, 0 if there are none.

    `every` are the heads of all entries of the document. A list with "1." everywhere has no
    numbers.
    """
    lines = tuple(heads)
    counted = [(form, _numbers(form, lines)) for form in _FORMS]
    _, numbers = next((it for it in counted if len({*it[1]}) > 1), (None, []))
    if not numbers:
        # A single one is a number if the others of the document have numbers.
        alone = next((form for form, it in counted if len(it) == len(lines) == 1), None)
        return int(alone is not None and len({*_numbers(alone, every)}) > 1)
    if all(left > right for left, right in pairwise(numbers)):
        return -1
    # A number that is lacking stays free: texts may name the entry that had it.
    return 1


@dataclass(frozen=True, slots=True)
class FreeNumbers:
    """The numbers that a list lacks, each by the number of entries above its place.

    `is_counted_on` says that another list of the document has the number that follows the last one.
    """

    by_place: Mapping[int, int]
    is_counted_on: bool


def free_numbers(numbers: Sequence[int], every: Sequence[int]) -> FreeNumbers:
    """Return which numbers a list lacks between two that follow each other; `every` are all."""
    is_counted_on = len({*every}) == len(every)
    taken = {*every} if is_counted_on else {*numbers}
    found: dict[int, int] = {}
    for at, (left, right) in enumerate(pairwise(numbers), 1):
        number = min(left, right) + 1
        if min(left, right) and abs(right - left) > 1 and number not in taken:
            found[at] = number
    first = numbers[0] - 1 if numbers else 0
    if first > 0 and first not in taken and len(numbers) > 1 and numbers[1] > numbers[0]:
        found[0] = first
    last = max(numbers, default=0) + 1
    return FreeNumbers(found, is_counted_on and last in taken)


def place_of_number(free: FreeNumbers, costs: Sequence[tuple[int, ...]], end: int) -> int | None:
    """Return the place of a free number that a new entry takes; None for the next number at `end`.

    `costs` tell of each place how much it breaks the orders of the list; none if it keeps none. A
    number that is lacking stays free as long as nothing speaks for it: texts may name the entry
    that had it. What speaks for it is an order, or that the next number would stand before smaller
    ones.
    """
    places = [*([] if free.is_counted_on else [end]), *free.by_place]
    at = min(places, key=lambda it: costs[it] if costs else (), default=end)
    return at if at in free.by_place else None


def with_number(
    text: str, above: Iterable[str], below: Iterable[str], every: Iterable[str], free: int = 0
) -> str:
    """Return a new entry with the number that follows those of the entries around, if it has one.

    Entries are given by their heads: those above it, nearest last, those below it, and all. A list
    whose items all have the same number goes on with it. If `every` entry has a number of its own,
    so has the new one. `free` is a number that the list lacks there.
    """
    is_title = _IN_TITLE.match(text) and text.lstrip(" \t>")[:1] in "#*_"
    form = _IN_TITLE if is_title else ORDINAL
    found = form.match(text)
    if found is None:
        return text
    if free:
        return f"{found[1]}{free}{text[found.end(2) :]}"
    before, after = _numbers(form, above), _numbers(form, below)
    around = [*before, *after]
    are_equal = not is_title and len(around) > 1 and len({*around}) == 1
    falls = not before and len(after) > 1 and after[0] > after[1]
    taken = _numbers(form, every)
    is_lacking = bool(after) and after[0] > 1 and after[0] - 1 not in taken
    first = after[0] - 1 if is_lacking else 1
    number = around[0] if are_equal else before[-1] + 1 if before else first
    number = after[0] + 1 if falls else number
    while number in taken and not are_equal and len({*taken}) == len(taken):
        number += 1
    return f"{found[1]}{number}{text[found.end(2) :]}"


def _numbers(form: re.Pattern[str], heads: Iterable[str]) -> list[int]:
    return [int(found[2]) for head in heads if (found := form.match(head))]
