"""The client of the running Zotero: faults and manners; the behaviour suite runs elsewhere."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.builders import a_collection, a_key, a_note, an_attachment, an_item, changed
from tests.library.desktop import Desktop, a_desktop
from tests.library.faults import FAULTS, Answer, Drop, Fault, Late, Twice, When
from tests.library.running_zotero import ALLOW, DENY, running
from zoterodigest.library.access import Access
from zoterodigest.library.address import DesktopAddress
from zoterodigest.library.desktop.library import DesktopLibrary
from zoterodigest.library.desktop.permission import AnotherZotero
from zoterodigest.library.http import patience
from zoterodigest.library.http.trouble import KeyRefused, NotReached, ServerFailed
from zoterodigest.library.port import (
    BadLibrary,
    Collection,
    LibraryItem,
    LibraryReadOnly,
    Refused,
    Stale,
    Unchanged,
    Written,
)


class Killed(BaseException):
    """The process ends here."""


@pytest.fixture
def desktop(tmp_path: Path) -> Iterator[Desktop]:
    with a_desktop(tmp_path / "desktop") as desktop:
        yield desktop


def papers() -> list[LibraryItem]:
    """Return two papers; the first has a note and a link."""
    return [
        an_item(a_key(1), title="One", collections=[], tags=[{"tag": "task:a"}]),
        an_item(a_key(2), title="Two"),
        a_note(a_key(1), a_key(3)),
        an_attachment(a_key(1), a_key(4)),
    ]


def titles(desktop: Desktop) -> list[str]:
    """Return what the library holds: titles of items and links, texts of notes."""
    items = desktop.zotero.library.read().items
    return sorted(str(item.data.get("title", item.data.get("note"))) for item in items)


def written(desktop: Desktop) -> list[str]:
    """Write the papers with a client of its own; return their keys as the library stores them."""
    with desktop.client() as library:
        outcomes = library.write(papers())
        assert [type(one) for one in outcomes] == [Written] * 4
        return [library.stored_keys[one.key] for one in outcomes]


def stored_keys(desktop: Desktop) -> dict[str, str]:
    """Return what the next run knows of keys."""
    with desktop.client() as library:
        return dict(library.stored_keys)


def identity(desktop: Desktop, group: int | None = None) -> str:
    with desktop.client(group) as library:
        return library.identity


def write_and_be_killed(desktop: Desktop, when: When, *things: LibraryItem | Collection) -> None:
    """Write, and be killed between the request and its answer."""

    def kill(seconds: float, why: str) -> None:
        if seconds:
            raise Killed

    with desktop.breaking(Drop(when), first=5):
        access = Access(wait=kill, desktop_folder=desktop.folder)
        library = DesktopLibrary(DesktopAddress(desktop.url, None), access)
        with library, suppress(Killed):
            library.write([one for one in things if isinstance(one, LibraryItem)])
            library.write_collections([one for one in things if isinstance(one, Collection)])
            pytest.fail("it was not killed")


# --- permission


def test_the_person_is_asked_once_and_the_key_is_kept(desktop: Desktop) -> None:
    written(desktop)
    with desktop.client() as library:
        library.write([an_item(a_key(7))])

    assert len(desktop.zotero.prompts) == 1
    assert desktop.keys == {desktop.zotero.server_id: "local-key-1"}
    assert [why for _, why in desktop.clock.waits] == [
        "answer the dialog in Zotero: it asks whether zoterodigest may write",
        "",
    ]


def test_a_key_for_one_write_is_asked_for_again_and_the_run_goes_on(desktop: Desktop) -> None:
    desktop.zotero.dialog = lambda: ALLOW

    written(desktop)

    assert titles(desktop) == ["<p>N</p>", "Code", "One", "Two"]
    assert len(desktop.zotero.prompts) == 2  # parents, then children
    assert desktop.keys == {}


def test_a_key_that_zotero_no_longer_knows_is_asked_for_again(desktop: Desktop) -> None:
    desktop.keys[desktop.zotero.server_id] = "forgotten"

    written(desktop)

    assert len(desktop.zotero.prompts) == 1


def test_the_sixth_question_in_a_minute_waits(desktop: Desktop) -> None:
    desktop.zotero.dialog = lambda: ALLOW
    start = desktop.clock.now
    desktop.zotero.now = lambda: (desktop.clock.now - start).total_seconds()

    with desktop.client() as library:
        for number in range(7):
            assert isinstance(library.write([an_item(a_key(number))])[0], Written)

    assert (60.0, "Zotero is busy (429)") in desktop.clock.waits


def test_who_is_not_allowed_to_write_reads_on(desktop: Desktop) -> None:
    desktop.zotero.dialog = lambda: DENY

    with desktop.client() as library:
        with pytest.raises(LibraryReadOnly, match="does not let zoterodigest write"):
            library.write(papers())

        assert library.read().items == ()


# --- Zotero comes and goes


def test_a_run_waits_for_a_zotero_that_is_restarted(desktop: Desktop) -> None:
    started = ExitStack()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    address = DesktopAddress(f"http://127.0.0.1:{port}/api", None)
    waits: list[str] = []

    def wait(seconds: float, why: str) -> None:
        waits.append(why)
        if len(waits) == 2:
            started.enter_context(running(zotero, port))

    zotero = desktop.zotero
    library = DesktopLibrary(address, Access(wait=wait))
    with started, library:
        with running(zotero, port):
            library.read()
        assert library.read().items == ()

    assert waits == ["Zotero does not run any more, start it"] * 2


def test_a_zotero_that_does_not_run_is_reported_at_once(desktop: Desktop) -> None:
    address = DesktopAddress("http://127.0.0.1:9/api", None)

    with pytest.raises(NotReached, match="no Zotero is running on this computer") as raised:
        DesktopLibrary(address, desktop.access).read()

    assert "Start Zotero" in raised.value.hint
    assert desktop.clock.waits == []


def test_a_zotero_that_does_not_come_back_is_waited_for_a_minute(desktop: Desktop) -> None:
    with desktop.client() as library:
        library.read()
        library._session.address = DesktopAddress("http://127.0.0.1:9/api", None)
        library._session.close()

        with pytest.raises(NotReached, match="no Zotero is running on this computer"):
            library.read()

    assert sum(seconds for seconds, _ in desktop.clock.waits) == 60


def test_a_library_that_changed_since_the_first_answer_has_no_token(desktop: Desktop) -> None:
    desktop.zotero.library.write([an_item()])
    with desktop.client() as early, desktop.client() as late:
        assert early.read().token == early.token() != ""

        desktop.zotero.library.write([an_item(a_key(2))])

        assert early.read().token == ""
        assert late.read().token == late.token() == early.token() != ""


def test_another_zotero_in_the_middle_of_a_run_is_noticed(desktop: Desktop) -> None:
    with desktop.client() as library:
        library.read()
        desktop.zotero.server_id = "another"

        with pytest.raises(AnotherZotero):
            library.write(papers())

    assert titles(desktop) == []


def test_a_restart_in_the_middle_of_a_write_doubles_nothing(desktop: Desktop) -> None:
    """The answer is lost, and Zotero has forgotten the write token."""
    wait = desktop.clock.wait

    def restarting(seconds: float, why: str) -> None:
        desktop.zotero.restart()
        wait(seconds, why)

    desktop.clock.wait = restarting  # type: ignore[method-assign]  # a person restarts Zotero
    with desktop.breaking(*[Drop(When.AFTER)] * 2, first=5):
        written(desktop)

    assert titles(desktop) == ["<p>N</p>", "Code", "One", "Two"]


# --- faults


@pytest.fixture(scope="module")
def requests() -> int:
    """How many requests the write of the papers takes."""
    with a_desktop() as desktop, desktop.breaking() as proxy:
        written(desktop)
        return len(proxy.requests)


@pytest.mark.parametrize(
    ("fault", "first", "step"),
    [
        *((fault, 1 + place % 8, 8) for place, fault in enumerate(FAULTS)),
        *(pytest.param(fault, 1, 1, marks=pytest.mark.deep) for fault in FAULTS),
    ],
    ids=repr,
)
def test_a_write_survives_any_fault_at_any_request(
    fault: Fault, first: int, step: int, requests: int
) -> None:
    for number in range(first, requests + 1, step):
        with a_desktop() as desktop:
            with desktop.breaking(fault, first=number), suppress(BadLibrary):
                keys = written(desktop)
                stored = {item.key for item in desktop.zotero.library.read().items}
                assert stored == set(keys)

            held = titles(desktop)
            assert sorted(set(held)) == held, f"request {number}"


@pytest.mark.parametrize(
    ("fault", "number"),
    [
        *((fault, 5) for fault in (Drop(When.AFTER), Late(), Twice(), Answer(When.AFTER, 412))),
        *(
            pytest.param(fault, number, marks=pytest.mark.deep)
            for fault in FAULTS
            for number in range(4, 9)
        ),
    ],
)
def test_a_write_of_what_was_read_survives_any_fault(fault: Fault, number: int) -> None:
    """Nothing is read again before such a write: request 5 is the first that writes."""
    with a_desktop() as desktop:
        desktop.zotero.library.write([an_item(a_key(8), title="Eight")])
        breaking = desktop.breaking(fault, first=number)
        with breaking, suppress(BadLibrary), desktop.client() as library:
            (item,) = library.read().items
            library.write([changed(item, title="Changed"), *papers()])

        held = titles(desktop)
        assert sorted(set(held)) == held
        assert ("Eight" in held) != ("Changed" in held)


@pytest.mark.parametrize("fault", [Drop(When.AFTER), Late(), Twice(), Answer(When.AFTER, 500)])
def test_two_objects_that_are_one_like_the_other_are_created_once_each(
    desktop: Desktop, fault: Fault
) -> None:
    with desktop.breaking(fault, first=5), desktop.client() as library:
        outcomes = library.write([an_item(a_key(1)), an_item(a_key(2))])

        keys = {library.stored_keys[one.key] for one in outcomes}

    assert keys == {item.key for item in desktop.zotero.library.read().items}
    assert len(keys) == 2


@pytest.mark.parametrize("when", When)
def test_a_killed_run_has_its_creations_found_again(desktop: Desktop, when: When) -> None:
    write_and_be_killed(desktop, when, *papers())
    items = {item.data["title"]: item.key for item in desktop.zotero.library.read().items}

    stored = stored_keys(desktop)

    is_acted = when is When.AFTER
    assert stored == ({a_key(1): items["One"], a_key(2): items["Two"]} if is_acted else {})


def test_what_a_person_made_meanwhile_is_not_taken_for_ours(desktop: Desktop) -> None:
    """A run was killed before Zotero got its request; a person then added a paper of that title."""
    write_and_be_killed(desktop, When.BEFORE, *papers())
    desktop.zotero.library.write([an_item(title="One")])

    assert stored_keys(desktop) == {}


def test_a_killed_runs_collections_are_found_again(desktop: Desktop) -> None:
    collections = [a_collection(), a_collection(a_key(1), name="July")]
    write_and_be_killed(desktop, When.AFTER, *collections)
    keys = {one.name: one.key for one in desktop.zotero.library.read().collections}

    assert stored_keys(desktop) == {"SHELF222": keys["Daily"], a_key(1): keys["July"]}


def test_the_keys_of_what_was_created_are_known_to_the_next_run(desktop: Desktop) -> None:
    keys = written(desktop)

    stored = stored_keys(desktop)

    assert [stored[paper.key] for paper in papers()] == keys


def test_a_link_in_a_note_leads_to_an_item_under_the_key_that_zotero_gave_it(
    desktop: Desktop,
) -> None:
    first, second = an_item(key=a_key(1)), an_item(key=a_key(2), title="Another")
    link = "zotero://select/library/items/{}"
    note = a_note(first.key, key=a_key(3), note=f'<p><a href="{link.format(a_key(2))}">B</a></p>')

    with desktop.client() as library:
        library.write([first, second, note])
        keys = library.stored_keys
        held = {one.key: one.data for one in library.read().items}

    assert keys[a_key(2)] != a_key(2)
    assert link.format(keys[a_key(2)]) in held[keys[a_key(3)]]["note"]


def test_a_key_asked_for_again_in_a_later_run_is_a_new_creation(desktop: Desktop) -> None:
    """The first object may be in the trash, where another backend would have its key taken."""
    first = written(desktop)[0]

    assert written(desktop)[0] != first


# --- values


def test_a_request_that_is_refused_as_a_whole_spoils_one_object(desktop: Desktop) -> None:
    with desktop.breaking(Answer(When.BEFORE, 413), first=5), desktop.client() as library:
        outcomes = library.write([an_item(a_key(number)) for number in range(4)])

    assert [type(one) for one in outcomes] == [Written] * 4


def test_what_changes_nothing_is_not_sent(desktop: Desktop) -> None:
    with desktop.client() as library:
        library.write([an_item(), a_note()])
        (note,) = library.fetch(["NATE2222"])
        desktop.zotero.requests.clear()

        outcomes = library.write([changed(note, note="<p>N</p>")])

    assert outcomes == [Unchanged(note.key, note.version)]
    assert not [one for one in desktop.zotero.requests if one.startswith("POST")]


def test_a_note_in_an_open_editor_is_saved_by_zotero_as_well(desktop: Desktop) -> None:
    with desktop.client() as library:
        library.write([an_item(), a_note()])
        (note,) = library.fetch(["NATE2222"])
        desktop.zotero.open_notes = {note.key}

        (first,) = library.write([changed(note, note="<p>b")])
        (second,) = library.write([changed(note, note="<p>c")])

    assert isinstance(first, Written)
    assert second == Stale(note.key)


def reads(desktop: Desktop) -> list[str]:
    return [one for one in desktop.zotero.requests if one.startswith("GET")]


def test_what_was_read_is_not_read_again_to_be_written(desktop: Desktop) -> None:
    desktop.zotero.library.write([an_item(a_key(8)), an_item(a_key(9))])
    with desktop.client() as library:
        items = library.read().items
        desktop.zotero.requests.clear()

        changes = [changed(one, title=f"New {one.key}") for one in items]
        outcomes = library.write([*changes, *papers()])

    assert [type(one) for one in outcomes] == [Written] * 6
    assert reads(desktop) == []


def test_what_changed_after_it_was_read_is_stale(desktop: Desktop) -> None:
    desktop.zotero.library.write([an_item()])
    with desktop.client() as library:
        (item,) = library.read().items
        desktop.zotero.library.write([changed(item, title="Theirs")])

        outcomes = library.write([changed(item, title="Ours")])
        again = library.write([changed(item, title=item.data["title"])])

    assert outcomes == [Stale(item.key)]
    assert again == [Stale(item.key)]
    assert titles(desktop) == ["Theirs"]


def test_what_was_created_is_stale_to_be_created_again(desktop: Desktop) -> None:
    with desktop.client() as library:
        library.read()
        library.write([an_item()])

        again = library.write([an_item()])

    assert again == [Stale("ITEM2222")]
    assert titles(desktop) == ["Attention"]


# --- notes that a person is writing


@contextmanager
def a_note_edited(desktop: Desktop, seconds_ago: float) -> Iterator[tuple[DesktopLibrary, Any]]:
    """Give a client that has read a note which was edited so many seconds ago."""
    moment = desktop.clock.now - timedelta(seconds=seconds_ago)
    dated = a_note(dateModified=moment.strftime("%Y-%m-%dT%H:%M:%SZ"))
    desktop.zotero.library.write([an_item(), dated])
    with desktop.client() as library:
        library.read()
        (note,) = library.fetch(["NATE2222"])
        desktop.keys[library.instance] = "known"
        desktop.zotero.keys["known"] = True
        yield library, note


QUIET = "a note was edited in Zotero just now"


def test_a_note_is_written_once_its_editor_is_quiet(desktop: Desktop) -> None:
    with a_note_edited(desktop, seconds_ago=2) as (library, note):
        (outcome,) = library.write([changed(note, note="<p>b</p>")])

    assert isinstance(outcome, Written)
    assert desktop.clock.waits == [(3.0, QUIET)]


def test_a_note_that_is_edited_again_meanwhile_is_left(desktop: Desktop) -> None:
    wait = desktop.clock.wait

    def editing(seconds: float, why: str) -> None:
        wait(seconds, why)
        desktop.zotero.library.write([changed(note, note="<p>typed on</p>")])

    desktop.clock.wait = editing  # type: ignore[method-assign]  # a person types on
    with a_note_edited(desktop, seconds_ago=2) as (library, note):
        (outcome,) = library.write([changed(note, note="<p>b</p>")])

    assert outcome == Stale(note.key)
    assert titles(desktop) == ["<p>typed on</p>", "Attention"]


@pytest.mark.parametrize("seconds_ago", [5, 60, -60])
def test_a_note_that_nobody_edits_is_written_at_once(desktop: Desktop, seconds_ago: int) -> None:
    with a_note_edited(desktop, seconds_ago=seconds_ago) as (library, note):
        (outcome,) = library.write([changed(note, note="<p>b</p>")])

    assert isinstance(outcome, Written)
    assert desktop.clock.waits == []


def test_text_that_is_not_composed_is_the_same_to_zotero(desktop: Desktop) -> None:
    with desktop.client() as library:
        library.write([an_item(title="Angstro\u0308m")])
        (item,) = library.fetch(["ITEM2222"])

        again = library.write([changed(item, title="Angstro\u0308m")])

    assert item.data["title"] == "Angstr\u00f6m"
    assert again == [Unchanged(item.key, item.version)]


def test_nothing_moves_into_extra(desktop: Desktop) -> None:
    with desktop.client() as library:
        outcomes = library.write([an_item(nonsense="x")])

    assert isinstance(outcomes[0], Refused)
    assert titles(desktop) == []


# --- which library


def test_a_library_is_known_by_its_account_or_group(desktop: Desktop) -> None:
    desktop.zotero.library.write([an_item()])

    with desktop.client() as library:
        assert library.instance == desktop.zotero.server_id
    assert identity(desktop) == "user:1"
    assert identity(desktop, group=7) == "group:7"


def test_a_library_without_an_account_keeps_the_name_under_which_it_was_written(
    desktop: Desktop,
) -> None:
    desktop.zotero.account = 0
    with desktop.client() as library:
        name = library.identity
        library.write([an_item()])

    assert name.startswith("desktop:")
    assert desktop.zotero.server_id not in name
    assert identity(desktop) == name


def test_a_library_that_was_empty_is_known_by_both_names_once_it_tells_its_account(
    desktop: Desktop,
) -> None:
    with desktop.client() as library:
        name = library.identity
        library.write([an_item()])

    with desktop.client() as library:
        assert (library.identity, library.former_identity) == ("user:1", name)


def test_an_empty_library_that_was_only_read_has_no_name_yet(desktop: Desktop) -> None:
    """Its Zotero may not have synced."""
    identity(desktop)
    desktop.zotero.library.write([an_item()])

    with desktop.client() as library:
        assert (library.identity, library.former_identity) == ("user:1", "")


def test_the_libraries_of_one_zotero_are_apart(desktop: Desktop) -> None:
    with desktop.client(group=7) as library:
        library.write([an_item()])

        assert len(library.read().items) == 1
    assert titles(desktop) == []
    assert stored_keys(desktop) == {}


def test_a_group_that_zotero_does_not_have_is_told(desktop: Desktop) -> None:
    with desktop.client(8) as library, pytest.raises(BadLibrary, match="no such library"):
        library.read()


def test_a_zotero_that_lets_nobody_in_is_told(desktop: Desktop) -> None:
    refused = Answer(When.BEFORE, 403)
    with (
        desktop.breaking(refused),
        desktop.client() as library,
        pytest.raises(KeyRefused) as raised,
    ):
        library.read()

    assert "allow other applications" in raised.value.hint


def test_what_is_no_zotero_is_told(desktop: Desktop) -> None:
    page = Answer(When.BEFORE, 200, body=b"<html>")
    with (
        desktop.breaking(page),
        desktop.client() as library,
        pytest.raises(ServerFailed, match="no Zotero"),
    ):
        library.read()


def test_an_answer_without_end_is_cut_off_and_told(
    desktop: Desktop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "LONGEST", 1_000)
    endless = Answer(When.BEFORE, 200, body=b"[" * 5_000)
    with (
        desktop.breaking(endless, endless, endless, endless, endless, endless),
        desktop.client() as library,
        pytest.raises(ServerFailed, match="no Zotero"),
    ):
        library.read()


def test_a_key_that_zotero_repeats_is_not_in_the_message(desktop: Desktop) -> None:
    written(desktop)
    (key,) = desktop.keys.values()

    told = Answer(When.BEFORE, 418, body=f"{key} is bad".encode())
    with (
        desktop.breaking(told, first=4),  # request 4 is the write
        desktop.client() as library,
        pytest.raises(ServerFailed) as error,
    ):
        library.write([an_item(a_key(7))])

    assert "HTTP 418: (key) is bad" in str(error.value)


def test_no_key_is_told(desktop: Desktop, tmp_path: Path) -> None:
    written(desktop)
    (key,) = desktop.keys.values()
    kept = "".join(path.read_text() for path in tmp_path.rglob("*.json"))

    assert key not in kept
    assert key not in repr(desktop.access)
    assert key not in str(desktop.clock.waits)
