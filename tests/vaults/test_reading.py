"""All files of the vaults are read as their truth says, but for the misses that are listed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.digest.vault_notes import read_file
from tests.vaults.fixtures import EntryTruth, NoEntryTruth, Vault, canaries, load, names
from zoterodigest.core.values.dates import parse_date
from zoterodigest.core.values.names import full_name, split_name
from zoterodigest.core.values.record import Blocks, Entry, Members, Names, text_in
from zoterodigest.digest.format.format import NoteRule
from zoterodigest.digest.read.document import Document

FIELDS = ("title", "authors", "year", "date", "venue", "doi", "arxiv", "url")
REASONS = {
    "template": "template",
    "machine": "program",
    "daily": "daily",
    "map": "map",
    "author": "person",
    "conflict": "conflict",
    "several papers": "several papers",
    "no evidence": "nothing in its front matter",
    "evicted": "cloud",
    "invalid": "UTF-8",
}
ALL = (*names("open"), *names("sealed"))
MISSES = {
    # It has no key but a title, as many pages have: only who knows the library could tell.
    ("sealed/front-matter", "a17.md", "entry"),
    # Twice the same year: an edit would have to write both.
    ("sealed/front-matter", "a14.md", "year"),
    # TeX is not read outside of BibTeX.
    ("sealed/front-matter", "a16.md", "authors"),
    # Its quotation mark is not closed: a person may still be typing it.
    ("sealed/front-matter", "a20.md", "title"),
    # An alias is what a person wants to call the note: no edit of the title goes there.
    ("sealed/zotero-integration", "refs/On the lottery.md", "title"),
    # What stands below an annotation in Logseq may be the person's own as well.
    ("sealed/annotations", "pages/@kingma2013auto.md", "note"),
    # Outside of the blocks that a tool keeps it writes all again: nothing there is sent.
    ("sealed/bodies", "@zaheer2017deep.md", "note"),
    ("sealed/zotflow", "Source/Reading group/@song2021score.md", "note"),
    # The page of a section: it lists other notes, though nothing in it does.
    ("sealed/hugo", "content/reading/_index.md", "reason"),
}
"""What is not read as the truth says: vault, file, and what of it."""


def read(vault: Vault, file: str) -> Document:
    truth, data = vault.files[file], vault.data(file)
    if isinstance(truth, NoEntryTruth) and truth.evicted:
        data = bytes(len(data))
    rule = NoteRule(private=list(vault.private_headings))
    return read_file(data, vault.placed(file), rule)


def entries(vault: Vault) -> Iterator[tuple[str, EntryTruth, Entry]]:
    for file, truth in vault.entries.items():
        document = read(vault, file)
        is_missed = (vault.name, file, "entry") in MISSES
        assert is_missed <= (not document.entries), file
        # Of a file that is wholly private nothing is read.
        if not is_missed and (document.entries or "private" not in document.skipped[0].reason):
            (entry,) = document.core_entries()
            yield file, truth, entry


@pytest.mark.parametrize("name", ALL)
def test_a_file_that_is_no_note_of_a_paper_is_skipped_with_its_reason(name: str) -> None:
    vault = load(name)
    for file, truth in vault.files.items():
        if isinstance(truth, NoEntryTruth):
            document = read(vault, file)
            reasons = [it.reason for it in document.skipped]
            # What is no text may be the note of a paper: it keeps its item, and is not read.
            reasons += [it.broken for it in document.entries if truth.why == "invalid"]
            is_right = bool(reasons) and REASONS[truth.why] in reasons[0]

            assert all(it.broken for it in document.entries), file
            assert not (document.entries and truth.why != "invalid"), file
            assert is_right != ((name, file, "reason") in MISSES), (file, reasons)


@pytest.mark.parametrize("name", ALL)
def test_the_keys_of_its_item_are_read_from_a_note(name: str) -> None:
    for file, truth, entry in entries(load(name)):
        for key, got in (
            (truth.identity.item_key, entry.item_key),
            (truth.identity.attachment_key, entry.attachment_key),
        ):
            group = f"groups/{key.group}/" if key and key.group else ""
            # An annotation's attachment names the item too, and is looked up elsewhere.
            assert got == (f"{group}{key.key}" if key else ""), file
        assert truth.accepts("identity.citation_key", entry.key or None), file


@pytest.mark.parametrize("name", ALL)
def test_the_fields_of_the_record_are_read_from_a_note(name: str) -> None:
    for file, truth, entry in entries(load(name)):
        for field in FIELDS:
            got = shown(entry, field)
            if got is None and field == "url" and "arxiv" in entry.fields:
                continue  # the page of an arXiv id is no field of its own
            is_right = truth.accepts(f"fields.{field}", got) or is_same_date(truth, entry, field)
            assert is_right != ((name, file, field) in MISSES), (file, field, got)


def shown(entry: Entry, field: str) -> str | tuple[str, ...] | None:
    value = entry.fields.get(field)
    if isinstance(value, Names):
        return tuple(full_name(split_name(one)) for one in value.people)
    return (value or None) if isinstance(value, str) else None


def is_same_date(truth: EntryTruth, entry: Entry, field: str) -> bool:
    """Tell whether a date is the same in numbers; a year alone is a year."""
    date = truth.fields.date or ""
    if field not in ("date", "year"):
        return False
    return text_in(entry.fields, field) == parse_date(date) or (
        len(date) == 4 and text_in(entry.fields, "year") == date and "date" not in entry.fields
    )


@pytest.mark.parametrize("name", ALL)
def test_tags_are_read_where_they_are_wanted(name: str) -> None:
    vault = load(name)
    for file, truth in vault.entries.items():
        document = read_file(vault.data(file), vault.placed(file), NoteRule(tags=True))
        for entry in document.core_entries():
            value = entry.fields.get("tags")
            texts = value.texts if isinstance(value, Members) else ()

            assert truth.accepts("fields.tags", texts or None), file


@pytest.mark.parametrize("name", ALL)
def test_the_note_holds_what_the_person_wrote(name: str) -> None:
    for file, truth, entry in entries(load(name)):
        value = entry.fields.get("summary")
        blocks = value.texts if isinstance(value, Blocks) else ()

        got = words([line for block in blocks for line in block.split("\n")])
        assert (got == words(truth.note)) != ((name, file, "note") in MISSES), (file, got)


def words(lines: tuple[str, ...] | list[str]) -> list[list[str]]:
    return [line.split() for line in lines if line.strip()]


@pytest.mark.parametrize("name", ALL)
def test_private_text_is_in_nothing_that_is_read(name: str) -> None:
    vault = load(name)
    for file in vault.files:
        document = read(vault, file)
        problems = [one.problems for one in document.entries]

        assert canaries(repr((document.core_entries(), document.skipped, problems))) == [], file


def test_an_editor_that_writes_front_matter_anew_changes_no_value() -> None:
    before, after = load("open/rewritten-before"), load("open/rewritten-after")
    for file in before.entries:
        (one,), (other,) = (read(vault, file).core_entries() for vault in (before, after))

        assert one.fields == other.fields, file
        assert (one.key, one.item_key) == (other.key, other.item_key), file
