"""Pages that are no digests: READMEs, changelogs, link lists, CVs, notes. None holds an entry."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.digest.corpus import read

PAGES = sorted((Path(__file__).parent / "manners" / "no_digests").glob("*-[0-9][0-9].md"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_that_is_no_digest_holds_no_entry(page: Path) -> None:
    document = read(page.read_bytes(), page.name)

    assert [(entry.first + 1, entry.title) for entry in document.entries] == []


def test_there_are_two_hundred_pages() -> None:
    assert len(PAGES) == 200
