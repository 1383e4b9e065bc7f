"""A new file of a vault: the note of one paper, like the notes around it or by a template.

What is made is read again: a file with a value that is not the paper's is never given to anybody.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from zoterodigest.core.values.key_table import folded_key
from zoterodigest.core.values.record import (
    CITEKEY,
    EMPTY,
    KINDS,
    Fields,
    Members,
    member_texts,
    people_of,
    text_in,
)
from zoterodigest.core.values.tags import TAGS, in_one_word
from zoterodigest.digest.read.document import DigestEntry, Document
from zoterodigest.digest.read.slots import ItemKeys
from zoterodigest.digest.read.vault_front import front_matter
from zoterodigest.digest.read.vault_identity import identity_kind
from zoterodigest.digest.read.vault_lines import body_lines
from zoterodigest.digest.read.vault_marks import body_marks
from zoterodigest.digest.write.edit import put_digest
from zoterodigest.digest.write.edit_check import Reader
from zoterodigest.digest.write.shown import shows
from zoterodigest.frozen import frozen
from zoterodigest.regex import lazy_regex

_FIRST = b"""\
---
title: "Title"
authors:
  - "Ada Lovelace"
year: 2000
venue: "Nature"
doi: "10.1000/1"
arxiv: "2001.00001"
url: "https://example.org/1"
citekey: "key2000"
---

# Title
"""
"""The neighbor of a note that has none."""


class NoNote(ValueError):
    """A note of a paper cannot be made so that it reads as it should; the text says why."""


@frozen()
class NewPaper:
    """A paper that gets a note: its fields, and the keys of its item as far as known."""

    fields: Fields
    keys: ItemKeys


def note_like(
    neighbors: Iterable[Document], paper: NewPaper, read: Reader, folder: str = ""
) -> bytes:
    """Return the note of a paper that looks as most of its `neighbors` do; raises `NoNote`.

    Those in its `folder` count alone if they are enough to tell how notes look there. It has the
    keys of their front matter, in their styles, and the headings of their bodies. A key of the
    person's own has the value that most share, else none.
    """
    paper = _with_tags_in_one_word(paper)
    documents = [document for document in neighbors if document.entries]
    known = [(folder_of(document), note) for document in documents for note in _notes_in(document)]
    if documents and not known:
        raise NoNote("the notes around it have no front matter in YAML: a template is needed")
    beside = [note for place, note in known if place == folder]
    usual = beside if len(beside) >= _FEWEST_BESIDE else [note for _, note in known]
    found = _filled(_skeleton(usual), paper, read) if usual else None
    if found is None:
        (first,) = _notes_in(read(_FIRST))
        first = first.with_only(frozenset(paper.fields) | {_CITED})
        # Some titles say something else in a heading: `[…](…)` is a link there.
        found = _filled(first, paper, read) or _filled(replace(first, headings=()), paper, read)
    if found is None:
        raise NoNote("its values cannot be written into a note so that they are read as they are")
    return found


_FEWEST_BESIDE = 3


def _with_tags_in_one_word(paper: NewPaper) -> NewPaper:
    """Return a paper with its tags as a note says them."""
    tags = paper.fields.get(TAGS)
    if not isinstance(tags, Members):
        return paper
    spelled = Members(tuple(dict.fromkeys(map(in_one_word, tags.texts))))
    return replace(paper, fields={**paper.fields, TAGS: spelled})


def folder_of(note: Document) -> str:
    """Return the folder of a file of a vault, as seen from the project."""
    return note.name.rpartition("/")[0]


@frozen()
class _KeyPart:
    """A key of the front matter with its value, as it stands, and what is read from it.

    What it `holds` is the fields, `citation_key` or `zotero`; nothing for a key of the person's.
    """

    key: str
    data: bytes
    holds: frozenset[str] = frozenset()

    @property
    def emptied(self) -> _KeyPart:
        """The key without its value."""
        head, colon, value = self.data.partition(b":")
        return replace(self, data=head + colon + (b"\r\n" if value.endswith(b"\r\n") else b"\n"))


@frozen()
class _Note:
    """The note of a paper in parts: before, in and behind its front matter.

    Of the body there are the headings; `title` is the one that repeats the title.
    """

    opening: bytes
    parts: tuple[_KeyPart, ...]
    closing: bytes
    headings: tuple[bytes, ...]
    title: bytes
    keys: ItemKeys

    def without(self, names: frozenset[str]) -> _Note:
        """Return it without the keys that hold any of `names`."""
        return replace(self, parts=tuple(it for it in self.parts if not it.holds & names))

    def with_only(self, names: frozenset[str]) -> _Note:
        """Return it without the keys that hold none of `names`."""
        return replace(self, parts=tuple(it for it in self.parts if it.holds & names))

    @property
    def source(self) -> bytes:
        """Its bytes."""
        front = b"".join((self.opening, *(part.data for part in self.parts), self.closing))
        end = b"\r\n" if b"\r\n" in self.opening else b"\n"
        return front + b"".join(end + heading + end for heading in self.headings)


_IN_FRONT = frozenset(KINDS) - {"summary", CITEKEY}
_CITED, _ITEM = "citation_key", "zotero"
_OF_TOOLS = frozenset(
    {"zotflow-locked", "library-id", "item-version", "zt-attachments"}
    | {"$version", "$libraryID", "$itemKey", "parent"}
)
"""Keys by which other tools know the files that they own."""


def _notes_in(document: Document) -> Iterator[_Note]:
    """Yield the parts of a note whose front matter is YAML with a key on each line."""
    source = document.source
    front = front_matter(source)
    is_plain = front.kind == "yaml" and not front.is_broken and front.pairs
    if not is_plain or len(document.entries) != 1:
        return
    starts = [source.rfind(b"\n", 0, key.start) + 1 for key, _ in front.pairs]
    if len({*starts}) < len(starts) or source[front.text.start : starts[0]].strip():
        return
    (entry,) = document.entries
    ends = [*starts[1:], front.text.end]
    parts = [
        _KeyPart(key.value or "", source[start:end], _held(entry, key.value or "", start, end))
        for (key, _), start, end in zip(front.pairs, starts, ends, strict=True)
    ]
    lines = body_lines(source, front.body, body_marks(source, front.body))
    copy = next((slot.span.start for slot in entry.slots if slot.name == "title_copy"), -1)
    title = next((line for line in lines if line.start <= copy < line.end), None)
    # A heading may be a link to the item of its own paper.
    plain = b"%s %s" % (b"#" * title.level, title.name.encode()) if title else b""
    headings = tuple(
        plain if line is title else line.data for line in lines if line.level and not line.hidden
    )
    closing = source[front.text.end : front.body]
    yield _Note(source[: starts[0]], tuple(parts), closing, headings, plain, entry.keys)


def _held(entry: DigestEntry, key: str, start: int, end: int) -> frozenset[str]:
    slots = (slot.name for slot in entry.slots if start <= slot.span.start <= end)
    kind = identity_kind(key) or (_CITED if folded_key(key) in ("alias", "aliases") else "")
    return frozenset(slots) | ({kind} if kind else set())


def _skeleton(notes: Sequence[_Note]) -> _Note:
    """Return the note that is most like the others, with what most of them have.

    In a vault with notes of several integrations, `author` and `authors` are one thing to have.
    """
    most = max(len(notes) / 2, 1)
    has = Counter(one for note in notes for one in frozenset().union(*map(_had, note.parts)))
    values = Counter((part.key, part.data) for note in notes for part in note.parts)
    closings = Counter(note.closing.strip() for note in notes)
    common = {one for one, number in has.items() if number * 2 > len(notes)}
    usual = {part.key for note in notes for part in note.parts if _had(part) & common} - _OF_TOOLS
    model = max(
        notes,
        # The end of front matter that most have: Obsidian knows no `...`.
        key=lambda it: (sum(one.key in usual for one in it.parts), closings[it.closing.strip()]),
    )
    headings = Counter(heading for note in notes for heading in {*note.headings} - {note.title})
    parts = (
        part if part.holds or values[part.key, part.data] > most else part.emptied
        for part in model.parts
        if part.key in usual
    )
    own = tuple(it for it in model.headings if it == model.title or headings[it] > most)
    return replace(model, parts=tuple(parts), headings=own)


def _had(part: _KeyPart) -> frozenset[str]:
    """Return what a note with this key has: what the key holds, or a key of the person's own."""
    return part.holds or frozenset({part.key})


def _filled(skeleton: _Note, paper: NewPaper, read: Reader) -> bytes | None:
    """Return a skeleton with the values of a paper; None if it cannot be read as it should.

    A key whose value cannot be written is left out.
    """
    note = replace(skeleton, parts=tuple(_with_keys(skeleton, paper.keys)))
    while note.parts:
        document = read(note.source)
        if len(document.entries) != 1:
            return None
        (entry,) = document.entries
        names = {*entry.reading.fields, *(slot.name for slot in entry.slots)} & _IN_FRONT
        asked = {name: paper.fields.get(name, EMPTY) for name in names}
        source = put_digest(document, {0: asked}, read).source
        wrong = wrong_values(read(source), paper)
        if not wrong:
            return source
        left = note.without(wrong)
        if len(left.parts) == len(note.parts):
            return None
        note = left
    return None


def _with_keys(skeleton: _Note, keys: ItemKeys) -> Iterator[_KeyPart]:
    """Yield the parts of a skeleton, those that name its item with the keys of another."""
    for part in skeleton.parts:
        if _CITED in part.holds:
            yield from _renamed(part, skeleton.keys.citation, keys.citation)
        elif _ITEM in part.holds:
            # Of `groups/ID/KEY` the address holds more than the key.
            old, new = (one.rpartition("/")[2] for one in (skeleton.keys.item, keys.item))
            yield from _renamed(part, old, new)
        else:
            yield part


def _renamed(part: _KeyPart, old: str, new: str) -> Iterator[_KeyPart]:
    """Yield a part with one key in place of another, or without its value; nothing without `new`.

    A list may hold more that is of the other paper, such as aliases.
    """
    if not new:
        return
    is_alone = part.data.count(b"\n") <= 1 and b"," not in part.data
    data = part.data.replace(old.encode(), new.encode()) if old and is_alone else part.data
    yield part.emptied if data == part.data != part.emptied.data else replace(part, data=data)


def wrong_values(document: Document, paper: NewPaper) -> frozenset[str]:
    """Return the fields and keys that a note does not say, or says otherwise than its paper.

    What it has no place for is not wrong. Without an entry it is `title`.
    """
    if len(document.entries) != 1 or document.entries[0].unreadable:
        return frozenset({"title"})
    (entry,) = document.entries
    said, keys = entry.reading.fields, entry.keys
    wrong = {
        name
        for name in said.keys() & _IN_FRONT
        if not shows(said[name], paper.fields.get(name, EMPTY))
    }
    wrong |= {_CITED} if keys.citation not in ("", paper.keys.citation) else set()
    wrong |= {_ITEM} if keys.item not in ("", paper.keys.item) else set()
    return frozenset(wrong) | ({"title"} if "title" not in said else set())


def note_by_template(template: str, paper: NewPaper, read: Reader) -> bytes:
    """Return the note of a paper by a template with `{{title}}` and the like; raises `NoNote`.

    In front matter a value has the quotation marks around it that YAML asks for.
    """
    values = template_values(paper)
    unknown = [one for one in _PLACEHOLDER.findall(template) if one not in values]
    if unknown:
        known = ", ".join(sorted(values))
        raise NoNote(f"the template asks for {{{{{unknown[0]}}}}}, and there are only {known}")
    front = _FRONT.match(template)
    head = front.end() if front else 0
    lines = (_in_yaml(line, values) for line in template[:head].splitlines(keepends=True))
    body = _PLACEHOLDER.sub(lambda found: ", ".join(values[found[1]]), template[head:])
    source = ("".join(lines) + body).encode("utf-8", "replace")
    source, paper = _with_tags_of_both(source, _with_tags_in_one_word(paper), read)
    if wrong := wrong_values(read(source), paper):
        raise NoNote(f"by the template, the note does not say the {min(wrong)} of the paper")
    return source


def _with_tags_of_both(source: bytes, paper: NewPaper, read: Reader) -> tuple[bytes, NewPaper]:
    """Return a note with the tags of its paper behind those of its template, and what it is to say.

    A template has tags that say what kind of note it is.
    """
    document = read(source)
    (said, *others) = [entry.reading.fields for entry in document.entries] or [{}]
    if TAGS not in said or others:
        return source, paper
    own, asked = member_texts(said[TAGS]), member_texts(paper.fields.get(TAGS))
    known = {*map(folded_key, own)}
    texts = (*own, *(it for it in asked if folded_key(it) not in known))
    tags = Members(texts) if texts else EMPTY
    edited = put_digest(document, {0: {TAGS: tags}}, read).source if tags != said[TAGS] else source
    return edited, replace(paper, fields={**paper.fields, TAGS: tags})


def template_values(paper: NewPaper) -> Mapping[str, tuple[str, ...]]:
    """Return what a template may ask for, by name: no text for what is not known."""
    values = {name: text_in(paper.fields, name) for name in _TEXTS}
    item = paper.keys.item
    values |= {"citekey": paper.keys.citation, "itemkey": item}
    people = people_of(paper.fields.get("authors"))
    return {name: (text,) if text else () for name, text in values.items()} | {"authors": people}


_TEXTS = ("title", "year", "date", "venue", "doi", "arxiv", "url", "abstract")
_PLACEHOLDER = lazy_regex(r"\{\{[ \t]*(\w+)[ \t]*\}\}")
_FRONT = lazy_regex(r"\A---[ \t]*\r?\n.*?^---[ \t]*\r?$", re.DOTALL | re.MULTILINE)
_WHOLE = lazy_regex(r"(?P<key>[^:\n\"'{]+:[ \t]+|[ \t]*-[ \t]+)(?P<value>[^\"'\n\[]*\{\{[^\"'\n]*)")
_PLAIN = lazy_regex(r"[^\W\d_](?:[^:#\[\]{},&*!|>'\"%@`\n]|:(?=\S))*(?<!\s)|[1-9]\d{0,8}")
_TYPED = lazy_regex(r"(?:true|false|yes|no|on|off|null|y|n)\Z", re.IGNORECASE)


def _in_yaml(line: str, values: Mapping[str, tuple[str, ...]]) -> str:
    """Return a line of front matter with values, such that YAML reads them as they are."""
    content = line.rstrip("\r\n")
    if whole := _WHOLE.fullmatch(content):
        text = _PLACEHOLDER.sub(lambda found: ", ".join(values[found[1]]), whole["value"].strip())
        is_plain = not text or (_PLAIN.fullmatch(text) and not _TYPED.match(text))
        filled = (whole["key"] + (text if is_plain else _quoted(text))).rstrip()
    else:
        filled = _PLACEHOLDER.sub(
            lambda found: _in_place(values[found[1]], content[: found.start()]), content
        )
    return filled + line[len(content) :]


def _in_place(texts: Sequence[str], before: str) -> str:
    """Return values as they stand behind `before`: in open quotation marks, or in a list."""
    if before.count('"') % 2:
        return _escaped(", ".join(texts))
    if before.count("'") % 2:
        return ", ".join(texts).replace("'", "''")
    return ", ".join(map(_quoted, texts))


def _quoted(text: str) -> str:
    return f'"{_escaped(text)}"'


def _escaped(text: str) -> str:
    return " ".join(text.split()).replace("\\", "\\\\").replace('"', '\\"')
