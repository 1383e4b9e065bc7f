"""Files of a vault as the tests of their reading and writing have them."""

from __future__ import annotations

from functools import partial

from tests.digest.corpus import venues
from zoterodigest.core.values.record import Blocks, Entry, Fields
from zoterodigest.digest.format.format import DigestFormat, NoteRule, data_formats
from zoterodigest.digest.read.detect import read_document
from zoterodigest.digest.read.document import Document
from zoterodigest.digest.write.edit import Edited, put_digest

NAME = "Papers/@vaswani2017.md"


def note_format(rule: NoteRule | None = None) -> DigestFormat:
    """The format of notes, with what a configuration says of their bodies."""
    return data_formats()["note"].model_copy(update={"note": rule or NoteRule()})


def read_file(text: str | bytes, name: str = NAME, rule: NoteRule | None = None) -> Document:
    """Read one file of a vault."""
    source = text.encode() if isinstance(text, str) else text
    return read_document(name, source, (note_format(rule),), venues())


def entry_of(text: str | bytes, name: str = NAME, rule: NoteRule | None = None) -> Entry:
    """Return the entry that a file is."""
    (entry,) = read_file(text, name, rule).core_entries()
    return entry


def own_text(text: str | bytes, rule: NoteRule | None = None) -> list[str]:
    """Return the blocks of a note that are the person's own."""
    value = entry_of(text, rule=rule).fields.get("summary")
    return list(value.texts) if isinstance(value, Blocks) else []


def reason(text: str | bytes, name: str = "Notes/note.md") -> str:
    """Return why a file is no entry."""
    document = read_file(text, name)
    assert document.entries == ()
    return document.skipped[0].reason


def put(text: str, fields: Fields, name: str = NAME, rule: NoteRule | None = None) -> Edited:
    """Write fields into a file."""
    read = partial(read_file, name=name, rule=rule)
    return put_digest(read(text), {0: fields}, read)
