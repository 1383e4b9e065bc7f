"""Details of a bib entry in an item's own fields."""

from __future__ import annotations

from typing import Any

import pytest

from zoterodigest.library.records.details import details_of, with_details


@pytest.mark.parametrize(
    ("data", "details", "patch"),
    [
        ({"itemType": "journalArticle"}, {"volume": "3", "number": "4"},
         {"volume": "3", "issue": "4"}),
        ({"itemType": "journalArticle", "volume": "9"}, {"volume": "3"}, {}),
        ({"itemType": "thesis"}, {"publisher": "MIT"}, {"university": "MIT"}),
        ({"itemType": "report"}, {"number": "TR-1"}, {"reportNumber": "TR-1"}),
        ({"itemType": "preprint", "extra": "mine"}, {"volume": "3", "keywords": "a, b"},
         {"extra": "mine\ntex.volume: 3\ntex.keywords: a, b"}),
        ({"itemType": "preprint", "extra": "tex.note: x"}, {"note": "x"}, {}),
        ({"itemType": "book", "date": "2022"}, {"date": "2022-06"}, {"date": "2022-06"}),
        ({"itemType": "book", "date": "2021"}, {"date": "2022-06"}, {}),
        ({"itemType": "book"}, {"editor": "Doe, Jane and Roe, Rob"},
         {"creators": [
             {"creatorType": "editor", "firstName": "Jane", "lastName": "Doe"},
             {"creatorType": "editor", "firstName": "Rob", "lastName": "Roe"},
         ]}),
        ({"itemType": "book", "creators": [{"creatorType": "editor", "name": "X"}]},
         {"editor": "Doe, Jane"}, {}),
    ],
)  # fmt: skip
def test_an_item_gains_the_details_it_lacks(
    data: dict[str, Any], details: dict[str, str], patch: dict[str, Any]
) -> None:
    assert with_details(data, details) == patch


def test_what_programs_note_for_themselves_is_no_detail() -> None:
    others = {
        **{"file": "x.pdf", "bdsk-url-1": "u", "timestamp": "t", "abstract": "A", "eprint": "1"},
        **{"volume": "abs/2111.06377", "school": "MIT", "note": " Best\n one ", "issn": ""},
    }

    assert details_of(others) == {"publisher": "MIT", "note": "Best one"}
