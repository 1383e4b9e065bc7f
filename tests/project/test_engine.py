"""The engine's key: everything that may change a reading changes it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from zoterodigest.project import engine
from zoterodigest.project.engine import engine_key, engine_of


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A package in a checkout, with a table beside it; returns the package."""
    package = tmp_path / "code" / "zoterodigest"
    (package / "core").mkdir(parents=True)
    (package / "core" / "merge.py").write_text("MERGED = 1\n")
    (package.parent / "mappings" / "formats").mkdir(parents=True)
    (package.parent / "mappings" / "formats" / "list.toml").write_text('name = "list"\n')
    return package


@pytest.fixture
def libraries(tmp_path: Path) -> Path:
    """Where the libraries of the program are installed."""
    (tmp_path / "site-packages" / "google_re2-1.1.dist-info").mkdir(parents=True)
    return tmp_path / "site-packages"


CHANGES: dict[str, Callable[[Path], object]] = {
    "an edited module": lambda at: (at / "core" / "merge.py").write_text("MERGED = 2\n"),
    "a new module": lambda at: (at / "core" / "split.py").write_text(""),
    "a renamed module": lambda at: (at / "core" / "merge.py").rename(at / "merge.py"),
    "an edited format": lambda at: (at.parent / "mappings" / "formats" / "list.toml").write_text(
        'name = "rows"\n'
    ),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_checkout_with_other_files_has_another_key(
    checkout: Path, change: Callable[[Path], object]
) -> None:
    before = engine_of(checkout, [])

    change(checkout)

    assert engine_of(checkout, []) != before


def test_files_that_are_no_code_do_not_change_the_key(checkout: Path) -> None:
    before = engine_of(checkout, [])

    (checkout / "core" / "merge.pyc").write_text("compiled")

    assert engine_of(checkout, []) == before


def test_the_same_code_at_another_place_has_the_same_key(checkout: Path, tmp_path: Path) -> None:
    shutil.copytree(checkout.parent, tmp_path / "moved")

    assert engine_of(tmp_path / "moved" / "zoterodigest", []) == engine_of(checkout, [])


def test_an_installed_wheel_is_known_by_its_record(checkout: Path) -> None:
    record = checkout.parent / "zoterodigest-0.1.0.dist-info" / "RECORD"
    record.parent.mkdir()
    record.write_text("zoterodigest/core/merge.py,sha256=1,10\n")
    before = engine_of(checkout, [])

    record.write_text("zoterodigest/core/merge.py,sha256=2,10\n")

    assert engine_of(checkout, []) != before


def test_another_version_of_a_library_changes_the_key(checkout: Path, libraries: Path) -> None:
    before = engine_of(checkout, [str(libraries)])

    (libraries / "google_re2-1.1.dist-info").rename(libraries / "google_re2-1.2.dist-info")

    assert engine_of(checkout, [str(libraries)]) != before


def test_a_place_that_is_missing_or_a_file_counts_for_nothing(
    checkout: Path, libraries: Path, tmp_path: Path
) -> None:
    (tmp_path / "python311.zip").write_bytes(b"")
    places = [str(tmp_path / "python311.zip"), str(libraries), str(tmp_path / "gone")]

    assert engine_of(checkout, places) == engine_of(checkout, [str(libraries)])


def test_another_schema_changes_the_key(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = engine_of(checkout, [])

    monkeypatch.setattr(engine, "SCHEMA", engine.SCHEMA + 1)

    assert engine_of(checkout, []) != before


def test_the_running_program_has_one_key() -> None:
    assert engine_key() == engine_key()
    assert len(engine_key()) == 32
