"""The behaviour suite of the port: what every library does, whichever backend stands behind it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.builders import (
    a_collection,
    a_file,
    a_highlight,
    a_key,
    a_note,
    an_attachment,
    an_item,
    changed,
)
from zoterodigest.core.values.annotation import AnnotationAbsence, ItemAnnotations
from zoterodigest.library.port import (
    BATCH_SIZE,
    Collection,
    Library,
    LibraryItem,
    Outcome,
    Refused,
    Stale,
    Unchanged,
    Written,
)


def stored(library: Library, item: LibraryItem) -> LibraryItem:
    """Write `item` and return it as the library then has it."""
    (outcome,) = library.write([item])
    assert isinstance(outcome, Written), outcome
    (read,) = library.fetch([item.key])
    return read


def shelved(library: Library, collection: Collection) -> Collection:
    """Write `collection` and return it as the library then has it."""
    (outcome,) = library.write_collections([collection])
    assert isinstance(outcome, Written), outcome
    (read,) = library.fetch_collections([collection.key])
    return read


def key_in(library: Library, asked: str) -> str:
    """Return the key under which `library` keeps what was created under the one asked for."""
    return library.stored_keys.get(asked, asked)


def keys_in(library: Library, *asked: str) -> list[str]:
    """Return the keys in `library` of what was created under those asked for, sorted."""
    return sorted(key_in(library, key) for key in asked)


def keyed(library: Library, *asked: str) -> list[str]:
    """Return the keys in `library` of what was created under those asked for."""
    return [key_in(library, key) for key in asked]


def created(library: Library, *items: LibraryItem) -> None:
    """Write new items, which must be accepted."""
    outcomes = library.write(items)
    assert all(isinstance(outcome, Written) for outcome in outcomes), outcomes


def annotations_of(library: Library, *items: str, **known: str) -> dict[str, ItemAnnotations]:
    """Return the annotations of items, by the keys asked for; those `known` are of the first."""
    seen = {key_in(library, key): key_in(library, file) for key, file in known.items()}
    asked = {key_in(library, key): {} if at else seen for at, key in enumerate(items)}
    found = library.annotations(library.read(), asked)
    return {key: found[key_in(library, key)] for key in items}


def only(outcomes: list[Outcome]) -> Outcome:
    (outcome,) = outcomes
    return outcome


def code_of(outcomes: list[Outcome]) -> int | None:
    """Return the code of the one outcome if it is a refusal."""
    outcome = only(outcomes)
    return outcome.code if isinstance(outcome, Refused) else None


def tags(*texts: str) -> list[dict[str, Any]]:
    return [{"tag": text} for text in texts]


class LibraryContract:
    """What every `Library` promises. A backend joins by subclassing and giving `library`.

    The library is empty. It keeps what is created under the key that is asked for, or says under
    which other one.
    """

    lists_trashed_collections = True

    @pytest.fixture
    def library(self) -> Library:
        raise NotImplementedError

    # Reading

    def test_an_empty_library_holds_nothing(self, library: Library) -> None:
        snapshot = library.read()

        assert (snapshot.items, snapshot.collections) == ((), ())
        assert snapshot.version == library.version()

    def test_the_identity_stays_when_things_are_written(self, library: Library) -> None:
        before = library.identity

        stored(library, an_item())

        assert library.identity == before
        assert ":" in before

    def test_a_snapshot_is_complete_and_sorted_by_key(self, library: Library) -> None:
        stored(library, an_item(a_key(9)))
        stored(library, an_item(a_key(3)))
        stored(library, a_note(a_key(9), a_key(5)))
        stored(library, an_item(a_key(1), deleted=1))
        shelved(library, a_collection(a_key(8)))
        shelved(library, a_collection(a_key(2), is_trashed=True))

        snapshot = library.read()

        items, collections = map(a_key, (1, 3, 5, 9)), [a_key(2), a_key(8)]
        listed = collections if self.lists_trashed_collections else collections[1:]
        fetched = library.fetch_collections([*collections, a_key(7)])
        assert [item.key for item in snapshot.items] == keys_in(library, *items)
        assert [collection.key for collection in snapshot.collections] == keys_in(library, *listed)
        assert [collection.key for collection in fetched] == keys_in(library, *collections)
        assert snapshot.version == library.version()

    def test_each_write_renews_the_token(self, library: Library) -> None:
        tokens = [library.token()]
        item = stored(library, an_item(title="Attention"))
        tokens.append(library.token())
        shelved(library, a_collection())
        tokens.append(library.token())
        stored(library, changed(item, title="Attention, later"))
        tokens.append(library.token())

        assert len(set(tokens)) == 4
        assert library.token() == tokens[-1]

    def test_a_snapshot_has_the_token_of_its_state_or_none(self, library: Library) -> None:
        stored(library, an_item(title="Attention"))

        assert library.read().token in ("", library.token())

    def test_fetch_gives_items_in_key_order_once_without_the_missing(
        self, library: Library
    ) -> None:
        second = stored(library, an_item(a_key(2)))
        first = stored(library, an_item(a_key(1)))

        fetched = library.fetch([a_key(2), a_key(7), a_key(1), a_key(2)])

        assert fetched == sorted([first, second], key=lambda item: item.key)
        assert library.fetch([]) == []

    def test_an_item_reads_the_same_alone_and_in_a_snapshot(self, library: Library) -> None:
        shelved(library, a_collection())
        stored(library, an_item(tags=tags("b", "a"), collections=["SHELF222"]))
        stored(library, a_note())

        fetched = library.fetch(["ITEM2222", "NATE2222"])

        assert list(library.read().items) == fetched

    # Creating and changing

    def test_a_new_item_has_what_was_given_and_what_every_item_has(self, library: Library) -> None:
        authors = [{"creatorType": "author", "firstName": "Ada", "lastName": "Lovelace"}]

        item = stored(library, an_item(creators=authors, DOI="10.1/x"))

        assert item.data["itemType"] == "journalArticle"
        assert item.data["title"] == "Attention"
        assert item.data["DOI"] == "10.1/x"
        assert item.data["creators"] == authors
        assert item.data["tags"] == []
        assert item.data["collections"] == []
        assert item.data["relations"] == {}
        assert item.data["dateAdded"].endswith("Z")
        assert item.data["dateModified"].endswith("Z")
        assert not item.is_trashed

    def test_key_and_version_are_not_in_the_data(self, library: Library) -> None:
        item = stored(library, an_item())

        assert not {"key", "version"} & item.data.keys()

    def test_a_change_keeps_every_field_that_is_not_given(self, library: Library) -> None:
        item = stored(library, an_item(DOI="10.1/x", tags=tags("mine")))

        after = stored(library, changed(item, title="Attention, revised"))

        modified = after.data["dateModified"]
        assert after.data == {
            **item.data,
            "title": "Attention, revised",
            "dateModified": modified,
        }

    def test_a_field_is_cleared_by_an_empty_text(self, library: Library) -> None:
        item = stored(library, an_item(DOI="10.1/x"))

        after = stored(library, changed(item, DOI=""))

        assert "DOI" not in after.data

    def test_lists_that_are_given_replace(self, library: Library) -> None:
        ada = {"creatorType": "author", "name": "Ada"}
        alan = {"creatorType": "author", "name": "Alan"}
        item = stored(library, an_item(creators=[ada], tags=tags("old")))

        after = stored(library, changed(item, creators=[alan, ada], tags=tags("new")))

        assert after.data["creators"] == [alan, ada]
        assert after.data["tags"] == tags("new")

    def test_writing_never_changes_what_was_read_or_given(self, library: Library) -> None:
        given = an_item(tags=tags(" b ", "a"))
        read = stored(library, given)
        kept = dict(read.data)

        stored(library, changed(read, title="Other"))

        assert given.data["tags"] == tags(" b ", "a")
        assert read.data == kept

    def test_creation_of_a_key_that_exists_is_stale(self, library: Library) -> None:
        item = stored(library, an_item())

        outcome = only(library.write([an_item(title="Another")]))

        assert outcome == Stale("ITEM2222")
        assert library.read().items == (item,)

    def test_what_was_created_answers_to_the_key_asked_for_and_to_its_own(
        self, library: Library
    ) -> None:
        item = stored(library, an_item())
        asked, own = library.fetch(["ITEM2222"]), library.fetch([item.key])

        renamed = only(library.write([replace(changed(item, title="New"), key="ITEM2222")]))

        assert asked == own == [item]
        assert item.key == key_in(library, "ITEM2222")
        assert renamed == Written("ITEM2222", library.version())

    def test_stale_write_is_refused_and_changes_nothing(self, library: Library) -> None:
        read_earlier = stored(library, an_item())
        stored_later = stored(library, changed(read_earlier, title="Attention, later"))

        outcomes = library.write([changed(read_earlier, title="Attention, stale")])

        assert outcomes == [Stale(read_earlier.key)]
        assert library.fetch([read_earlier.key]) == [stored_later]

    def test_a_version_from_the_future_is_stale(self, library: Library) -> None:
        item = stored(library, an_item())

        outcome = only(library.write([replace(changed(item, title="X"), version=item.version + 1)]))

        assert outcome == Stale(item.key)

    def test_a_change_of_an_item_that_is_not_there_is_stale(self, library: Library) -> None:
        outcome = only(library.write([replace(an_item(), version=3)]))

        assert outcome == Stale("ITEM2222")
        assert library.fetch(["ITEM2222"]) == []

    def test_a_write_of_what_is_already_there_is_unchanged(self, library: Library) -> None:
        shelved(library, a_collection())
        given: dict[str, Any] = {
            "creators": [{"creatorType": "author", "name": "Ada"}],
            "tags": tags("b", "a"),
            "collections": ["SHELF222"],
            "DOI": "10.1/x",
        }
        item = stored(library, an_item(**given))
        version = library.version()

        outcome = only(library.write([changed(item, **given, title=" Attention ", pages="")]))

        assert outcome == Unchanged(item.key, item.version)
        assert library.version() == version
        assert library.fetch([item.key]) == [item]

    def test_the_version_rises_by_one_for_each_object_written(self, library: Library) -> None:
        item = stored(library, an_item(a_key(1)))
        version = library.version()

        outcomes = library.write(
            [
                an_item(a_key(2)),
                changed(item, title="Attention"),
                an_item(a_key(3), title=["no text"]),
                changed(item, title="Other"),
            ]
        )

        assert [type(outcome) for outcome in outcomes] == [
            Written,
            Unchanged,
            Refused,
            Written,
        ]
        assert outcomes[0] == Written(a_key(2), version + 1)
        assert outcomes[3] == Written(item.key, version + 2)
        assert library.version() == version + 2

    def test_one_failure_does_not_touch_the_others(self, library: Library) -> None:
        outcomes = library.write(
            [
                an_item(a_key(1)),
                an_item(a_key(2), nonsense="x"),
                replace(an_item(a_key(3)), version=8),
                an_item(a_key(4)),
            ]
        )

        assert [outcome.key for outcome in outcomes] == [a_key(n) for n in (1, 2, 3, 4)]
        assert [type(outcome) for outcome in outcomes] == [Written, Refused, Stale, Written]
        kept = [item.key for item in library.read().items]
        assert kept == keys_in(library, a_key(1), a_key(4))

    def test_a_key_given_twice_in_one_call_is_created_once(self, library: Library) -> None:
        first, second = library.write([an_item(), an_item(title="Another")])

        assert isinstance(first, Written)
        assert second == Stale("ITEM2222")

    def test_a_full_batch_is_written_and_a_larger_one_is_a_bug(self, library: Library) -> None:
        batch = [an_item(a_key(number)) for number in range(BATCH_SIZE + 1)]

        outcomes = library.write(batch[:BATCH_SIZE])

        assert all(isinstance(outcome, Written) for outcome in outcomes)
        with pytest.raises(ValueError, match="limit"):
            library.write(batch)
        with pytest.raises(ValueError, match="limit"):
            library.write_collections([a_collection() for _ in batch])

    def test_an_empty_batch_changes_nothing(self, library: Library) -> None:
        version = library.version()

        assert library.write([]) == []
        assert library.write_collections([]) == []
        assert library.version() == version

    @pytest.mark.parametrize(
        "key", ["", "item2222", "ITEM222", "ITEM22222", "ITEM222O", "ITEM2221"]
    )
    def test_a_malformed_key_is_refused(self, library: Library, key: str) -> None:
        assert code_of(library.write([an_item(key)])) == 400
        assert code_of(library.write_collections([a_collection(key)])) == 400

    # Fields

    def test_an_unknown_field_is_refused(self, library: Library) -> None:
        assert code_of(library.write([an_item(nonsense="x")])) == 400
        assert code_of(library.write([an_item(nonsense="")])) == 400

    def test_a_field_of_another_type_is_refused_unless_empty(self, library: Library) -> None:
        assert code_of(library.write([an_item(proceedingsTitle="CVPR")])) == 400
        assert isinstance(only(library.write([an_item(proceedingsTitle="")])), Written)

    @pytest.mark.parametrize("kind", ["nonsense", "", None, 3])
    def test_an_unknown_item_type_is_refused(self, library: Library, kind: object) -> None:
        assert code_of(library.write([an_item(itemType=kind)])) == 400

    def test_a_new_item_without_a_type_is_refused(self, library: Library) -> None:
        assert code_of(library.write([LibraryItem("ITEM2222", 0, {"title": "X"})])) == 400

    @pytest.mark.parametrize(
        ("given", "kept"),
        [
            ("  Attention\n ", "Attention"),
            ("a\r\nb", "a\nb"),
            ("a\x00b\x1bc\x7fd", "abcd"),
            ("a\tb", "a\tb"),
            (2017, "2017"),
            ("Ångström ≠ 🚀", "Ångström ≠ 🚀"),
        ],
    )
    def test_values_are_stored_trimmed_and_clean(
        self, library: Library, given: object, kept: str
    ) -> None:
        item = stored(library, an_item(extra=given))

        assert item.data["extra"] == kept

    @pytest.mark.parametrize("value", [["a"], {"a": "b"}, True, "half \ud800"])
    def test_a_value_that_is_no_text_is_refused(self, library: Library, value: object) -> None:
        assert code_of(library.write([an_item(extra=value)])) == 400

    def test_a_field_may_have_65535_bytes(self, library: Library) -> None:
        fits, too_long = "é" * 32_767 + "x", "é" * 32_768

        assert stored(library, an_item(abstractNote=fits)).data["abstractNote"] == fits
        assert code_of(library.write([an_item(a_key(1), abstractNote=too_long)])) == 413

    def test_a_change_of_type_maps_base_fields(self, library: Library) -> None:
        item = stored(
            library,
            an_item(
                publicationTitle="CVPR",
                seriesText="Vision",
                creators=[{"creatorType": "author", "name": "Ada"}],
            ),
        )

        after = stored(library, changed(item, itemType="conferencePaper", publisher="IEEE"))

        assert after.data["itemType"] == "conferencePaper"
        assert after.data["proceedingsTitle"] == "CVPR"
        assert after.data["publisher"] == "IEEE"
        assert after.data["creators"] == [{"creatorType": "author", "name": "Ada"}]
        assert not {"publicationTitle", "seriesText"} & after.data.keys()

    def test_the_date_added_can_be_set(self, library: Library) -> None:
        item = stored(library, an_item(dateAdded="2020-02-03T04:05:06Z"))

        assert item.data["dateAdded"] == "2020-02-03T04:05:06Z"

    def test_a_date_added_that_is_no_moment_is_refused(self, library: Library) -> None:
        assert code_of(library.write([an_item(dateAdded="yesterday")])) == 400

    # Creators

    def test_creators_keep_their_order_and_it_matters(self, library: Library) -> None:
        ada = {"creatorType": "author", "firstName": "Ada", "lastName": "Lovelace"}
        team = {"creatorType": "editor", "name": "Gemini Team"}
        item = stored(library, an_item(creators=[team, ada]))

        after = stored(library, changed(item, creators=[ada, team]))

        assert item.data["creators"] == [team, ada]
        assert after.data["creators"] == [ada, team]

    def test_a_part_of_a_creator_may_have_255_characters(self, library: Library) -> None:
        fits = {"creatorType": "author", "firstName": "Ä" * 255, "lastName": "L"}
        too_long = {"creatorType": "author", "name": "x" * 256}

        assert stored(library, an_item(creators=[fits])).data["creators"] == [fits]
        assert code_of(library.write([an_item(a_key(1), creators=[too_long])])) == 413

    @pytest.mark.parametrize(
        "creators",
        ["Ada", [["Ada"]], [{"creatorType": "author"}], [{"creatorType": "author", "name": []}]],
    )
    def test_malformed_creators_are_refused(self, library: Library, creators: object) -> None:
        assert code_of(library.write([an_item(creators=creators)])) == 400

    # Tags

    def test_tags_are_trimmed_sorted_and_without_doubles_but_case_counts(
        self, library: Library
    ) -> None:
        item = stored(library, an_item(tags=tags(" b", "a", "b ", "B")))

        assert item.data["tags"] == tags("B", "a", "b")

    def test_tags_in_another_order_are_no_change(self, library: Library) -> None:
        item = stored(library, an_item(tags=tags("a", "b")))

        outcome = only(library.write([changed(item, tags=tags("b", "a", "a"))]))

        assert outcome == Unchanged(item.key, item.version)

    def test_an_automatic_tag_stays_automatic(self, library: Library) -> None:
        automatic = [{"tag": "found", "type": 1}]

        item = stored(library, an_item(tags=automatic))

        assert item.data["tags"] == automatic

    def test_a_blank_tag_is_dropped(self, library: Library) -> None:
        item = stored(library, an_item(tags=tags("a", " ", "")))

        assert item.data["tags"] == tags("a")

    @pytest.mark.parametrize("given", ["a", [" "], [{"tag": None}], ["a"], [{}]])
    def test_malformed_tags_are_refused(self, library: Library, given: object) -> None:
        assert code_of(library.write([an_item(tags=given)])) == 400

    def test_a_tag_may_have_255_characters(self, library: Library) -> None:
        assert stored(library, an_item(tags=tags("x" * 255))).data["tags"] == tags("x" * 255)
        assert code_of(library.write([an_item(a_key(1), tags=tags("x" * 256))])) == 413

    # Children

    def test_a_parent_and_its_children_are_written_in_one_batch(self, library: Library) -> None:
        outcomes = library.write([an_item(), a_note(), an_attachment()])

        (note,), (link,) = library.fetch(["NATE2222"]), library.fetch(["LINK2222"])
        assert all(isinstance(outcome, Written) for outcome in outcomes)
        parent = key_in(library, "ITEM2222")
        assert note.data["parentItem"] == link.data["parentItem"] == parent
        assert note.data["note"] == "<p>N</p>"
        assert link.data["linkMode"] == "linked_url"
        assert link.data["url"] == "https://example.org/code"

    def test_a_child_before_its_parent_is_refused(self, library: Library) -> None:
        outcome, parent = library.write([a_note(), an_item()])

        assert isinstance(outcome, Refused)
        assert outcome.code == 409
        assert isinstance(parent, Written)

    def test_a_child_of_a_refused_parent_is_refused(self, library: Library) -> None:
        outcomes = library.write([an_item(nonsense="x"), a_note()])

        assert [type(outcome) for outcome in outcomes] == [Refused, Refused]
        assert library.read().items == ()

    def test_nothing_lies_below_a_note(self, library: Library) -> None:
        stored(library, an_item())
        stored(library, a_note())

        assert code_of(library.write([a_note("NATE2222", a_key(1))])) == 409

    def test_a_regular_item_lies_below_nothing(self, library: Library) -> None:
        stored(library, an_item())

        assert code_of(library.write([an_item(a_key(1), parentItem="ITEM2222")])) == 400

    def test_a_child_has_no_collections(self, library: Library) -> None:
        stored(library, an_item())
        shelved(library, a_collection())

        assert "collections" not in stored(library, a_note()).data
        assert code_of(library.write([a_note(key=a_key(1), collections=["SHELF222"])])) == 400

    def test_a_note_can_stand_alone_in_a_collection(self, library: Library) -> None:
        shelved(library, a_collection())

        note = stored(
            library,
            LibraryItem("NATE2222", 0, {"itemType": "note", "collections": ["SHELF222"]}),
        )

        assert note.data["note"] == ""
        assert note.data["collections"] == keys_in(library, "SHELF222")
        assert "parentItem" not in note.data

    def test_a_note_moves_to_another_parent(self, library: Library) -> None:
        stored(library, an_item())
        stored(library, an_item(a_key(1)))
        note = stored(library, a_note())

        after = stored(library, changed(note, parentItem=a_key(1)))

        assert after.data["parentItem"] == key_in(library, a_key(1))

    def test_a_note_has_no_title(self, library: Library) -> None:
        stored(library, an_item())

        assert code_of(library.write([a_note(title="Summary")])) == 400

    def test_a_note_may_have_500000_characters(self, library: Library) -> None:
        stored(library, an_item())
        fits = "<p>" + "é" * 499_993 + "</p>"

        assert stored(library, a_note(note=fits)).data["note"] == fits
        assert code_of(library.write([a_note(key=a_key(1), note=fits + "x")])) == 413

    def test_a_change_of_a_note_leaves_its_parent_as_it_is(self, library: Library) -> None:
        parent = stored(library, an_item())
        note = stored(library, a_note())

        stored(library, changed(note, note="<p>edited</p>"))

        assert library.fetch([parent.key]) == [parent]

    # Trash

    def test_an_item_is_trashed_and_restored(self, library: Library) -> None:
        item = stored(library, an_item())

        trashed = stored(library, changed(item, deleted=1))
        restored = stored(library, changed(trashed, deleted=0))

        assert trashed.is_trashed
        assert trashed.data["deleted"] == 1
        assert not restored.is_trashed
        times = {name: item.data[name] for name in ("dateAdded", "dateModified")}
        assert {**restored.data, **times} == item.data

    def test_trashing_a_parent_does_not_flag_its_children(self, library: Library) -> None:
        item = stored(library, an_item())
        note = stored(library, a_note())

        stored(library, changed(item, deleted=1))

        assert library.fetch([note.key]) == [note]

    def test_a_trashed_item_is_trashed_once(self, library: Library) -> None:
        item = stored(library, an_item(deleted=1))

        assert only(library.write([changed(item, deleted=1)])) == Unchanged(item.key, item.version)

    # Annotations

    def test_the_annotations_of_an_item_come_from_all_its_files_in_order(
        self, library: Library
    ) -> None:
        stored(library, an_item())
        epub = {"contentType": "application/epub+zip"}
        files = [a_file(), a_file(key="FILE3333", **epub), a_file("", "FILE4444")]
        second = a_highlight(key="MARK3333", sortIndex="00009|000000|00000")
        in_epub = a_highlight("FILE3333", "MARK4444", sortIndex="00050|00013029", position="{}")
        other = a_highlight("FILE4444", "MARK5555")
        created(library, *files, second, a_highlight(), in_epub, other)

        found = annotations_of(library, "ITEM2222", "FILE4444")

        # A library that gives its own keys may sort the files otherwise.
        by_file = sorted(
            [
                keyed(library, "FILE2222", "MARK2222", "MARK3333"),
                keyed(library, "FILE3333", "MARK4444"),
            ]
        )
        keys = {item: [one.key for one in of.annotations] for item, of in found.items()}
        assert keys["ITEM2222"] == [mark for _, *marks in by_file for mark in marks]
        assert keys["FILE4444"] == keyed(library, "MARK5555")
        assert [of.absent for of in found.values()] == [{}, {}]

    def test_an_annotation_has_what_its_json_says(self, library: Library) -> None:
        stored(library, an_item())
        mark = a_highlight(comment="<b>Yes</b>", color="#ff6666", pageLabel="xii")
        created(library, a_file(), LibraryItem(mark.key, 0, {**mark.data, "tags": tags("reading")}))

        (found,) = annotations_of(library, "ITEM2222")["ITEM2222"].annotations

        assert (found.text, found.comment) == ("The highlighted text", "<b>Yes</b>")
        assert (found.color_name, found.page_label, found.page) == ("Red", "xii", 5)
        assert (found.attachment, found.tags) == (key_in(library, "FILE2222"), ("reading",))
        assert (found.sort_index, found.library) == ("00004|001000|00000", "library")

    @pytest.mark.parametrize("trashed", ["FILE2222", "ITEM2222"])
    def test_the_trash_hides_annotations_with_their_file_or_item(
        self, library: Library, trashed: str
    ) -> None:
        stored(library, an_item())
        created(library, a_file(), a_highlight(), a_file("", "FILE3333"))
        stored(library, a_highlight("FILE3333", "MARK3333"))
        (item,) = library.fetch([trashed])

        stored(library, changed(item, deleted=1))
        hidden = annotations_of(library, "ITEM2222", MARK2222="FILE2222")["ITEM2222"]
        unplaced = annotations_of(library, "ITEM2222", MARK2222="")["ITEM2222"]
        (item,) = library.fetch([trashed])
        stored(library, changed(item, deleted=0))
        shown = annotations_of(library, "ITEM2222", MARK2222="FILE2222")["ITEM2222"]

        (mark,) = keyed(library, "MARK2222")
        assert hidden == unplaced
        assert hidden == ItemAnnotations((), {mark: AnnotationAbsence.ATTACHMENT_TRASHED})
        assert [one.key for one in shown.annotations] == [mark]

    def test_a_trashed_annotation_is_told_from_an_erased_one(self, library: Library) -> None:
        stored(library, an_item())
        created(library, a_file(), a_highlight(), a_highlight(key="MARK3333"))
        (mark,) = library.fetch(["MARK2222"])
        stored(library, changed(mark, deleted=1))

        found = annotations_of(library, "ITEM2222", MARK2222="FILE2222", MARK9999="FILE2222")

        trashed, listed = keyed(library, "MARK2222", "MARK3333")
        assert [one.key for one in found["ITEM2222"].annotations] == [listed]
        assert found["ITEM2222"].absent == {
            trashed: AnnotationAbsence.TRASHED,
            "MARK9999": AnnotationAbsence.ERASED,
        }

    def test_an_annotation_that_moved_to_another_item_is_there(self, library: Library) -> None:
        for item, file in (("ITEM2222", "FILE2222"), ("ITEM3333", "FILE3333")):
            stored(library, an_item(item))
            stored(library, a_file(item, file))
        mark = stored(library, a_highlight())

        stored(library, changed(mark, parentItem="FILE3333"))
        found = annotations_of(library, "ITEM2222", "ITEM3333", MARK2222="FILE2222")

        (key,) = keyed(library, "MARK2222")
        assert found["ITEM2222"] == ItemAnnotations((), {key: AnnotationAbsence.MOVED})
        assert [one.key for one in found["ITEM3333"].annotations] == [key]

    def test_where_none_is_listed_a_known_one_is_erased_only_if_that_is_certain(
        self, library: Library
    ) -> None:
        stored(library, an_item())
        stored(library, a_file())

        found = annotations_of(library, "ITEM2222", MARK9999="FILE2222")["ITEM2222"]

        sure = AnnotationAbsence.ERASED
        why = sure if library.lists_annotations else AnnotationAbsence.UNREADABLE
        assert found == ItemAnnotations((), {"MARK9999": why})

    # Relations

    def test_relations_are_kept_and_replaced(self, library: Library) -> None:
        one = {"dc:replaces": "http://zotero.org/users/1/items/AAAA2222"}
        item = stored(library, an_item(relations=one))

        after = stored(library, changed(item, relations={}))

        assert item.data["relations"] == one
        assert after.data["relations"] == {}

    def test_relations_are_compared_as_sets(self, library: Library) -> None:
        uris = [f"http://zotero.org/users/1/items/{key}" for key in ("BBBB2222", "AAAA2222")]
        item = stored(library, an_item(relations={"dc:replaces": uris}))

        outcome = only(library.write([changed(item, relations={"dc:replaces": uris[::-1]})]))

        assert outcome == Unchanged(item.key, item.version)

    # Collections

    def test_a_collection_is_created_renamed_moved_and_trashed(self, library: Library) -> None:
        top = shelved(library, a_collection(a_key(1)))
        collection = shelved(library, a_collection(a_key(2), name="July"))

        renamed = shelved(library, replace(collection, name=" August "))
        moved = shelved(library, replace(renamed, parent=top.key))
        trashed = shelved(library, replace(moved, is_trashed=True))

        assert (renamed.name, renamed.parent) == ("August", None)
        assert (moved.name, moved.parent) == ("August", top.key)
        assert (trashed.parent, trashed.is_trashed) == (top.key, True)
        assert library.version() == trashed.version

    def test_a_collection_comes_out_of_the_trash(self, library: Library) -> None:
        collection = shelved(library, a_collection())
        trashed = shelved(library, replace(collection, is_trashed=True))

        restored = shelved(library, replace(trashed, is_trashed=False))

        assert restored in library.read().collections
        assert library.fetch_collections([collection.key, a_key(9)]) == [restored]

    def test_a_collection_as_it_is_is_unchanged(self, library: Library) -> None:
        collection = shelved(library, a_collection())
        version = library.version()

        assert library.write_collections([collection]) == [
            Unchanged(collection.key, collection.version)
        ]
        assert library.version() == version

    def test_a_stale_collection_is_left(self, library: Library) -> None:
        read_earlier = shelved(library, a_collection())
        shelved(library, replace(read_earlier, name="Later"))

        outcomes = [
            only(library.write_collections([replace(read_earlier, name="Stale")])),
            only(library.write_collections([a_collection()])),
            only(library.write_collections([a_collection(a_key(1), version=4)])),
        ]

        assert outcomes == [Stale(read_earlier.key), Stale("SHELF222"), Stale(a_key(1))]
        assert [collection.name for collection in library.read().collections] == ["Later"]

    @pytest.mark.parametrize(("name", "code"), [("", 400), ("  ", 400), ("x" * 256, 413)])
    def test_the_name_of_a_collection_has_1_to_255_characters(
        self, library: Library, name: str, code: int
    ) -> None:
        assert code_of(library.write_collections([a_collection(name=name)])) == code
        assert shelved(library, a_collection(name="x" * 255)).name == "x" * 255

    def test_a_collection_below_an_unknown_one_is_refused(self, library: Library) -> None:
        child, parent = library.write_collections(
            [a_collection(a_key(2), parent=a_key(1)), a_collection(a_key(1))]
        )

        assert isinstance(child, Refused)
        assert child.code == 409
        assert isinstance(parent, Written)

    def test_parent_and_child_collection_are_written_in_one_batch(self, library: Library) -> None:
        outcomes = library.write_collections(
            [a_collection(a_key(2)), a_collection(a_key(1), parent=a_key(2))]
        )

        assert all(isinstance(outcome, Written) for outcome in outcomes)

    def test_a_collection_never_lies_below_itself(self, library: Library) -> None:
        top = shelved(library, a_collection(a_key(1)))

        outcome = only(library.write_collections([replace(top, parent=top.key)]))

        assert isinstance(outcome, Refused)
        assert top in library.read().collections

    def test_a_collection_moved_below_its_own_child_unties_the_child(
        self, library: Library
    ) -> None:
        top = shelved(library, a_collection(a_key(1)))
        middle = shelved(library, a_collection(a_key(2), parent=top.key))
        low = shelved(library, a_collection(a_key(3), parent=middle.key))

        shelved(library, replace(top, parent=low.key))

        parents = {one.key: one.parent for one in library.read().collections}
        assert parents == {top.key: low.key, middle.key: top.key, low.key: None}

    def test_an_item_joins_and_leaves_collections(self, library: Library) -> None:
        collection = shelved(library, a_collection(a_key(1)))
        shelved(library, a_collection(a_key(2)))
        item = stored(library, an_item(collections=[a_key(2), a_key(1), a_key(2)]))

        after = stored(library, changed(item, collections=[a_key(2)]))

        assert item.data["collections"] == keys_in(library, a_key(1), a_key(2))
        assert after.data["collections"] == keys_in(library, a_key(2))
        assert collection in library.read().collections

    def test_membership_of_an_unknown_collection_is_refused(self, library: Library) -> None:
        outcome = only(library.write([an_item(collections=["SHELF222"])]))

        assert isinstance(outcome, Refused)
        assert library.read().items == ()
