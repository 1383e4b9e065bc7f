"""What a person does in the Markdown of a clone."""

from __future__ import annotations

import re
from collections.abc import Callable

from tests.sync.histories.model import TOKEN, letter_of, plain, tokens_in, work_of
from tests.sync.histories.opening import a_note, a_row
from tests.sync.histories.stage import (
    DIGESTS,
    NOTES,
    Clone,
    Stage,
    places_in,
    shown_elsewhere,
    sight_of,
)

Pick = tuple[int, int, int]

_ENTRY = re.compile(r"(?m)^> \*\*(?:.*\n)(?:>.*\n)*")
_ARXIV = re.compile(r"/arxiv\.org/abs/\d+\.(\d+)")
_BULLET = re.compile(r"(?m)^> [-*] .*\n")
_TASK = re.compile(r"(?m)^> Task: (.*?)( *|\\)$")
_HEADING = re.compile(r"(?m)^## (.*)\n")
_DELIMITER = re.compile(r"(?m)^\|(?: *-+ *\|)+\n")
_ROW = re.compile(r"(?m)^\| \*\*\[.*\n")


def edit(
    stage: Stage, clone: Clone, pick: Pick, is_wanted: Callable[[str], bool] | None = None
) -> None:
    """Write something else where a token stands, in a digest or in a title of a .bib.

    If some of the tokens are wanted, it is one of these.
    """
    name = stage.sources[pick[0] % len(stage.sources)]
    text = clone.text(name)
    found = list(places_in(name, text))
    if is_wanted is not None:
        found = [one for one in found if is_wanted(one[1])] or found
    if not found:
        return
    start, old = found[pick[1] % len(found)]
    new = stage.memory.edit(old)
    clone.write(name, text[:start] + plain(new) + text[start + len(plain(old)) :])
    stage.tell(f"{name}: {old} -> {new}")


def add(stage: Stage, clone: Clone, pick: Pick) -> None:
    """Add a bullet or a task to an entry of the notes."""
    text = clone.text(NOTES)
    entries = list(_ENTRY.finditer(text))
    if not entries:
        return
    entry = entries[pick[0] % len(entries)]
    work = work_of(TOKEN.search(entry[0])[0])  # type: ignore[index]  # every entry has a token
    bullets, task = list(_BULLET.finditer(entry[0])), _TASK.search(entry[0])
    if pick[1] % 2 and task:
        new = stage.memory.new(work, "k")
        at, line = entry.start() + task.end(1), f"; task {new}" if task[1] else f"task {new}"
    elif bullets:
        new = stage.memory.new(work, "s")
        at, line = entry.start() + bullets[pick[2] % len(bullets)].end(), f"> - Bullet {new} too.\n"
    else:
        return
    clone.write(NOTES, text[:at] + line + text[at:])
    stage.tell(f"{NOTES}: + {new}")


def edit_summary(stage: Stage, clone: Clone, works: set[int], pick: Pick) -> None:
    """Write something else in a bullet of an entry of these works in the notes, if there is one."""
    text = clone.text(NOTES)
    found = [
        (start, token)
        for start, token in places_in(NOTES, text)
        if letter_of(token) == "s" and work_of(token) in works
    ]
    if not found:
        return
    start, old = found[pick[2] % len(found)]
    new = stage.memory.edit(old)
    clone.write(NOTES, text[:start] + plain(new) + text[start + len(plain(old)) :])
    stage.tell(f"{NOTES}: {old} -> {new}")


def take_out(stage: Stage, clone: Clone, pick: Pick) -> None:
    """Take a bullet out of an entry of the notes; one is left."""
    text = clone.text(NOTES)
    entries = list(_ENTRY.finditer(text))
    if not entries:
        return
    entry = entries[pick[0] % len(entries)]
    bullets = list(_BULLET.finditer(entry[0]))
    if len(bullets) < 2:
        return
    bullet = bullets[pick[1] % len(bullets)]
    gone = list(tokens_in(bullet[0]))
    stage.memory.remove(gone)
    stage.memory.wished |= shown_elsewhere(stage, clone).intersection(gone)
    start, end = entry.start() + bullet.start(), entry.start() + bullet.end()
    clone.write(NOTES, text[:start] + text[end:])
    stage.tell(f"{NOTES}: - {' '.join(gone)}")


def insert(stage: Stage, clone: Clone, pick: Pick) -> None:
    """Write a new entry: of a new work, or of one that so far stands in the other digest only."""
    name = DIGESTS[pick[0] % 2]
    works = {work_of(token): token for token in sight_of(clone, name).set}
    others = {
        work_of(token): token
        for token in sorted(sight_of(clone, DIGESTS[1 - pick[0] % 2]).set)
        if letter_of(token) == "t" and work_of(token) not in works
    }
    stage.has_lost_base = True  # two clones may link it, each for itself
    if pick[1] % 3 == 0 and others:
        work = sorted(others)[pick[1] % len(others)]
        title = others[work]
    else:
        stage.works += 1
        work, title = stage.works, ""
    if work in {work_of(token) for token in shown_elsewhere(stage, clone, [name])}:
        stage.has_twins = True  # two entries of one work, in two clones: each has its own note
    entry = new_entry(stage, name, work, title)
    if (name, work) in stage.dropped:
        stage.memory.replace(tokens_in(entry), stage.dropped[name, work])  # the old one, edited
    put_in(clone, name, entry, pick[2])
    stage.tell(f"{name}: + entry of work {work}")


def new_entry(stage: Stage, name: str, work: int, title: str) -> str:
    return (a_note if name == NOTES else a_row)(stage.memory, work, title)


def put_in(clone: Clone, name: str, entry: str, place: int) -> None:
    text = clone.text(name)
    if name == NOTES:
        headings = list(_HEADING.finditer(text))
        at = headings[place % len(headings)].end()
        clone.write(name, f"{text[:at]}\n{entry}\n{text[at:]}")
    else:
        (at,) = (found.end() for found in _DELIMITER.finditer(text))
        clone.write(name, text[:at] + entry + text[at:])


def drop(stage: Stage, clone: Clone, pick: Pick) -> None:
    """Take an entry out of its digest."""
    name = DIGESTS[pick[0] % 2]
    text = clone.text(name)
    entries = list((_ENTRY if name == NOTES else _ROW).finditer(text))
    if len(entries) < 2:
        return
    entry = entries[pick[1] % len(entries)]
    clone.write(name, text[: entry.start()] + text[entry.end() :])
    for token in tokens_in(entry[0]):
        stage.dropped.setdefault((name, work_of(token)), set()).add(token)
    stage.tell(f"{name}: - entry {entry[0].split(']')[0][:40]!r}")


def strays_in(text: str) -> set[tuple[str, int]]:
    """Return the plain tokens in entries of the notes that are of other works than their entry, and
    the work of that entry.
    """
    return {
        (plain(token), work)
        for entry in _ENTRY.finditer(text)
        for work in works_named_in(entry[0])
        for token in tokens_in(entry[0])
        if work_of(token) not in works_named_in(entry[0])
    }


def works_named_in(entry: str) -> set[int]:
    """Return the works that an entry gives the arXiv id of."""
    return {int(number) - 10000 for number in _ARXIV.findall(entry)}


def move(stage: Stage, clone: Clone, pick: Pick) -> None:
    """Move an entry of the notes under a heading, its own or another."""
    text = clone.text(NOTES)
    entries = list(_ENTRY.finditer(text))
    if not entries:
        return
    entry = entries[pick[0] % len(entries)]
    clone.write(NOTES, text[: entry.start()] + text[entry.end() :])
    put_in(clone, NOTES, entry[0], pick[1])
    stage.tell(f"{NOTES}: moved {entry[0][:40]!r}")


def rename(stage: Stage, clone: Clone, pick: Pick) -> None:
    """Give a heading another name."""
    name = DIGESTS[pick[0] % 2]
    text = clone.text(name)
    headings = list(_HEADING.finditer(text))
    heading = headings[pick[1] % len(headings)]
    stage.names += 1
    clone.write(name, text[: heading.start(1)] + f"Heading {stage.names}" + text[heading.end(1) :])
    stage.tell(f"{name}: heading {heading[1]!r} -> 'Heading {stage.names}'")
