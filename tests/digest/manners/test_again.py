"""An entry that is removed and inserted again as a new one has the bytes that it had."""

from __future__ import annotations

import pytest

from tests.digest.corpus import document, read
from tests.digest.manners.score import lists
from zoterodigest.core.values.record import Names, is_empty
from zoterodigest.digest.write.rearrange import rearrange
from zoterodigest.digest.write.steps import NewEntry, RemovedEntry, bytes_of

LISTS = {path.stem: path for path, _ in lists("open")}
SEALED = {path.stem: path for path, _ in lists("sealed")}
# Each of these looks as most of its list do, beside neighbors that do not.
USUAL = [
    ("a-title-authors-venue", 9, "no period behind a `?`; an award in parentheses"),
    ("a-title-colon-address", 7, "a blank behind the colon; address in `<>`, no `(code: …)`"),
    ("b-bold-title-backslash", 3, "lines joined by a backslash, but for the last"),
    ("b-title-two-blanks", 1, "lines joined by two blanks; the venue links to the paper"),
    ("d-curly-comma-inside", 3, "the comma within the quotation marks; a remark behind"),
    ("e-doi-authors-first", 7, "two names joined by `and`; the title links to the DOI"),
    ("e-pdf-year-note", 6, "a linked title that is not bold, as one other is"),
    ("f-title-and-paper", 0, "a row with the blanks most rows have; a column for the code"),
    ("g-second-level-paragraphs", 2, "paragraphs below a heading; `|` between links"),
    ("h-title-venue-authors-links", 2, "a link a line; two names joined by `and` without a comma"),
    ("i-author-year-key-behind", 1, "two last names joined by `&`; a citation key behind"),
    ("j-fold-outs", 13, "a number, badges with the identifier, blank lines in a fold"),
    ("j-list-items", 6, "no second period behind `et al.`; a badge with the identifier"),
    ("k-chinese-keys", 7, "keys with a full-width colon"),
]


@pytest.mark.parametrize(("name", "at", "_what"), USUAL, ids=[it[0] for it in USUAL])
def test_a_usual_entry_comes_back_as_it_stood(name: str, at: int, _what: str) -> None:
    before = document(LISTS[name])
    entry = before.entries[at]
    fields = {key: value for key, value in entry.reading.fields.items() if not is_empty(value)}
    path = before.core_entry_at(at).heading_keys

    without = rearrange(before, [RemovedEntry(at)], read).document
    outcome = rearrange(without, [NewEntry("new", path, fields)], read)

    new = outcome.document.entries[outcome.origins.index("new")]
    assert bytes_of(outcome.document, new).decode() == bytes_of(before, entry).decode()


def test_an_entry_that_would_be_read_otherwise_at_a_free_number_goes_to_the_end() -> None:
    before = document(SEALED["i-bold-number-last-name-first"])
    path = before.core_entry_at(9).heading_keys
    fields = {**before.entries[9].reading.fields, "authors": Names(("Anish Athalye", "Di Do"))}
    fields = {
        name: it for name, it in fields.items() if name not in ("award", "summary", "comment")
    }

    without = rearrange(before, [RemovedEntry(9)], read).document
    outcome = rearrange(without, [NewEntry("new", path, fields)], read)

    assert outcome.refusals == ()
    assert outcome.origins[-1] == "new"
    new = bytes_of(outcome.document, outcome.document.entries[-1]).decode()
    assert new.startswith("**[12]** Athalye, Anish")
