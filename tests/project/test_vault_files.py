"""Which files of a folder are the notes of a vault, and what its one collection is called."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.project.test_layout import project
from zoterodigest.project.config import BadConfiguration
from zoterodigest.project.layout import folder_before_pattern

VAULT = '[[digest]]\npath = "Papers/**/*.md"\nentry = "file"\n'


@pytest.mark.parametrize(
    ("pattern", "folder"),
    [
        ("Papers/**/*.md", "Papers"),
        ("notes/papers/*.md", "notes/papers"),
        ("notes/*/papers/*.md", "notes"),
        ("**/*.md", ""),
        ("*.md", ""),
        ("Papers/one.md", "Papers"),
    ],
)
def test_a_vault_lies_in_the_folder_before_the_first_sign_of_a_pattern(
    pattern: str, folder: str
) -> None:
    assert folder_before_pattern(pattern) == folder


def test_all_files_of_a_vault_share_one_collection_that_is_called_like_the_folder(
    tmp_path: Path,
) -> None:
    files = ("Papers/a.md", "Papers/deep/b.md")

    by_folder = project(tmp_path, VAULT, *files).digests()
    by_rule = project(tmp_path, f'{VAULT}collection = "Reading/All"').digests()

    assert {digest.collection for digest in by_folder} == {("Papers",)}
    assert {digest.collection for digest in by_rule} == {("Reading", "All")}
    assert [digest.name for digest in by_folder] == ["a", "b"]


def test_a_vault_of_the_whole_project_is_called_like_the_project(tmp_path: Path) -> None:
    (tmp_path / "Thesis").mkdir()

    loaded = project(tmp_path / "Thesis", '[[digest]]\npath = "**/*.md"\nentry = "file"', "a.md")

    assert [digest.collection for digest in loaded.digests()] == [("Thesis",)]


@pytest.mark.parametrize("other", ["Papers/list.md", "Papers/*.md", "**/*.md"])
@pytest.mark.parametrize("is_first", [True, False])
def test_a_file_of_a_vault_belongs_to_no_other_digest(
    tmp_path: Path, other: str, is_first: bool
) -> None:
    tables = [VAULT, f'[[digest]]\npath = "{other}"\n']

    loaded = project(tmp_path, "".join(tables[:: -1 if is_first else 1]), "Papers/list.md")

    with pytest.raises(BadConfiguration, match=r"both name Papers/list\.md"):
        loaded.digests()


@pytest.mark.parametrize("rule", ['when_trashed = "remove"', 'when_dropped = "trash"'])
def test_no_rule_removes_a_file_or_its_item(tmp_path: Path, rule: str) -> None:
    with pytest.raises(BadConfiguration, match="never deletes a file"):
        project(tmp_path, VAULT + rule)
