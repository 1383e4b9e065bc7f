"""Whole runs against the Zotero on this computer: keys that it gives, kills, and a second one."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.builders import an_item
from tests.library.desktop import Desktop, a_desktop
from tests.library.faults import Drop, When
from tests.sync.digests import notes, quoted
from tests.sync.trouble import silent
from tests.sync.world import World, actions, reports
from zoterodigest.core.links.link import LockFile
from zoterodigest.core.plan.reports import AwaitedItem, Waiting
from zoterodigest.library.port import Collection, LibraryItem, Snapshot
from zoterodigest.project.lock.lock import read_lock
from zoterodigest.project.log.history import history_folder, read_history
from zoterodigest.sync.gathering import intent
from zoterodigest.sync.gathering.intent import Intent
from zoterodigest.sync.gathering.known_lock import NotSyncedYet
from zoterodigest.sync.gathering.workspace import Chosen, Workspace, open_workspace
from zoterodigest.sync.run.run import Options, Prepared, prepare
from zoterodigest.sync.syncing.sync_run import FinishedRun, carry_out
from zoterodigest.sync.undo.remove_and_unlink import apply_removal, prepare_remove
from zoterodigest.sync.undo.undo import apply_undo, prepare_undo

EXAMPLES = sorted((Path(__file__).resolve().parents[2] / "examples").glob("*.md"))
MINE = "A Paper of My Own"


class Killed(BaseException):
    """The process ends here."""


@dataclass
class Laptop:
    """A project folder, and the Zotero on the same computer."""

    root: Path
    desktop: Desktop

    def workspace(self) -> Workspace:
        chosen = Chosen(f"desktop?url={self.desktop.url}", access=self.desktop.access)
        return open_workspace(sorted(self.root.glob("*.md")), self.root, chosen=chosen)

    def prepare(self, direction: Intent = intent.SYNC) -> Prepared:
        workspace = self.workspace()
        with workspace.library:
            return prepare(workspace, Options(direction))

    def run(self, direction: Intent = intent.SYNC) -> FinishedRun:
        workspace = self.workspace()
        with workspace.library:
            outcome = carry_out(prepare(workspace, Options(direction)), silent)
        assert outcome.failures == ()
        return outcome

    def undo_last(self) -> None:
        history = read_history(history_folder(self.root / ".zoterodigest"))
        run = history.run(max(one.number for one in history.runs))
        workspace = self.workspace()
        with workspace.library:
            undone = apply_undo(prepare_undo(workspace, run), silent)
        assert undone.declined == ()

    def edit(self, old: str, new: str) -> None:
        text = self.text()
        assert text.count(old) == 1
        (self.root / "notes.md").write_text(text.replace(old, new), encoding="utf-8")

    def text(self) -> str:
        return (self.root / "notes.md").read_text(encoding="utf-8")

    def lock(self) -> LockFile:
        return read_lock((self.root / "zoterodigest.lock").read_bytes())

    # --- what Zotero shows

    def items(self) -> dict[str, LibraryItem]:
        """Return all live objects of the library, by title, or text of a note."""
        return by_name(self.desktop.zotero.library.read())

    def papers(self) -> list[str]:
        """Return the titles of all live papers."""
        return sorted(name for name, one in self.items().items() if "parentItem" not in one.data)

    def outcome(self) -> tuple[dict[str, object], list[object]]:
        """Return what the library holds and what the lock file claims, whatever the keys."""
        snapshot, lock = self.desktop.zotero.library.read(), self.lock()
        return shape(snapshot, lock), claims(snapshot, lock)


def by_name(snapshot: Snapshot) -> dict[str, LibraryItem]:
    """Return all live objects, by title, or text of a note; none is there twice."""
    found = [one for one in snapshot.items if not one.is_trashed]
    named = {str(one.data.get("title") or one.data.get("note")): one for one in found}
    assert len(named) == len(found), "something is there twice"
    return named


def shape(snapshot: Snapshot, lock: LockFile) -> dict[str, object]:
    """Return what a library holds: parents, collections and tags by name."""
    collection_rows = {one.key: one.name for one in snapshot.collections}
    assert len(set(collection_rows.values())) == len(collection_rows), "a collection is there twice"
    items = {one.key: name for name, one in by_name(snapshot).items()}
    ids = {row.id: f"row of {items[row.item]}" for row in lock.rows}
    found: dict[str, object] = {}
    for name, one in by_name(snapshot).items():
        title = next((name.replace(row, known) for row, known in ids.items() if row in name), name)
        data = one.data
        placed = sorted(collection_rows[key] for key in data.get("collections", ()))
        tags = [tag["tag"] for tag in data["tags"]]
        found[title] = (data["itemType"], items.get(data.get("parentItem", "")), placed, tags)
    return found


def claims(snapshot: Snapshot, lock: LockFile) -> list[object]:
    """Return what a lock file says was made, which must be there."""
    collection_rows = {one.key: one.name for one in snapshot.collections}
    titles = {one.key: str(one.data.get("title")) for one in snapshot.items}
    rows = [
        (
            titles[row.item],
            row.note and titles[row.note],
            sorted(titles[key] for key in row.origin.attachments),
            sorted(collection_rows[key] for key in row.origin.collections),
            replace(row.origin, attachments=frozenset(), collections=frozenset()),
            sorted(row.bases),
        )
        for row in lock.rows
    ]
    known = [
        (one.digest, collection_rows[one.collection], one.is_ours) for one in lock.collection_rows
    ]
    return [*sorted(rows, key=repr), *known]


@contextmanager
def a_laptop(root: Path, *digests: Path) -> Iterator[Laptop]:
    """Give a project beside a Zotero that holds a paper of the person's own."""
    root.mkdir()
    first = quoted(
        "A Study of Model 9 for Images", "2401.10009", links=["[code](https://github.com/lab/9)"]
    )
    second = quoted("Seeing Further with Lenses", "2402.00001", bullets=["It sees."])
    (root / "notes.md").write_text(notes(first, second), encoding="utf-8")
    for path in digests:
        shutil.copy(path, root)
    with a_desktop(root / "desktop") as desktop:
        desktop.zotero.library.write([an_item("MINE2222", title=MINE)])
        yield Laptop(root, desktop)


@pytest.fixture
def laptop(tmp_path: Path) -> Iterator[Laptop]:
    with a_laptop(tmp_path / "here") as laptop:
        yield laptop


def test_a_second_sync_writes_nothing(laptop: Laptop) -> None:
    first = laptop.run()
    version = laptop.desktop.zotero.library.version()
    lock = (laptop.root / "zoterodigest.lock").read_bytes()

    second = laptop.run()

    assert (first.written, second.written) == (6, 0)  # a collection, two papers, notes and a link
    assert laptop.prepare().is_settled
    assert laptop.desktop.zotero.library.version() == version
    assert (laptop.root / "zoterodigest.lock").read_bytes() == lock


def test_the_lock_file_goes_by_the_keys_in_the_library(laptop: Laptop) -> None:
    laptop.run()

    lock, items = laptop.lock(), laptop.items()
    assert lock.identity == "user:1"
    assert {row.item for row in lock.rows} == {
        items["A Study of Model 9 for Images"].key,
        items["Seeing Further with Lenses"].key,
    }
    assert all(row.origin.item and row.origin.note for row in lock.rows)
    assert laptop.desktop.zotero.server_id not in (laptop.root / "zoterodigest.lock").read_text()


def test_the_same_comes_of_it_as_in_the_embedded_library(laptop: Laptop, tmp_path: Path) -> None:
    world = World(tmp_path / "embedded", ["notes.md"])
    shutil.copytree(laptop.root, world.root, ignore=shutil.ignore_patterns("desktop"))
    world.put(an_item("MINE2222", title=MINE))
    world.push(Options(intent.SYNC))
    snapshot, lock = world.library.read(), read_lock(world.lock_path.read_bytes())

    laptop.run()

    assert laptop.outcome() == (shape(snapshot, lock), claims(snapshot, lock))


def test_a_first_push_into_an_empty_zotero_learns_its_account(laptop: Laptop) -> None:
    """Only what is in a library tells whose it is: here the run's own papers."""
    laptop.desktop.zotero.library.erase(["MINE2222"])
    laptop.run()
    lock = laptop.lock()

    settled = laptop.run()

    assert lock.identity == "user:1"
    assert settled.written == 0
    assert laptop.lock() == lock
    laptop.undo_last()
    assert laptop.papers() == []


def test_edits_travel_both_ways(laptop: Laptop) -> None:
    laptop.run()
    laptop.edit("It is fast.", "It is very fast.")
    item = laptop.items()["Seeing Further with Lenses"]
    laptop.desktop.zotero.library.write(
        [LibraryItem(item.key, item.version, {"title": "Seeing Even Further with Lenses"})]
    )

    laptop.run()

    assert "Seeing Even Further" in laptop.text()
    assert any("very fast" in name for name in laptop.items())
    assert laptop.prepare().is_settled


def test_an_edit_takes_a_deleted_note_out_of_the_trash(laptop: Laptop) -> None:
    laptop.run()
    library = laptop.desktop.zotero.library
    (note,) = (one for name, one in laptop.items().items() if "It is fast." in name)
    library.write([LibraryItem(note.key, note.version, {"deleted": 1})])
    laptop.run()
    laptop.edit("It is fast.", "It is very fast.")

    laptop.run()

    assert [one.key for name, one in laptop.items().items() if "very fast" in name] == [note.key]
    assert laptop.prepare().is_settled


def test_an_edit_makes_an_erased_note_anew(laptop: Laptop) -> None:
    laptop.run()
    (note,) = (one for name, one in laptop.items().items() if "It is fast." in name)
    laptop.desktop.zotero.library.erase([note.key])
    laptop.edit("It is fast.", "It is very fast.")

    laptop.run()

    assert any("very fast" in name for name in laptop.items())
    assert laptop.prepare().is_settled


def test_an_undo_takes_back_what_was_created(laptop: Laptop) -> None:
    laptop.run()

    laptop.undo_last()

    assert laptop.papers() == [MINE]
    assert all(one.is_trashed for one in laptop.desktop.zotero.library.read().collections)


def test_a_remove_takes_back_all_that_was_made(laptop: Laptop) -> None:
    laptop.run()

    workspace = laptop.workspace()
    with workspace.library:
        left = apply_removal(prepare_remove(workspace), silent)

    assert not left.failed
    assert laptop.papers() == [MINE]
    assert all(one.is_trashed for one in laptop.desktop.zotero.library.read().collections)


def test_an_undo_of_a_remove_brings_all_out_of_the_trash(laptop: Laptop) -> None:
    laptop.run()
    before, links = laptop.outcome(), laptop.lock()
    workspace = laptop.workspace()
    with workspace.library:
        apply_removal(prepare_remove(workspace), silent)

    laptop.undo_last()

    assert (laptop.outcome(), laptop.lock()) == (before, links)
    assert not any(one.is_trashed for one in laptop.desktop.zotero.library.read().collections)
    assert laptop.prepare().is_settled


def test_an_undo_of_an_undo_brings_all_out_of_the_trash(laptop: Laptop) -> None:
    laptop.run()
    before, links = laptop.outcome(), laptop.lock()
    laptop.undo_last()

    laptop.undo_last()

    assert (laptop.outcome(), laptop.lock()) == (before, links)
    assert laptop.prepare().is_settled


def test_an_undo_brings_the_item_of_a_dropped_entry_out_of_the_trash(laptop: Laptop) -> None:
    rules = '[[digest]]\npath = "notes.md"\nwhen_dropped = "trash"\n'
    (laptop.root / "zoterodigest.toml").write_text(rules, encoding="utf-8")
    laptop.run()
    papers, text = laptop.papers(), laptop.text()
    (laptop.root / "notes.md").write_text(text.partition("> **Seeing")[0], encoding="utf-8")
    laptop.run()
    assert laptop.papers() != papers

    laptop.undo_last()

    assert laptop.papers() == papers


def test_a_bibliography_goes_by_the_keys_in_the_library(laptop: Laptop) -> None:
    configuration = '[[digest]]\npath = "notes.md"\n\n[[bibliography]]\npath = "refs.bib"\n'
    (laptop.root / "zoterodigest.toml").write_text(configuration, encoding="utf-8")

    laptop.run()

    keys = {row.item for row in laptop.lock().rows}
    assert {one.item for one in laptop.lock().exported} == keys
    assert (laptop.root / "refs.bib").read_text(encoding="utf-8").count("@") == 2
    assert laptop.prepare().is_settled


def test_notes_that_are_open_in_zotero_settle(laptop: Laptop) -> None:
    laptop.run()
    notes_there = [one for one in laptop.items().values() if one.data["itemType"] == "note"]
    laptop.desktop.zotero.open_notes = {one.key for one in notes_there}
    laptop.edit("It is fast.", "It is *very* fast.")

    first = laptop.run()
    version = laptop.desktop.zotero.library.version()
    second = laptop.run()

    assert (first.written, second.written) == (1, 0)
    assert laptop.desktop.zotero.library.version() == version


def test_text_that_zotero_composes_is_no_edit(laptop: Laptop) -> None:
    laptop.edit("Seeing Further with Lenses", "Seeing A\u030angstro\u0308ms")
    laptop.edit("It is fast.", "It is fast, e\u0301galement.")
    text = laptop.text()

    laptop.run()

    assert laptop.run().written == 0
    assert laptop.prepare().is_settled
    assert laptop.text() == text


def requests(folder: Path) -> int:
    """Return how many requests a first sync takes."""
    with a_laptop(folder) as laptop, laptop.desktop.breaking() as proxy:
        laptop.run()
        return len(proxy.requests)


def run_and_be_killed(laptop: Laptop, number: int, when: When) -> None:
    """Sync, and be killed at the request with this number, before or after Zotero has acted."""
    wait = laptop.desktop.clock.wait

    def kill(seconds: float, why: str) -> None:
        if seconds:
            raise Killed

    with laptop.desktop.breaking(Drop(when), first=number), suppress(Killed):
        laptop.desktop.clock.wait = kill  # type: ignore[method-assign]  # the next wait is the end
        laptop.run()
    laptop.desktop.clock.wait = wait  # type: ignore[method-assign]


@pytest.mark.parametrize(
    ("when", "first", "step"),
    [
        (When.AFTER, 3, 3),
        (When.BEFORE, 4, 3),
        *(pytest.param(when, 1, 1, marks=pytest.mark.deep) for when in When),
    ],
)
def test_a_run_killed_at_any_request_is_completed_by_the_next(
    tmp_path: Path, when: When, first: int, step: int
) -> None:
    with a_laptop(tmp_path / "whole") as whole:
        whole.run()
        expected = whole.outcome()

    for number in range(first, requests(tmp_path / "counted") + 1, step):
        with a_laptop(tmp_path / str(number)) as laptop:
            run_and_be_killed(laptop, number, when)

            laptop.run()

            assert laptop.outcome() == expected, f"request {number}"
            assert laptop.prepare().is_settled


def test_an_undo_of_a_run_that_was_killed_takes_back_what_it_created(
    tmp_path: Path, laptop: Laptop
) -> None:
    run_and_be_killed(laptop, requests(tmp_path / "counted"), When.BEFORE)
    assert len(laptop.items()) == 6

    laptop.undo_last()

    assert laptop.papers() == [MINE]


def test_a_restart_of_zotero_in_the_middle_of_a_run_changes_nothing_of_it(
    tmp_path: Path, laptop: Laptop
) -> None:
    with a_laptop(tmp_path / "whole") as whole:
        whole.run()
        expected = whole.outcome()
    wait = laptop.desktop.clock.wait

    def restarting(seconds: float, why: str) -> None:
        laptop.desktop.zotero.restart()
        wait(seconds, why)

    laptop.desktop.clock.wait = restarting  # type: ignore[method-assign]  # a person restarts it
    with laptop.desktop.breaking(*[Drop(When.AFTER)] * 3, first=7):
        laptop.run()

    assert laptop.outcome() == expected


# --- two laptops, one library


@pytest.fixture
def there(laptop: Laptop, tmp_path: Path) -> Iterator[Laptop]:
    """A second laptop with a clone and a Zotero of its own, which has synced."""
    laptop.run()
    with a_desktop(tmp_path / "desktop") as desktop:
        desktop.zotero.server_id = "another"
        there = Laptop(tmp_path / "there", desktop)
        there.root.mkdir()
        pull_git(laptop, there)
        sync_zotero(laptop, there)
        there.run()
        yield there


def pull_git(source: Laptop, target: Laptop) -> None:
    for name in ("notes.md", "zoterodigest.lock"):
        shutil.copy(source.root / name, target.root / name)


def sync_zotero(source: Laptop, target: Laptop) -> None:
    """Let both Zoteros sync: what the one holds is in the other, under the same keys."""
    snapshot, library = source.desktop.zotero.library.read(), target.desktop.zotero.library
    collection_rows = {one.key: one.version for one in library.read().collections}
    items = {one.key: one.version for one in library.read().items}
    by_level = sorted(snapshot.collections, key=lambda one: one.parent or "")
    library.write_collections([_at(one, collection_rows) for one in by_level])
    by_level_too = sorted(snapshot.items, key=lambda one: "parentItem" in one.data)
    library.write([replace(one, version=items.get(one.key, 0)) for one in by_level_too])


def _at(one: Collection, versions: dict[str, int]) -> Collection:
    return replace(one, version=versions.get(one.key, 0))


def test_a_second_laptop_has_nothing_to_do(laptop: Laptop, there: Laptop) -> None:
    laptop.edit("It is fast.", "It is very fast.")
    laptop.run()

    pull_git(laptop, there)
    sync_zotero(laptop, there)

    assert there.prepare().is_settled


def test_a_zotero_that_has_not_synced_yet_waits_and_undoes_nothing(
    laptop: Laptop, there: Laptop
) -> None:
    laptop.edit("It is fast.", "It is very fast.")
    laptop.run()
    pull_git(laptop, there)

    plan = there.run().prepared.plan

    assert actions(plan) == {}
    assert len(reports(plan, Waiting)) == 1
    assert "very fast" in there.text()
    sync_zotero(laptop, there)
    assert reports(there.run().prepared.plan, Waiting) == []


def test_a_paper_that_has_not_arrived_is_awaited_and_not_made_twice(
    laptop: Laptop, there: Laptop
) -> None:
    third = quoted("Depth from a Single Photograph", "2402.00003")
    (laptop.root / "notes.md").write_text(f"{laptop.text()}\n\n{third}", encoding="utf-8")
    laptop.run()
    pull_git(laptop, there)

    plan = there.run().prepared.plan

    assert actions(plan) == {}
    assert len(reports(plan, AwaitedItem)) == 1
    sync_zotero(laptop, there)
    assert there.prepare().is_settled


def test_a_zotero_that_never_synced_is_told_of_and_taken_up_once_it_has(
    laptop: Laptop, tmp_path: Path
) -> None:
    laptop.run()
    with a_desktop(tmp_path / "desktop") as desktop:
        there = Laptop(tmp_path / "there", desktop)
        there.root.mkdir()
        pull_git(laptop, there)

        with pytest.raises(NotSyncedYet) as raised:
            there.prepare()
        sync_zotero(laptop, there)

        assert "Let Zotero synchronise" in raised.value.hint
        assert there.prepare().is_settled


def test_a_first_run_beside_another_zotero_asks_before_it_changes_anything(
    laptop: Laptop, there: Laptop
) -> None:
    laptop.desktop.zotero.server_id = "restored"
    laptop.edit("It is fast.", "It is very fast.")

    assert laptop.prepare().needs_consent
    assert not there.prepare().needs_consent


# --- whole digests


def test_our_examples_go_into_a_running_zotero(tmp_path: Path) -> None:
    with a_laptop(tmp_path / "here", *EXAMPLES) as laptop:
        laptop.run(intent.PUSH)
        version = laptop.desktop.zotero.library.version()
        laptop.desktop.zotero.requests.clear()

        again = laptop.run()

        assert again.written == again.written_digests == 0
        assert laptop.desktop.zotero.library.version() == version
        assert len(laptop.desktop.zotero.requests) == 3
