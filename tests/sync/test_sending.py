"""The one sender: what goes into a library goes in an order in which nothing is left half done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from tests.builders import a_collection, a_key, a_note, an_attachment, an_item, changed
from tests.growth import MORE_CALLS, growth_of_calls
from tests.library.served import in_memory
from tests.sync.trouble import TroubledLibrary, silent
from zoterodigest.library.port import BATCH_SIZE, Library, LibraryItem, Outcome, Written
from zoterodigest.library.records.contents import EMPTY_LIBRARY
from zoterodigest.sync.apply.changes import (
    CHANGED_MEANWHILE,
    OTHERS_NOT_WRITTEN,
    Results,
    Sent,
)
from zoterodigest.sync.apply.sending import send


def sent(library: Library, what: Sent) -> Results:
    return send(library, what, EMPTY_LIBRARY, silent)


def stored(library: Library, item: LibraryItem) -> LibraryItem:
    (outcome,) = library.write([item])
    assert isinstance(outcome, Written)
    return library.fetch([item.key])[0]


def an_annotation(parent: str, key: str) -> LibraryItem:
    return LibraryItem(key, 0, {"itemType": "annotation", "parentItem": parent})


def stale(item: LibraryItem, **data: object) -> LibraryItem:
    return LibraryItem(item.key, item.version + 7, data)


@given(st.lists(st.integers(0, 3), max_size=70))
def test_batches_are_full_and_a_child_comes_after_the_batch_of_its_item(below: list[int]) -> None:
    batches: list[list[LibraryItem]] = []
    items: list[LibraryItem] = []
    notes: list[LibraryItem] = []
    for number, children in enumerate(below):
        item = an_item(a_key(number))
        items.append(item)
        notes += [a_note(item.key, a_key(1000 + 10 * number + child)) for child in range(children)]

    with in_memory() as library:
        results = sent(_Listening(library, batches.append), Sent((*notes, *items)))

    assert results.failed == {}
    at = {one.key: number for number, batch in enumerate(batches) for one in batch}
    assert sum(map(len, batches)) == len(at) == len(items) + len(notes)
    assert all(0 < len(batch) <= BATCH_SIZE for batch in batches)
    assert all(at[note.key] > at[str(note.data["parentItem"])] for note in notes)
    later = [
        at[str(one.data["parentItem"])] for batch in batches[1:] for one in batch if one in notes
    ]
    assert all(
        len(batch) == BATCH_SIZE or number in later for number, batch in enumerate(batches[:-1])
    )


def test_sending_more_items_and_children_costs_more_in_proportion() -> None:
    def send_many(number: int) -> None:
        items = [an_item(a_key(place)) for place in range(number)]
        notes = [a_note(item.key, a_key(10_000 + place)) for place, item in enumerate(items)]
        with in_memory() as library:
            assert not sent(library, Sent((*notes, *items))).failed

    assert growth_of_calls(send_many, 250) < MORE_CALLS


def test_nothing_below_an_item_that_could_not_be_written_is_written() -> None:
    with in_memory() as library:
        item = stored(library, an_item())
        file, mark = an_attachment(item.key, "FYLE2222"), an_annotation("FYLE2222", "MARK2222")
        results = sent(library, Sent((mark, stale(item, title="Other"), file)))

        assert library.fetch([file.key, mark.key]) == []

    left = replace(CHANGED_MEANWHILE, of_parent=True)
    assert results.failed == {item.key: CHANGED_MEANWHILE, file.key: left, mark.key: left}


def test_a_child_of_an_item_that_changed_in_between_is_left_for_the_same_reason() -> None:
    with in_memory() as library:
        item = stored(library, an_item())
        results = sent(library, Sent((stale(item, title="Other"), a_note(item.key))))

        assert library.fetch(["NATE2222"]) == []

    assert results.failed == {
        item.key: CHANGED_MEANWHILE,
        "NATE2222": replace(CHANGED_MEANWHILE, of_parent=True),
    }
    assert all(reason.is_stale for reason in results.failed.values())


def test_what_is_to_be_last_is_not_written_once_anything_failed() -> None:
    with in_memory() as library:
        item, other = stored(library, an_item()), stored(library, an_item("NEXT2222"))
        what = Sent((stale(item, title="Other"),), last=(changed(other, deleted=1),))
        results = sent(library, what)

        assert not library.fetch([other.key])[0].is_trashed

    assert results.failed[other.key] == OTHERS_NOT_WRITTEN
    assert not results.failed[other.key].is_stale


def test_a_new_collection_is_there_before_its_items_and_an_old_one_goes_after_them() -> None:
    with in_memory() as library:
        library.write_collections([a_collection("GAING222")])
        going = library.fetch_collections(["GAING222"])[0]
        item = stored(library, an_item(collections=["GAING222"]))
        below = a_collection("BELQW222", parent="ABAVE222")
        what = Sent(
            (changed(item, collections=["BELQW222"]),),
            (
                a_collection(going.key, version=going.version, is_trashed=True),
                below,
                a_collection("ABAVE222"),
            ),
        )
        results = sent(library, what)

    assert results.failed == {}
    by_version = sorted(results.versions, key=lambda key: results.versions[key])
    assert by_version == ["ABAVE222", "BELQW222", item.key, "GAING222"]


def test_a_refused_item_tells_what_the_library_said_and_stops_nobody_else() -> None:
    with in_memory() as behind:
        library = TroubledLibrary(behind, is_accepted=lambda key, _: key != "ITEM2222")
        results = sent(library, Sent((an_item(), an_item("NEXT2222"))))

    assert results.versions.keys() == {"NEXT2222"}
    assert not results.failed["ITEM2222"].is_stale


class _Listening(TroubledLibrary):
    """A library that tells what each of its writes holds."""

    def __init__(self, library: Library, hear: Callable[[list[LibraryItem]], None]) -> None:
        super().__init__(library)
        self._hear = hear

    def write(self, items: Sequence[LibraryItem]) -> list[Outcome]:
        self._hear(list(items))
        return super().write(items)
