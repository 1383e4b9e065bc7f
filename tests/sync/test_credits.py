"""Where a value of an item was looked up, as `show`, `conflicts` and reports tell."""

from __future__ import annotations

from zoterodigest.core.links.link import FieldSource, LockRow, fingerprint
from zoterodigest.core.values.file_keys import DigestKey
from zoterodigest.library.records.zotero import ZoteroMapping
from zoterodigest.sync.lookups.credits import sources_of

ABSTRACT = "We propose a network."


def _row(row_id: str, source: str, text: str = ABSTRACT) -> LockRow:
    credit = FieldSource(source, fingerprint(text))
    return LockRow(row_id, DigestKey("papers.md"), "AAAA2222", credits={"abstract": credit})


def test_of_two_links_that_tell_the_source_of_a_value_the_first_counts() -> None:
    data = {"itemType": "preprint", "abstractNote": ABSTRACT}
    rows = [_row("zd-1", "DBLP", "What it said before."), _row("zd-2", "arXiv"), _row("zd-3", "me")]

    assert sources_of("AAAA2222", data, rows, ZoteroMapping()) == {"abstract": "arXiv"}
    assert sources_of("BBBB2222", data, rows, ZoteroMapping()) == {}
    assert sources_of("AAAA2222", data, rows[:1], ZoteroMapping()) == {}
