"""Adoption: each note of a vault finds its item, and nothing is written into the vault."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.sync.trouble import silent
from tests.sync.world import World
from tests.vaults.fixtures import NoEntryTruth, Vault, canaries, load, names
from zoterodigest.core.links.link import LinkState
from zoterodigest.core.plan.plan import CreateItem
from zoterodigest.library.access import utc_now
from zoterodigest.library.embedded.database import DatabaseFile
from zoterodigest.library.embedded.embedded import EmbeddedLibrary
from zoterodigest.library.port import Collection, LibraryItem
from zoterodigest.project.lock.lock import read_lock
from zoterodigest.sync.gathering.intent import SYNC
from zoterodigest.sync.run.run import Options, prepare
from zoterodigest.sync.syncing.sync_run import carry_out

RULES = """\
[[digest]]
path = "**/*.md"
entry = "file"
private = [{private}]

[[digest]]
path = "**/*.qmd"
entry = "file"
"""


_NOT_FOUND = {
    "values/15 private file.md",  # nothing of it is read
    "a21.md",  # it is private
    "a17.md",  # it has no key but a title, as many pages have
}


ALL = (*names("open"), *names("sealed"))
_PDF = {"itemType": "attachment", "linkMode": "linked_file", "contentType": "application/pdf"}


def laid_out(world: World, vault: Vault) -> None:
    """Put a vault and the items of its library into a world."""
    vault.lay_out(world.root)
    private = ", ".join(f'"{heading}"' for heading in vault.private_headings)
    world.configure(RULES.format(private=private))
    if vault.library.group is not None:
        name_as_a_groups(world, vault.library.group)
    for item in vault.library.items:
        ids = {"DOI": item.doi} if item.doi else {}
        url = {"url": f"https://arxiv.org/abs/{item.arxiv}"} if item.arxiv else {}
        creators = [{"creatorType": "author", "name": name} for name in item.authors]
        fields = {"title": item.title, "date": item.year, "citationKey": item.citation_key}
        world.put(
            LibraryItem(
                item.key,
                0,
                {"itemType": "journalArticle", "creators": creators, **fields, **ids, **url},
            ),
            *(LibraryItem(key, 0, {**_PDF, "parentItem": item.key}) for key in item.attachments),
        )


def name_as_a_groups(world: World, group: int) -> None:
    """Make the library of a world, which is still empty, that of a group."""
    database = DatabaseFile(
        world.root / ".zoterodigest" / "library.sqlite", new_identity=f"group:{group}"
    )
    database.path.parent.mkdir(exist_ok=True)
    EmbeddedLibrary(database, clock=utc_now).write_collections(
        [Collection("GRPSHELF", 0, "Reading")]
    )


def contents(root: Path, *, but: str = "") -> Mapping[str, bytes]:
    files = (path for path in root.rglob("*") if path.is_file())
    named = ((path.relative_to(root).as_posix(), path) for path in files)
    return {name: path.read_bytes() for name, path in named if not (but and name.startswith(but))}


@pytest.mark.parametrize("name", ALL)
def test_each_note_finds_its_item_and_no_byte_of_the_vault_changes(world: World, name: str) -> None:
    vault = load(name)
    laid_out(world, vault)
    for file, truth in vault.files.items():  # nothing of a vault is synced beside evicted files
        if isinstance(truth, NoEntryTruth) and truth.why == "evicted":
            (world.root / vault.placed(file)).unlink()
    before = contents(world.root, but=".zoterodigest/")

    prepared = prepare(world.workspace(), Options(SYNC))
    carry_out(prepared, silent)

    rows = read_lock(world.lock_path.read_bytes()).rows if world.lock_path.exists() else ()
    linked = {row.digest: row.item for row in rows if row.state is LinkState.LINKED}
    made = {one.key for one in prepared.plan.actions if isinstance(one, CreateItem)}
    found = {key: "new" if item in made else item for key, item in linked.items()}
    wanted = {vault.placed(file): truth for file, truth in vault.entries.items()}
    assert found.keys() <= wanted.keys()
    assert not [key for key, item in found.items() if item not in ("new", wanted[key].item)]
    assert not [key for key in found if found[key] == "new" and wanted[key].stale_key]
    assert not [key for key in found if found[key] == "new" and wanted[key].item]
    assert not {key for key, one in wanted.items() if one.item and key not in found} - _NOT_FOUND
    after = contents(world.root)
    assert {key: data for key, data in after.items() if key in before} == before
    written = [data for key, data in after.items() if key not in before]
    written.append(repr(world.everything()).encode())
    assert not canaries(b"\n".join(written).decode(errors="replace"))
