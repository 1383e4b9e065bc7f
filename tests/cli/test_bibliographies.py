"""A .bib as one end of links: it is called `bib`, and never mistaken for a digest."""

from __future__ import annotations

import io
import json
import re
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Zoterodigest, edited_item
from tests.sync.trouble import silent
from tests.sync.world import World
from zoterodigest.sync.gathering import intent
from zoterodigest.sync.run.run import Options, prepare
from zoterodigest.sync.syncing.sync_run import carry_out

DIGEST = """\
# Papers

- [Denoising Diffusion Models](https://arxiv.org/abs/2006.11239) - NeurIPS 2020
- [Segment Anything](https://arxiv.org/abs/2304.02643) - ICCV 2023
"""
BIB = """\
@inproceedings{ho-ddpm,
  title     = {Denoising Diffusion Models},
  author    = {Ho, Jonathan and Jain, Ajay and Abbeel, Pieter},
  booktitle = {Advances in Neural Information Processing Systems},
  year      = 2020,
  eprint    = {2006.11239},
}

@inproceedings{sam, title = {Segment Anything}, author = {Kirillov, Alexander}, year = 2023,
  booktitle = {International Conference on Computer Vision}, eprint = {2304.02643} }

@book{knuth, title = {The TeXbook}, author = {Donald E. Knuth}, year = 1984 }
"""
CONFIG = """\
[[digest]]
path = "papers.md"

[[bibliography]]
path = "refs.bib"
push = true
pull = true
"""
DDPM, SAM = "Denoising Diffusion Models", "Segment Anything"
IN_BIB, BESIDE_BIB = "Denoising by Small Steps", "Denoising Diffusion (DDPM)"
IN_DIGEST, BESIDE_DIGEST = "Segment Everything", "Segment at Once"


@pytest.fixture(scope="module")
def in_sync(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A digest, a .bib and their library, in sync."""
    world = World(tmp_path_factory.mktemp("in-step"))
    world.markdown("papers.md", DIGEST)
    (world.root / "refs.bib").write_text(BIB, encoding="utf-8")
    world.configure(CONFIG)
    carry_out(prepare(world.workspace(), Options(intent.SYNC)), silent)
    return world.root


@pytest.fixture
def project(in_sync: Path, tmp_path: Path, zoterodigest: Zoterodigest) -> Path:
    """The same for a test of its own."""
    shutil.copytree(in_sync, tmp_path, dirs_exist_ok=True)
    return tmp_path


@pytest.fixture
def contested(project: Path) -> Path:
    """One title was edited in the digest and in the library, another in the .bib and there."""
    edit(project, "papers.md", SAM, IN_DIGEST)
    edited_item(project, SAM, title=BESIDE_DIGEST)
    edit(project, "refs.bib", DDPM, IN_BIB)
    edited_item(project, DDPM, title=BESIDE_BIB)
    return project


def edit(project: Path, name: str, old: str, new: str) -> None:
    text = (project / name).read_text(encoding="utf-8")
    assert text.count(old) == 1
    (project / name).write_text(text.replace(old, new), encoding="utf-8")


def read(project: Path, name: str) -> str:
    return (project / name).read_text(encoding="utf-8")


def conflicts(zoterodigest: Zoterodigest) -> dict[str, dict[str, Any]]:
    """Return the open conflicts by the file of their entries."""
    found = json.loads(zoterodigest("conflicts", "--json").out)["conflicts"]
    return {one["digest"]: one for one in found}


# --- conflicts and resolve -----------------------------------------------------------------------


def test_what_a_bib_holds_is_listed_as_bib(zoterodigest: Zoterodigest, contested: Path) -> None:
    shown = zoterodigest("conflicts")
    found = conflicts(zoterodigest)

    assert shown.code == 3
    assert f"refs.bib:1  {IN_BIB}\n        title\n          base      {DDPM}\n" in shown.out
    assert f"          bib       {IN_BIB}\n          zotero    {BESIDE_BIB}\n" in shown.out
    assert f"          markdown  {IN_DIGEST}\n" in shown.out
    assert found["refs.bib"]["bib"] == IN_BIB
    assert "markdown" not in found["refs.bib"]
    assert found["papers.md"]["markdown"] == IN_DIGEST


@pytest.mark.parametrize("keep", ["bib", "zotero"])
def test_the_end_of_a_bib_link_that_is_kept_holds_at_both(
    zoterodigest: Zoterodigest, contested: Path, keep: str
) -> None:
    found = conflicts(zoterodigest)["refs.bib"]["id"]

    ran = zoterodigest("resolve", found, "--keep", keep)

    held = IN_BIB if keep == "bib" else BESIDE_BIB
    holder = "the bibliography's" if keep == "bib" else "the library's"
    changed = "1 bibliography changed" if keep == "zotero" else "Done: 1 item written"
    assert f"title: both sides get {holder} “{held}”" in ran.out
    assert f"{changed}.\n1 conflict is still open." in ran.out
    assert held in read(contested, "refs.bib").replace("{DDPM}", "DDPM")
    assert held in zoterodigest("ls").out
    assert conflicts(zoterodigest).keys() == {"papers.md"}


@pytest.mark.parametrize(
    ("file", "keep", "sentence", "hint"),
    [
        ("refs.bib", "markdown", "is between a bibliography and the library", "--keep bib or"),
        ("papers.md", "bib", "is between a digest and the library", "--keep markdown or"),
    ],
)
def test_an_end_that_the_link_has_not_cannot_be_kept(
    zoterodigest: Zoterodigest, contested: Path, file: str, keep: str, sentence: str, hint: str
) -> None:
    found = conflicts(zoterodigest)[file]["id"]

    ran = zoterodigest("resolve", found, "--keep", keep)

    assert (ran.code, ran.out) == (2, "")
    assert f"{found} {sentence}" in ran.err
    assert hint in ran.err


@pytest.mark.parametrize(
    ("keep", "decided"),
    [
        ("bib", ["refs.bib"]),
        ("markdown", ["papers.md"]),
        ("zotero", ["papers.md", "refs.bib"]),
    ],
)
def test_all_means_the_links_that_have_the_end_to_be_kept(
    zoterodigest: Zoterodigest, contested: Path, keep: str, decided: list[str]
) -> None:
    ran = zoterodigest("resolve", "--all", "--keep", keep, "--dry-run", "--json")

    data = json.loads(ran.out)
    assert [one["digest"] for one in data["resolved"]] == decided
    assert {one["chosen"] for one in data["resolved"]} == {keep}


def test_at_a_terminal_a_bib_is_asked_for_by_its_own_letter(
    zoterodigest: Zoterodigest, contested: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal = io.StringIO("s\nm\nb\n")
    monkeypatch.setattr(terminal, "isatty", lambda: True)
    monkeypatch.setattr(sys, "stdin", terminal)

    ran = zoterodigest("resolve")

    assert "markdown, zotero, edit, skip, quit [m/z/e/s/q, ?]" in ran.out
    assert ran.out.count("bib, zotero, edit, skip, quit [b/z/e/s/q, ?]") == 2
    assert "  b  both sides get what the bibliography holds\n" in ran.out
    assert "  bib       Denoising [-Diffusion Models-]{+by Small Steps+}\n" in ran.out
    assert f"both sides get the bibliography's “{IN_BIB}”" in ran.out
    assert conflicts(zoterodigest).keys() == {"papers.md"}


def program(folder: Path, body: str) -> list[str]:
    """Write a program in Python that gets file names in `sys.argv[1:]`; return its command."""
    path = folder / "program.py"
    path.write_text(f"import sys\nfrom pathlib import Path\n{body}\n", encoding="utf-8")
    return [sys.executable, str(path)]


def test_the_markers_in_the_editor_name_the_bib(
    zoterodigest: Zoterodigest, contested: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = (
        "path = Path(sys.argv[1])\n"
        "Path('seen').write_text(path.read_text())\n"
        "path.write_text('By both')"
    )
    monkeypatch.setenv("VISUAL", " ".join(program(contested, body)))

    ran = zoterodigest("resolve", conflicts(zoterodigest)["refs.bib"]["id"], "--edit")

    marked = f"<<<<<<< bib\n{IN_BIB}\n=======\n{BESIDE_BIB}\n>>>>>>> zotero\n"
    assert ran.code == 3
    assert marked in read(contested, "seen")
    assert "{By both}" in read(contested, "refs.bib")


@pytest.mark.parametrize("arguments", [[], ["{markdown}", "{zotero}"], ["{bib}", "{zotero}"]])
def test_a_merge_tool_that_is_set_for_digests_serves_a_bib(
    zoterodigest: Zoterodigest,
    contested: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
) -> None:
    body = (
        "paths = [Path(one) for one in sys.argv[1:]]\n"
        "Path('seen').write_text(repr([(one.name, one.read_text()) for one in paths]))\n"
        "paths[0].write_text('By both')"
    )
    tool = json.dumps([*program(contested, body), *arguments])
    (contested / "zoterodigest.toml").write_text(f"{CONFIG}\n[sync]\nmerge_tool = {tool}\n")
    terminal = io.StringIO("s\nt\n")
    monkeypatch.setattr(terminal, "isatty", lambda: True)
    monkeypatch.setattr(sys, "stdin", terminal)

    zoterodigest("resolve")

    ends = [("bib.txt", f"{IN_BIB}\n"), ("zotero.txt", f"{BESIDE_BIB}\n")]
    assert read(contested, "seen") == repr(ends)
    assert "{By both}" in read(contested, "refs.bib")


def test_a_preferred_bib_wins_over_the_library_and_decides_no_digest(
    zoterodigest: Zoterodigest, contested: Path
) -> None:
    (contested / "zoterodigest.toml").write_text(f'{CONFIG}\n[sync.prefer]\ntitle = "bib"\n')

    zoterodigest("sync")

    assert IN_BIB in zoterodigest("ls").out
    assert conflicts(zoterodigest).keys() == {"papers.md"}


# --- what is planned, done and told --------------------------------------------------------------

STATUS = """\
links      2; 2 entries in 1 digest; refs.bib: 2 links, 3 entries

Into the library (`zoterodigest push`)
  papers.md
    changed items            1  Segment Anything: title
  refs.bib
    changed items            1  Denoising Diffusion Models: year

Into the digests (`zoterodigest pull`)
  papers.md
    changed entries          1  Denoising Diffusion Models: year

Into the bibliographies (`zoterodigest pull`)
  refs.bib
    changed entries          1  Segment Anything: title
"""


def test_status_tells_what_comes_from_and_into_a_bib_apart_from_the_digests(
    zoterodigest: Zoterodigest, project: Path
) -> None:
    edit(project, "refs.bib", "2020,", "2021,")
    edit(project, "papers.md", SAM, IN_DIGEST)

    ran = zoterodigest("status")

    assert STATUS in ran.out
    assert ran.out.endswith("\nChanges are pending (`zoterodigest sync`).\n")


def test_what_is_filled_in_from_a_bib_is_told_under_it(
    zoterodigest: Zoterodigest, project: Path
) -> None:
    edit(project, "refs.bib", "year = 2023,", "year = 2023, pages = {10--20},")

    ran = zoterodigest("plan")

    assert "  refs.bib\n    filled-in items          1  pages 1\n" in ran.out
    assert "papers.md" not in ran.out


def test_what_is_held_back_for_a_push_may_stand_in_a_bib(
    zoterodigest: Zoterodigest, project: Path
) -> None:
    edit(project, "refs.bib", "2020,", "2021,")

    pull = zoterodigest("pull")
    (project / "zoterodigest.toml").write_text(CONFIG.replace("push = true", "push = false"))
    status = zoterodigest("status")

    left = "Left for `zoterodigest push`: 1 edit made in the digests and bibliographies.\n"
    assert pull.out.endswith(f"{left}\nNothing to pull.\n")
    assert "      year: changed in bib, not pushed\n" in status.out


def test_a_run_and_its_undo_tell_bibs_apart_from_digests(
    zoterodigest: Zoterodigest, project: Path
) -> None:
    edited_item(project, SAM, title=BESIDE_DIGEST)

    sync = zoterodigest("sync")
    shown = zoterodigest("log", "2")
    data = json.loads(zoterodigest("log", "2", "--json").out)
    undone = zoterodigest("undo", "--yes")

    bib = [
        "Into the bibliographies",
        "  refs.bib:9",
        "    - … title = {Segment Anything}, author = {Kirillov, Alexander}, year = 2023,",
        "    + … title = {Segment at Once}, author = {Kirillov, Alexander}, year = 2023,",
    ]
    assert "Done: 1 digest and 1 bibliography changed.\n" in sync.out
    assert shown.out.splitlines()[-4:] == bib
    assert [one["digest"] for one in data["digests"]] == ["papers.md"]
    assert [one["bibliography"] for one in data["bibliographies"]] == ["refs.bib"]
    done = " is undone: 1 digest and 1 bibliography."
    assert done in undone.out
    assert read(project, "refs.bib") == BIB


def test_entries_of_a_bib_are_linked_with_items_and_no_items_are_adopted_for_them(
    zoterodigest: Zoterodigest, project: Path
) -> None:
    (project / "zoterodigest.lock").unlink()

    ran = zoterodigest("plan")

    told = re.findall(r"papers.md|refs.bib|adopted items +2|linked entries +2", ran.out)
    assert [one.split()[0] for one in told] == ["papers.md", "adopted", "refs.bib", "linked"]


def test_links_that_end_are_counted_by_file(zoterodigest: Zoterodigest, project: Path) -> None:
    ran = zoterodigest("unlink", "--dry-run")

    assert "Links that end\n       2  papers.md\n       2  refs.bib\n" in ran.out


def test_an_entry_taken_out_of_a_bib_ends_its_link_and_status_counts_it(
    zoterodigest: Zoterodigest, project: Path
) -> None:
    (project / "zoterodigest.toml").write_text(f'{CONFIG}cited = ["paper.md"]\n')
    (project / "paper.md").write_text("As [@knuth] says.\n")
    text = read(project, "refs.bib")
    (project / "refs.bib").write_text(text[: text.index("@inproceedings{sam")])

    sync = zoterodigest("sync")
    status = zoterodigest("status")

    assert "Removed from the file (1)" in sync.out
    assert "refs.bib: 1 link (and 1 that ended), 1 entry" in " ".join(status.out.split())


def test_a_work_that_was_taken_out_of_a_bib_and_is_still_wanted_is_told_by_every_run(
    zoterodigest: Zoterodigest, project: Path
) -> None:
    text = read(project, "refs.bib")
    without = text.replace(text[text.index("@inproceedings{sam") : text.index("@book")], "")
    (project / "refs.bib").write_text(without)
    zoterodigest("sync")

    synced, exported = zoterodigest("sync"), zoterodigest("export")

    told = "refs.bib: 1 thing left as it is\n    sam: it was taken out of the file\n"
    assert told in synced.out
    assert (exported.out, exported.err) == ("refs.bib: nothing to do, 1 unchanged\n", told)
    assert read(project, "refs.bib") == without


def test_a_bib_that_is_gone_is_told(zoterodigest: Zoterodigest, project: Path) -> None:
    (project / "refs.bib").unlink()

    ran = zoterodigest("status")

    missing = "missing refs.bib: linked, and not here; if it was renamed, write its new"
    assert missing in " ".join(ran.out.split())


@pytest.mark.parametrize("command", ["push", "conflicts", "unlink"])
def test_a_bib_named_as_a_digest_is_refused(
    zoterodigest: Zoterodigest, project: Path, command: str
) -> None:
    ran = zoterodigest(command, "refs.bib")

    assert (ran.code, ran.out) == (2, "")
    assert "refs.bib is a bibliography, not a digest" in ran.err


def test_without_a_configuration_a_linked_bib_is_left_alone(
    zoterodigest: Zoterodigest, project: Path
) -> None:
    (project / "zoterodigest.toml").unlink()

    ran = zoterodigest("status")

    assert (ran.code, ran.err) == (0, "")
    assert "links      2; 2 entries in 1 digest\n" in ran.out
