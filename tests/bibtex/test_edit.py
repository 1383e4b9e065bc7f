"""Edits of standing entries: what was put is read back, and nothing else moves."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.bibtex.bibs import PIECES, hostile_bibs
from zoterodigest.bibtex.edit import BibRefusal, put
from zoterodigest.bibtex.reading import macros_of, standing_fields, text_of
from zoterodigest.bibtex.scanner import scan

SOURCE = """\
% mine
@string{cvpr = "Conf. on Vision"}
@inproceedings{a,
  title     = "Old {T}itle", author = {Lovelace, Ada},
  booktitle = cvpr # { 2024},
  year      = 2024 % in print
}
@online{b, date = {2023-05-17}, doi = {10.1000/x} }
@article{c}
"""


def _put(**changes: dict[str, str]) -> str:
    edited = put(scan(SOURCE.encode()), changes)

    assert edited.refusals == ()
    return edited.source.decode()


@pytest.mark.parametrize(
    ("key", "fields", "old", "new"),
    [
        ("a", {"title": "New {T}itle"}, "Old", "New"),
        ("a", {"authors": "A, B and C, D"}, "Lovelace, Ada", "A, B and C, D"),
        ("a", {"venue": "Other"}, "cvpr # { 2024}", '"Other"'),
        ("a", {"year": "2025"}, "= 2024", "= 2025"),
        ("a", {"pages": "1--9"}, "= 2024", '= 2024,\n  pages     = "1--9"'),
        ("b", {"year": "2024"}, "2023-05-17", "2024-05-17"),
        ("b", {"doi": ""}, ", doi = {10.1000/x}", ""),
        ("b", {"venue": "J"}, "10.1000/x}", "10.1000/x}, journaltitle = {J}"),
        ("c", {"venue": "J", "year": "2020"}, "{c}", "{c,\n  journal = {J},\n  year = 2020}"),
    ],
)
def test_a_field_is_written_where_the_entry_has_it(
    key: str, fields: dict[str, str], old: str, new: str
) -> None:
    assert SOURCE.count(old) == 1

    assert _put(**{key: fields}) == SOURCE.replace(old, new)


def test_what_stands_there_already_writes_nothing() -> None:
    fields = {"title": "Old  {T}itle", "venue": "Conf. on Vision 2024", "year": "2024", "doi": ""}

    assert _put(a=fields) == SOURCE


def test_what_cannot_be_written_is_refused_and_the_others_written() -> None:
    edited = put(
        scan(SOURCE.encode()), {"a": {"title": "}"}, "b": {"doi": "10.2"}, "z": {"url": ""}}
    )

    assert edited.source.decode() == SOURCE.replace("10.1000/x", "10.2")
    assert edited.refusals == (
        BibRefusal("a", "title", "it would not read back as written"),
        BibRefusal("z", "url", "no entry has this key"),
    )


values = st.lists(
    st.sampled_from(["{", "}", '"', "\\", "%", "@misc{x,", "#", "\n", "word", "é", "1", "{x}"]),
    max_size=5,
).map("".join)
fields = st.dictionaries(
    st.sampled_from(["title", "year", "venue", "doi"]), values, min_size=1, max_size=3
)


@given(hostile_bibs, st.dictionaries(st.sampled_from(["smith2020", "par", "quoted"]), fields))
@example(b"".join(PIECES), {"smith2020": {"title": "x", "doi": "y"}, "quoted": {"title": ""}})
def test_what_is_put_is_read_back_and_every_other_byte_stays(
    source: bytes, changes: dict[str, dict[str, str]]
) -> None:
    before = scan(source)
    edited = put(before, changes)
    after = scan(edited.source)

    assert len(after.tiles) == len(before.tiles)
    for old, new in zip(before.tiles, after.tiles, strict=True):
        if before.text(old.span) != after.text(new.span):
            assert new in after.entries
    refused = {one.key for one in edited.refusals}
    macros = macros_of(after)
    for key in sorted(changes.keys() - refused):
        entry = next(one for one in after.entries if after.key(one) == key)
        texts = {
            name: text_of(after, each, macros)
            for name, each in standing_fields(after, entry).items()
        }
        if title := changes[key].get("title"):
            assert texts.get("title", "") == " ".join(title.split())
    assert put(after, changes).source == edited.source
