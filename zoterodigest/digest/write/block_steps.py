"""Block steps: an edit of blocks in pieces that can be written without each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from zoterodigest.core.links.hunks import differing_ranges
from zoterodigest.digest.write.paired import paired
from zoterodigest.digest.write.shown import BlockForm
from zoterodigest.frozen import frozen


@frozen()
class BlockStep:
    """Put `texts` in place of the old blocks from `start` to `end`; an empty range puts them in."""

    start: int
    end: int
    texts: tuple[str, ...]


Steps = tuple[BlockStep, ...]


def steps_between(old: Sequence[str], new: Sequence[str], form: BlockForm) -> tuple[Steps, ...]:
    """Return the steps from `old` to `new`, those together that have to be: what moves a block.

    New blocks that follow each other are one step: a heading has the text below it.
    """
    steps = [*_steps(old, new, form)]
    went = [{*form(old[one.start : one.end])} - {*form(one.texts)} for one in steps]
    came = [{*form(one.texts)} - {*form(old[one.start : one.end])} for one in steps]
    groups: list[set[int]] = []
    for at in range(len(steps)):
        joined = {at} | {
            it for it in range(len(steps)) if went[at] & came[it] or came[at] & went[it]
        }
        for group in [one for one in groups if one & joined]:
            groups.remove(group)
            joined |= group
        groups.append(joined)
    return tuple(tuple(steps[at] for at in sorted(one)) for one in sorted(groups, key=min))


def with_steps(old: Sequence[str], steps: Iterable[BlockStep]) -> tuple[str, ...]:
    """Return `old` after these steps."""
    texts: list[str] = []
    cursor = 0
    for step in sorted(steps, key=lambda one: (one.start, one.end)):
        texts += (*old[cursor : step.start], *step.texts)
        cursor = step.end
    return (*texts, *old[cursor:])


def _steps(old: Sequence[str], new: Sequence[str], form: BlockForm) -> Iterator[BlockStep]:
    for start, stop, first, last in differing_ranges(form(old), form(new)):
        pairs = paired(old[start:stop], new[first:last])
        at, come = start, first
        for number, place in sorted(pairs.items()):
            yield from _step(at, start + place, new[come : first + number])
            yield BlockStep(start + place, start + place + 1, (new[first + number],))
            at, come = start + place + 1, first + number + 1
        yield from _step(at, stop, new[come:last])


def _step(start: int, end: int, texts: Sequence[str]) -> Iterator[BlockStep]:
    if start < end or texts:
        yield BlockStep(start, end, tuple(texts))


def halves(groups: Sequence[Steps]) -> list[Sequence[Steps]]:
    """Return the halves of `groups`, the second one first; none of a single one."""
    middle = len(groups) // 2
    return [groups[middle:], groups[:middle]] if middle else []


def why_left(left: Iterable[Steps], reason: str) -> str:
    """Return why some steps are not written while others are; `reason` is that of all together."""
    blocks = [next((text for step in group for text in step.texts), "") for group in left]
    quoted = [f"“{block.strip().splitlines()[0]}”" for block in blocks if block.strip()]
    if quoted:
        are = "it is" if len(quoted) == 1 else "they are"
        reason = f"{' and '.join(quoted)} would not be read as {are}"
    return f"{reason}. Its other edits are written"
