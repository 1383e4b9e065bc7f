"""Citation keys of a project: written once into items that have none, and never changed."""

from __future__ import annotations

import pytest

from tests.sync.digests import folded
from tests.sync.world import World, actions
from zoterodigest.bibtex.keys import KeySource
from zoterodigest.core.links.link import LockRow
from zoterodigest.core.values.record import CITEKEY
from zoterodigest.library.port import LibraryItem
from zoterodigest.project.lock.lock import read_lock
from zoterodigest.project.log.history import history_folder, read_history
from zoterodigest.sync.exports.keying import lasting_keys, read_keys, write_keys
from zoterodigest.sync.gathering import intent
from zoterodigest.sync.gathering.intent import Intent
from zoterodigest.sync.run.run import Options
from zoterodigest.sync.undo.undo import apply_undo, prepare_undo

CONFIGURATION = """
[[digest]]
path = "survey.md"

[[bibliography]]
path = "refs.bib"
"""
LENSES = "Seeing Further with Larger Lenses"
BOOKS = "Reading Books with Few Parameters"
BOTS = "Walking Robots that Learn to Fall"
SECTIONS = [("Method", ["It works."])]
SYNC = Options(intent.SYNC)


def a_survey(*papers: tuple[str, str]) -> str:
    return "# Survey\n\n" + "\n".join(folded(*paper, sections=SECTIONS) for paper in papers)


def key_of(world: World, title: str) -> str:
    return str(world.item(title).get("citationKey", ""))


def rows_of(world: World) -> tuple[LockRow, ...]:
    return read_lock(world.lock_path.read_bytes()).rows


@pytest.fixture
def survey(world: World) -> World:
    """A survey of two papers by Lovelace and Turing, in a project with a bibliography."""
    world.configure(CONFIGURATION)
    world.markdown("survey.md", a_survey((LENSES, "2102.00001"), (BOOKS, "2102.00002")))
    return world


def mine(**data: object) -> LibraryItem:
    """Return an item of the person's own that is the first paper."""
    author = {"creatorType": "author", "firstName": "Ada", "lastName": "Lovelace"}
    own = {"itemType": "preprint", "title": LENSES, "archiveID": "arXiv:2102.00001"}
    return LibraryItem("WNPAPER2", 0, {**own, "creators": [author], "date": "2021", **data})


def _without_authors(survey: World) -> str:
    """Take the authors of one paper out; return the citation key of its new entry in the .bib."""
    survey.edit("survey.md", (_HEAD + _AUTHORS, _HEAD))
    survey.push(SYNC)
    assert "{SeeingFurtherLarger2021," in (survey.root / "refs.bib").read_text()
    assert key_of(survey, LENSES) == ""
    return "SeeingFurtherLarger2021"


_AUTHORS = "* **Authors:** Ada Lovelace, Alan Turing\n"
_HEAD = f"<summary><b>{LENSES}</b></summary>\n\n"


def test_a_provisional_key_that_was_exported_becomes_the_items_with_its_authors(
    survey: World,
) -> None:
    exported = _without_authors(survey)

    survey.edit("survey.md", (_HEAD, _HEAD + _AUTHORS))
    survey.push(SYNC)

    assert key_of(survey, LENSES) == exported
    bib = (survey.root / "refs.bib").read_text()
    assert f"{{{exported}," in bib
    assert bib.count("Lovelace") == 2
    assert survey.prepare(SYNC).plan.is_settled


def test_a_provisional_key_that_was_exported_becomes_the_items_when_the_bib_gets_authors(
    survey: World,
) -> None:
    survey.configure(CONFIGURATION + "push = true\npull = true\n")
    exported = _without_authors(survey)

    survey.edit("refs.bib", (f"{{{exported},\n", f"{{{exported},\n  author = {{Ada Lovelace}},\n"))
    survey.push(SYNC)

    assert key_of(survey, LENSES) == exported
    assert f"{{{exported}," in (survey.root / "refs.bib").read_text()
    assert survey.prepare(SYNC).plan.is_settled


def test_every_key_of_a_bib_that_was_there_first_stays(survey: World) -> None:
    keys = {LENSES: "Linsen:21", BOOKS: "BOOKS_21"}
    entry = "@misc{%s, title = {%s}, author = {Lovelace, Ada}, eprint = {2102.0000%d}}\n"
    bib = "".join(entry % (key, title, at) for at, (title, key) in enumerate(keys.items(), 1))
    bib += "@book{hand, title = {Written by Hand}}\n"
    (survey.root / "refs.bib").write_text(bib)
    survey.push(SYNC)
    for title in keys:
        survey.edit("survey.md", (f"<b>{title}</b>", f"<b>{title}, Revised</b>"))
    survey.edit("survey.md", *_authors(survey, f"{LENSES}, Revised", "Ada Lovelace", "Ada Byron"))

    survey.push(SYNC)

    assert (survey.root / "refs.bib").read_text() == bib
    assert {key_of(survey, f"{title}, Revised") for title in keys} == {*keys.values()}


def test_a_key_is_the_same_again_when_only_the_lock_file_knows_it(survey: World) -> None:
    survey.push(SYNC)
    survey.change(survey.key(LENSES), citationKey="", title="Another Title", date="1999")
    with survey.workspace().library:
        keys = read_keys(survey.workspace())

    found = {one.work.fact("title"): one.key for one in keys.items}

    assert found["Another Title"].text == "lovelaceSeeingFurtherLarger2021"
    assert found["Another Title"].source is KeySource.FIXED


@pytest.mark.parametrize("direction", [intent.PUSH, intent.SYNC])
def test_new_items_come_with_their_citation_keys_and_a_second_run_is_settled(
    survey: World, direction: Intent
) -> None:
    survey.push(Options(direction))

    assert key_of(survey, LENSES) == "lovelaceSeeingFurtherLarger2021"
    assert key_of(survey, BOOKS) == "lovelaceReadingBooksFew2021"
    assert actions(survey.plan(Options(direction))) == {}


def test_without_a_bibliography_no_key_is_written(survey: World) -> None:
    survey.configure('[[digest]]\npath = "survey.md"\n')

    survey.push()

    assert "citationKey" not in survey.item(LENSES)


def test_a_pull_writes_no_key(survey: World) -> None:
    survey.configure('[[digest]]\npath = "survey.md"\n')
    survey.push()
    survey.configure(CONFIGURATION)

    assert actions(survey.plan(Options(intent.PULL))) == {}
    assert actions(survey.plan()) == {"ChangeItem": 2}


def test_a_digest_that_brings_some_fields_only_brings_no_key(survey: World) -> None:
    survey.push()
    survey.change(survey.key(LENSES), citationKey="")
    survey.forget()
    survey.configure(CONFIGURATION.replace("\n\n", '\npush = ["title"]\n\n', 1))

    survey.push()

    assert key_of(survey, LENSES) == ""


def test_a_key_that_an_item_has_stays(survey: World) -> None:
    survey.put(mine(citationKey="Mine:1"))

    survey.push()

    assert key_of(survey, LENSES) == "Mine:1"


def test_a_key_in_extra_is_the_items_key_and_nothing_is_written(survey: World) -> None:
    survey.put(mine(extra="Citation Key: fromExtra"))

    survey.push()

    assert key_of(survey, LENSES) == ""


def test_no_key_is_given_twice_in_the_whole_library(survey: World) -> None:
    other = LibraryItem(
        "THER2222", 0, {"itemType": "book", "citationKey": "LovelaceSeeingFurtherLarger2021"}
    )
    gone = LibraryItem(
        "THER3333",
        0,
        {"itemType": "book", "citationKey": "lovelaceReadingBooksFew2021", "deleted": 1},
    )
    survey.put(other, gone)

    survey.push()

    assert key_of(survey, LENSES) == "lovelaceSeeingFurtherLarger2021a"
    assert key_of(survey, BOOKS) == "lovelaceReadingBooksFew2021a"


def test_a_provisional_key_is_not_written_until_author_and_year_are_there(survey: World) -> None:
    survey.edit("survey.md", *_authors(survey, LENSES, "Ada Lovelace, Alan Turing", "AdaL1815"))
    survey.push()
    provisional = key_of(survey, LENSES)

    survey.edit("survey.md", *_authors(survey, LENSES, "AdaL1815", "Ada Byron"))
    survey.push()

    assert (provisional, key_of(survey, LENSES)) == ("", "byronSeeingFurtherLarger2021")
    assert key_of(survey, BOOKS) == "lovelaceReadingBooksFew2021"


def _authors(world: World, title: str, old: str, new: str) -> list[tuple[str, str]]:
    """Return the edit of one entry's authors."""
    head = f"<summary><b>{title}</b></summary>\n\n* **Authors:** "
    return [(head + old, head + new)]


def test_a_key_never_changes_with_title_author_or_year(survey: World) -> None:
    survey.push()
    survey.edit("survey.md", (f"<b>{LENSES}</b>", "<b>Another Title of It</b>"))
    survey.edit("survey.md", *_authors(survey, "Another Title of It", "Ada Lovelace, ", ""))

    survey.push()

    assert key_of(survey, "Another Title of It") == "lovelaceSeeingFurtherLarger2021"


def test_a_key_that_somebody_took_away_is_not_written_again(survey: World) -> None:
    survey.push()
    survey.change(survey.key(LENSES), citationKey="")

    assert actions(survey.plan(SYNC)) == {}


def test_the_key_that_stands_in_the_bibliography_is_the_items(survey: World) -> None:
    bib = "@misc{Lenses:21, title = {%s}, author = {Lovelace, Ada}, eprint = {2102.00001}}\n"
    (survey.root / "refs.bib").write_text(bib % LENSES)

    survey.push()

    assert key_of(survey, LENSES) == "Lenses:21"


def test_a_key_of_another_work_in_the_bibliography_is_not_given(survey: World) -> None:
    bib = "@misc{lovelaceSeeingFurtherLarger2021, title = {Quite Another Work of Hers}}\n"
    (survey.root / "refs.bib").write_text(bib)

    survey.push()

    assert key_of(survey, LENSES) == "lovelaceSeeingFurtherLarger2021a"


def test_a_key_in_the_bibliography_that_not_every_bib_can_hold_is_not_written(
    survey: World,
) -> None:
    bib = "@misc{Linsen~größer, title = {%s}, eprint = {2102.00001}}\n"
    (survey.root / "refs.bib").write_text(bib % LENSES, encoding="utf-8")

    survey.push()

    assert key_of(survey, LENSES) == ""


def test_the_formula_of_the_configuration_makes_the_keys(survey: World) -> None:
    survey.configure(CONFIGURATION + '\n[citekeys]\nformula = "auth + year"\n')

    survey.push()

    assert {key_of(survey, LENSES), key_of(survey, BOOKS)} == {"Lovelace2021", "Lovelace2021a"}


def test_remove_takes_back_a_key_that_is_still_ours(survey: World) -> None:
    survey.put(mine())
    before = survey.everything()["WNPAPER2"]
    survey.push()
    assert key_of(survey, LENSES)

    left = survey.remove()

    assert left.kept == []
    assert list(survey.items()) == ["WNPAPER2"]
    assert survey.everything()["WNPAPER2"].get("citationKey") == before.get("citationKey")


def test_remove_leaves_items_whose_key_the_person_changed(survey: World) -> None:
    survey.push()
    survey.change(survey.key(LENSES), citationKey="mine")

    survey.remove()

    assert list(survey.keys_by_title()) == [LENSES]
    assert key_of(survey, LENSES) == "mine"


def test_undo_takes_the_keys_back_and_a_sync_writes_them_again(survey: World) -> None:
    survey.configure('[[digest]]\npath = "survey.md"\n')
    survey.push()
    before, links = survey.everything(), rows_of(survey)
    survey.configure(CONFIGURATION)
    survey.push(SYNC)
    keys = key_of(survey, LENSES), key_of(survey, BOOKS)
    workspace = survey.workspace()
    run = read_history(history_folder(workspace.project.state_folder)).run(2)

    undone = apply_undo(prepare_undo(workspace, run), lambda done, total: None)

    assert undone.declined == ()
    assert (survey.everything(), rows_of(survey)) == (before, links)
    survey.push(SYNC)
    assert (key_of(survey, LENSES), key_of(survey, BOOKS)) == keys


def test_undo_of_the_first_sync_takes_back_items_with_their_keys(survey: World) -> None:
    survey.push(SYNC)
    workspace = survey.workspace()
    run = read_history(history_folder(workspace.project.state_folder)).run(1)

    undone = apply_undo(prepare_undo(workspace, run), lambda done, total: None)

    assert (undone.declined, survey.items()) == ((), {})


def test_an_item_with_our_key_goes_into_the_trash_with_its_entry(survey: World) -> None:
    survey.configure(CONFIGURATION.replace("\n\n", '\nwhen_dropped = "trash"\n\n', 1))
    survey.push()
    survey.markdown("survey.md", a_survey((BOOKS, "2102.00002")))

    survey.push()

    assert list(survey.keys_by_title()) == [BOOKS]


def test_an_item_into_which_another_was_merged_has_that_ones_key(survey: World) -> None:
    survey.push()
    merged = survey.key(LENSES)
    survey.put(mine(relations={"dc:replaces": f"http://zotero.org/users/1/items/{merged}"}))
    survey.change(merged, deleted=1)

    survey.push()

    assert key_of(survey, LENSES) == "lovelaceSeeingFurtherLarger2021"
    assert actions(survey.plan()) == {}


def test_the_item_of_a_note_gets_the_key_that_the_note_states(world: World) -> None:
    world.configure(
        '[[digest]]\npath = "Papers/*.md"\nentry = "file"\n[[bibliography]]\npath = "refs.bib"\n'
    )
    (world.root / "Papers").mkdir()
    path = world.root / "Papers" / "@mine2021.md"
    path.write_text(
        f"---\ncitekey: mine2021\ntitle: {LENSES}\nauthors: Ada Lovelace\nyear: 2021\n---\n"
    )

    world.push(SYNC)

    assert key_of(world, LENSES) == "mine2021"
    lock = world.lock_path.read_bytes()
    assert world.push(SYNC).prepared.is_settled
    assert world.lock_path.read_bytes() == lock


def test_a_key_for_an_item_that_changed_meanwhile_is_not_written_and_the_others_are(
    survey: World,
) -> None:
    survey.configure('[[digest]]\npath = "survey.md"\n')
    survey.push()
    with survey.workspace().library:
        keys = read_keys(survey.workspace())
        survey.change(survey.key(LENSES), citationKey="by hand")

        keyed = write_keys(keys, lasting_keys(keys), lambda done, total: None)

    assert (len(keyed.versions), [*keyed.failed]) == (1, [survey.key(LENSES)])
    assert key_of(survey, LENSES) == "by hand"
    rows = {row.item: row for row in rows_of(survey)}
    assert CITEKEY not in rows[survey.key(LENSES)].bases
    assert CITEKEY in rows[survey.key(BOOKS)].bases


def test_an_entry_that_moves_to_another_digest_keeps_its_key_as_ours(survey: World) -> None:
    survey.push()
    survey.markdown("survey.md", a_survey((BOOKS, "2102.00002")))
    survey.markdown("other.md", a_survey((LENSES, "2102.00001")))
    survey.push()

    survey.remove()

    assert survey.items() == {}
