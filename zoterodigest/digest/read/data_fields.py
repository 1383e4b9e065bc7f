"""Fields of a paper in JSON and YAML: what the keys of a mapping mean, and their values as slots.

Of several keys that mean one slot, the surest counts: `venue` before `publisher`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache

from zoterodigest import mapping
from zoterodigest.core.values import dates, identity, names
from zoterodigest.core.values.key_table import folded_key
from zoterodigest.core.values.span import Span
from zoterodigest.core.values.venue import VenueTable
from zoterodigest.digest.format.format import DigestFormat
from zoterodigest.digest.read.data_texts import fixed_text, list_text, scalar_text
from zoterodigest.digest.read.data_tree import DataList, DataMapping, DataNode, DataScalar
from zoterodigest.digest.read.fields import ARXIV_CATEGORY
from zoterodigest.digest.read.fields_below import keyed_slot
from zoterodigest.digest.read.layers import LayeredText
from zoterodigest.digest.read.lines import Lines
from zoterodigest.digest.read.slots import Claims, Slot, UnreadLine
from zoterodigest.regex import lazy_regex

_LINKED = ("links", "code")
_CAMEL = lazy_regex(r"(?<=[a-z])(?=[A-Z])")
_OF_ADDRESS = lazy_regex(r"^(?:url|link) | (?:url|link|href)s?$")
"""What shows that a key names an address: `github_url`, `url_pdf`."""

_IDS = frozenset({"id", "paper id", "entry id"})
"""What names an identifier of arXiv, or the person's own."""

_NO_NAME = lazy_regex(r"[<>()\[\]{}|/@\d:]|https?")
"""What stands in no name: markup, an affiliation, a number of a footnote."""

_LABELS = ("name", "label", "text", "title", "type", "kind")
_ADDRESSES = ("url", "href", "link")
_PEOPLE = ("name", "full name", "fullname", "literal", "author")
_FIRST = ("given", "given names", "first", "first name", "firstname", "given name")
_LAST = ("family", "family names", "last", "last name", "lastname", "family name", "surname")


def member_claims(
    lines: Lines, member: DataMapping, form: DigestFormat, venues: VenueTable
) -> Claims:
    """Return what is claimed of a mapping, on the lines from its first sign to its last."""
    first, last = lines.line_at(member.start), lines.line_at(max(member.end - 1, member.start))
    claims = Claims(first, last)
    fields = _MemberFields(lines, claims, venues)
    times = Counter(key.value for key, _ in member.pairs)
    meant_by: dict[str | None, set[str]] = {}
    for slot, key, node in _chosen(member, form):
        meant_by.setdefault(key.value, set()).update({slot}, fields.claim(slot, key, node))
    for key, node in member.pairs:
        meant = slot_of_key(key.value or "", form)
        if times[key.value] > 1 and key.value in meant_by:
            fields.leave_doubled(meant_by[key.value], key)
        elif (
            isinstance(node, DataScalar)
            and node.is_alias_of_several
            and meant not in (None, "ignored")
        ):
            fields.leave(meant or "", node, f"the value of “{key.value}” stands elsewhere")
    # The title first: whether an abstract is translated is told by it.
    claims.slots.sort(key=lambda slot: (slot.name != "title", slot.span))
    return claims


def has_title(member: DataMapping, form: DigestFormat) -> bool:
    """Whether a mapping has a title, or a name that may be one."""
    return any(slot == "title" for slot, _, _ in _chosen(member, form))


def text_under(member: DataMapping, keys: Sequence[str]) -> DataScalar | None:
    """Return the value of the first of `keys` (folded) that holds text; None without."""
    found = {
        folded_key(key.value or ""): node
        for key, node in member.pairs
        if isinstance(node, DataScalar) and (node.value or "").strip()
    }
    scalars = (found.get(key) for key in keys)
    return next((one for one in scalars if isinstance(one, DataScalar)), None)


def slot_of_key(key: str, form: DigestFormat) -> str | None:
    """Return the slot that a key means; None if no table has it."""
    own = form.slots_by_label.get(folded_key(key))
    return own or _known_slot(key)


@cache
def _known_slot(key: str) -> str | None:
    table = mapping.key_table()
    plain = folded_key(_CAMEL.sub(" ", key))
    if slot := table.slot(key) or table.slot(plain):
        return slot
    found = map(table.slot, (_OF_ADDRESS.sub("", plain), plain.removeprefix("paper ")))
    if slot := next((it for it in found if it in (*_LINKED, "arxiv", "doi")), None):
        return slot
    # `paper_thecvf`, `code_pytorch`: what holds no address is left alone.
    slot = table.slot(plain.split(" ")[0])
    return slot if slot in _LINKED else None


@cache
def _rank(key: str) -> int:
    """Return the place of a key among all that are known: of one slot the first is the surest."""
    known = [*mapping.key_table().slots][::-1]
    folded = folded_key(_CAMEL.sub(" ", key))
    return known.index(folded) if folded in known else len(known)


def _chosen(member: DataMapping, form: DigestFormat) -> list[tuple[str, DataScalar, DataNode]]:
    """Return the keys that are read, each with its slot: all links, of other slots one."""
    links: list[tuple[str, DataScalar, DataNode]] = []
    best: dict[str, tuple[int, DataScalar, DataNode]] = {}
    for key, node in member.pairs:
        name = key.value or ""
        slot = _arxiv_id(name, node) or slot_of_key(name, form)
        if slot is None or slot == "ignored" or _is_null(node):
            continue
        if slot in _LINKED:
            links.append((slot, key, node))
        elif slot not in best or _rank(name) < best[slot][0]:
            best[slot] = _rank(name), key, node
    if "title" not in best and (name_pair := _name_pair(member, best)):
        best["title"] = 0, *name_pair
    if "task" in best:  # tags are tasks: one field, one home
        best.pop("tags", None)
    return [*((slot, key, node) for slot, (_, key, node) in best.items()), *links]


def _name_pair(
    member: DataMapping, known: dict[str, tuple[int, DataScalar, DataNode]]
) -> tuple[DataScalar, DataNode] | None:
    """Return the key `name` of a member that has authors: of anything else it is no title."""
    if "authors" not in known:
        return None
    named = ((key, it) for key, it in member.pairs if folded_key(key.value or "") == "name")
    return next(named, None)


def _arxiv_id(key: str, node: DataNode) -> str | None:
    if folded_key(key) not in _IDS or not isinstance(node, DataScalar):
        return None
    found = identity.identifier_of(node.value or "")
    is_bare = re.fullmatch(r"\d{4}\.\d{4,5}(?:v\d+)?", node.value or "")
    return "arxiv" if is_bare or (found and found.scheme == "arxiv") else "ignored"


def _is_null(node: DataNode) -> bool:
    if isinstance(node, DataScalar):
        return node.value is None
    return not (node.items if isinstance(node, DataList) else node.pairs)


class _MemberFields:
    """Claims slots of values; what is no value is left with the reason."""

    def __init__(self, lines: Lines, claims: Claims, venues: VenueTable) -> None:
        self._lines = lines
        self._source = lines.source
        self._claims = claims
        self._venues = venues

    def leave(self, slot: str, at: DataNode, reason: str) -> None:
        """Leave a value unread."""
        self._leave({slot}, at, reason)

    def leave_doubled(self, slots: set[str], key: DataScalar) -> None:
        """Leave all that a key says unread: programs read the first or the last of its values."""
        self._leave(slots, key, f"the key “{key.value}” stands twice", is_slip=True)

    def _leave(self, slots: set[str], at: DataNode, reason: str, *, is_slip: bool = False) -> None:
        line = self._lines.line_at(at.start) - self._claims.first
        self._claims.unread.append(UnreadLine(line, reason, is_slip))
        self._claims.unreadable |= slots
        self._claims.slots = [it for it in self._claims.slots if it.name not in slots]

    def claim(self, slot: str, key: DataScalar, node: DataNode) -> set[str]:
        """Claim the value of a key; return the slots that it has filled."""
        count = len(self._claims.slots)
        self._claim(slot, key, node)
        return {it.name for it in self._claims.slots[count:]}

    def _claim(self, slot: str, key: DataScalar, node: DataNode) -> None:
        name = key.value or ""
        if slot in _LINKED:
            self._links(slot, name, node)
        elif slot == "authors":
            self._authors(node)
        elif slot in ("tags", "task", "award", "categories"):
            self._several(slot, node)
        elif slot == "date" and not isinstance(node, DataScalar):
            self._date(node)
        elif isinstance(node, DataMapping):
            # `title: {name: …, link: …}`
            if (inner := text_under(node, _LABELS)) is not None:
                self._claim(slot, key, inner)
            if (target := text_under(node, _ADDRESSES)) is not None:
                self._links("links", name, target)
        elif isinstance(node, DataScalar):
            self._single(slot, name, node)

    def _put(self, slot: Slot | None) -> None:
        if slot is not None:
            self._claims.slots.append(slot)

    def _single(self, slot: str, name: str, node: DataScalar) -> None:
        text = scalar_text(self._source, node)
        if slot == "year" and len(node.value or "") > 4 and dates.parse_date(node.value or ""):
            slot = "date"
        found = keyed_slot(name, slot, text, self._venues)
        self._put(found)

    def _links(self, slot: str, name: str, node: DataNode) -> None:
        match node:
            case DataScalar():
                # A file beside the list or a word is no web link; an empty text may become one.
                if not (node.value or "").strip() or "://" in (node.value or ""):
                    self._put(Slot(slot, scalar_text(self._source, node), name))
            case DataList():
                for item in node.items:
                    self._links(slot, name, item)
            case DataMapping():
                target = text_under(node, _ADDRESSES)
                label = text_under(node, _LABELS)
                if target is not None and label is not None:
                    self._links(slot, label.value or "", target)
                    return
                for key, inner in node.pairs:
                    own = _known_slot(key.value or "")
                    self._links(own if own in _LINKED else "links", key.value or "", inner)

    def _several(self, slot: str, node: DataNode) -> None:
        if isinstance(node, DataScalar):
            words = (node.value or "").split()
            if slot == "tags" and words and all(map(ARXIV_CATEGORY.fullmatch, words)):
                slot = "categories"
            self._put(Slot(slot, scalar_text(self._source, node)))
        elif isinstance(node, DataList):
            items = [it for it in node.items if isinstance(it, DataScalar) and it.value]
            if len(items) != len(node.items):
                self.leave(slot, node, "it holds more than names")
                return
            # A comma is part of such a tag.
            has_comma = slot == "tags" and any("," in (it.value or "") for it in items)
            slot, parted = ("task", b"; ") if has_comma or slot == "task" else (slot, b", ")
            self._put(Slot(slot, list_text(self._source, node, items, parted)))

    def _authors(self, node: DataNode) -> None:
        text = self._people(node)
        if text is None:
            self.leave("authors", node, "its authors are not written as names")
            return
        found = names.parse_authors(text.data.decode())
        count = len(node.items) if isinstance(node, DataList) else 0
        is_whole = not count or len(found.people) in (count, count - found.truncated)
        if is_whole and not any(map(_NO_NAME.search, found.people)):
            self._put(Slot("authors", text))
        else:
            self.leave("authors", node, "its authors are not written as names")

    def _people(self, node: DataNode) -> LayeredText | None:
        if isinstance(node, DataScalar):
            return scalar_text(self._source, node)
        if isinstance(node, DataMapping):
            return None
        items = [it for it in node.items if isinstance(it, DataScalar) and it.value]
        items = items or self._named(node)
        if len(items) == len(node.items):
            return list_text(self._source, node, items)
        people = [_person(item) for item in node.items]
        span = Span(node.start, node.end)
        return fixed_text("; ".join(people).encode(), span) if all(people) else None

    def _named(self, node: DataList) -> list[DataScalar]:
        """Return the names of a list that has only `- name: A B` on each line.

        What else is said of a person (`orcid`) would come to a new one, too; so would a brace.
        """
        pairs = [it.pairs for it in node.items if isinstance(it, DataMapping)]
        keys = {pair[0].value for one in pairs for pair in one}
        is_alike = all(len(one) == 1 for one in pairs) and len(keys) == 1
        is_flow = any(self._source[it.start : it.start + 1] in b"[{" for it in (node, *node.items))
        if not is_alike or is_flow or folded_key(keys.pop() or "") not in _PEOPLE:
            return []
        return [it for ((_, it),) in pairs if isinstance(it, DataScalar) and it.value]

    def _date(self, node: DataNode) -> None:
        """Claim a date in numbers, as CSL has it: `{date-parts: [[2020, 5, 1]]}`."""
        parts = [it.value or "" for it in _scalars(node)][:3]
        text = "-".join(part.zfill(2) for part in parts)
        if dates.parse_date(text) is not None:
            slot = "year" if len(parts) == 1 else "date"
            self._put(Slot(slot, fixed_text(text.encode(), Span(node.start, node.end))))


def _scalars(node: DataNode) -> Iterator[DataScalar]:
    match node:
        case DataScalar():
            yield node
        case DataList():
            for item in node.items:
                yield from _scalars(item)
        case DataMapping():
            for _, value in node.pairs:
                yield from _scalars(value)


def _person(node: DataNode) -> str:
    """Return the name of a person given in parts, "" if it is not understood."""
    match node:
        case DataScalar():
            return node.value or ""
        case DataList():
            parts = [it.value for it in node.items if isinstance(it, DataScalar) and it.value]
            return " ".join(parts) if len(parts) == len(node.items) == 2 else ""
        case DataMapping():
            whole = text_under(node, _PEOPLE)
            ends = text_under(node, _FIRST), text_under(node, _LAST)
            found = [whole] if whole is not None else [it for it in ends if it is not None]
            return " ".join((it.value or "").strip() for it in found)
