"""Front matter of a note: where it stands, its keys and values, and the fields that they are.

Values are found with their bytes, as in files of YAML, and read as text: `no`, `1e5` and `0123` are
what they look like. What is no YAML is read line by line, and only read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

from zoterodigest.core.values.key_table import folded_key
from zoterodigest.core.values.record import CITEKEY
from zoterodigest.core.values.span import Span
from zoterodigest.core.values.venue import VenueTable
from zoterodigest.digest.format.format import DigestFormat
from zoterodigest.digest.read.data_fields import member_claims, slot_of_key
from zoterodigest.digest.read.data_texts import (
    as_it_stands,
    empty_items_text,
    empty_list_text,
    empty_text,
    scalar_text,
    shows_list,
)
from zoterodigest.digest.read.data_tree import (
    BadData,
    DataList,
    DataMapping,
    DataNode,
    DataScalar,
)
from zoterodigest.digest.read.fields import says_year
from zoterodigest.digest.read.lines import Lines
from zoterodigest.digest.read.slots import Claims, Slot, UnreadLine
from zoterodigest.digest.read.vault_identity import citation_key_slot, identity_kind, is_of_zotero
from zoterodigest.digest.read.vault_tags import parted_at_blanks
from zoterodigest.frozen import frozen
from zoterodigest.regex import lazy_regex

NO_END = "its front matter has no end"
NOT_FIRST = "its front matter is not at the beginning of the file"
IN_DOUBT = frozenset({NO_END, NOT_FIRST})
"""Why nobody knows where the front matter ends and the text of a file begins."""

BETTER_NOTES = "$itemKey"
"""A key that Better Notes alone writes; it is that of a note."""

_OF_PAGES = frozenset(
    {"draft", "layout", "slug", "weight", "permalink", "format", "bibliography", "execute", "csl"}
)
"""Keys that say that a file is the page of a site."""

Pair = tuple[DataScalar, DataNode]

_OPENING = lazy_regex(rb"(?:\xef\xbb\xbf)?(---|\+\+\+)[ \t]*\r?\n")
_CLOSING = {
    b"---": lazy_regex(rb"^(?:---|\.\.\.)[ \t]*\r?(?:\n|\Z)", re.M),
    b"+++": lazy_regex(rb"^\+\+\+[ \t]*\r?(?:\n|\Z)", re.M),
}
_KEYED = lazy_regex(rb"^[\w$\"'@][^:\n]*:(?=[ \t\r\n]|\Z)|^[\w\"'.-]+[ \t]*=", re.M)
_LINE_OF_KEY = rb"[\w$\"'@][^:\n]*:(?:[ \t][^\n]*)?\r?\n"
_FIRST_KEY = lazy_regex(rb"(?:[ \t]*\r?\n)*+" + _LINE_OF_KEY)
_MISPLACED = lazy_regex(
    rb"(?:[ \t]*\r?\n)*+(?:---[ \t]*\r?\n)?"
    rb"(" + _LINE_OF_KEY + rb"(?:" + _LINE_OF_KEY + rb"|[ \t#-][^\n]*\n)*?)---[ \t]*\r?(?:\n|\Z)"
)
_BRACED = lazy_regex(rb"\{[^{}]+\}")
_FAILED = lazy_regex(r"\{\{|\{%|<%|^\s*Error: `|^(?:undefined|null|None)$")
"""How a value begins, or what stands in it, that a template should have filled in."""

_TAGS = frozenset({"tags", "task", "categories"})
_TEXTS = frozenset({"summary", "section", "comment"})
"""What the body of a note says: of a key of the person's own that is called so nothing is read."""

_LISTS = frozenset({"authors", "links", "code", *_TAGS})
_NESTED = "citation"
"""The key under which Quarto has the fields of a paper, as CSL calls them."""


@frozen()
class FrontMatter:
    """The front matter of a file: its `text`, and where the body begins; `kind` "" for none."""

    kind: str
    text: Span
    body: int
    pairs: tuple[Pair, ...] = ()
    fault: str = ""

    @property
    def is_broken(self) -> bool:
        """Whether it is no YAML or TOML: then it is only read."""
        return bool(self.fault)


def front_matter(source: bytes) -> FrontMatter:
    """Return the front matter with which a file begins; a rule above text begins none."""
    opening = _OPENING.match(source)
    start = 3 if source.startswith(b"\xef\xbb\xbf") else 0
    none = FrontMatter("", Span(start, start), start)
    if opening is None:
        return _misplaced(source, start) or none
    closing = _CLOSING[opening[1]].search(source, opening.end())
    if closing is None:
        return _without_end(source, opening) or none
    text = Span(opening.end(), closing.start())
    inner = source[text.start : text.end]
    is_keyed = not inner.strip() or bool(_KEYED.search(inner))
    if not is_keyed and not inner.lstrip().startswith(b"{"):
        return none
    kind = "yaml" if opening[1] == b"---" else "toml"
    try:
        pairs = _pairs(inner, text.start, kind)
    except (BadData, UnicodeDecodeError) as error:
        if not is_keyed:
            return none
        return FrontMatter(kind, text, closing.end(), _lines_of(source, text), str(error))
    if not (is_keyed or pairs):
        return none
    return FrontMatter(kind, text, closing.end(), pairs)


def _without_end(source: bytes, opening: re.Match[bytes]) -> FrontMatter | None:
    """Return front matter that begins with a key and that nothing ends: nobody knows what is it."""
    if not _FIRST_KEY.match(source, opening.end()):
        return None
    text = Span(opening.end(), len(source))
    return FrontMatter("yaml", text, text.end, _lines_of(source, text), NO_END)


def _misplaced(source: bytes, start: int) -> FrontMatter | None:
    """Return front matter below blank lines or without its first rule, if it names an item or says
    that the file is private: to others it is text.
    """
    found = _MISPLACED.match(source, start)
    if found is None:
        return None
    text = Span(*found.span(1))
    pairs = _lines_of(source, text)
    names = [key.value or "" for key, _ in pairs]
    if not any(identity_kind(it) or folded_key(it) == "zotero" for it in names):
        return None
    return FrontMatter("yaml", text, found.end(), pairs, NOT_FIRST)


def _lines_of(source: bytes, text: Span) -> tuple[Pair, ...]:
    from zoterodigest.digest.read.vault_broken import pairs_by_line

    return tuple(pairs_by_line(source[text.start : text.end], text.start))


def _pairs(text: bytes, offset: int, kind: str) -> tuple[Pair, ...]:
    if kind == "toml":
        from zoterodigest.digest.read.vault_toml import toml_pairs

        return toml_pairs(text, offset)
    # Only who has front matter pays for what reads it.
    from zoterodigest.digest.read.yaml_tree import yaml_tree

    root = yaml_tree(text, offset) if text.strip() else None
    return root.pairs if isinstance(root, DataMapping) else ()


def node_texts(node: DataNode) -> tuple[str, ...]:
    """Return the texts of a value: its own, or those of its items, without values in maps."""
    match node:
        case DataScalar():
            return (node.value,) if node.value and node.value.strip() else ()
        case DataList():
            return tuple(text for item in node.items for text in node_texts(item))
        case DataMapping():
            return ()


def is_failed(text: str) -> bool:
    """Tell whether a template should have put a value in the place of a text."""
    return bool(_FAILED.search(text))


def front_claims(
    lines: Lines, front: FrontMatter, form: DigestFormat, venues: VenueTable
) -> Claims:
    """Return what is claimed of the front matter's values, as of one entry on all lines."""
    pairs = [one for one in _with_nested(_of_paper(front)) if _is_wanted(one, form)]
    failed = [(key, node) for key, node in pairs if any(map(is_failed, node_texts(node)))]
    cut = [pair for pair in pairs if front.is_broken and _is_cut(pair[1])]
    left = _unwrapped([pair for pair in pairs if pair not in (*failed, *cut)], form)
    member = DataMapping(tuple(left), 0, len(lines.source))
    claims = member_claims(lines, member, form, venues)
    for key, _ in failed:
        _leave(claims, lines, form, key, f"a template failed to fill in “{key.value}”")
    for key, _ in cut:
        _leave(claims, lines, form, key, f"the value of “{key.value}” is not whole")
    if any(slot.name == "year" and not says_year(slot.words) for slot in claims.slots):
        for key in (key for key, _ in left if slot_of_key(key.value or "", form) == "year"):
            _leave(claims, lines, form, key, f"“{key.value}” names no year")
    if front.is_broken:
        # A value that can't be written would be asked for in each run.
        _leave_all_but_title(claims)
        if any(identity_kind(key.value or "") == "citation_key" for key, _ in front.pairs):
            claims.unreadable.add(CITEKEY)
    else:
        claims.slots += _empty_slots(lines.source, left, claims, form)
        claims.slots += _citation_key(lines.source, front)
        claims.slots += _room_for_tags(lines.source, front, claims, form)
    claims.slots = [_without_braces(_with_parted_tags(slot)) for slot in claims.slots]
    return claims


def _is_cut(node: DataNode) -> bool:
    """Whether bytes stand there that are no value: a person may still be typing it."""
    return isinstance(node, DataScalar) and node.value is None and node.start < node.end


def _of_paper(front: FrontMatter) -> Sequence[Pair]:
    """Return the pairs without what is said of the page: when it was written, not the paper."""
    names = {folded_key(key.value or "") for key, _ in front.pairs}
    is_page = front.kind == "toml" or not names.isdisjoint(_OF_PAGES)
    is_better = any(key.value == BETTER_NOTES for key, _ in front.pairs)
    pairs = ((_as_title(key) if is_better else key, node) for key, node in front.pairs)
    return [
        (key, node)
        for key, node in pairs
        if not (is_page and folded_key(key.value or "") == "date")
    ]


def _as_title(key: DataScalar) -> DataScalar:
    """Return the key of an item's title for what Better Notes calls its parent."""
    return replace(key, value="title") if key.value == "parent" else key


def _with_parted_tags(slot: Slot) -> Slot:
    """Return tags in one text without commas as blanks part them: no tag of Obsidian has one."""
    is_one = slot.name == "tags" and not shows_list(slot.text) and b"," not in slot.text.data
    return replace(slot, text=parted_at_blanks(slot.text)) if is_one else slot


def _without_braces(slot: Slot) -> Slot:
    """Return a title without the braces of BibTeX around all of it."""
    is_braced = slot.name == "title" and _BRACED.fullmatch(slot.text.data)
    return replace(slot, text=slot.text.slice(1, len(slot.text.data) - 1)) if is_braced else slot


def _with_nested(pairs: Sequence[Pair]) -> Iterator[Pair]:
    for key, node in pairs:
        yield key, node
        if folded_key(key.value or "") == _NESTED and isinstance(node, DataMapping):
            yield from node.pairs


def _is_wanted(pair: Pair, form: DigestFormat) -> bool:
    """Whether a key is read: not of the person's own, and no address of Zotero's or a file."""
    key, node = pair
    slot = slot_of_key(key.value or "", form)
    if slot is None or slot == "ignored" or slot in _TEXTS:
        return False
    if slot in _TAGS:
        return form.note.tags and slot == "tags"
    return slot not in ("links", "code") or not any(map(_is_no_page, node_texts(node)))


def _is_no_page(text: str) -> bool:
    return is_of_zotero(text) or ("://" in text and "http" not in text)


def _leave(claims: Claims, lines: Lines, form: DigestFormat, key: DataScalar, why: str) -> None:
    slot = slot_of_key(key.value or "", form) or ""
    claims.unread.append(UnreadLine(lines.line_at(key.start) - claims.first, why))
    claims.unreadable.add(slot)
    claims.slots = [it for it in claims.slots if it.name != slot]


def _leave_all_but_title(claims: Claims) -> None:
    claims.unreadable |= {slot.name for slot in claims.slots} - {"title"}
    claims.slots = [slot for slot in claims.slots if slot.name == "title"]


def _empty_slots(
    source: bytes, pairs: Sequence[Pair], claims: Claims, form: DigestFormat
) -> Iterator[Slot]:
    """Yield a slot for each key that has no value and no other key beside it for the same."""
    taken = {slot.name for slot in claims.slots} | claims.unreadable
    for key, node in pairs:
        slot = slot_of_key(key.value or "", form) or ""
        if slot in taken or slot in _LISTS - {"authors", "tags"}:
            continue
        match node:
            case DataScalar(value=None, start=start, end=end) if start == end:
                taken.add(slot)
                if not node.is_shared and source[start - 1 : start] == b":":
                    yield Slot(slot, empty_text(start, is_list=slot == "tags"))
            case DataList(items=()) if slot == "tags":
                taken.add(slot)
                yield Slot(slot, empty_list_text(node))
            case _:
                pass


TAGS_ROOM = "tags_room"
"""The place at the end of front matter where the key of the tags can come, if it is not there."""


def _room_for_tags(
    source: bytes, front: FrontMatter, claims: Claims, form: DigestFormat
) -> Iterator[Slot]:
    named = {folded_key(key.value or "") for key, _ in front.pairs}
    has_tags = "tags" in {slot.name for slot in claims.slots} | claims.unreadable | named
    at = front.text.end
    # Each key on a line of its own: in one map between braces nothing can come to the end.
    is_plain = all(source[key.start - 1 : key.start] == b"\n" for key, _ in front.pairs)
    if form.note.tags and not has_tags and front.kind == "yaml" and front.pairs and is_plain:
        end = b"\r\n" if source[at - 2 : at] == b"\r\n" else b"\n"
        lead = next(_leads_of_items(source, front), None)
        text = empty_text(at, is_list=True) if lead is None else empty_items_text(at, end + lead)
        yield Slot(TAGS_ROOM, replace(text, layers=(*text.layers, partial(_behind_key, end))))


def _leads_of_items(source: bytes, front: FrontMatter) -> Iterator[bytes]:
    """Yield what stands before an item of each list whose items stand on lines of their own."""
    for _, node in front.pairs:
        if isinstance(node, DataList) and node.items:
            start = node.items[0].start
            lead = source[source.rfind(b"\n", 0, start) + 1 : start].rstrip(b"\"'")
            if lead.strip() == b"-":
                yield lead


def _behind_key(end: bytes, new: bytes) -> bytes:
    """Write tags behind their key, on lines of their own that end as others do."""
    return b"tags:" + new + end


def _citation_key(source: bytes, front: FrontMatter) -> Iterator[Slot]:
    scalars = (
        (key.value or "", it)
        for key, node in front.pairs
        for it in (node.items if isinstance(node, DataList) else [node])
        if isinstance(it, DataScalar) and it.value
    )
    named = [one for one in scalars if identity_kind(one[0]) == "citation_key"]
    return citation_key_slot((key, scalar_text(source, it)) for key, it in named)


def title_aliases(source: bytes, front: FrontMatter, title: str) -> Iterator[Slot]:
    """Yield the aliases of a note that repeat its title: Obsidian lists them beside its name."""
    for key, node in () if front.is_broken or not title else front.pairs:
        if folded_key(key.value or "") in ("alias", "aliases"):
            for one in node.items if isinstance(node, DataList) else [node]:
                if isinstance(one, DataScalar) and one.value == title:
                    text = scalar_text(source, one)
                    # Else no title that is edited in Zotero could be written.
                    if as_it_stands not in text.layers:
                        yield Slot("title_alias", text)


def _unwrapped(pairs: Sequence[Pair], form: DigestFormat) -> tuple[Pair, ...]:
    """Return pairs in which a list of one value is that value, where a field has only one."""
    return tuple(
        (key, node.items[0])
        if isinstance(node, DataList)
        and len(node.items) == 1
        and slot_of_key(key.value or "", form) not in _LISTS
        else (key, node)
        for key, node in pairs
    )
