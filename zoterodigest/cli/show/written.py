"""Values as a person writes them in an editor, and conflict markers around what differs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from zoterodigest.core.plan.terms import End
from zoterodigest.core.values.blocks import join_blocks, split_blocks
from zoterodigest.core.values.record import (
    EMPTY,
    Blocks,
    Empty,
    Hyperlink,
    Kind,
    Links,
    Members,
    Names,
    Value,
    is_empty,
    kind_of,
)
from zoterodigest.errors import ZoterodigestError
from zoterodigest.notes.canonical import canonical_blocks

_BETWEEN, _AT_ZOTERO = "=======", f">>>>>>> {End.ZOTERO.value}"
ET_AL = "et al."
HEAD = ";; "
"""Begins the lines above the text that explain it, and are no part of it."""

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


class NotTaken(ZoterodigestError):
    """An editor or merge tool left nothing that can be taken; both ends stay as they are."""

    exit_code = 7


def written(value: Value) -> str:
    """Return `value` as text to edit: people, members and links one a line, blocks as Markdown."""
    match value:
        case str():
            return value
        case Names(people, truncated):
            return "\n".join((*people, *([ET_AL] if truncated else [])))
        case Members(texts):
            return "\n".join(texts)
        case Links(hyperlinks):
            return "\n".join(f"{link.label} {link.url}".strip() for link in hyperlinks)
        case Blocks(texts):
            return join_blocks(texts)
        case Empty():
            return ""


def read_written(name: str, text: str) -> Value:
    """Return the value of the field `name` that `text` says; raise `NotTaken` for what is none."""
    value = _read(name, _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n")))
    return EMPTY if is_empty(value) else value


def _read(name: str, text: str) -> Value:
    lines = tuple(line for line in (" ".join(line.split()) for line in text.split("\n")) if line)
    match kind_of(name):
        case Kind.SCALAR:
            return text.strip() if name == "abstract" else " ".join(lines)
        case Kind.NAMES:
            is_cut = lines[-1:] == (ET_AL,)
            return Names(lines[:-1] if is_cut else lines, is_cut)
        case Kind.MEMBERS:
            return Members(tuple(dict.fromkeys(lines)))
        case Kind.LINKS:
            return Links(tuple(map(_link, lines)))
        case Kind.BLOCKS:
            return Blocks(tuple(filter(None, canonical_blocks(split_blocks(text)))))


def _link(line: str) -> Hyperlink:
    label, _, url = line.rpartition(" ")
    if not re.match(r"https?://\S", url):
        raise NotTaken(f"“{line}” is no link", "Write each as a label and an http(s) address.")
    return Hyperlink(label, url)


def with_markers(entry: str, item: str, end: End) -> str:
    """Return both texts as one, conflict markers around the lines in which they differ.

    The entry is the end `end` of its link.
    """
    lines = [text.split("\n") if text else [] for text in (entry, item)]
    return "".join(f"{line}\n" for line in _marked(lines[0], lines[1], _at(end)))


def _at(end: End) -> str:
    return f"<<<<<<< {end.value}"


def _marked(entry: Sequence[str], item: Sequence[str], at_entry: str) -> Iterator[str]:
    matcher = SequenceMatcher(None, entry, item, autojunk=False)
    for tag, start, stop, first, last in matcher.get_opcodes():
        if tag == "equal":
            yield from entry[start:stop]
        else:
            yield at_entry
            yield from entry[start:stop]
            yield _BETWEEN
            yield from item[first:last]
            yield _AT_ZOTERO


def without_head(text: str) -> str:
    """Return `text` without the lines above it that explain it."""
    lines = text.split("\n")
    while lines and lines[0].startswith(HEAD.rstrip()):
        del lines[0]
    return "\n".join(lines)


def require_no_markers(text: str, entry: str, item: str, end: End) -> None:
    """Raise `NotTaken` if a marker line stands in `text` that was in neither of both texts."""
    own = {line.rstrip() for one in (entry, item) for line in one.split("\n")}
    markers = (_at(end), _BETWEEN, _AT_ZOTERO)
    found = {line.rstrip() for line in text.split("\n")} & set(markers)
    if found - own:
        raise NotTaken(
            "conflict markers are left in the text: nothing was taken",
            "Take out the lines {}, {} and {}.".format(*markers),
        )
