"""Undo: what a run wrote on both sides goes back; what has changed since stays and is told."""

from __future__ import annotations

import errno
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from tests.made_once import made_once
from tests.sync.digests import notes, quoted
from tests.sync.trouble import silent, troubled
from tests.sync.world import Data, World, reports
from zoterodigest.core.links.link import LinkState, LockFile
from zoterodigest.core.plan.history import run_to_undo, undone_by
from zoterodigest.core.plan.reports import AddedItem, Conflict
from zoterodigest.library.port import BadLibrary, LibraryItem
from zoterodigest.project.lock.lock import read_lock
from zoterodigest.project.log.history import History, history_folder, read_history
from zoterodigest.sync.apply.recording import Recording
from zoterodigest.sync.gathering import intent
from zoterodigest.sync.gathering.intent import Sync
from zoterodigest.sync.gathering.known_lock import OtherLibrary
from zoterodigest.sync.run.run import Options, prepare
from zoterodigest.sync.syncing.sync_run import carry_out
from zoterodigest.sync.undo.undo import UndoResult, apply_undo, prepare_undo

SWIN = "Restoring Images with Shifted Windows"
SWIN_TASK = "2401.00001), [code](https://github.com/lab/swin)  \n> Task: image restoration"
GAN = "Adversarial Losses for Sharper Pictures"
EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
SYNC = Options(intent.SYNC)


def history(world: World) -> History:
    return read_history(history_folder(world.root / ".zoterodigest"))


def undone(world: World, number: int = 0) -> UndoResult:
    """Undo the run with this number, or the newest."""
    known = history(world)
    chosen = number or run_to_undo(known.runs)
    assert chosen is not None
    run = known.run(chosen)
    return apply_undo(prepare_undo(world.workspace(), run), silent)


def lock(world: World) -> LockFile:
    return read_lock(world.lock_path.read_bytes())


def digest(world: World, name: str = "Notes.md") -> bytes:
    return (world.root / name).read_bytes()


def live(world: World) -> dict[str, Data]:
    return {key: data for key, data in world.everything().items() if not data.get("deleted")}


@pytest.fixture
def pushed(world: World) -> World:
    """A pushed digest of two papers."""
    links = ("[code](https://github.com/lab/swin)",)
    text = notes(quoted(SWIN, "2401.00001", links=links), quoted(GAN, "2401.00002"))

    def make() -> None:
        world.markdown("Notes.md", text)
        world.push()

    made_once(world.root, make)
    world.digests[:] = ["Notes.md"]
    return world


def edit_both_ends(world: World) -> None:
    world.edit("Notes.md", (f"**{SWIN}**  \n> *arXiv 2024*", f"**{SWIN}**  \n> *CVPR 2025*"))
    world.change(world.key(GAN), title="Adversarial Losses for Sharp Pictures")
    world.change_note(SWIN, lambda html: html.replace("It is fast.", "It is very fast."))


def test_undo_of_a_sync_restores_both_sides_and_leaves_the_edits_pending(pushed: World) -> None:
    edit_both_ends(pushed)
    markdown, library, links = digest(pushed), live(pushed), lock(pushed)
    planned = pushed.plan(SYNC).actions
    pushed.push(SYNC)
    assert digest(pushed) != markdown
    assert live(pushed) != library

    done = undone(pushed)

    assert done.declined == ()
    assert digest(pushed) == markdown
    assert live(pushed) == library
    assert lock(pushed) == links
    assert len(pushed.plan(SYNC).actions) == len(planned)


def test_undo_of_an_undo_does_everything_again(pushed: World) -> None:
    edit_both_ends(pushed)
    pushed.push(SYNC)
    markdown, library, links = digest(pushed), live(pushed), lock(pushed)
    undone(pushed)

    done = undone(pushed, 3)

    assert done.declined == ()
    assert (digest(pushed), live(pushed), lock(pushed)) == (markdown, library, links)
    assert pushed.plan(SYNC).is_settled
    assert undone_by(history(pushed).runs) == {3: 4}


def test_undo_of_a_first_push_leaves_an_empty_library_and_tombstones(pushed: World) -> None:
    done = undone(pushed)

    assert done.declined == ()
    assert (pushed.items(), pushed.collections()) == ({}, {})
    assert {row.state for row in lock(pushed).rows} == {LinkState.UNLINKED}
    assert pushed.push().written == 0
    pushed.push(Options(Sync(may_pull=False, relink=True)))
    assert pushed.keys_by_title().keys() == {SWIN, GAN}
    assert pushed.plan().is_settled


def test_an_item_that_comes_out_of_the_trash_after_an_undo_is_told_as_added(
    pushed: World,
) -> None:
    text = digest(pushed).decode()
    pushed.markdown(
        "Notes.md", text + notes(quoted("A Third Paper", "2401.00003"))[len("# Notes") :]
    )
    pushed.push()
    key = pushed.key("A Third Paper")
    undone(pushed)
    pushed.markdown("Notes.md", text)

    pushed.change(key, deleted=0)

    assert len(reports(pushed.plan(SYNC), AddedItem)) == 1


def test_undo_of_an_adoption_gives_the_item_back_as_it_was(world: World) -> None:
    own = {"itemType": "preprint", "title": SWIN, "archiveID": "arXiv:2401.00001"}
    world.put(LibraryItem("WNXTEM22", 0, {**own, "tags": [{"tag": "mine"}]}))
    world.markdown("Notes.md", notes(quoted(SWIN, "2401.00001")))
    before = live(world)
    world.push()
    assert live(world) != before

    undone(world)

    assert live(world) == before


def test_an_edit_elsewhere_stays(pushed: World) -> None:
    edit_both_ends(pushed)
    pushed.push(SYNC)
    pushed.edit(
        "Notes.md",
        (
            "**Adversarial Losses for Sharp Pictures**  \n> *arXiv 2024*",
            "**Adversarial Losses for Sharp Pictures**  \n> *ICLR 2025*",
        ),
    )
    pushed.change(pushed.key(SWIN), abstractNote="What I make of it")

    done = undone(pushed)

    assert done.declined == ()
    assert f"**{GAN}**  \n> *ICLR 2025*".encode() in digest(pushed)
    assert pushed.item(SWIN)["abstractNote"] == "What I make of it"
    assert "CVPR" not in str(pushed.item(SWIN))
    assert pushed.item("Adversarial Losses for Sharp Pictures")


def test_an_edit_of_the_same_field_since_is_kept_and_told(pushed: World) -> None:
    pushed.change(pushed.key(GAN), title="Adversarial Losses for Sharp Pictures")
    pushed.edit(
        "Notes.md",
        (
            "- It restores images.\n> - It is fast.\n\n\n",
            "- It restores all images.\n> - It is fast.\n\n\n",
        ),
    )
    pushed.push(SYNC)
    pushed.edit("Notes.md", ("Sharp Pictures", "Blurred Pictures"))
    pushed.change_note(SWIN, lambda html: html.replace("restores all images", "restores many"))
    markdown = digest(pushed)

    done = undone(pushed)

    assert digest(pushed) == markdown
    assert "restores many" in pushed.note(SWIN)
    assert {one.reason for one in done.declined} == {
        "its note has changed since",
        "what was written there has changed since",
    }


def test_a_tag_written_over_that_of_the_run_does_not_get_the_older_one_beside_it(
    pushed: World,
) -> None:
    pushed.edit("Notes.md", (SWIN_TASK, SWIN_TASK.replace("image", "video")))
    pushed.push(SYNC)
    assert pushed.tags(SWIN) == {"task:video restoration"}
    pushed.change(pushed.key(SWIN), tags=[{"tag": "task:film restoration"}])

    done = undone(pushed)

    assert pushed.tags(SWIN) == {"task:film restoration"}
    assert [one.reason for one in done.declined] == ["its tags have changed since"]


def test_a_run_that_is_undone_again_brings_no_tag_back_beside_a_newer_one(pushed: World) -> None:
    pushed.edit("Notes.md", (SWIN_TASK, SWIN_TASK.replace("image", "video")))
    pushed.push(SYNC)
    undone(pushed, number=2)
    pushed.change(pushed.key(SWIN), tags=[{"tag": "task:film restoration"}])

    done = undone(pushed, number=2)

    assert pushed.tags(SWIN) == {"task:film restoration"}
    assert [one.reason for one in done.declined] == ["its tags have changed since"]


def test_what_the_person_uses_by_now_stays_linked(pushed: World) -> None:
    pushed.change(pushed.key(SWIN), tags=[*pushed.item(SWIN)["tags"], {"tag": "to read"}])

    done = undone(pushed)

    assert pushed.keys_by_title().keys() == {SWIN}
    assert SWIN in {one.title for one in done.declined}
    states = {row.item: row.state for row in lock(pushed).rows}
    assert states[pushed.key(SWIN)] is LinkState.LINKED
    assert pushed.plan().is_settled


def test_undo_of_a_removal_brings_everything_back_in_step(pushed: World) -> None:
    library, links, collection_rows = live(pushed), lock(pushed), pushed.collections()
    pushed.remove()

    done = undone(pushed)

    assert done.declined == ()
    assert (live(pushed), lock(pushed), pushed.collections()) == (
        library,
        links,
        collection_rows,
    )
    assert pushed.plan(SYNC).is_settled


def test_undo_of_an_unlinking_links_again(pushed: World) -> None:
    links = lock(pushed)
    pushed.unlink()

    undone(pushed)

    assert lock(pushed) == links
    assert pushed.plan(SYNC).is_settled


def test_runs_are_undone_one_after_the_other(pushed: World) -> None:
    pushed.edit("Notes.md", (f"**{SWIN}**  \n> *arXiv 2024*", f"**{SWIN}**  \n> *CVPR 2025*"))
    pushed.push()

    undone(pushed)
    done = undone(pushed)

    assert done.declined == ()
    assert pushed.items() == {}
    assert run_to_undo(history(pushed).runs) is None


def test_a_settled_run_keeps_nothing(pushed: World) -> None:
    pushed.push(SYNC)

    assert [run.number for run in history(pushed).runs] == [1]


def test_nothing_private_enters_the_history(pushed: World) -> None:
    secret = "<h3>Private</h3>\n<p>What I really think</p>"
    pushed.change_note(SWIN, lambda html: html.replace("</ul>", f"</ul>\n{secret}"))
    pushed.edit(
        "Notes.md",
        (
            "- It restores images.\n> - It is fast.\n\n\n",
            "- It restores all images.\n> - It is slow.\n\n\n",
        ),
    )
    pushed.push()
    undone(pushed)

    folder = history_folder(pushed.root / ".zoterodigest")
    kept = b"".join(path.read_bytes() for path in folder.iterdir())
    assert b"It is slow" in kept
    assert b"really think" not in kept
    assert secret in pushed.note(SWIN)
    assert "It is fast." in pushed.note(SWIN)


def test_a_line_of_extra_that_the_person_added_since_stays(pushed: World) -> None:
    pushed.change(pushed.key(SWIN), extra="Citation Key: swin")
    pushed.edit("Notes.md", (f"**{SWIN}**  \n> *arXiv 2024*", f"**{SWIN}**  \n> *CVPR 2025*"))
    pushed.push()
    extra = str(pushed.item(SWIN).get("extra", ""))
    pushed.change(pushed.key(SWIN), extra=f"{extra}\nMine: 1")

    undone(pushed)

    assert "Citation Key: swin" in pushed.item(SWIN)["extra"]
    assert "Mine: 1" in pushed.item(SWIN)["extra"]


@pytest.mark.parametrize("name", sorted(path.name for path in EXAMPLES.glob("*.md")))
def test_undo_of_a_sync_restores_every_format_to_the_byte(name: str, world: World) -> None:
    for path in (*EXAMPLES.glob("*.toml"), EXAMPLES / name):
        shutil.copy(path, world.root / path.name)
    world.digests.append(name)
    world.push()
    for key, data in world.items().items():
        world.change(key, title=f"{data['title']} Again")
    for key, data in world.notes().items():
        world.change(key, note=str(data["note"]).replace(" the ", " that ", 1))
    markdown, library, links = digest(world, name), live(world), lock(world)
    world.push(Options(intent.SYNC, max_changes=1000))
    assert digest(world, name) != markdown

    done = undone(world)

    assert done.declined == ()
    assert digest(world, name) == markdown
    assert live(world) == library
    assert lock(world) == links


def test_an_object_that_the_library_refuses_keeps_its_links_and_is_told(pushed: World) -> None:
    pushed.edit("Notes.md", (f"**{SWIN}**  \n> *arXiv 2024*", f"**{SWIN}**  \n> *CVPR 2025*"))
    pushed.edit("Notes.md", (f"**{GAN}**  \n> *arXiv 2024*", f"**{GAN}**  \n> *ICLR 2025*"))
    pushed.push()
    before = {row.item: row for row in lock(pushed).rows}
    refused = pushed.key(SWIN)
    workspace = troubled(pushed, is_accepted=lambda key, data: key != refused)

    done = apply_undo(prepare_undo(workspace, history(pushed).run(2)), silent)

    after = {row.item: row for row in lock(pushed).rows}
    assert [one.title for one in done.declined] == [SWIN]
    assert after[refused] == before[refused]
    assert after[pushed.key(GAN)] != before[pushed.key(GAN)]
    assert len(pushed.plan(SYNC).actions) == 1


def test_undo_reaches_an_item_that_two_digests_share(pushed: World) -> None:
    pushed.markdown("Twins.md", notes(quoted(SWIN, "2401.00001", bullets=["Seen again."])))
    pushed.push()
    pushed.change(pushed.key(SWIN), title=f"{SWIN} Again")
    sources, library, links = both(pushed), live(pushed), lock(pushed)
    pushed.push(SYNC)
    assert both(pushed) != sources

    done = undone(pushed)

    assert done.declined == ()
    assert (both(pushed), live(pushed), lock(pushed)) == (sources, library, links)
    assert undone(pushed, 2).declined == ()
    assert len(pushed.children(f"{SWIN} Again")) == 2


def both(world: World) -> list[bytes]:
    return [digest(world, name) for name in world.digests]


def refuse(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    """Let the system refuse to put anything in the place of these files."""
    replace_path = Path.replace

    def replaced(self: Path, target: Path) -> Path:
        if target.name in names:
            raise PermissionError(errno.EACCES, "write-protected")
        return replace_path(self, target)

    monkeypatch.setattr(Path, "replace", replaced)


def test_a_digest_that_cannot_be_written_keeps_its_links_and_stops_no_other(
    pushed: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    pushed.markdown("Twins.md", notes(quoted("A Third Paper", "2401.00003")))
    pushed.push()
    for title in (SWIN, "A Third Paper"):
        pushed.change(pushed.key(title), title=f"{title} Again")
    pushed.push(SYNC)
    sources, after = both(pushed), {row.id: row for row in lock(pushed).rows}
    with monkeypatch.context() as patched:
        refuse(patched, "Notes.md")
        done = undone(pushed)

    assert [one.key for one in done.declined] == ["Notes.md"]
    assert "Permission" in done.declined[0].reason or "not permitted" in done.declined[0].reason
    assert both(pushed)[0] == sources[0]
    assert both(pushed)[1] != sources[1]
    for row in lock(pushed).rows:
        assert (row == after[row.id]) == (row.digest == "Notes.md")

    pushed.change(pushed.key(f"{SWIN} Again"), title=f"{SWIN} Once More")

    assert not reports(pushed.plan(SYNC), Conflict)
    assert undone(pushed, 3).declined == ()  # the undo is a run like any other


def test_an_undo_that_could_not_write_a_digest_comes_to_the_same_links_in_the_end(
    pushed: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = lock(pushed)
    edit_both_ends(pushed)
    pushed.change(pushed.key(SWIN), title=f"{SWIN} Again", DOI="10.1000/182")
    pushed.push(SYNC)
    with monkeypatch.context() as patched:
        refuse(patched, "Notes.md")
        assert undone(pushed).declined

    assert undone(pushed).declined == ()
    assert lock(pushed) == before


def test_undo_under_another_library_is_refused(pushed: World) -> None:
    run = replace(history(pushed).run(1), library="embedded:another")

    with pytest.raises(OtherLibrary):
        prepare_undo(pushed.workspace(), run)


def test_a_digest_that_is_gone_is_told_and_the_rest_is_undone(pushed: World) -> None:
    pushed.change(pushed.key(GAN), title="Adversarial Losses for Sharp Pictures")
    pushed.edit("Notes.md", (f"**{SWIN}**  \n> *arXiv 2024*", f"**{SWIN}**  \n> *CVPR 2025*"))
    pushed.push(SYNC)
    (pushed.root / "Notes.md").rename(pushed.root / "Elsewhere.txt")

    done = undone(pushed)

    assert [one.title for one in done.declined] == ["Notes.md"]
    assert "CVPR" not in str(pushed.item(SWIN))


@pytest.mark.parametrize(
    ("place", "own"),
    [
        ("</ul>", "</ul>\n<h3>Private</h3>\n<p>What I really think</p>"),
        ("</ul>", "</ul>\n<h2>Mine</h2>\n<p>For the thesis</p>"),
        ("<h2 id", "<p>Read this first</p>\n<h2 id"),
    ],
    ids=["private", "below", "above"],
)
def test_a_note_that_holds_text_of_the_persons_own_is_kept(
    pushed: World, place: str, own: str
) -> None:
    pushed.change_note(SWIN, lambda html: html.replace(place, own))

    done = undone(pushed)

    assert pushed.keys_by_title().keys() == {SWIN}
    assert [one.title for one in done.declined] == [SWIN, "Notes"]
    assert own.split("\n")[0].split("</ul>")[-1] in pushed.note(SWIN)


def test_undo_keeps_a_collection_that_the_person_renamed(pushed: World) -> None:
    (collection_row,) = pushed.library.read().collections
    pushed.library.write_collections([replace(collection_row, name="My Thesis")])

    done = undone(pushed)

    assert pushed.items() == {}
    assert list(pushed.collections()) == ["My Thesis"]
    assert [one.reason for one in done.declined] == [
        "this collection was renamed since: it is yours now"
    ]


def test_undo_of_what_a_killed_run_never_wrote_is_recorded_as_done(pushed: World) -> None:
    pushed.edit("Notes.md", (f"**{SWIN}**  \n> *arXiv 2024*", f"**{SWIN}**  \n> *CVPR 2025*"))
    library, planned = live(pushed), pushed.plan(SYNC).actions
    workspace = troubled(pushed, before=_fail)
    with pytest.raises(BadLibrary):
        carry_out(prepare(workspace, SYNC), silent)

    undone(pushed)

    assert (live(pushed), pushed.plan(SYNC).actions) == (library, planned)
    assert run_to_undo(history(pushed).runs) == 1


def _fail(_number: int) -> None:
    raise BadLibrary("the library went away")


def test_an_entry_that_was_moved_and_then_edited_does_not_stand_twice(world: World) -> None:
    first, second = quoted(SWIN, "2401.00001"), quoted(GAN, "2401.00002")
    world.markdown("Notes.md", f"# Notes\n\n## A\n\n{first}\n\n\n## B\n\n{second}")
    world.first_push(SYNC)
    world.change(world.key(SWIN), collections=[world.collections()["Notes/B"]])
    world.push(SYNC)
    moved = digest(world)
    edited = moved.replace(first.encode(), first.replace("It is fast.", "It is quick.").encode())
    (world.root / "Notes.md").write_bytes(edited)

    done = undone(world)

    assert digest(world) == edited
    assert {one.reason for one in done.declined} == {"what was written there has changed since"}
    world.push(SYNC)
    assert len(world.notes()) == 2
    assert world.plan(SYNC).is_settled


def test_an_entry_that_was_moved_and_changed_and_then_edited_does_not_stand_twice(
    world: World,
) -> None:
    first, second = quoted(SWIN, "2401.00001"), quoted(GAN, "2401.00002")
    world.markdown("Notes.md", f"# Notes\n\nWhat I read.\n\n## A\n\n{second}\n\n## B\n\n{first}")
    world.first_push(SYNC)
    world.change(world.key(SWIN), collections=[world.collections()["Notes"]])
    world.change_note(SWIN, lambda html: html.replace("It is fast.", "It is very fast."))
    world.push(SYNC)
    edited = digest(world).replace(b"Task: image", b"Task: blurred image", 1)
    (world.root / "Notes.md").write_bytes(edited)

    done = undone(world)

    assert digest(world) == edited
    assert "what was written there has changed since" in {one.reason for one in done.declined}


def test_an_entry_that_went_back_and_was_then_edited_does_not_stand_twice_after_a_redo(
    world: World,
) -> None:
    first, second = quoted(SWIN, "2401.00001"), quoted(GAN, "2401.00002")
    world.markdown("Notes.md", f"# Notes\n\nWhat I read.\n\n{first}\n## B\n\n{second}")
    world.first_push(SYNC)
    world.change(world.key(SWIN), collections=[world.collections()["Notes/B"]])
    world.change_note(SWIN, lambda html: html.replace("It is fast.", "It is very fast."))
    world.push(SYNC)
    assert undone(world).declined == ()
    edited = digest(world).replace(b"Task: image", b"Task: blurred image", 1)
    (world.root / "Notes.md").write_bytes(edited)

    done = undone(world, history(world).runs[-1].number)

    assert digest(world) == edited
    assert "what was written there has changed since" in {one.reason for one in done.declined}


def test_an_entry_that_a_sync_added_and_that_was_edited_since_stays_and_is_told(
    world: World,
) -> None:
    """It ends with a blank line, as the entry above it does."""
    first, second = quoted(SWIN, "2401.00001"), quoted(GAN, "2401.00002")
    world.markdown("Notes.md", f"# Notes\n\n## A\n\n{first}\n\n## B\n\n{second}")
    world.first_push(SYNC)
    own = {"itemType": "preprint", "title": "Denoising", "archiveID": "arXiv:2006.11239"}
    world.put_item("WNXTEM22", **own, collections=[world.collections()["Notes/A"]])
    world.push(SYNC)
    world.edit("Notes.md", ("**Denoising**", "**Denoising Diffusion**"))
    edited = digest(world)

    done = undone(world)

    assert digest(world) == edited
    assert {one.key for one in done.declined} == {"Notes.md"}


def test_what_moved_to_another_item_by_a_merge_stays_and_is_told(pushed: World) -> None:
    own = {"itemType": "preprint", "title": "An Item of My Own"}
    pushed.put(LibraryItem("WNXTEM22", 0, own))
    moved = pushed.children(SWIN)
    pushed.merge("WNXTEM22", pushed.key(SWIN))

    done = undone(pushed)

    assert moved.keys() <= live(pushed).keys()
    assert {one.reason for one in done.declined if one.title == SWIN} == {
        "its note has moved to another item",
        "a link that was attached to it has moved to another item",
    }


def test_a_removal_done_again_tells_of_an_item_that_was_merged_meanwhile(pushed: World) -> None:
    pushed.remove()
    undone(pushed)
    pushed.put(LibraryItem("WNXTEM22", 0, {"itemType": "preprint", "title": "An Item of My Own"}))
    moved = pushed.children(SWIN)
    pushed.merge("WNXTEM22", pushed.key(SWIN))

    done = undone(pushed, 3)

    assert moved.keys() <= live(pushed).keys()
    assert {(one.title, one.reason) for one in done.declined if one.title == SWIN} == {
        (SWIN, "it was merged into another item, and what it had is there")
    }
    pushed.push(SYNC)
    assert pushed.plan(SYNC).is_settled
    assert len(pushed.children("An Item of My Own")) == len(moved)


def test_an_item_that_was_merged_into_another_since_stays_in_the_trash(pushed: World) -> None:
    removed, markdown = pushed.key(GAN), digest(pushed)
    pushed.remove()
    pushed.change(removed, deleted=0)
    pushed.put_item("WNXTEM22", title=GAN)
    pushed.merge("WNXTEM22", removed)

    done = undone(pushed)

    assert sorted(one["title"] for one in pushed.items().values()) == [GAN, SWIN]
    assert {(one.title, one.reason) for one in done.declined if one.key == removed} == {
        (GAN, "it was merged into another item, and what it had is there")
    }
    pushed.push(SYNC)
    assert digest(pushed) == markdown
    assert sorted(one["title"] for one in pushed.items().values()) == [GAN, SWIN]
    assert len(pushed.notes()) == 2
    assert pushed.plan(SYNC).is_settled


def test_an_undo_that_leaves_a_merged_item_in_part_clears_nothing_in_the_entry(
    world: World,
) -> None:
    """What the run filled in goes again: the entry was never in sync with this item there."""
    world.markdown("Notes.md", notes(quoted(GAN, "2401.00002", venue="CVPR 2024")))
    world.first_push(SYNC)
    ours, markdown = world.key(GAN), digest(world)
    world.put(LibraryItem("WNXTEM22", 0, {"itemType": "conferencePaper", "title": GAN}))
    world.merge("WNXTEM22", ours)
    world.push(SYNC)
    world.change("WNXTEM22", DOI="10.1000/own", date="2024-06")

    done = undone(world)

    assert {one.reason for one in done.declined} == {"date has changed since"}
    assert "proceedingsTitle" not in world.items()["WNXTEM22"]
    world.push(SYNC)
    assert digest(world) == markdown
    assert world.items()["WNXTEM22"]["proceedingsTitle"]
    assert world.plan(SYNC).is_settled


def test_a_file_that_the_run_made_and_that_is_gone_already_declines_nothing(world: World) -> None:
    world.configure('[[digest]]\npath = "*.md"\n\n[[bibliography]]\npath = "refs.bib"\n')
    world.markdown("Notes.md", notes(quoted(SWIN, "2401.00001")))
    world.first_push(SYNC)
    (world.root / "refs.bib").unlink()  # as an undo does that is killed then

    done = undone(world)

    assert done.declined == ()
    assert world.items() == {}


def test_what_was_edited_after_it_came_out_of_the_trash_does_not_go_back(pushed: World) -> None:
    pushed.remove()
    undone(pushed)
    pushed.change_note(SWIN, lambda html: html.replace("It is fast.", "It is very fast."))

    done = undone(pushed, 3)

    assert pushed.keys_by_title().keys() == {SWIN}
    assert "It is very fast." in pushed.note(SWIN)
    assert {(one.title, one.reason) for one in done.declined if one.title == SWIN} == {
        (SWIN, "it, or something below it, has changed since")
    }
    assert pushed.push_with_failures(SYNC).failures == ()
    assert b"It is very fast." in digest(pushed)


def test_undo_counts_a_note_whose_fields_alone_changed_as_a_note(pushed: World) -> None:
    pushed.put_item("WNXTEM22", itemType="preprint", title="Mine", archiveID="arXiv:2401.00003")
    pushed.markdown("Other.md", notes(quoted("Mine", "2401.00003")))
    pushed.push()

    pushed.remove()
    undone(pushed)

    removed, taken_back = sorted(history(pushed).runs, key=lambda run: run.number)[-2:]
    assert (removed.command, taken_back.command) == ("remove", "undo")
    assert (removed.counts["notes"], removed.counts["attachments"]) == (1, 0)
    assert (taken_back.counts["notes"], taken_back.counts["attachments"]) == (1, 0)


def test_an_edit_stays_when_a_run_is_undone_that_failed_after_the_lock_file(
    pushed: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    pushed.change(pushed.key(GAN), title="Adversarial Losses for Sharp Pictures")
    monkeypatch.setattr(Recording, "finish", fail_at_the_end)
    with pytest.raises(KeyboardInterrupt):
        pushed.push(SYNC)
    monkeypatch.undo()

    assert undone(pushed, 2).declined == ()
    assert GAN.encode() in digest(pushed)
    pushed.push(SYNC)

    assert b"Adversarial Losses for Sharp Pictures" in digest(pushed)
    assert "Adversarial Losses for Sharp Pictures" in pushed.keys_by_title()


def fail_at_the_end(*_: object, **_named: object) -> dict[str, int]:
    raise KeyboardInterrupt
