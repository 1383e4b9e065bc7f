"""Vaults: files that are entries, which item each one is, and what happens while it is away."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from tests.core.world import TWO_WAY, World, an_entry, an_item
from zoterodigest.core.links.link import LinkState
from zoterodigest.core.plan.plan import ChangeItem, ChangeNote, CreateItem, CreateNote, Plan
from zoterodigest.core.plan.reports import (
    AmbiguousEntry,
    HeldFile,
    MissingFile,
    StaleItemKey,
    TrashedEntry,
)
from zoterodigest.core.plan.run_options import Directions, Rules, RunOptions
from zoterodigest.core.reconcile.holding import RECENT, TEXT_LOST, TEXT_REPLACED, VALUES_LOST
from zoterodigest.core.values.annotation import WrittenBlock
from zoterodigest.core.values.file_keys import DigestKey
from zoterodigest.core.values.record import EMPTY, Blocks, Entry, Item, Names

TITLE = "Attention over Long Documents of Many Pages"
OTHER = "Graphs of Citations and Their Readers"


@dataclass
class Vault(World):
    """A world whose digests are notes: files with one entry, in one collection."""

    recent: frozenset[str] = frozenset()
    accepts: bool = False
    held: frozenset[str] = frozenset()

    def run_options(self, directions: Directions | None = None) -> RunOptions:
        plain = super().run_options(directions or TWO_WAY)
        rules = {
            key: Rules(one.directions, ("Papers",), has_headings=False, is_file_entry=True)
            for key, one in plain.rules.items()
        }
        return replace(plain, rules=rules, recent=self.recent, accepts=self.accepts, held=self.held)

    def put(self, *notes: Entry) -> None:
        self.digests |= {note.digest: [note] for note in notes}

    def linked(self) -> dict[str, str]:
        """The items of the files that are linked."""
        return {row.digest: row.item for row in self.rows if row.state is LinkState.LINKED}


def a_note(
    file: str = "Papers/a.md",
    *,
    item_key: str = "",
    attachment_key: str = "",
    citekey: str = "",
    doi: str = "",
    **given: object,
) -> Entry:
    fields = {"title": TITLE, "summary": ("What I think of it.", "And more.")} | given
    if doi:
        fields["doi"] = doi
    entry = an_entry(file, **fields)  # type: ignore[arg-type]  # a test's shorthand
    known = an_item("X", doi=doi).identifiers
    return replace(
        entry,
        item_key=item_key,
        attachment_key=attachment_key,
        key=citekey,
        identifiers=known,
    )


def a_vault(*notes: Entry, items: tuple[Item, ...] = (), group: str = "") -> Vault:
    vault = Vault(items={item.key: item for item in items}, group=group)
    vault.put(*notes)
    return vault


def reports(plan: Plan, kind: type) -> list[object]:
    return [one for one in plan.reports if isinstance(one, kind)]


# --- which item a note is about ------------------------------------------------------------------


def test_the_key_of_the_item_goes_before_all_else() -> None:
    named = an_item("NAMED234", title=OTHER, citekey="b2020")
    titled = an_item("TITLED23", title=TITLE, citekey="a2020")
    vault = a_vault(a_note(item_key="NAMED234", citekey="a2020"), items=(named, titled))

    vault.run()

    assert vault.linked() == {"Papers/a.md": "NAMED234"}


def test_the_citation_key_goes_before_identifiers_and_title() -> None:
    cited = an_item("CITED234", title=OTHER, citekey="a2020")
    titled = an_item("TITLED23", title=TITLE, doi="10.1/x")
    vault = a_vault(a_note(citekey="a2020"), items=(cited, titled))

    vault.run()

    assert vault.linked() == {"Papers/a.md": "CITED234"}


@pytest.mark.parametrize(
    ("item_key", "linked"), [("", "HASPDF23"), ("LOST2345", "HASPDF23"), ("NAMED234", "NAMED234")]
)
def test_the_key_of_an_attachment_names_its_item_after_the_key_of_the_item(
    item_key: str, linked: str
) -> None:
    named = an_item("NAMED234", title=OTHER)
    with_pdf = an_item("HASPDF23", title=OTHER, citekey="b2020")
    cited = an_item("CITED234", title=TITLE, citekey="a2020")
    vault = a_vault(
        a_note(item_key=item_key, attachment_key="PDFPDF23", citekey="a2020"),
        items=(named, with_pdf, cited),
    )
    vault.parents = {"PDFPDF23": "HASPDF23"}

    vault.run()

    assert vault.linked() == {"Papers/a.md": linked}


def test_an_attachment_that_the_library_does_not_have_makes_no_item() -> None:
    plan = a_vault(a_note(attachment_key="LOST2345")).run()

    assert [one.key for one in plan.reports if isinstance(one, StaleItemKey)] == ["LOST2345"]
    assert not plan.actions


def test_an_attachment_without_an_item_names_none() -> None:
    vault = a_vault(a_note(attachment_key="ALANE234"))
    vault.parents = {"ALANE234": ""}

    assert any(isinstance(one, CreateItem) for one in vault.run().actions)


@pytest.mark.parametrize("citekey", ["A2020", "a2020"])
def test_a_citation_key_in_another_case_is_the_same_one(citekey: str) -> None:
    vault = a_vault(a_note(citekey=citekey), items=(an_item("CITED234", citekey="a2020"),))

    vault.run()

    assert vault.linked() == {"Papers/a.md": "CITED234"}


@pytest.mark.parametrize(
    "name", ["a_b2020.md", "@a_b2020.md", "notes/@a_b2020 on attention.md", "🦜 @A_B2020.md"]
)
def test_a_file_that_is_called_by_a_citation_key_is_about_its_item(name: str) -> None:
    cited = an_item("CITED234", title=OTHER, citekey="a:b2020")
    vault = a_vault(a_note(name), items=(cited,))

    vault.run()

    assert vault.linked() == {name: "CITED234"}


def test_of_two_items_with_one_citation_key_the_identifier_tells() -> None:
    one = an_item("ONE23456", title=TITLE, citekey="a2020", doi="10.1/one")
    two = an_item("TWO23456", title=TITLE, citekey="a2020")

    vault = a_vault(a_note(citekey="a2020", doi="10.1/one"), items=(one, two))
    vault.run()
    unsure = a_vault(a_note(citekey="a2020"), items=(one, two)).run()

    assert vault.linked() == {"Papers/a.md": "ONE23456"}
    assert reports(unsure, AmbiguousEntry)


@pytest.mark.parametrize("named", [{"item_key": "COPIED23"}, {"citekey": "old2020"}])
def test_a_note_that_was_copied_with_its_key_is_asked_about(named: dict[str, str]) -> None:
    item = an_item("COPIED23", title=OTHER, citekey="old2020", doi="10.1/old")

    plan = a_vault(a_note(doi="10.1/new", **named), items=(item,)).run()

    assert [one.keys for one in plan.reports if isinstance(one, AmbiguousEntry)] == [("COPIED23",)]
    assert not plan.actions


@pytest.mark.parametrize(
    ("item_key", "group", "is_here"),
    [
        ("ITEM2345", "", True),
        ("groups/7/ITEM2345", "7", True),
        ("groups/7/ITEM2345", "", False),
        ("groups/7/ITEM2345", "8", False),
        ("ITEM2345", "7", False),
    ],
)
def test_a_key_is_one_of_this_library_only_if_the_group_is_the_same(
    item_key: str, group: str, is_here: bool
) -> None:
    vault = a_vault(
        a_note(item_key=item_key), items=(an_item("ITEM2345", title=OTHER),), group=group
    )

    plan = vault.run()

    assert bool(vault.linked()) is is_here
    assert bool(reports(plan, StaleItemKey)) is not is_here


def test_a_stale_key_creates_nothing_and_is_reported() -> None:
    plan = a_vault(a_note(item_key="LOST2345")).run()

    assert not plan.actions
    assert [one.key for one in plan.reports if isinstance(one, StaleItemKey)] == ["LOST2345"]


def test_a_stale_key_does_not_keep_the_item_of_the_work_from_being_found() -> None:
    item = an_item("ITEM2345", title=TITLE, doi="10.1/x")
    vault = a_vault(a_note(item_key="LOST2345", doi="10.1/x"), items=(item,))

    vault.run()

    assert vault.linked() == {"Papers/a.md": "ITEM2345"}


def test_a_key_of_a_merged_item_leads_to_the_one_that_stays() -> None:
    gone = an_item("GONE2345", title=OTHER, is_trashed=True)
    stays = replace(an_item("STAYS234", title=OTHER), replaces=frozenset({"GONE2345"}))
    vault = a_vault(a_note(item_key="GONE2345"), items=(gone, stays))

    vault.run()

    assert vault.linked() == {"Papers/a.md": "STAYS234"}


def test_a_key_of_an_item_in_the_trash_creates_no_double() -> None:
    plan = a_vault(
        a_note(item_key="GONE2345"), items=(an_item("GONE2345", title=OTHER, is_trashed=True),)
    ).run()

    assert not plan.actions
    assert reports(plan, TrashedEntry)


def test_a_note_without_any_key_gets_an_item() -> None:
    plan = a_vault(a_note()).run()

    assert any(isinstance(action, CreateItem) for action in plan.actions)


# --- several files about one item ----------------------------------------------------------------


def two_files() -> Vault:
    item = an_item("ITEM2345", title=TITLE, citekey="a2020", doi="10.1/x")
    hub = a_note("Papers/0 hub.md", doi="10.1/x", title=f"Notes on {TITLE}", summary=("Mine.",))
    note = a_note("Papers/a.md", citekey="a2020", summary=("What I think.",))
    vault = a_vault(hub, note, items=(item,))
    vault.run()
    return vault


def test_each_of_two_files_about_one_item_has_its_own_note() -> None:
    vault = two_files()

    assert vault.linked() == {"Papers/0 hub.md": "ITEM2345", "Papers/a.md": "ITEM2345"}
    notes = [dict(note.fields) for note in vault.items["ITEM2345"].notes.values()]
    assert notes == [{"summary": Blocks(("Mine.",))}, {"summary": Blocks(("What I think.",))}]
    assert vault.plan().is_settled
    assert not vault.plan().reports


def test_only_the_file_that_names_the_item_owns_its_record() -> None:
    vault = two_files()
    vault.edit("Papers/0 hub.md", 0, title="Another title of the hub", summary=Blocks(("Mine!",)))

    plan = vault.run()

    assert [type(action) for action in plan.actions] == [ChangeNote]
    assert not plan.reports
    assert vault.items["ITEM2345"].fields["title"] == TITLE


def test_the_owner_s_edit_goes_to_the_item_and_not_into_the_other_file() -> None:
    vault = two_files()
    vault.edit("Papers/a.md", 0, title=OTHER)

    plan = vault.run()

    assert [type(action) for action in plan.actions] == [ChangeItem]
    assert vault.items["ITEM2345"].fields["title"] == OTHER
    assert vault.plan().is_settled


def test_an_owner_that_is_away_leaves_the_record_to_no_other_file() -> None:
    vault = two_files()
    del vault.digests["Papers/a.md"]
    vault.edit("Papers/0 hub.md", 0, title="Another title of the hub")

    plan = vault.plan()

    assert not plan.actions
    assert [type(report) for report in plan.reports] == [MissingFile]


def two_that_cite() -> Vault:
    """Two files that state the citation key of an item: the first one has the record."""
    vault = a_vault(
        a_note("Papers/a.md", citekey="a2020", date="2020"),
        a_note("Papers/b.md", citekey="a2020", date="1999", summary=("A second view.",)),
        items=(an_item("ITEM2345", title=TITLE, citekey="a2020"),),
    )
    vault.run()
    assert vault.items["ITEM2345"].fields["date"] == "2020"
    return vault


def test_an_owner_that_is_away_leaves_the_record_to_no_file_that_names_the_item_as_well() -> None:
    vault = two_that_cite()
    gone = vault.digests.pop(DigestKey("Papers/a.md"))
    vault.edit("Papers/b.md", 0, date="1998", title=OTHER)

    plan = vault.run()

    assert not plan.actions
    assert [type(report) for report in plan.reports] == [MissingFile]
    vault.digests[DigestKey("Papers/a.md")] = gone
    vault.edit("Papers/a.md", 0, date="2021")
    assert [type(action) for action in vault.run().actions] == [ChangeItem]
    assert vault.items["ITEM2345"].fields["date"] == "2021"


def test_an_owner_stays_the_owner_when_it_moves_behind_the_other_file() -> None:
    vault = two_that_cite()
    (note,) = vault.digests.pop(DigestKey("Papers/a.md"))
    vault.put(replace(note, digest=DigestKey("Papers/read/a.md")))
    assert not vault.run().actions
    vault.edit("Papers/b.md", 0, date="1998")

    assert not vault.run().actions
    vault.edit("Papers/read/a.md", 0, date="2021")
    vault.run()

    assert vault.items["ITEM2345"].fields["date"] == "2021"
    assert vault.plan().is_settled


def two_of_text_alone() -> Vault:
    """Two files of which only the names tell their paper: the first one has its annotations."""
    one, two = (
        replace(a_note(name, citekey="a2020"), fields={"summary": Blocks((text,))}, is_file=True)
        for name, text in [("Papers/a.md", "What I think."), ("Papers/b.md", "A second view.")]
    )
    vault = a_vault(one, two, items=(an_item("ITEM2345", title=TITLE, citekey="a2020"),))
    vault.run()
    shown = {"MARK2345": WrittenBlock("block", "source")}
    vault.rows = tuple(
        replace(row, annotations=shown) if row.digest == one.digest else row for row in vault.rows
    )
    return vault


def owners(plan: Plan) -> list[str]:
    return [link.entry.digest for link in plan.links if not link.is_note_only]


def test_the_annotations_stay_with_their_file_when_it_moves_behind_the_other_one() -> None:
    vault = two_of_text_alone()
    assert owners(vault.plan()) == ["Papers/a.md"]
    (note,) = vault.digests.pop(DigestKey("Papers/a.md"))
    vault.put(replace(note, digest=DigestKey("Papers/read/a.md")))

    assert owners(vault.run()) == ["Papers/read/a.md"]
    assert owners(vault.plan()) == ["Papers/read/a.md"]


def test_a_file_that_is_away_leaves_its_annotations_to_no_other_one() -> None:
    vault = two_of_text_alone()
    del vault.digests[DigestKey("Papers/a.md")]

    assert owners(vault.plan()) == []


def test_a_file_whose_fields_all_differ_stays_the_owner_when_it_moves_behind_the_other_one() -> (
    None
):
    vault = a_vault(
        a_note("Papers/a.md", citekey="a2020", title=OTHER),
        a_note("Papers/b.md", citekey="a2020", title=OTHER, summary=("A second view.",)),
        items=(an_item("ITEM2345", title=TITLE, citekey="a2020"),),
    )
    vault.run()
    (note,) = vault.digests.pop(DigestKey("Papers/a.md"))
    vault.put(replace(note, digest=DigestKey("Papers/read/a.md")))

    assert owners(vault.run()) == ["Papers/read/a.md"]


# --- files come and go ---------------------------------------------------------------------------


def synced() -> Vault:
    vault = a_vault(
        a_note("Papers/a.md", citekey="a2020", doi="10.1/a"),
        a_note("Papers/b.md", citekey="b2020", title=OTHER, doi="10.1/b"),
    )
    vault.run()
    assert vault.plan().is_settled
    return vault


def test_a_file_that_is_away_changes_nothing_but_the_report() -> None:
    vault = synced()
    rows, away = vault.rows, vault.digests.pop("Papers/a.md")

    plan = vault.run()

    assert not plan.actions
    assert [one.row.digest for one in plan.reports if isinstance(one, MissingFile)] == [
        "Papers/a.md"
    ]
    assert vault.rows == rows
    vault.digests["Papers/a.md"] = away
    assert vault.plan().is_settled
    assert not vault.plan().reports


def test_a_vault_that_is_empty_changes_nothing() -> None:
    vault = synced()
    rows, items = vault.rows, dict(vault.items)
    vault.digests.clear()

    plan = vault.run()

    assert not plan.actions
    assert (vault.rows, vault.items) == (rows, items)


def test_a_file_that_says_nothing_of_its_paper_any_more_keeps_its_link() -> None:
    vault = synced()
    rows, vault.digests["Papers/a.md"] = vault.rows, []

    plan = vault.run()

    assert not plan.actions
    assert [one.is_there for one in plan.reports if isinstance(one, MissingFile)] == [True]
    assert vault.rows == rows


@pytest.mark.parametrize("named", [{"citekey": "a2020"}, {"item_key": "NAMED234"}])
def test_a_note_that_keeps_its_key_keeps_its_item_whatever_else_is_edited(
    named: dict[str, str],
) -> None:
    first = an_item("NAMED234", title=TITLE, citekey="a2020", doi="10.1/a")
    vault = a_vault(a_note(doi="10.1/a", **named), items=(first,))
    vault.run()
    text, people = ("What I thought of it.", "And a lot more."), Names(("Ada Lovelace",))
    vault.put(a_note(doi="10.1/b", title=OTHER, authors=people, summary=text, **named))

    vault.run()

    assert vault.linked() == {"Papers/a.md": "NAMED234"}
    assert vault.items.keys() == {"NAMED234"}
    item = vault.items["NAMED234"].fields
    assert (item["title"], item["doi"]) == (OTHER, "10.1/b")


def test_a_file_whose_paper_nothing_tells_any_more_makes_no_second_item() -> None:
    vault = a_vault(a_note("Papers/a.md", summary=("Short.",)))
    vault.run()
    vault.put(a_note("Papers/a.md", title=OTHER, summary=("Other.",)))

    plan = vault.run()

    assert not plan.actions
    assert [one.is_there for one in plan.reports if isinstance(one, MissingFile)] == [True]
    assert len(vault.items) == 1


@pytest.mark.parametrize(
    "note",
    [
        a_note("Papers/read/new name.md", citekey="a2020", title="A Title That Was Corrected"),
        a_note("Papers/read/new name.md", doi="10.1/a", title="A Title That Was Corrected"),
        a_note("Papers/read/new name.md", title=TITLE),
    ],
    ids=["citation key", "identifier", "title"],
)
def test_a_renamed_or_moved_file_keeps_its_link(note: Entry) -> None:
    vault = synced()
    (row,) = (row for row in vault.rows if row.digest == "Papers/a.md")
    del vault.digests["Papers/a.md"]
    vault.put(note)

    vault.run()

    assert [one.digest for one in vault.rows if one.id == row.id] == ["Papers/read/new name.md"]
    assert len(vault.rows) == len(vault.items) == 2


@pytest.mark.parametrize(
    ("then", "now"),
    [("Papers/@Ada20.md", "Papers/@ADA20.md"), ("Papers/@née20.md", "Papers/@ne\u0301e20.md")],
    ids=["capitals", "accents apart"],
)
def test_a_file_of_which_only_the_name_tells_its_paper_keeps_its_link_if_that_is_spelled_otherwise(
    then: str, now: str
) -> None:
    def called(name: str, citekey: str, text: str) -> Entry:
        fields = {"summary": Blocks((text,))}
        return replace(a_note(name, citekey=citekey), fields=fields, is_file=True)

    citekey = then[8:-3]
    item = an_item("ITEM2345", title=TITLE, citekey=citekey)
    vault = a_vault(
        called(then, citekey, "Short."), called("Papers/read.md", citekey, "Other."), items=(item,)
    )
    vault.run()
    before = {row.id for row in vault.rows}
    del vault.digests[DigestKey(then)]
    vault.put(called(now, now[8:-3], "Short."))

    vault.run()

    assert vault.linked().keys() == {now, "Papers/read.md"}
    assert {row.id for row in vault.rows} == before
    assert len(vault.items["ITEM2345"].notes) == 2


def test_another_file_about_the_paper_of_one_that_is_away_does_not_replace_its_note() -> None:
    vault = a_vault(a_note("Papers/a.md", citekey="a2020", summary=("Its only paragraph.",)))
    vault.run()
    before = vault.items.copy()
    del vault.digests[DigestKey("Papers/a.md")]
    vault.put(a_note("Papers/other.md", summary=("Something else about the paper.",)))

    plan = vault.run()

    assert not plan.actions
    assert held(plan) == [TEXT_LOST]
    assert vault.items == before


def test_a_moved_file_is_known_by_the_key_of_its_item_alone() -> None:
    item = an_item("ITEM2345", title=TITLE)
    vault = a_vault(a_note("Papers/a.md", item_key="ITEM2345"), items=(item,))
    vault.run()
    del vault.digests["Papers/a.md"]
    vault.put(a_note("b.md", item_key="ITEM2345", title="Renamed"))

    vault.run()

    assert vault.linked() == {"b.md": "ITEM2345"}


# --- held ----------------------------------------------------------------------------------------

TEN = tuple(
    f"Paragraph number {number} with words of its own, such as {number}." for number in range(10)
)


def synced_text() -> Vault:
    note = a_note(citekey="a2020", doi="10.1/a", authors=("Ada Author",), date="2020", summary=TEN)
    vault = a_vault(note)
    vault.run()
    return vault


def held(plan: Plan) -> list[str]:
    return [one.reason for one in plan.reports if isinstance(one, HeldFile)]


def test_an_emptied_file_keeps_its_link_though_another_entry_has_its_identifier() -> None:
    """Else the file was linked a second time, and its first link was reported as missing."""
    vault = synced_text()
    vault.put(a_note("Papers/of a list.md", doi="10.1/a", summary=()))
    vault.run()
    (row,) = (row for row in vault.rows if row.digest == "Papers/a.md")
    emptied = a_note("Papers/a.md", citekey="a2020", title="", summary=())
    vault.put(replace(emptied, fields={"title": EMPTY, "summary": EMPTY}, raws={}))

    plan = vault.run()

    assert [one.id for one in vault.rows if one.digest == "Papers/a.md"] == [row.id]
    assert held(plan) == [TEXT_LOST]


def test_a_file_that_just_changed_is_held() -> None:
    vault = synced_text()
    vault.edit("Papers/a.md", 0, summary=Blocks((*TEN, "One more.")))
    vault.recent = frozenset({"Papers/a.md"})

    plan = vault.run()

    assert held(plan) == [RECENT]
    assert not plan.actions
    vault.recent = frozenset()
    assert [type(action) for action in vault.run().actions] == [ChangeNote]


def test_a_run_says_nothing_of_held_files_that_it_does_not_take() -> None:
    vault = synced_text()
    vault.edit("Papers/a.md", 0, summary=Blocks(TEN[:4]))

    plan = vault.run(replace(vault.run_options(), selection=lambda entry: False))

    assert held(plan) == []
    assert not plan.actions


def test_a_new_file_that_just_changed_creates_nothing_yet() -> None:
    vault = a_vault(a_note())
    vault.recent = frozenset({"Papers/a.md"})

    assert held(vault.run()) == [RECENT]
    assert not vault.items


def test_a_body_that_loses_most_of_its_blocks_is_held_until_it_is_accepted() -> None:
    vault = synced_text()
    vault.edit("Papers/a.md", 0, summary=Blocks(TEN[:4]))

    plan = vault.run()

    assert held(plan) == [TEXT_LOST]
    assert not plan.actions
    vault.accepts = True
    assert [type(action) for action in vault.run().actions] == [ChangeNote]
    vault.accepts = False
    assert vault.plan().is_settled


def test_a_body_that_another_program_wrote_anew_is_held() -> None:
    vault = synced_text()
    text = tuple(f"Imported anew, line {number}" for number in range(12))
    vault.edit("Papers/a.md", 0, summary=Blocks(text))

    assert held(vault.run()) == [TEXT_LOST]


def test_an_edit_of_every_paragraph_is_not_held() -> None:
    vault = synced_text()
    vault.edit("Papers/a.md", 0, summary=Blocks(tuple(f"{text} Edited." for text in TEN)))

    assert [type(action) for action in vault.run().actions] == [ChangeNote]


SHORT = ("#### Notes", "The only paragraph, which is dear to me.")


def short_notes(number: int) -> Vault:
    notes = [
        a_note(f"Papers/{at}.md", title=f"{TITLE}, Part {at}", summary=SHORT)
        for at in range(number)
    ]
    vault = a_vault(*notes)
    vault.run()
    return vault


@pytest.mark.parametrize(("number", "is_held"), [(1, False), (2, False), (3, True)])
def test_the_only_paragraphs_of_several_notes_written_anew_are_held(
    number: int, is_held: bool
) -> None:
    vault = short_notes(4)
    for at in range(number):
        vault.edit(f"Papers/{at}.md", 0, summary=Blocks(("#### Notes", "Quite another text.")))

    plan = vault.run()

    assert held(plan) == ([TEXT_REPLACED] * number if is_held else [])
    assert len(plan.actions) == (0 if is_held else number)
    vault.accepts = True
    vault.run()
    vault.accepts = False
    assert vault.plan().is_settled


def test_a_note_that_was_held_among_others_stays_held_when_these_are_accepted() -> None:
    vault = short_notes(4)
    for at in range(2):
        vault.edit(f"Papers/{at}.md", 0, summary=Blocks(("#### Notes", "Quite another text.")))
    vault.held = frozenset({vault.rows[0].id})

    plan = vault.run()

    assert held(plan) == [TEXT_REPLACED]
    assert len(plan.actions) == 1


def test_edits_of_the_only_paragraphs_of_many_notes_are_not_held() -> None:
    vault = short_notes(4)
    for at in range(4):
        vault.edit(f"Papers/{at}.md", 0, summary=Blocks(("#### Notes", f"{SHORT[1]} And more.")))

    assert [type(action) for action in vault.run().actions] == [ChangeNote] * 4


def test_a_note_of_which_only_headings_are_left_is_held() -> None:
    vault = short_notes(1)
    vault.edit("Papers/0.md", 0, summary=Blocks(SHORT[:1]))

    assert held(vault.run()) == [TEXT_LOST]


def test_front_matter_that_loses_most_of_its_values_is_held() -> None:
    vault = synced_text()
    vault.edit("Papers/a.md", 0, authors=EMPTY, date=EMPTY, doi=EMPTY)

    plan = vault.run()

    assert held(plan) == [VALUES_LOST]
    assert not plan.actions


def test_an_edit_in_the_library_waits_while_the_file_is_held() -> None:
    vault = synced_text()
    (key,) = vault.items
    vault.edit_item(key, date="2021")
    vault.edit("Papers/a.md", 0, summary=Blocks(TEN[:2]))

    plan = vault.run()

    assert not plan.actions
    vault.edit("Papers/a.md", 0, summary=Blocks(TEN))
    vault.run()
    assert vault.digests["Papers/a.md"][0].fields["date"] == "2021"


def test_a_list_is_never_held() -> None:
    world = World({"a.md": [an_entry(title=TITLE, summary=TEN)]})
    world.run()
    world.edit("a.md", 0, summary=Blocks(TEN[:1]))

    plan = world.run()

    assert not held(plan)
    assert not any(isinstance(action, CreateNote) for action in plan.actions)
