"""What is kept of a running Zotero between runs, as a file that may hold anything."""

from __future__ import annotations

from pathlib import Path

import pytest

from zoterodigest.foreign import NewerFormat
from zoterodigest.library.desktop.objects import SentObjects
from zoterodigest.library.desktop.state import KeptState, keep_state, load_state

KEPT = KeptState(
    "user:1", "name", {"ASKED222": "STORED22"}, SentObjects("items", 7, {"ASKED222": {"a": [1]}})
)


def test_what_is_kept_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "kept.json"

    keep_state(path, KEPT)

    assert load_state(path) == KEPT


@pytest.mark.parametrize("text", ["", "[]", '{"format": 1}', '{"format": 1, "sent": [1]}'])
def test_what_cannot_be_read_counts_as_nothing(tmp_path: Path, text: str) -> None:
    path = tmp_path / "kept.json"
    path.write_text(text, encoding="ascii")

    assert load_state(path) == KeptState()


def test_a_file_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "kept.json"
    path.write_text('{"format": 2}', encoding="ascii")

    with pytest.raises(NewerFormat, match="newer version"):
        load_state(path)
