"""The plain .bib: whatever an item holds, its entry ends where it should."""

from __future__ import annotations

import re
from typing import Any

import bibtexparser
from hypothesis import example, given, settings
from hypothesis import strategies as st

from zoterodigest.bibtex.plain import plain_bib

AFTER = {"itemType": "preprint", "key": "ABCD2345", "title": "It survives", "date": "2024"}
hostile = st.lists(
    st.sampled_from(["{", "}", "\\", "$", "@misc{x,", '"', ",\n", "\n@string{a = b}\n", "%", "x "])
    | st.characters(exclude_categories=["Cs"]),
    max_size=12,
).map("".join)


@given(hostile, hostile)
@example("} }\n@misc{evil,\n  title = {", "https://e.f/}\n\n@string{x = {y}}")
@example("a \\", "https://e.f/\x1b]0;x\x07")
@settings(deadline=None)
def test_a_hostile_field_breaks_no_other_entry(text: str, url: str) -> None:
    item: dict[str, Any] = {"itemType": "journalArticle", "date": "2023", "title": text}
    item |= {"publicationTitle": text, "url": url, "extra": f"arXiv: {text}"}
    item["creators"] = [{"creatorType": "author", "name": text}]

    bib = plain_bib([item, AFTER])

    entries = bibtexparser.loads(bib).entries
    assert [entry.get("title") for entry in entries][1:] == ["It survives"]
    assert bib.count("{") == bib.count("}")
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", bib)
