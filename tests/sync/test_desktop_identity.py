"""Which library a running Zotero is: accounts that come later, lost folders, other computers."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.builders import an_item
from tests.library.desktop import a_desktop
from tests.library.faults import When
from tests.sync.test_desktop import (
    MINE,
    Laptop,
    a_laptop,
    pull_git,
    run_and_be_killed,
    sync_zotero,
)
from tests.sync.trouble import silent
from zoterodigest.core.links.link import LockFile, LockRow
from zoterodigest.core.values.file_keys import DigestKey
from zoterodigest.core.values.identity import Identifier
from zoterodigest.core.values.keys import derived_key, note_key
from zoterodigest.sync.gathering.known_lock import NotSyncedYet, OtherLibrary, evidence_of
from zoterodigest.sync.items.merging_items import merge_items, prepare_merge


@pytest.fixture
def laptop(tmp_path: Path) -> Iterator[Laptop]:
    """A laptop whose Zotero has no account yet, and has synced with the digest."""
    with a_laptop(tmp_path / "here") as laptop:
        laptop.desktop.zotero.account = 0
        laptop.run()
        yield laptop


@pytest.fixture
def there(tmp_path: Path, laptop: Laptop) -> Iterator[Laptop]:
    """A second laptop with a clone, and an empty Zotero without an account."""
    with a_desktop(tmp_path / "desktop") as desktop:
        desktop.zotero.server_id, desktop.zotero.account = "another", 0
        there = Laptop(tmp_path / "there", desktop)
        there.root.mkdir()
        pull_git(laptop, there)
        yield there


def lose_data_folder(laptop: Laptop) -> None:
    """Lose what this machine keeps of its Zotero."""
    assert laptop.desktop.folder is not None
    shutil.rmtree(laptop.desktop.folder)


def lock_bytes(laptop: Laptop) -> bytes:
    return (laptop.root / "zoterodigest.lock").read_bytes()


@pytest.mark.parametrize("is_lost", [False, True], ids=["", "and the data folder is lost"])
def test_an_account_that_appears_later_takes_over_the_links(laptop: Laptop, is_lost: bool) -> None:
    assert laptop.lock().identity.startswith("desktop:")
    if is_lost:
        lose_data_folder(laptop)
    laptop.desktop.zotero.account = 1

    settled = laptop.run()

    assert settled.written == 0
    assert laptop.lock().identity == "user:1"
    assert laptop.prepare().is_settled
    laptop.undo_last()
    assert laptop.papers() == [MINE]


def test_a_library_without_an_account_is_recognised_when_the_data_folder_is_lost(
    laptop: Laptop,
) -> None:
    before = lock_bytes(laptop)
    lose_data_folder(laptop)

    settled = laptop.run()

    assert settled.written == 0
    assert lock_bytes(laptop) == before
    laptop.desktop.zotero.requests.clear()
    assert laptop.prepare().is_settled
    assert len(laptop.desktop.zotero.requests) <= 5  # it is recognised once
    laptop.undo_last()
    assert laptop.papers() == [MINE]


def test_a_recognised_library_goes_on_by_the_name_in_the_lock_file(laptop: Laptop) -> None:
    name = laptop.lock().identity
    lose_data_folder(laptop)
    laptop.edit("It is fast.", "It is very fast.")

    laptop.run()

    assert laptop.lock().identity == name
    assert any("very fast" in one for one in laptop.items())


def test_a_killed_run_is_completed_though_the_account_appeared_meanwhile(tmp_path: Path) -> None:
    with a_laptop(tmp_path / "here") as laptop:
        laptop.desktop.zotero.account = 0
        run_and_be_killed(laptop, 12, When.AFTER)
        laptop.desktop.zotero.account = 1

        laptop.run()

        assert len(laptop.items()) == 6
        assert laptop.lock().identity == "user:1"
        assert laptop.prepare().is_settled


def test_a_second_machine_without_an_account_is_told_what_to_do(there: Laptop) -> None:
    with pytest.raises(OtherLibrary) as raised:
        there.prepare()

    assert "does not hold what it links with" in str(raised.value)
    assert "--library desktop" not in raised.value.hint
    assert "same zotero.org account" in raised.value.hint
    assert "init --fresh" in raised.value.hint


def test_a_second_machine_is_recognised_once_both_have_the_account(
    laptop: Laptop, there: Laptop
) -> None:
    for one in (laptop, there):
        one.desktop.zotero.account = 1
    sync_zotero(laptop, there)

    settled = there.run()

    assert settled.written == 0
    assert there.lock().identity == "user:1"
    pull_git(there, laptop)
    assert laptop.prepare().is_settled


def test_a_zotero_that_holds_the_accounts_items_is_recognised_without_the_account(
    laptop: Laptop, there: Laptop
) -> None:
    """A profile folder was copied, or the person signed out."""
    laptop.desktop.zotero.account = 1
    laptop.run()
    pull_git(laptop, there)
    with pytest.raises(NotSyncedYet):
        there.prepare()
    sync_zotero(laptop, there)
    before = lock_bytes(there)

    settled = there.run()

    assert settled.written == 0
    assert lock_bytes(there) == before


def test_another_account_is_another_library(laptop: Laptop) -> None:
    laptop.desktop.zotero.account = 1
    laptop.run()
    laptop.desktop.zotero.account = 2

    with pytest.raises(
        OtherLibrary, match="user:1, and the library of this run is user:2"
    ) as raised:
        laptop.prepare()

    assert "desktop" not in raised.value.hint
    assert "user:1" in raised.value.hint
    assert "in Zotero" in raised.value.hint


def test_keys_that_every_library_has_are_no_evidence() -> None:
    """Where keys are the client's, an item's is derived from its identifier alone."""
    arxiv = frozenset({Identifier("arxiv", "1706.03762")})
    everywhere = derived_key("item", "arxiv:1706.03762")
    rows = (
        LockRow("zd-a", DigestKey("papers.md"), everywhere, identifiers=arxiv),
        LockRow(
            "zd-b", DigestKey("papers.md"), "ZTER2222"
        ),  # its key may be derived from its title
        LockRow("zd-c", DigestKey("papers.md"), "ZTER3333", identifiers=arxiv),
        LockRow("zd-d", DigestKey("papers.md"), "ZTER4444", note=note_key("zd-d")),
    )

    assert evidence_of(LockFile("desktop:1", rows)) == ("ZTER3333", note_key("zd-d"))


def test_a_merge_names_the_item_as_a_zotero_without_an_account_does(laptop: Laptop) -> None:
    home = "http://zotero.org/users/local/v3aG8nQf/items"
    library = laptop.desktop.zotero.library
    related = {"relations": {"dc:replaces": [f"{home}/GGGG2222"]}}
    one, other = (an_item(key, title="A Paper of My Own") for key in ("AAAA2222", "BBBB2222"))
    library.write([one, other, an_item("CCCC2222", title="Another", **related)])

    workspace = laptop.workspace()
    with workspace.library:
        merge_items(prepare_merge(workspace, "AAAA2222", "BBBB2222"), silent)

    (kept,) = library.fetch(["AAAA2222"])
    assert kept.data["relations"] == {"dc:replaces": f"{home}/BBBB2222"}
