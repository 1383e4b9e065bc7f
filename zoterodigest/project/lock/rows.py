"""All that a lock file holds, as one text: written in version 2, read in both versions.

git merges a file of version 1 with one of version 2 row by row, so a file may hold rows of both,
whatever its header says. A line tells its version by itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import groupby
from typing import Annotated

from pydantic import PlainValidator

from zoterodigest.core.links.link import Acknowledged, CollectionRow, Exported, LockFile, LockRow
from zoterodigest.core.values.file_keys import BibKey
from zoterodigest.project.lock.fold import Held, HeldKey, fold, key_of
from zoterodigest.project.lock.paragraphs import BadLine, LockParagraph, paragraphs_of
from zoterodigest.project.lock.version1 import LINE, held_by_version1
from zoterodigest.project.lock.version2 import held_by_version2, paragraph_parts

_OLD = '"[{'
"""Signs that every row of version 1 has, and no word of version 2."""


def contents_of(held: Mapping[HeldKey, Held], identity: str = "") -> LockFile:
    """Return what was read, by its kinds."""
    in_order = [held[key] for key in sorted(held)]
    return LockFile(
        identity,
        tuple(one for one in in_order if isinstance(one, LockRow)),
        tuple(one for one in in_order if isinstance(one, CollectionRow)),
        tuple(one for one in in_order if isinstance(one, Exported)),
        frozenset(one for one in in_order if isinstance(one, BibKey)),
        tuple(one for one in in_order if isinstance(one, Acknowledged)),
    )


def render_rows(lock: LockFile) -> str:
    """Return collections, rows, what is in .bib files, then what is acknowledged, each sorted.

    A blank line stands before each paragraph.
    """
    held: list[Held] = [*lock.collection_rows, *lock.rows, *map(BibKey, lock.made)]
    held += (*lock.exported, *lock.acknowledged)
    # Reports about one thing share its paragraph.
    by_head = groupby(map(paragraph_parts, sorted(held, key=key_of)), key=lambda one: one[0])
    paragraphs = ((head, [line for _, lines in some for line in lines]) for head, some in by_head)
    return "".join(f"\n{head}\n{''.join(lines)}" for head, lines in paragraphs)


def read_rows(text: str) -> dict[HeldKey, Held]:
    """Read all paragraphs of `text`; what is there twice is folded.

    Raises `BadLine` for anything else. Blank lines do not count.
    """
    found: dict[HeldKey, Held | None] = {}
    has_old = any(sign in text for sign in _OLD)
    held_by = _held_by_both if has_old else held_by_version2
    for paragraph in paragraphs_of(text):
        try:
            for one in held_by(paragraph):
                key = key_of(one)
                found[key] = fold(found[key], one) if key in found else one
        except BadLine:
            raise
        except (ValueError, RecursionError) as error:
            raise BadLine(paragraph.number, f"{paragraph.head}: {error}") from error
    return {key: one for key, one in found.items() if one is not None}


def _held_by_both(paragraph: LockParagraph) -> Iterator[Held]:
    """Yield what the lines of each version hold: a person may have kept both sides of a merge."""
    old = [line if LINE.match(line) else "" for line in paragraph.lines]
    if LINE.match(paragraph.head) or (any(old) and old == paragraph.lines):
        yield from held_by_version1(paragraph)
        return
    new = ["" if LINE.match(line) else line for line in paragraph.lines]
    if any(old):
        yield from held_by_version1(replace(paragraph, lines=old))
    yield from held_by_version2(replace(paragraph, lines=new))


def _text_of_links(text: object) -> LockFile:
    if not isinstance(text, str):
        raise ValueError("it is no text")
    return contents_of(read_rows(text))


LinksText = Annotated[LockFile, PlainValidator(_text_of_links)]
"""What `render_rows` wrote, as a text in the JSON of another file."""
