"""What kind of file a key is of."""

from __future__ import annotations

import json
from copy import deepcopy
from dataclasses import asdict

import pytest

from zoterodigest.core.plan.history import DigestChange
from zoterodigest.core.values.file_keys import (
    BibKey,
    CslKey,
    DigestKey,
    FileKey,
    file_key,
    source_key,
)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("papers.md", DigestKey),
        ("refs.bib", BibKey),
        ("Straße/REFS.BIB", BibKey),
        ("refs.bib.md", DigestKey),
        ("refs.JSON", CslKey),
        ("", DigestKey),
    ],
)
def test_the_name_of_a_file_decides_its_kind(name: str, kind: type[FileKey]) -> None:
    key = file_key(name)

    assert type(key) is kind
    assert (key.is_bib, key.is_digest) == (kind is BibKey, kind is DigestKey)


def test_a_key_is_text_to_all_that_sorts_finds_and_writes_it() -> None:
    key = source_key("refs.bib")

    assert "refs.bib" in {key: 1}
    assert hash(key) == hash("refs.bib")
    assert sorted([key, "a.md"]) == ["a.md", "refs.bib"]
    assert json.dumps({key: [key]}) == '{"refs.bib": ["refs.bib"]}'
    assert type(deepcopy(key)) is BibKey
    assert type(asdict(DigestChange(key, ()))["key"]) is BibKey
