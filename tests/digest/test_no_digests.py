"""Pages that are no digests: READMEs, changelogs, link lists, CVs, notes. None holds an entry."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.digest.corpus import read

PAGES = sorted((Path(__file__).parent / "manners" / "no_digests").glob("*-[0-9][0-9].md"))


@pytest.mark.parametrize("kind", sorted({page.stem.rpartition("-")[0] for page in PAGES}))
def test_pages_that_are_no_digests_hold_no_entries(kind: str) -> None:
    documents = {
        page.stem: read(page.read_bytes(), page.name) for page in PAGES if kind in page.stem
    }

    found = {
        f"{name}:{entry.first + 1}": entry.title
        for name, document in documents.items()
        for entry in document.entries
    }

    assert found == {}


def test_there_are_two_hundred_pages() -> None:
    assert len(PAGES) == 200
