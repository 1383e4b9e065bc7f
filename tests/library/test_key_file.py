"""Private files: keys, and what is known of libraries between runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from zoterodigest.library.key_file import KeyFile, KeyNotKept


def test_a_key_that_cannot_be_kept_stays_in_no_temporary_file(tmp_path: Path) -> None:
    resource = pytest.importorskip("resource")  # not on Windows
    keys = KeyFile(tmp_path / "keys.json")
    keys.keep("one", "an earlier key")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)

    resource.setrlimit(resource.RLIMIT_FSIZE, (64, hard))  # as on a disk that gets full
    try:
        with pytest.raises(KeyNotKept):
            keys.keep("two", "K3Y" * 100)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    assert list(tmp_path.iterdir()) == [keys.path]
    assert keys.key_of("one") == "an earlier key"
