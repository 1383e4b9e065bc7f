"""`inspect` shows the same of the same bytes, whether they are read or were read before."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import EXAMPLES, Ran, Zoterodigest, a_digest
from tests.digest.corpus import RELATIVES, SHARED_DIGESTS
from zoterodigest.cli.show import inspection
from zoterodigest.project import engine
from zoterodigest.project.engine import engine_key
from zoterodigest.project.kept import as_kept, keep, kept, value_of

PAPER = ("Attention Is All You Need", "1706.03762")
HOSTILE = {
    "empty.md": b"",
    "blank.md": b"\xef\xbb\xbf \r\n",
    "prose.md": "Nothing but words, «quoted»\x1b[31m\n\n- a point\u2028 of it\x85\n".encode(),
    "torn.md": b"- **Caf\xe9 \xff** [[paper](https://arxiv.org/abs/1706.03762)]\r- [\n",
    "lines.md": a_digest(PAPER).replace("Need", "Need\u2028Now\x85\u202e").encode(),
    "merged.md": b"<<<<<<< ours\n" + a_digest(PAPER).encode() + b"=======\n>>>>>>> theirs\n",
}


LARGE = pytest.param(SHARED_DIGESTS, marks=pytest.mark.deep, id="shared")


@pytest.fixture(params=[pytest.param((*EXAMPLES.glob("*.*"), RELATIVES), id="examples"), LARGE])
def project(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """A folder with a state folder and digests."""
    for path in request.param:
        shutil.copy(path, tmp_path)
    for name, data in HOSTILE.items():
        (tmp_path / name).write_bytes(data)
    (tmp_path / "zoterodigest.toml").unlink(missing_ok=True)
    (tmp_path / ".zoterodigest").mkdir()
    return tmp_path


def files_of(folder: Path) -> list[Path]:
    return sorted((folder / ".zoterodigest" / "cache").glob("inspection-*"))


def all_of(zoterodigest: Zoterodigest, folder: Path) -> tuple[Ran, Ran]:
    """Return what `inspect` shows of all digests, for people and as JSON."""
    names = sorted(path.name for path in folder.glob("*.md"))
    return zoterodigest("inspect", *names), zoterodigest("inspect", "--json", *names)


def flipped(path: Path) -> None:
    data = bytearray(path.read_bytes())
    for place in range(50, len(data), 997):
        data[place] ^= 0x21
    path.write_bytes(data)


CHANGES: dict[str, Callable[[Path], object]] = {
    "left as it is": lambda path: None,
    "deleted": lambda path: path.unlink(),
    "something else": lambda path: path.write_text("something else"),
    "cut": lambda path: path.write_bytes(path.read_bytes()[:-20]),
    "flipped": flipped,
}


def test_what_is_known_is_shown_as_what_is_read(
    zoterodigest: Zoterodigest, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / ".zoterodigest").rename(project / "aside")
    cold = all_of(zoterodigest, project)
    (project / "aside").rename(project / ".zoterodigest")

    assert all_of(zoterodigest, project) == cold
    for change in CHANGES.values():
        for path in files_of(project):
            change(path)
        assert all_of(zoterodigest, project) == cold
    monkeypatch.setattr(inspection, "engine_key", lambda: "another version")
    assert all_of(zoterodigest, project) == cold


def known(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Change the one inspection that is known in a folder."""
    (path,) = files_of(folder)
    # Behind the first line stand the entries, which are JSON already.
    members, _, entries = (kept(folder / ".zoterodigest", path.name) or b"").partition(b"\n")
    value = value_of(members)
    change(value)
    keep(folder / ".zoterodigest", {path.name: as_kept(value) + b"\n" + entries})


@pytest.fixture
def marked(zoterodigest: Zoterodigest, tmp_path: Path) -> Zoterodigest:
    """A folder where `a.md` was inspected; its known reading has a mark that the file has not."""
    (tmp_path / ".zoterodigest").mkdir()
    (tmp_path / "a.md").write_text(a_digest(PAPER), encoding="utf-8")
    zoterodigest("inspect", "a.md")
    known(tmp_path, lambda value: value["rows"][0].__setitem__(1, "MARK"))
    return zoterodigest


def test_the_same_bytes_are_not_read_again(marked: Zoterodigest) -> None:
    assert "MARK" in marked("inspect", "a.md").out


def test_the_same_bytes_under_another_name_are_not_read_again(
    marked: Zoterodigest, tmp_path: Path
) -> None:
    (tmp_path / "a.md").rename(tmp_path / "b.md")

    ran = marked("inspect", "b.md")

    assert "MARK" in ran.out
    assert "b.md: 1 entry" in ran.out
    assert "a.md" not in ran.out


def test_other_bytes_are_read(marked: Zoterodigest, tmp_path: Path) -> None:
    with (tmp_path / "a.md").open("a", encoding="utf-8") as file:
        file.write("\n")

    assert "MARK" not in marked("inspect", "a.md").out


def test_another_engine_reads_the_file_again(
    marked: Zoterodigest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "SCHEMA", engine.SCHEMA + 1)
    engine_key.cache_clear()
    try:
        assert "MARK" not in marked("inspect", "a.md").out
    finally:
        engine_key.cache_clear()


def test_another_format_reads_the_file_again(marked: Zoterodigest, tmp_path: Path) -> None:
    assert "MARK" not in marked("inspect", "a.md", "--format", "list").out
    shutil.copy(EXAMPLES / "bold-titles.format.toml", tmp_path)
    assert "MARK" not in marked("inspect", "a.md").out


def test_an_edited_format_reads_the_file_again(zoterodigest: Zoterodigest, tmp_path: Path) -> None:
    (tmp_path / ".zoterodigest").mkdir()
    for name in ("bold-titles.md", "bold-titles.format.toml"):
        shutil.copy(EXAMPLES / name, tmp_path)
    zoterodigest("inspect", "bold-titles.md")
    known(tmp_path, lambda value: value["rows"][0].__setitem__(1, "MARK"))
    assert "MARK" in zoterodigest("inspect", "bold-titles.md").out

    with (tmp_path / "bold-titles.format.toml").open("a", encoding="utf-8") as file:
        file.write("# a remark\n")

    assert "MARK" not in zoterodigest("inspect", "bold-titles.md").out


def test_without_a_state_folder_inspect_writes_nothing(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    (tmp_path / "zoterodigest.toml").write_text('[[digest]]\npath = "a.md"\n')
    (tmp_path / "a.md").write_text(a_digest(PAPER), encoding="utf-8")

    zoterodigest("inspect", "a.md")

    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.md", "zoterodigest.toml"]


def test_a_format_that_is_wrong_is_reported_each_time(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    (tmp_path / ".zoterodigest").mkdir()
    (tmp_path / "a.md").write_text(a_digest(PAPER), encoding="utf-8")

    first = zoterodigest("inspect", "a.md", "--format", "gone.format.toml")

    assert first.code == 11
    assert zoterodigest("inspect", "a.md", "--format", "gone.format.toml") == first
    assert files_of(tmp_path) == []
