"""What a run asked for under one key goes by the key that the library gave it."""

from __future__ import annotations

from tests.builders import an_item
from zoterodigest.core.links.link import Exported, LockRow, Origin
from zoterodigest.core.values.file_keys import BibKey, DigestKey
from zoterodigest.sync.gathering.stored_keys import as_stored

KEYS = {"ASKED222": "GIVEN222"}


def test_keys_are_renamed_wherever_they_name_an_object() -> None:
    row = LockRow("zd-a", DigestKey("a.md"), "ASKED222", origin=Origin(collections=frozenset(KEYS)))
    item = an_item("ASKED222", collections=["ASKED222", "OTHER222"])

    stored_row, stored_item = as_stored((row, item), KEYS)

    assert (stored_row.item, stored_row.origin.collections) == ("GIVEN222", frozenset({"GIVEN222"}))
    assert (stored_item.key, stored_item.json.collections) == ("GIVEN222", ("GIVEN222", "OTHER222"))


def test_a_text_that_happens_to_be_a_key_stays() -> None:
    exported = Exported(BibKey("refs.bib"), "ASKED222", "ASKED222")
    item = an_item("OTHER222", title="ASKED222", citationKey="ASKED222")

    assert as_stored(exported, KEYS) == Exported(BibKey("refs.bib"), "ASKED222", "GIVEN222")
    assert as_stored(item, KEYS) == item
