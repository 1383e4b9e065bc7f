"""A world for scenarios: digests in a folder, an embedded library beside them, and a person."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from shutil import rmtree
from typing import Any

from tests.made_once import made_once
from zoterodigest.core.plan.plan import Plan
from zoterodigest.core.plan.reports import Report
from zoterodigest.library.connect import embedded
from zoterodigest.library.embedded.embedded import EmbeddedLibrary
from zoterodigest.library.port import BATCH_SIZE, Collection, LibraryItem, Refused, Stale
from zoterodigest.project.outside import Allowed
from zoterodigest.sync.gathering.workspace import Chosen, Workspace, open_workspace
from zoterodigest.sync.removal.removal import Removal
from zoterodigest.sync.run.run import Options, Prepared, prepare
from zoterodigest.sync.syncing.sync_run import FinishedRun, carry_out
from zoterodigest.sync.undo.remove_and_unlink import apply_removal, prepare_remove, prepare_unlink

Data = Mapping[str, Any]


def _silent(_done: int, _total: int) -> None:
    """Show no progress."""


@dataclass
class World:
    """A project folder; `digests` are the names of the files a run is about, in order."""

    root: Path
    digests: list[str] = field(default_factory=list)

    # --- digests and configuration

    def markdown(self, name: str, text: str) -> Path:
        """Write a digest."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
        if name not in self.digests:
            self.digests.append(name)
        return path

    def edit(self, name: str, *changes: tuple[str, str]) -> None:
        """Edit a digest: each text, which stands there once, becomes another."""
        text = (self.root / name).read_bytes().decode()
        for old, new in changes:
            assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {name}"
            text = text.replace(old, new)
        (self.root / name).write_bytes(text.encode())

    def rename(self, old: str, new: str) -> None:
        """Rename a digest's file."""
        (self.root / old).rename(self.root / new)
        self.digests[self.digests.index(old)] = new

    def configure(self, text: str) -> None:
        """Write the configuration; from now on it names the digests."""
        (self.root / "zoterodigest.toml").write_text(text, encoding="utf-8")

    # --- runs

    def workspace(self) -> Workspace:
        """Open what a run on these digests works on."""
        allowed = Allowed(is_all=True)  # what else may be is tested at the command line
        paths = [self.root / name for name in self.digests]
        return open_workspace(paths, self.root, chosen=Chosen(allowed=allowed))

    def prepare(self, options: Options | None = None) -> Prepared:
        """Plan a push."""
        return prepare(self.workspace(), options or Options())

    def plan(self, options: Options | None = None) -> Plan:
        """Return the plan of a push."""
        return self.prepare(options).plan

    def push(self, options: Options | None = None) -> FinishedRun:
        """Push; nothing may fail, and the guard may not stop it."""
        outcome = self.push_with_failures(options)
        assert outcome.failures == ()
        return outcome

    def first_push(self, options: Options | None = None) -> None:
        """Push what was never pushed. In a process, of projects that are alike one is pushed, and
        the others get the files that it leaves.
        """
        files = {path: path.read_bytes() for path in self.root.rglob("*") if path.is_file()}
        assert not (self.root / ".zoterodigest").exists()
        assert " at 0x" not in repr(options)  # the address of what is gone is soon another's
        assert b"library" not in files.get(self.root / "zoterodigest.toml", b"")
        held = sorted((str(path.relative_to(self.root)), data) for path, data in files.items())

        def make() -> None:
            self.push(options)

        made_once(self.root, make, tuple(held), tuple(self.digests), repr(options))

    def push_with_failures(self, options: Options | None = None) -> FinishedRun:
        """Push; records may fail."""
        prepared = self.prepare(options)
        assert prepared.stop is None
        return carry_out(prepared, _silent)

    def remove(self) -> Removal:
        """Take back what the tool made; return what was planned for that."""
        removal = prepare_remove(self.workspace())
        assert not apply_removal(removal, _silent).failed
        return removal

    def unlink(self) -> None:
        """Forget the links."""
        apply_removal(prepare_unlink(self.workspace()), _silent)

    @property
    def lock_path(self) -> Path:
        """The lock file."""
        return self.root / "zoterodigest.lock"

    def forget(self) -> None:
        """Lose the lock file and all of the state but the library."""
        self.lock_path.unlink()
        for path in (self.root / ".zoterodigest").iterdir():
            if path.is_dir():
                rmtree(path)
            elif path.name != "library.sqlite":
                path.unlink()

    def lose_memory(self) -> None:
        """Lose what the library last showed here."""
        for path in (self.root / ".zoterodigest").glob("seen-*"):
            path.unlink()

    def traces(self) -> dict[str, tuple[bytes, int]]:
        """Return the bytes and times of everything a settled run may not touch."""
        bibs = sorted(self.root.glob("*.bib"))
        files = [*(self.root / name for name in self.digests), *bibs, self.lock_path]
        return {file.name: (file.read_bytes(), file.stat().st_mtime_ns) for file in files}

    # --- the library, as a person sees it

    @property
    def library(self) -> EmbeddedLibrary:
        """The library beside the digests."""
        return embedded(self.root / ".zoterodigest" / "library.sqlite")

    def everything(self) -> dict[str, Data]:
        """Return the data of all items, notes and attachments by key, without times of change."""
        return {
            one.key: {name: value for name, value in one.data.items() if name != "dateModified"}
            for one in self.library.read().items
        }

    def items(self) -> dict[str, Data]:
        """Return the data of all live top-level items by key."""
        return {
            key: data
            for key, data in self.everything().items()
            if "parentItem" not in data and not data.get("deleted")
        }

    def notes(self) -> dict[str, Data]:
        """Return the data of all live notes by key."""
        return {
            key: data
            for key, data in self.everything().items()
            if data["itemType"] == "note" and not data.get("deleted")
        }

    def key(self, title: str) -> str:
        """Return the key of the one live item with this title."""
        (key,) = (key for key, data in self.items().items() if data.get("title") == title)
        return key

    def item(self, title: str) -> Data:
        """Return the data of the one live item with this title."""
        return self.items()[self.key(title)]

    def keys_by_title(self) -> dict[str, str]:
        """Return the key of each live item by its title."""
        return {str(data["title"]): key for key, data in self.items().items()}

    def children(self, title: str) -> dict[str, Data]:
        """Return the live children of the item with this title, by key."""
        key = self.key(title)
        return {
            child: data
            for child, data in self.everything().items()
            if data.get("parentItem") == key and not data.get("deleted")
        }

    def note(self, title: str) -> str:
        """Return the HTML of the one note of the item with this title."""
        (note,) = (one for one in self.children(title).values() if one["itemType"] == "note")
        return str(note["note"])

    def note_key(self, title: str) -> str:
        """Return the key of the one note of the item with this title."""
        (key,) = (k for k, one in self.children(title).items() if one["itemType"] == "note")
        return key

    def links(self, title: str) -> dict[str, str]:
        """Return the linked addresses of the item with this title, by label."""
        children = self.children(title).values()
        return {str(one["title"]): one["url"] for one in children if "url" in one}

    def tags(self, title: str) -> set[str]:
        """Return the tags of the item with this title."""
        return {tag["tag"] for tag in self.item(title).get("tags", ())}

    def collections(self) -> dict[str, str]:
        """Return the keys of all live collections by their path, as in `Daily/Vision`."""
        found = {one.key: one for one in self.library.read().collections if not one.is_trashed}

        def path(one: Collection) -> str:
            above = found.get(one.parent or "")
            return f"{path(above)}/{one.name}" if above else one.name

        return {path(one): one.key for one in found.values()}

    def shelved(self, title: str) -> set[str]:
        """Return the paths of the collections that the item with this title is in."""
        paths = {key: path for path, key in self.collections().items()}
        return {paths[key] for key in self.item(title).get("collections", ())}

    # --- what the person does in the library

    def put(self, *items: LibraryItem) -> None:
        """Put items, notes and attachments in the library, parents first."""
        for start in range(0, len(items), BATCH_SIZE):
            outcomes = self.library.write(items[start : start + BATCH_SIZE])
            assert not [one for one in outcomes if isinstance(one, Stale | Refused)]

    def put_shelf(self, key: str, name: str, parent: str | None = None) -> None:
        """Make a collection."""
        self.library.write_collections([Collection(key, 0, name, parent)])

    def change(self, key: str, **data: Any) -> None:
        """Change fields of an item, note or attachment."""
        (present,) = self.library.fetch([key])
        self.put(LibraryItem(key, present.version, data))

    def put_item(self, key: str, **data: Any) -> None:
        """Put a preprint of the person's own in the library."""
        self.put(LibraryItem(key, 0, {"itemType": "preprint", **data}))

    def erase(self, key: str) -> None:
        """Erase an item, note or attachment for good."""
        assert self.library.erase([key])

    def merge(self, keep: str, other: str) -> None:
        """Merge two items as Zotero's Merge Items does: `keep` stays, `other` goes in the trash.

        Children move; collections, tags and relations are united; no field changes.
        """
        items = self.everything()
        for key, data in items.items():
            if data.get("parentItem") == other:
                self.change(key, parentItem=keep)
        stays, goes = items[keep], items[other]
        replaced = stays.get("relations", {}).get("dc:replaces", [])
        replaced = [replaced] if isinstance(replaced, str) else replaced
        relation = [*replaced, f"http://zotero.org/users/1/items/{other}"]
        self.change(
            keep,
            collections=[*stays["collections"], *goes["collections"]],
            tags=[*stays["tags"], *goes["tags"]],
            relations={"dc:replaces": relation},
        )
        self.change(other, deleted=1)

    def change_note(self, title: str, change: Callable[[str], str]) -> None:
        """Change the note of the item with this title."""
        html = self.note(title)
        changed = change(html)
        assert changed != html, "the note stays as it is"
        self.change(self.note_key(title), note=changed)


def reports(plan: Plan, kind: type[Report]) -> list[Report]:
    """Return the reports of one kind."""
    return [report for report in plan.reports if isinstance(report, kind)]


def actions(plan: Plan) -> dict[str, int]:
    """Return how many actions of each kind a plan has."""
    names = [type(action).__name__ for action in plan.actions]
    return {name: names.count(name) for name in names}


def only_gained(before: Data, after: Data) -> set[str]:
    """Return the fields that were empty and now are not; fail if anything else changed."""
    gained: set[str] = set()
    for name in sorted(before.keys() | after.keys()):
        old, new = before.get(name), after.get(name)
        match old:
            case list() if name in ("tags", "collections"):
                assert all(one in (new or []) for one in old), f"{name} lost something"
                gained |= {name} if new != old else set()
            case None | "" | {} | []:
                gained |= {name} if new else set()
            case _:
                assert new == old, f"{name}: {old!r} became {new!r}"
    return gained
