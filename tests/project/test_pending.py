"""Facts of added papers, kept in the state folder."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from tests.sync.histories.effects import Effects
from zoterodigest.core.plan.found import LookupResult, Pending
from zoterodigest.core.values.file_keys import DigestKey
from zoterodigest.core.values.identity import Identifier
from zoterodigest.core.values.record import Hyperlink, Members, Names, WebLinks
from zoterodigest.project.files import BadInput
from zoterodigest.project.pending import forget_pending, keep_pending, read_pending

PAPER = Pending(
    DigestKey("papers.md"),
    frozenset({Identifier("arxiv", "2111.06377")}),
    "Größe \U0001f600 of It",
    LookupResult(
        {
            "authors": Names(("Ada Lovelace", "Alan Turing"), truncated=True),
            "pages": "1-9",
            "categories": Members(("cs.CV",)),
            "links": WebLinks((Hyperlink("code", "https://x.org"),)),
        },
        {"pages": "he2022masked"},
        details={"volume": "3"},
    ),
)


def test_what_is_kept_is_read_again(tmp_path: Path) -> None:
    keep_pending(tmp_path, [PAPER, PAPER])

    assert read_pending(tmp_path) == (PAPER, PAPER)


def test_nothing_pending_is_no_file(tmp_path: Path) -> None:
    keep_pending(tmp_path, [PAPER])
    keep_pending(tmp_path, [])

    assert list(tmp_path.iterdir()) == []
    assert read_pending(tmp_path) == ()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "added.json:1:1: "),
        ('{\n "format": 1,', "added.json:2:14: "),
        ("[]", "added.json: "),
        ('{"format": 0, "papers": []}', "format: "),
        ('{"format": 1, "papers": [{}]}', "papers: 0.digest: this key is missing"),
        ('{"format": 1}', "papers: this key is missing"),
        ("[" * 9999, "added.json: "),
    ],
)
def test_a_damaged_file_is_told_with_its_place_and_kept(
    tmp_path: Path, text: str, told: str
) -> None:
    path = tmp_path / "added.json"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(BadInput) as caught:
        read_pending(tmp_path)

    assert told in str(caught.value)
    assert "delete it" in caught.value.hint
    assert path.read_text(encoding="utf-8") == text


def test_facts_that_a_full_disk_does_not_let_go_of_stop_no_run(tmp_path: Path) -> None:
    keep_pending(tmp_path, [PAPER])
    effects = Effects()

    effects.arm(1, OSError(errno.ENOSPC, "No space left on device"), stays=True)
    with effects.counted(is_thorough=True):
        forget_pending(tmp_path, [PAPER])

    assert effects.has_struck
    assert read_pending(tmp_path) == (PAPER,)
