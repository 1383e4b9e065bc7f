"""Where a project lies, and which digests are its own."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.project.unprivileged import run_as_nobody
from zoterodigest.project.config import BadConfiguration
from zoterodigest.project.layout import ProjectFolder
from zoterodigest.project.walks import find_project


def project(folder: Path, text: str, *files: str) -> ProjectFolder:
    for name in files:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    (folder / "zoterodigest.toml").write_text(text)
    return ProjectFolder.load(folder / "zoterodigest.toml")


def test_the_nearest_configuration_above_is_found(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "zoterodigest.toml").touch()
    (tmp_path / "a" / "b" / "digest.md").touch()

    found = find_project(tmp_path / "a" / "b" / "digest.md")

    assert found == tmp_path / "zoterodigest.toml"


def test_without_a_configuration_there_is_no_project(tmp_path: Path) -> None:
    assert find_project(tmp_path) is None


def test_paths_are_relative_to_the_configuration(tmp_path: Path) -> None:
    loaded = project(tmp_path, 'lock = "../links.lock"\nformats.folders = ["own"]')

    assert loaded.root == tmp_path
    assert os.path.normpath(loaded.lock_path) == str(tmp_path.parent / "links.lock")
    assert loaded.state_folder == tmp_path / ".zoterodigest"
    assert loaded.format_folders == (tmp_path / "own",)


def test_without_configuration_a_project_lies_in_the_common_folder(tmp_path: Path) -> None:
    implicit = ProjectFolder.implicit([tmp_path / "a" / "x.md", tmp_path / "b" / "y.md"])

    assert implicit.root == tmp_path
    assert implicit.lock_path == tmp_path / "zoterodigest.lock"
    assert not implicit.is_configured


def test_one_digest_without_configuration_has_its_project_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    implicit = ProjectFolder.implicit([Path("papers.md")])

    assert implicit.root == Path.cwd()
    assert [digest.key for digest in implicit.digests([Path("papers.md")])] == ["papers.md"]


def test_a_pattern_names_every_file_that_matches_in_order(tmp_path: Path) -> None:
    loaded = project(
        tmp_path, '[[digest]]\npath = "d/**/*.md"', "d/b.md", "d/a.md", "d/e/c.md", "x.md"
    )

    assert [digest.key for digest in loaded.digests()] == ["d/a.md", "d/b.md", "d/e/c.md"]


def test_a_name_with_pattern_characters_is_a_name_if_the_file_exists(tmp_path: Path) -> None:
    loaded = project(tmp_path, '[[digest]]\npath = "a[1].md"', "a[1].md", "a1.md")

    assert [digest.key for digest in loaded.digests()] == ["a[1].md"]


def test_the_first_table_that_names_a_file_has_the_say(tmp_path: Path) -> None:
    text = '[[digest]]\npath = "b.md"\nname = "B"\n[[digest]]\npath = "*.md"'

    digests = project(tmp_path, text, "a.md", "b.md").digests()

    assert [(digest.key, digest.name) for digest in digests] == [("b.md", "B"), ("a.md", "a")]


def test_a_missing_file_stays_in_the_list(tmp_path: Path) -> None:
    loaded = project(tmp_path, '[[digest]]\npath = "missing.md"')

    assert [digest.path for digest in loaded.digests()] == [tmp_path / "missing.md"]


def test_digests_may_lie_outside_of_the_project(tmp_path: Path) -> None:
    (tmp_path / "p").mkdir()
    loaded = project(tmp_path / "p", '[[digest]]\npath = "../other/*.md"', "../other/a.md")

    assert [(d.key, d.path) for d in loaded.digests()] == [
        ("../other/a.md", tmp_path / "other" / "a.md")
    ]


def test_a_given_digest_has_its_rules_and_an_unknown_one_the_defaults(tmp_path: Path) -> None:
    loaded = project(tmp_path, '[[digest]]\npath = "a.md"\nname = "A"')

    digests = loaded.digests([tmp_path / "c.md", tmp_path / "a.md", tmp_path / "a.md"])

    assert [(digest.key, digest.name) for digest in digests] == [("c.md", "c"), ("a.md", "A")]


@pytest.mark.parametrize(
    ("file", "collection"),
    [
        ("daily/2024-05-13.md", ("Daily", "2024-05")),
        ("daily/20240513-cs.md", ("Daily", "2024-05")),
        ("2023/2024/05/13.md", ("Daily", "2024-05")),
        ("2024-05.md", ("Daily", "2024-05")),
    ],
)
def test_dated_files_share_the_collection_of_their_month(
    tmp_path: Path, file: str, collection: tuple[str, ...]
) -> None:
    text = '[[digest]]\npath = "**/*.md"\ncollection = "Daily/{year}-{month}"'

    (digest,) = project(tmp_path, text, file).digests()

    assert digest.collection == collection


def test_a_name_with_a_slash_is_one_level(tmp_path: Path) -> None:
    text = '[[digest]]\npath = "a.md"\nname = "A/B"\ncollection = "Lists/{name}"'

    (digest,) = project(tmp_path, text).digests()

    assert digest.collection == ("Lists", "A/B")


def test_a_file_without_the_date_that_its_collection_needs_is_told(tmp_path: Path) -> None:
    text = '[[digest]]\npath = "*.md"\ncollection = "{year}"'

    with pytest.raises(BadConfiguration, match=r"needs a date .* README\.md has none"):
        project(tmp_path, text, "README.md").digests()


def test_a_project_in_a_read_only_folder_is_read(open_folder: Path) -> None:
    project(open_folder, '[[digest]]\npath = "*.md"', "a.md")
    open_folder.chmod(0o555)

    run = run_as_nobody(
        "print([d.key for d in ProjectFolder.load(path).digests()])",
        open_folder / "zoterodigest.toml",
    )

    assert run.stdout == "['a.md']\n"


def test_a_file_name_that_is_no_utf_8_makes_a_name_that_any_library_holds(tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.md"))

    (digest,) = ProjectFolder.implicit([path]).digests([path])

    assert digest.path == path
    assert digest.name == "caf\ufffd"
    assert digest.collection == ("caf\ufffd",)


def test_two_names_of_one_file_are_one_digest(tmp_path: Path) -> None:
    (tmp_path / "papers.md").write_text("# Papers\n", encoding="utf-8")
    (tmp_path / "zz.md").symlink_to("papers.md")
    (tmp_path / "zoterodigest.toml").write_text('[[digest]]\npath = "*.md"\n', encoding="utf-8")

    project = ProjectFolder.load(tmp_path / "zoterodigest.toml")

    assert [digest.key for digest in project.digests()] == ["papers.md"]
    assert [digest.key for digest in project.digests([tmp_path / "zz.md"])] == ["zz.md"]


def test_a_link_that_leads_back_to_itself_is_a_digest_or_bib_like_any_that_cannot_be_read(
    tmp_path: Path,
) -> None:
    for name in ("papers.md", "refs.bib"):
        (tmp_path / name).symlink_to(name)
    tables = '[[digest]]\npath = "papers.md"\n[[bibliography]]\npath = "refs.bib"\n'

    found = project(tmp_path, tables)

    assert [digest.key for digest in found.digests()] == ["papers.md"]
    assert [bib.key for bib in found.bibliographies()] == ["refs.bib"]


def test_bibliographies_are_named_from_the_project_each_once(tmp_path: Path) -> None:
    tables = [
        '[[bibliography]]\npath = "paper/refs.bib"\nsort = "key"',
        '[[bibliography]]\npath = "paper/../paper/refs.bib"',
        '[[bibliography]]\npath = "../all.bib"\npush = true',
    ]

    found = project(tmp_path, "\n".join(tables)).bibliographies()

    assert [one.key for one in found] == ["paper/refs.bib", "../all.bib"]
    assert [one.rules.sort for one in found] == ["key", "digest"]
    assert [one.is_two_way for one in found] == [False, True]
    assert found[0].path == tmp_path / "paper" / "refs.bib"


def test_pattern_of_digests_passes_over_bibliographies(tmp_path: Path) -> None:
    for name in ("papers.md", "refs.bib"):
        (tmp_path / name).write_text("", encoding="utf-8")
    tables = '[[digest]]\npath = "*[md|bib]"\n\n[[bibliography]]\npath = "refs.bib"'

    found = project(tmp_path, tables).digests()

    assert [digest.key for digest in found] == ["papers.md"]


def test_a_pattern_of_lists_passes_over_conflict_copies_that_no_table_names(tmp_path: Path) -> None:
    named, other = "a (Ann's conflicted copy).md", "a.sync-conflict-20260101-101010-ABCDEF.md"
    tables = f'[[digest]]\npath = "*.md"\n[[digest]]\npath = "{named}"\n'

    loaded = project(tmp_path, tables, "a.md", named, other)

    assert [digest.key for digest in loaded.digests()] == ["a.md", named]
    assert [path.name for path in loaded.conflict_copies()] == [named, other]
    assert [digest.key for digest in loaded.digests([tmp_path / other])] == [other]


def test_the_files_that_feeds_write_are_digests_of_the_project(tmp_path: Path) -> None:
    """A table that names one goes before; those that are not there yet are not missed."""
    loaded = project(
        tmp_path,
        '[[digest]]\npath = "news.md"\npull = false\n'
        '[[feed]]\ncategories = ["cs.CV"]\ndigest = "daily/{year}-{month}-{day}.md"\n'
        '[[feed]]\ncategories = ["cs.LG"]\ndigest = "news.md"\n'
        '[[feed]]\ncategories = ["cs.CL"]\ndigest = "missing.md"\n',
        "daily/2025-01-02.md",
        "daily/2025-01-01.md",
        "daily/notes.md",
        "news.md",
    )

    digests = loaded.digests()

    assert [digest.key for digest in digests] == [
        "news.md",
        "daily/2025-01-01.md",
        "daily/2025-01-02.md",
    ]
    assert [digest.rules.pull for digest in digests] == [False, True, True]
