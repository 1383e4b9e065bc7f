"""The .bib files of a project after a sync: what is ours in them follows, all else stays."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sync.test_structure import RESNET
from tests.sync.trouble import silent
from tests.sync.world import World
from zoterodigest.core.links.link import LockFile
from zoterodigest.project.files import SourceChanged
from zoterodigest.project.lock.lock import read_lock
from zoterodigest.project.log.history import history_folder, read_history
from zoterodigest.sync.exports.export_run import carry_out_exports, prepare_exports
from zoterodigest.sync.gathering import intent
from zoterodigest.sync.run.failures import TooMuch
from zoterodigest.sync.run.run import Options, Prepared, prepare
from zoterodigest.sync.syncing.sync_run import FinishedRun, carry_out
from zoterodigest.sync.undo.undo import UndoResult, apply_undo, prepare_undo

SYNC = Options(intent.SYNC)

DIGEST = """\
# Papers

- [Denoising Diffusion Probabilistic Models](https://arxiv.org/abs/2006.11239) - NeurIPS 2020
- [Segment Anything](https://arxiv.org/abs/2304.02643) - ICCV 2023
"""
THIRD = "- [Learning Transferable Visual Models](https://arxiv.org/abs/2103.00020) - ICML 2021\n"
CONFIG = """\
[[digest]]
path = "papers.md"

[[bibliography]]
path = "refs.bib"
"""
HAND_KEPT = """\
% kept by hand
@book{knuth, title = {The {\\TeX}book}, author = {Donald E. Knuth}, year = 1984 }

@inproceedings{ho-ddpm,
  title     = {Denoising diffusion probabilistic models},
  author    = {Ho, Jonathan and Jain, Ajay and Abbeel, Pieter},
  eprint    = {2006.11239},
}
"""
DDPM = "Denoising Diffusion Probabilistic Models"
SAM = "Segment Anything"
NOWHERE = Path("/proc/nowhere/refs.bib")
"""Where nobody can make a file, nor a folder for it."""


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A digest and a configuration that names a .bib; nothing was synced."""
    return a_world(tmp_path)


def a_world(root: Path, config: str = CONFIG) -> World:
    world = World(root)
    world.markdown("papers.md", DIGEST)
    world.configure(config)
    return world


def planned(world: World) -> Prepared:
    return prepare(world.workspace(), SYNC)


def sync_with_failures(world: World) -> FinishedRun:
    prepared = planned(world)
    outcome = carry_out(prepared, silent)
    for bib, read in zip(prepared.bibs, prepared.gathered.bibs, strict=True):
        stands = bib.bib.path.read_bytes() if bib.bib.path.is_file() else None
        # The dry run is the run (law 7).
        assert outcome.failures or stands == (bib.source if bib.is_change else read.data)
    return outcome


def sync(world: World) -> FinishedRun:
    outcome = sync_with_failures(world)
    assert outcome.failures == ()
    assert planned(world).is_settled
    return outcome


def bib(world: World, name: str = "refs.bib") -> str:
    return (world.root / name).read_bytes().decode()


def write_bib(world: World, text: str, name: str = "refs.bib") -> None:
    (world.root / name).write_bytes(text.encode())


def lock(world: World) -> LockFile:
    return read_lock(world.lock_path.read_bytes())


def keys(world: World) -> list[str]:
    return [one.key for one in lock(world).exported if one.prints]


def told(world: World) -> list[tuple[str, str, str]]:
    (new,) = planned(world).bibs
    return [(kept.key, kept.field, kept.reason) for kept in new.updated.kept]


def test_a_first_sync_makes_the_bib_and_a_second_touches_nothing(world: World) -> None:
    outcome = sync(world)

    assert outcome.written_bibs == 1
    assert bib(world).count("@") == 2
    assert bib(world).index("Denoising") < bib(world).index("Segment")
    assert lock(world).made == {"refs.bib"}
    path = world.root / "refs.bib"
    before = world.traces(), path.read_bytes(), path.stat().st_mtime_ns
    assert sync(world).written_bibs == 0
    assert (world.traces(), path.read_bytes(), path.stat().st_mtime_ns) == before


def test_a_bib_in_a_folder_that_is_not_there_is_made_with_it(tmp_path: Path) -> None:
    world = a_world(tmp_path, CONFIG.replace("refs.bib", "paper/tex/refs.bib"))

    outcome = sync(world)

    assert outcome.written_bibs == 1
    assert bib(world, "paper/tex/refs.bib").count("@") == 2


def test_a_push_and_a_pull_leave_the_bib_to_the_sync(world: World) -> None:
    world.push()

    assert not (world.root / "refs.bib").exists()
    sync(world)
    assert (world.root / "refs.bib").exists()


def test_an_edit_arrives_in_the_entry_and_its_key_stays(world: World) -> None:
    sync(world)
    before = keys(world)
    world.change(world.key(SAM), title="Segment Anything, Fast", date="2024")

    sync(world)

    assert "{Segment} {Anything}, {Fast}" in bib(world) or "Segment Anything, Fast" in bib(world)
    assert keys(world) == before
    assert bib(world).count("@") == 2


def test_a_hand_kept_file_keeps_every_byte_and_gains_what_it_has_not(world: World) -> None:
    write_bib(world, HAND_KEPT)

    sync(world)

    assert bib(world).startswith(HAND_KEPT)
    assert bib(world).count("@") == 3
    assert (len(keys(world)), lock(world).made) == (1, frozenset())


def test_in_a_hand_kept_file_only_ours_is_brought_up_to_date_if_asked(tmp_path: Path) -> None:
    world = a_world(tmp_path, CONFIG + "add_only = false\n")
    write_bib(world, HAND_KEPT)
    sync(world)
    world.change(world.key(SAM), title="Segment Everything")
    world.change(world.key(DDPM), title="Another Title for Denoising")

    sync(world)

    assert bib(world).startswith(HAND_KEPT)
    assert "Everything" in bib(world)


def test_by_default_nothing_that_stands_in_a_hand_kept_file_changes(world: World) -> None:
    write_bib(world, HAND_KEPT)
    sync(world)
    before = bib(world)
    world.change(world.key(SAM), title="Segment Everything")

    sync(world)

    assert bib(world) == before


def test_line_ends_of_windows_are_kept(world: World) -> None:
    write_bib(world, HAND_KEPT.replace("\n", "\r\n"))

    sync(world)

    assert bib(world).count("\n") == bib(world).count("\r\n") > HAND_KEPT.count("\n")


def test_without_the_lock_file_entries_are_adopted_as_they_stand(world: World) -> None:
    sync(world)
    before = bib(world)
    world.forget()

    sync(world)

    assert bib(world) == before
    assert not any(one.prints for one in lock(world).exported)
    assert lock(world).made == frozenset()


def test_a_bib_that_is_gone_is_made_again_with_the_same_keys(world: World) -> None:
    sync(world)
    before, known = bib(world), keys(world)
    world.change(world.key(SAM), title="Entirely Different Words")
    sync(world)
    (world.root / "refs.bib").unlink()

    sync(world)

    assert keys(world) == known
    assert before.count("@") == bib(world).count("@")


def test_an_entry_that_a_person_took_out_stays_out_and_is_told(world: World) -> None:
    sync(world)
    first, second = bib(world).split("\n\n")
    write_bib(world, second)

    sync(world)

    assert bib(world) == second
    key = first[first.index("{") + 1 : first.index(",")]
    assert told(world) == [(key, "", "it was taken out of the file")]


def test_a_field_that_a_person_edited_stays_and_is_told(world: World) -> None:
    sync(world)
    write_bib(world, bib(world).replace(" title = {Denoising", " title = {Removing"))
    world.change(world.key(DDPM), title="Denoising Diffusion", date="2021")

    sync(world)

    assert " title = {Removing Diffusion Probabilistic Models}" in bib(world)
    assert "year = {2021}" in bib(world)
    assert [one[1:] for one in told(world)] == [("title", "edited in the file")]


def test_an_entry_to_which_a_person_gave_another_key_stays_ours(world: World) -> None:
    sync(world)
    (old,) = (one.key for one in lock(world).exported if one.item == world.key(SAM))
    write_bib(world, bib(world).replace(old, "sam"))
    world.change(world.key(SAM), title="Segment Everything")

    sync(world)

    assert "sam" in keys(world)
    assert old not in keys(world)
    assert "Everything" in bib(world)


def test_what_is_wanted_no_more_leaves_with_prune_only(tmp_path: Path) -> None:
    world = a_world(tmp_path)
    sync(world)
    world.change(world.key(SAM), deleted=1)
    sync(world)
    kept = bib(world)

    world.configure(CONFIG + "prune = true\n")
    sync(world)

    assert "Segment" in kept
    assert "Segment" not in bib(world)
    assert len(keys(world)) == 1


def test_a_digest_cut_short_does_not_empty_the_bib(tmp_path: Path) -> None:
    world = a_world(tmp_path, CONFIG + "prune = true\n")
    more = (f"- [A paper on part {n}](https://arxiv.org/abs/2401.{n:05})\n" for n in range(1, 12))
    world.markdown("papers.md", DIGEST + "".join(more))
    sync(world)
    before = bib(world)
    world.markdown("papers.md", DIGEST)

    with pytest.raises(TooMuch, match="11 entries"):
        sync(world)

    assert bib(world) == before
    allowed = Options(intent.SYNC, allow_removals=True)
    assert carry_out(prepare(world.workspace(), allowed), silent).failures == ()
    assert bib(world).count("@") == 2


@pytest.mark.parametrize("rules", ["", 'items = "library"\n', "push = true\npull = true\n"])
def test_a_bib_keeps_what_a_restored_library_lacks(tmp_path: Path, rules: str) -> None:
    """An entry was pruned and an edit undone whose only other copy the backup lacked."""
    world = a_world(tmp_path, f"{CONFIG}{rules}prune = true\n")
    sync(world)
    library = tmp_path / ".zoterodigest" / "library.sqlite"
    backup = library.read_bytes()
    world.markdown("papers.md", DIGEST + THIRD)
    world.change(world.key(SAM), title="Segment Everything")
    world.put_item("LATER222", title="A Paper of the Library")
    sync(world)
    before, known = bib(world), keys(world)
    library.write_bytes(backup)

    for count in range(2):
        world.push(SYNC)
        for number in range(count, 9 + count):  # the library counts beyond where it was
            world.change(world.key(DDPM), extra=f"Read {number} times")

    assert bib(world) == before
    assert keys(world) == known
    world.put_item("LATER222", title="A Paper of the Library")
    world.change(world.key(SAM), title="Segment Everything")
    world.push(SYNC)
    world.change(world.key("Segment Everything"), title="Segment It All")
    world.push(SYNC)
    assert bib(world) == before.replace("Segment Everything", "Segment It All")


@pytest.mark.parametrize("add_only", ["", "add_only = true\n"])
def test_an_edit_made_after_a_library_was_restored_comes_into_the_bib(
    tmp_path: Path, add_only: str
) -> None:
    world = a_world(tmp_path)
    sync(world)
    library = tmp_path / ".zoterodigest" / "library.sqlite"
    backup = library.read_bytes()
    world.change(world.key(SAM), title="Segment Everything")
    sync(world)
    world.configure(CONFIG + add_only)
    library.write_bytes(backup)

    world.edit("papers.md", (DDPM, "Denoising, Revised"))
    world.push(SYNC)
    world.configure(CONFIG)
    world.push(SYNC)

    assert "Denoising, Revised" in bib(world)
    assert "Segment Everything" in bib(world)


@pytest.mark.parametrize("two_way", ["", "push = true\npull = true\n"])
def test_a_work_that_is_cited_again_comes_back(tmp_path: Path, two_way: str) -> None:
    world = a_world(tmp_path, f'{CONFIG}{two_way}cited = ["main.tex"]\nprune = true\n')
    first, second = "SegmentAnything2023", "DenoisingDiffusionProbabilistic2020"

    for cited in ([first], [second], [first, second], [first], [], [first, second]):
        (tmp_path / "main.tex").write_text(f"\\cite{{{','.join(cited)}}}" if cited else "")
        sync(world)
        assert keys(world) == sorted(cited)
        assert [bib(world).count(key) for key in sorted(cited)] == [1] * len(cited)
    assert len(lock(world).rows) == (4 if two_way else 2)


def test_what_an_export_writes_into_a_bib_of_two_ways_is_linked_and_let_go(tmp_path: Path) -> None:
    world = a_world(
        tmp_path, f'{CONFIG}push = true\npull = true\ncited = ["main.tex"]\nprune = true\n'
    )
    first, second = "SegmentAnything2023", "DenoisingDiffusionProbabilistic2020"
    world.push()

    for cited in ([first], [second], [first, second]):
        (tmp_path / "main.tex").write_text(f"\\cite{{{','.join(cited)}}}")
        assert carry_out_exports(prepare_exports(world.workspace())) == ()
        assert keys(world) == sorted(cited)
        assert planned(world).is_settled
    write_bib(world, bib(world).replace("title = {Segment Any", "title = {Segment Every"))
    sync(world)

    assert "Segment Everything" in world.keys_by_title()


def test_undo_gives_a_bib_of_two_ways_back_what_was_taken_out(tmp_path: Path) -> None:
    world = a_world(tmp_path, f"{CONFIG}push = true\npull = true\nprune = true\n")
    sync(world)
    world.change(world.key(SAM), tags=[{"tag": "kept"}])
    sync(world)
    rows, before = lock(world).rows, bib(world)
    world.configure(f'{CONFIG}push = true\npull = true\nprune = true\ntags = ["kept"]\n')
    sync(world)
    assert "Denoising" not in bib(world)

    undo_last(world)

    assert bib(world) == before
    assert {row.id for row in lock(world).rows} == {row.id for row in rows}


def test_a_bib_that_takes_no_part_any_more_still_follows(tmp_path: Path) -> None:
    world = a_world(tmp_path, CONFIG + "push = true\npull = true\n")
    sync(world)

    world.configure(CONFIG)
    assert planned(world).plan.reports == ()
    world.change(world.key(SAM), title="Segment Everything")
    sync(world)

    assert "Segment Everything" in bib(world)
    world.configure(CONFIG + "push = true\npull = true\n")
    assert planned(world).plan.reports == ()
    sync(world)
    write_bib(world, bib(world).replace("{Segment Everything}", "{Segment All}"))
    sync(world)
    assert "Segment All" in world.keys_by_title()


def test_two_bibliographies_are_kept_each_by_its_rules(tmp_path: Path) -> None:
    world = a_world(
        tmp_path,
        CONFIG + '[[bibliography]]\npath = "paper/all.bib"\nto = "biblatex"\nsort = "key"\n',
    )
    (tmp_path / "paper").mkdir()

    sync(world)

    assert "journal" in bib(world) or "booktitle" in bib(world)
    assert "date = {" in bib(world, "paper/all.bib")
    assert len(lock(world).exported) == 4
    assert lock(world).made == {"refs.bib", "paper/all.bib"}


def test_only_what_a_document_cites_is_exported(tmp_path: Path) -> None:
    world = a_world(tmp_path, CONFIG + 'cited = ["main.tex"]\n')
    (tmp_path / "main.tex").write_text("\\cite{nobody2020}")
    sync(world)
    (new,) = planned(world).bibs
    assert not (tmp_path / "refs.bib").exists()
    assert [(one.key, one.at.line) for one in new.missing] == [("nobody2020", 1)]
    world.change(world.key(SAM), citationKey="kirillov2023")

    (tmp_path / "main.tex").write_text("\\cite{kirillov2023}")
    sync(world)

    assert bib(world).startswith("@")
    assert bib(world).count("@") == 1


def test_the_whole_library_or_a_collection_of_it_can_be_exported(tmp_path: Path) -> None:
    world = a_world(tmp_path, CONFIG + 'items = "library"\ntags = ["mine"]\n')
    sync(world)
    assert not (tmp_path / "refs.bib").exists()
    world.change(world.key(SAM), tags=[{"tag": "mine"}])

    sync(world)

    assert bib(world).count("@") == 1


def test_a_collection_that_is_not_there_fails_its_bib_and_nothing_else(tmp_path: Path) -> None:
    world = a_world(
        tmp_path, CONFIG + 'collections = ["Nowhere"]\n[[bibliography]]\npath = "all.bib"\n'
    )

    outcome = sync_with_failures(world)

    assert [(one.where, one.reason) for one in outcome.failures] == [
        ("refs.bib", "the library has no collection Nowhere")
    ]
    assert len(world.items()) == 2
    assert bib(world, "all.bib").count("@") == 2


def test_a_bib_that_cannot_be_written_stops_no_digest_and_no_link(world: World) -> None:
    (world.root / "refs.bib").symlink_to(NOWHERE)

    outcome = sync_with_failures(world)

    assert [one.where for one in outcome.failures] == ["refs.bib"]
    assert len(lock(world).rows) == 2
    assert lock(world).exported == ()
    (world.root / "refs.bib").unlink()
    sync(world)
    assert len(lock(world).exported) == 2


def test_a_new_work_gets_no_key_that_another_one_has_in_the_file(world: World) -> None:
    sync(world)
    (old,) = (one.key for one in lock(world).exported if one.item == world.key(SAM))
    world.change(world.key(SAM), citationKey="elsewhere")
    world.edit("papers.md", ("ICCV 2023\n", f"ICCV 2023\n{THIRD}"))
    sync(world)
    world.change(world.key("Learning Transferable Visual Models"), citationKey=old)
    (world.root / "refs.bib").unlink()

    sync(world)

    assert len({key.casefold() for key in keys(world)}) == 3
    assert {one.item: one.key for one in lock(world).exported}[world.key(SAM)] == old


def test_what_a_person_edits_while_it_is_written_is_left(world: World) -> None:
    sync(world)
    world.change(world.key(SAM), title="Segment Everything")
    prepared = planned(world)
    write_bib(world, "% begun anew\n")

    with pytest.raises(SourceChanged):
        carry_out(prepared, silent)

    assert bib(world) == "% begun anew\n"


@pytest.mark.parametrize("standing", ["", HAND_KEPT], ids=["new", "kept by hand"])
def test_a_two_way_bib_is_settled_after_the_sync_that_exports(
    tmp_path: Path, standing: str
) -> None:
    world = a_world(tmp_path, CONFIG + "push = true\npull = true\nadd_only = false\n")
    if standing:
        write_bib(world, standing)

    sync(world)
    write_bib(world, bib(world).replace("{Segment}", "{Cut}").replace(" {Segment Any", " {Cut Any"))
    sync(world)

    assert "Cut Anything" in {data["title"] for data in world.items().values()}
    assert "Cut Anything" in (tmp_path / "papers.md").read_text()


# --- taken back ----------------------------------------------------------------------------------


def undo_last(world: World) -> UndoResult:
    workspace = world.workspace()
    history = read_history(history_folder(workspace.project.state_folder))
    return apply_undo(prepare_undo(workspace, history.run(history.runs[-1].number)), silent)


def test_undo_takes_out_of_the_bib_what_the_sync_wrote_to_the_byte(world: World) -> None:
    write_bib(world, HAND_KEPT)
    sync(world)
    before, ours = bib(world), lock(world).exported
    world.edit("papers.md", ("ICCV 2023\n", f"ICCV 2023\n{THIRD}"))
    sync(world)
    assert bib(world) != before

    undone = undo_last(world)

    assert undone.declined == ()
    assert (bib(world), lock(world).exported) == (before, ours)


def test_undo_removes_a_bib_that_the_sync_made(world: World) -> None:
    sync(world)

    undo_last(world)

    assert not (world.root / "refs.bib").exists()
    assert lock(world).exported == ()


def test_an_edit_made_since_stays_when_a_sync_is_undone(world: World) -> None:
    write_bib(world, HAND_KEPT)
    sync(world)
    write_bib(world, bib(world).replace("2023", "2024"))
    edited = bib(world)

    undone = undo_last(world)

    assert [one.key for one in undone.declined] == ["refs.bib"]
    assert bib(world) == edited


OWN = f"@inproceedings{{own,\n  title = {{{DDPM}}},\n  note = {{mine}},\n}}\n"


def test_work_that_got_another_title_stands_under_the_entry_it_had(world: World) -> None:
    write_bib(world, OWN)
    sync(world)
    before = bib(world)
    world.edit("papers.md", (DDPM, "Diffusion Models"))

    sync(world)

    assert bib(world) == before


def test_entry_of_somebodys_own_that_was_taken_out_does_not_come_back(world: World) -> None:
    write_bib(world, OWN)
    sync(world)
    write_bib(world, bib(world).replace(OWN, ""))

    sync(world)

    assert DDPM not in bib(world)


def test_another_work_under_the_key_of_an_entry_is_not_taken_for_it(world: World) -> None:
    write_bib(world, OWN)
    sync(world)
    other = "title = {Another paper altogether},\n  eprint = {2401.00001}"
    write_bib(world, bib(world).replace(f"title = {{{DDPM}}}", other))

    sync(world)

    assert f"title = {{{DDPM}}}" in bib(world)
    assert "{Another paper altogether}" in bib(world)


def test_authors_that_a_list_cuts_off_are_others_in_the_bib(world: World) -> None:
    world.markdown(
        "papers.md", "| Title | Authors |\n| - | - |\n"
        "| [Score matching](https://arxiv.org/abs/2011.13456) | Yang Song et al. |\n",
    )  # fmt: skip

    sync(world)

    assert "author = {Song, Yang and others}" in bib(world)


AND_OTHERS = """\
# Papers

- [Score matching](https://arxiv.org/abs/2011.13456), Yang Song et al., ICLR 2021.
- [Segment Anything](https://arxiv.org/abs/2304.02643), Alexander Kirillov et al., ICCV 2023.
"""


@pytest.mark.parametrize("lost", ["named", "away", "unreadable"])
def test_authors_stay_others_in_a_run_that_does_not_read_their_list(
    world: World, lost: str
) -> None:
    world.configure('[[digest]]\npath = "more.md"\n\n' + CONFIG)
    world.markdown("papers.md", AND_OTHERS)
    world.markdown("more.md", THIRD)
    sync(world)
    before = bib(world)
    assert before.count(" and others}") == 2

    world.markdown("more.md", THIRD.replace("ICML 2021", "ICML 2020"))
    match lost:
        case "named":
            world.digests = ["more.md"]
        case "away":
            (world.root / "papers.md").unlink()
            world.digests = ["more.md"]
        case _:
            world.markdown("papers.md", AND_OTHERS.replace("\n", "\r"))
    carry_out(planned(world), silent)

    after = bib(world)
    assert after != before
    assert after.count(" and others}") == 2


def test_authors_that_the_library_knows_are_all_in_the_bib(world: World) -> None:
    world.markdown(
        "papers.md", "| Title | Authors |\n| - | - |\n"
        "| [Score matching](https://arxiv.org/abs/2011.13456) | Yang Song et al. |\n",
    )  # fmt: skip
    sync(world)
    names = (("Yang", "Song"), ("Jascha", "Sohl-Dickstein"))
    creators = [
        {"creatorType": "author", "firstName": first, "lastName": last} for first, last in names
    ]
    world.change(world.key("Score matching"), creators=creators)

    sync(world)

    assert "author = {Song, Yang and Sohl-Dickstein, Jascha}" in bib(world)


def test_keywords_are_planned_in_the_order_in_which_the_library_lists_tags(world: World) -> None:
    world.markdown("papers.md", RESNET.replace("Task: image", "Task: regression; image"))

    sync(world)
    assert "keywords = {image classification, regression}" in bib(world)

    world.edit("papers.md", ("image classification", "image classification; detection"))
    sync(world)
    assert "keywords = {detection, image classification, regression}" in bib(world)
