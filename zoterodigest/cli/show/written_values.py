"""Values as text that a person edits, and such text read as a value again."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

from zoterodigest.core.plan.run_options import End
from zoterodigest.core.values.blocks import join_blocks, split_blocks
from zoterodigest.core.values.record import (
    EMPTY,
    Blocks,
    Empty,
    FieldKind,
    Hyperlink,
    Members,
    Names,
    Value,
    WebLinks,
    is_empty,
    kind_of,
)
from zoterodigest.errors import ZoterodigestError
from zoterodigest.notes.canonical import canonical_blocks
from zoterodigest.regex import lazy_regex

MANNER = {
    FieldKind.SCALAR: "One text.",
    FieldKind.NAMES: "One name a line; a last line “et al.” for the others.",
    FieldKind.MEMBERS: "One a line.",
    FieldKind.LINKS: "One link a line: label, blank, address.",
    FieldKind.BLOCKS: "Markdown.",
}
"""How a person writes a value, by the kind of its field."""

_BETWEEN, _AT_ZOTERO = "=======", f">>>>>>> {End.ZOTERO.value}"
ET_AL = "et al."
HEAD = ";; "
"""Begins the lines above the text that explain it, and are no part of it."""

_CONTROL = lazy_regex(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


class NotTaken(ZoterodigestError):
    """An editor or merge tool left nothing that can be used; both ends stay as they are."""

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
        case WebLinks(hyperlinks):
            return "\n".join(f"{link.label} {link.url}".strip() for link in hyperlinks)
        case Blocks(texts):
            return join_blocks(texts)
        case Empty():
            return ""


def read_written(name: str, text: str) -> Value:
    """Parse `text` as a value of the field `name`; raise `NotTaken` if the field cannot hold it."""
    value = _read(name, _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n")))
    return EMPTY if is_empty(value) else value


def _read(name: str, text: str) -> Value:
    lines = tuple(line for line in (" ".join(line.split()) for line in text.split("\n")) if line)
    match kind_of(name):
        case FieldKind.SCALAR:
            return text.strip() if name == "abstract" else " ".join(lines)
        case FieldKind.NAMES:
            is_cut = lines[-1:] == (ET_AL,)
            return Names(lines[:-1] if is_cut else lines, is_cut)
        case FieldKind.MEMBERS:
            return Members(tuple(dict.fromkeys(lines)))
        case FieldKind.LINKS:
            return WebLinks(tuple(map(_link, lines)))
        case FieldKind.BLOCKS:
            return Blocks(tuple(filter(None, canonical_blocks(split_blocks(text)))))


def _link(line: str) -> Hyperlink:
    label, _, url = line.rpartition(" ")
    if not re.match(r"https?://\S", url):
        raise NotTaken(f"“{line}” is not a link", "Write each as a label and an http(s) address.")
    return Hyperlink(label, url)


def with_markers(entry: str, item: str, end: End) -> str:
    """Return both texts as one, conflict markers around the lines in which they differ.

    The entry is the end `end` of its link.
    """
    at_entry, at_item = (text.split("\n") if text else [] for text in (entry, item))
    # autojunk would ignore a line that is common in a text of 200 lines or more.
    matcher = SequenceMatcher(None, at_entry, at_item, autojunk=False)
    lines: list[str] = []
    for tag, start, stop, first, last in matcher.get_opcodes():
        if tag == "equal":
            lines += at_entry[start:stop]
        else:
            lines += [_at(end), *at_entry[start:stop], _BETWEEN, *at_item[first:last], _AT_ZOTERO]
    return "".join(f"{line}\n" for line in lines)


def _at(end: End) -> str:
    return f"<<<<<<< {end.value}"


def without_head(text: str) -> str:
    """Return `text` without the lines above it that explain it."""
    lines = text.split("\n")
    while lines and lines[0].startswith(HEAD.rstrip()):
        del lines[0]
    return "\n".join(lines)


def require_no_markers(text: str, entry: str, item: str, end: End) -> None:
    """Raise `NotTaken` if `text` has a marker line that neither of the two texts had."""
    # Setext headings and quoted conflicts are text too: a marker counts only if it is new.
    own = {line.rstrip() for one in (entry, item) for line in one.split("\n")}
    markers = (_at(end), _BETWEEN, _AT_ZOTERO)
    found = {line.rstrip() for line in text.split("\n")} & set(markers)
    if found - own:
        raise NotTaken(
            "conflict markers are left in the text: nothing was decided",
            "Remove the lines {}, {} and {}.".format(*markers),
        )
