"""What of a library goes along in a copy."""

from __future__ import annotations

from tests.builders import a_collection, a_note, an_attachment, an_item
from zoterodigest.core.links.link import CollectionRow, Exported, LinkState, LockFile, LockRow
from zoterodigest.core.values.file_keys import BibKey, DigestKey
from zoterodigest.library.port import Collection, LibraryItem, Snapshot
from zoterodigest.library.records.contents import Contents, read_contents
from zoterodigest.library.records.zotero import ZoteroMapping
from zoterodigest.sync.copying.scope import Portion, portion_of

NOTHING = LockFile("user:1")


def holding(*objects: LibraryItem | Collection) -> Contents:
    items = tuple(one for one in objects if isinstance(one, LibraryItem))
    collections = tuple(one for one in objects if isinstance(one, Collection))
    return read_contents(Snapshot(1, items, collections), ZoteroMapping())


def keys(portion: Portion) -> list[str]:
    return [*(one.key for one in portion.collections), *(one.key for one in portion.objects)]


def test_links_bring_their_items_children_and_collections_with_those_above() -> None:
    contents = holding(
        a_collection("TAP22222"),
        a_collection("BELAW222", parent="TAP22222"),
        a_collection("ATHER222"),
        an_item("LINKED22", collections=["BELAW222"]),
        an_item("ALQNE222", collections=["ATHER222"]),
        a_note("LINKED22", "NATE2222"),
        a_note("ALQNE222", "NATE3333"),
    )

    portion = portion_of(
        contents, LockFile("user:1", (LockRow("zd-1", DigestKey("a.md"), "LINKED22"),))
    )

    assert keys(portion) == ["TAP22222", "BELAW222", "LINKED22", "NATE2222"]
    assert portion.left.unlinked == 1


def test_what_lies_in_our_collections_stands_in_a_bib_or_was_merged_into_is_linked() -> None:
    replaced = "http://zotero.org/users/1/items/MERGED22"
    contents = holding(
        a_collection("SHELF222"),
        an_item("ADDED222", collections=["SHELF222"]),
        an_item("INBIB222"),
        an_item("STAYED22", relations={"dc:replaces": replaced}),
        an_item("MERGED22", deleted=1),
    )
    lock = LockFile(
        "user:1",
        (LockRow("zd-1", DigestKey("a.md"), "MERGED22", state=LinkState.LINKED),),
        (CollectionRow(DigestKey("a.md"), (), "SHELF222"),),
        (Exported(BibKey("refs.bib"), "knuth", "INBIB222"),),
    )

    assert keys(portion_of(contents, lock)) == ["SHELF222", "ADDED222", "INBIB222", "STAYED22"]


def test_without_links_everything_goes_along_but_the_trash() -> None:
    contents = holding(
        a_collection("SHELF222", is_trashed=True),
        a_collection("BELAW222", parent="SHELF222"),
        an_item("ITEM2222"),
        an_item("ITEM3333", deleted=1),
        a_note("ITEM2222", "NATE2222", deleted=1),
        LibraryItem("ALQNE222", 0, {"itemType": "note", "note": "<p>Mine</p>"}),
    )

    assert keys(portion_of(contents, None)) == ["ALQNE222", "ITEM2222"]
    assert portion_of(contents, None).left.trashed == 3
    assert len(keys(portion_of(contents, None, with_trash=True))) == 6
    assert keys(portion_of(contents, NOTHING)) == []


def test_files_stay_behind_and_are_counted_those_in_notes_too() -> None:
    contents = holding(
        an_item("ITEM2222"),
        a_note("ITEM2222", "NATE2222"),
        an_attachment("ITEM2222", "FILE2222", linkMode="imported_url"),
        an_attachment("NATE2222", "PICTURE2", linkMode="embedded_image"),
        an_attachment("ITEM2222", "LINK2222"),
    )

    portion = portion_of(contents, None)

    assert keys(portion) == ["ITEM2222", "LINK2222", "NATE2222"]
    assert portion.left.files == 2


def test_a_ring_of_collections_ends() -> None:
    contents = holding(
        a_collection("SHELF222", parent="SHELF333"), a_collection("SHELF333", parent="SHELF222")
    )

    assert sorted(keys(portion_of(contents, None))) == ["SHELF222", "SHELF333"]
