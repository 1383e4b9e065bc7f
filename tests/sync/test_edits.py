"""Edits in a pushed digest reach the item, field by field, and nothing else moves."""

from __future__ import annotations

import pytest

from tests.sync.digests import daily, folded, notes, quoted, row
from tests.sync.world import Data, World, actions
from zoterodigest.core.plan.plan import Plan
from zoterodigest.core.plan.reports import Conflict, HeldBack
from zoterodigest.library.port import LibraryItem
from zoterodigest.notes.editor import editor_form
from zoterodigest.sync.gathering import intent
from zoterodigest.sync.run.run import Options

TITLE = "Restoring Images with Shifted Windows"
OTHER = "Adversarial Losses for Sharper Pictures"


@pytest.fixture
def pushed(world: World) -> World:
    """A pushed digest of two papers."""
    first = quoted(
        TITLE,
        "2401.00001",
        venue="CVPR 2024",
        links=("[code](https://github.com/lab/swin)", "[website](https://lab.org/swin)"),
        bullets=("Windows shift.", "It is fast.", "It wins."),
    )
    world.markdown("Notes.md", notes(first, quoted(OTHER, "2401.00002", venue="CVPR 2023")))
    world.first_push()
    return world


def pushed_edit(world: World, *changes: tuple[str, str]) -> tuple[Data, Data]:
    """Push edits of the first paper; return its item before and after.

    Nothing else in the library changes but what lies below that item, and the push settles it.
    """
    key, before = world.key(TITLE), world.everything()
    world.edit("Notes.md", *changes)
    world.push()
    after = world.everything()
    elsewhere = {
        one for one, data in before.items() if one != key and data.get("parentItem") != key
    }
    assert {one: after[one] for one in elsewhere} == {one: before[one] for one in elsewhere}
    assert world.plan().is_settled
    return before[key], after[key]


def differing(before: Data, after: Data) -> set[str]:
    return {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}


def test_a_title_travels_alone(pushed: World) -> None:
    before, after = pushed_edit(pushed, (TITLE, f"{TITLE}, Again"))

    assert after["title"] == f"{TITLE}, Again"
    assert differing(before, after) == {"title"}


def test_a_venue_takes_its_official_name_and_its_tag_with_it(pushed: World) -> None:
    note = pushed.note(TITLE)

    before, after = pushed_edit(pushed, ("*CVPR 2024*", "*ICCV 2023*"))

    assert "Computer Vision" in after["proceedingsTitle"]
    assert after["proceedingsTitle"] != before["proceedingsTitle"]
    assert after["date"] == "2023"
    assert {"venue:ICCV"} == {tag for tag in pushed.tags(TITLE) if tag.startswith("venue:")}
    assert differing(before, after) <= {
        "proceedingsTitle", "conferenceName", "date", "tags", "publisher", "series",
    }  # fmt: skip
    assert pushed.note(TITLE) == note


def test_a_preprint_that_is_published_becomes_a_paper_and_keeps_its_arxiv_id(world: World) -> None:
    world.markdown("Notes.md", notes(quoted(TITLE, "2401.00001", venue="arXiv 2024")))
    world.first_push()
    key = world.key(TITLE)
    assert world.item(TITLE)["itemType"] == "preprint"

    world.edit("Notes.md", ("*arXiv 2024*", "*CVPR 2024 Oral*"))
    world.push()

    item = world.item(TITLE)
    assert (world.key(TITLE), item["itemType"]) == (key, "conferencePaper")
    assert item["extra"].startswith("arXiv: 2401.00001")
    assert {"venue:CVPR", "award:Oral"} <= world.tags(TITLE)
    assert world.plan().is_settled


def test_a_task_changes_its_tag_and_no_other(pushed: World) -> None:
    own = [*pushed.item(TITLE)["tags"], {"tag": "to read"}]
    pushed.change(pushed.key(TITLE), tags=own)
    text = (pushed.root / "Notes.md").read_text(encoding="utf-8")
    pushed.markdown("Notes.md", text.replace("Task: image restoration", "Task: deblurring", 1))

    pushed.push()

    assert pushed.tags(TITLE) == {"task:deblurring", "venue:CVPR", "to read"}
    assert pushed.tags(OTHER) == {"task:image restoration", "venue:CVPR"}
    assert pushed.plan().is_settled


def test_an_award_becomes_a_tag(pushed: World) -> None:
    before, after = pushed_edit(pushed, ("*CVPR 2024*", "*CVPR 2024 Highlight*"))

    assert "award:Highlight" in pushed.tags(TITLE)
    assert differing(before, after) == {"tags"}


def test_links_are_added_changed_and_taken_away(pushed: World) -> None:
    attached = {data.get("title"): key for key, data in pushed.children(TITLE).items()}
    slides = {"itemType": "attachment", "linkMode": "linked_url", "title": "slides"}
    own = {**slides, "url": "https://lab.org/slides", "parentItem": pushed.key(TITLE)}
    pushed.put(LibraryItem("WNCH2222", 0, own))

    before, after = pushed_edit(
        pushed,
        ("https://github.com/lab/swin", "https://github.com/lab/swin-2"),
        (", [website](https://lab.org/swin)", ", [video](https://lab.org/film)"),
    )

    assert pushed.links(TITLE) == {
        "code": "https://github.com/lab/swin-2",
        "video": "https://lab.org/film",
        "slides": "https://lab.org/slides",
    }
    assert pushed.children(TITLE)[attached["code"]]["title"] == "code"
    assert pushed.everything()[attached["website"]]["deleted"]
    assert differing(before, after) == set()


def test_an_abstract_that_is_cleared_is_cleared(world: World) -> None:
    world.markdown("Daily.md", daily([row(1), row(2)]))
    world.first_push()
    ((key, before),) = ((k, d) for k, d in world.items().items() if "Model 1 " in d["title"])
    (text,) = (line for line in row(1).splitlines() if "<p>" in line)
    abstract = text.split("<p>")[1].split("</p>")[0]

    world.edit("Daily.md", (f"<p>{abstract}</p>", "<p></p>"))
    world.push()

    after = world.items()[key]
    assert before["abstractNote"] == abstract
    assert differing(before, after) == {"abstractNote"}
    assert not after.get("abstractNote")
    assert world.plan().is_settled


# --- notes ---------------------------------------------------------------------------------------

OWN = (
    '<p>Look: <img data-attachment-key="IMAG2222" width="400" height="300"></p>',
    '<p><span class="highlight" data-annotation="%7B%22page%22%3A3%7D">so fast</span></p>',
    "<h3>Private</h3>",
    "<p>The authors owe me a beer.</p>",
)


def with_own(html: str) -> str:
    """Return our note with an image, a highlight and a private part below it."""
    at = html.rindex("</div>")
    return editor_form(html[:at] + "\n".join(OWN) + html[at:])


def test_of_a_note_only_the_changed_block_changes(pushed: World) -> None:
    pushed.change_note(TITLE, with_own)
    before = pushed.note(TITLE)

    pushed_edit(pushed, ("It wins.", "It wins twice."))

    assert pushed.note(TITLE) == before.replace("It wins.", "It wins twice.")
    assert all(mark in before for mark in ("IMAG2222", "so fast", "<h3>Private</h3>", "a beer"))


def test_an_image_in_a_changed_block_stays(pushed: World) -> None:
    image = '<img data-attachment-key="IMAG2222" width="400" height="300">'
    pushed.change_note(TITLE, lambda html: html.replace("It is fast.", f"It is fast.{image}"))

    pushed_edit(pushed, ("> - It is fast.\n> - It wins.", "> - It is quick.\n> - It wins."))

    assert "It is quick." in pushed.note(TITLE)
    assert "It is fast." not in pushed.note(TITLE)
    assert pushed.note(TITLE).count("IMAG2222") == 1


def test_bullets_come_and_go_in_the_note(pushed: World) -> None:
    pushed_edit(pushed, ("> - Windows shift.\n", "> - A new first.\n"), ("> - It wins.\n", ""))

    note = pushed.note(TITLE)
    assert note.index("A new first.") < note.index("It is fast.")
    assert "Windows shift." not in note
    assert "It wins." not in note


def test_a_section_that_is_added_is_added_to_the_note(world: World) -> None:
    first = ("Key points", ("One point.", "Another."))
    world.markdown("Survey.md", f"## Survey\n\n{folded(TITLE, '2401.00001', sections=[first])}")
    world.first_push()
    key, before = world.note_key(TITLE), world.note(TITLE)

    second = ("Limits", ("It is slow.",))
    both = folded(TITLE, "2401.00001", sections=[first, second])
    world.markdown("Survey.md", f"## Survey\n\n{both}")
    outcome = world.push()

    assert actions(outcome.prepared.plan) == {"ChangeNote": 1}
    after = world.note(TITLE)
    assert world.note_key(TITLE) == key
    assert after.index("One point.") < after.index(">Limits<") < after.index("It is slow.")
    assert after.startswith(before.removesuffix("</div>").rstrip())
    assert world.plan().is_settled


# --- edits in the library ------------------------------------------------------------------------


def test_an_edit_in_the_library_is_left_alone_and_told(pushed: World) -> None:
    pushed.change(pushed.key(TITLE), title="As I call it")
    before = pushed.everything()

    outcome = pushed.push()

    assert [report.name for report in held(outcome.prepared.plan)] == ["title"]
    assert pushed.everything() == before
    assert [report.name for report in held(pushed.plan())] == ["title"]
    assert pushed.push().written == 0


def test_edits_at_both_ends_conflict_and_the_other_fields_travel(pushed: World) -> None:
    pushed.change(pushed.key(TITLE), title="As I call it")

    pushed.edit("Notes.md", (TITLE, f"{TITLE}, Again"), ("It wins.", "It wins twice."))
    outcome = pushed.push()

    assert conflicts(outcome.prepared.plan) == ["title"]
    assert "It wins twice." in pushed.note("As I call it")
    assert conflicts(pushed.plan()) == ["title"]
    assert pushed.push().written == 0


def test_different_bullets_changed_at_both_ends_are_merged_in_the_note(pushed: World) -> None:
    pushed.change_note(TITLE, lambda html: html.replace("Windows shift.", "Windows move."))

    pushed.edit("Notes.md", ("It wins.", "It wins twice."))
    outcome = pushed.push()

    assert conflicts(outcome.prepared.plan) == []
    assert "Windows move." in pushed.note(TITLE)
    assert "It wins twice." in pushed.note(TITLE)
    assert [report.name for report in held(pushed.plan())] == ["summary"]


def test_a_note_that_the_person_deleted_is_not_made_again_unasked(pushed: World) -> None:
    pushed.change(pushed.note_key(TITLE), deleted=1)

    pushed.push()
    pushed.push()

    assert not [one for one in pushed.children(TITLE).values() if one["itemType"] == "note"]


def test_an_item_that_the_person_trashed_stays_in_the_trash(pushed: World) -> None:
    key = pushed.key(TITLE)
    pushed.change(key, deleted=1)
    before = pushed.everything()

    pushed.edit("Notes.md", ("It wins.", "It wins twice."))
    outcome = pushed.push()

    assert outcome.written == 0
    assert pushed.everything() == before
    assert pushed.plan().is_settled


# --- references come back -------------------------------------------------------------------------

SYNC = Options(intent.SYNC)


def attachment(world: World, label: str) -> str:
    """Return the key of the first paper's link with this label."""
    (key,) = (key for key, one in world.children(TITLE).items() if one.get("title") == label)
    return key


def synced(world: World) -> str:
    """Sync, which settles the world; return the digest."""
    world.push(SYNC)
    assert world.plan(SYNC).is_settled
    return (world.root / "Notes.md").read_text(encoding="utf-8")


def test_an_arxiv_id_and_a_links_label_come_back_together(pushed: World) -> None:
    pushed.edit("Notes.md", ("https://lab.org/swin", "https://lab.org/2401.00001"))
    pushed.push()
    before = (pushed.root / "Notes.md").read_text(encoding="utf-8")
    page = "https://arxiv.org/abs/2401.99999"
    extra = pushed.item(TITLE).get("extra", "").replace("2401.00001", "2401.99999")
    url = page if "arxiv" in pushed.item(TITLE).get("url", "") else pushed.item(TITLE).get("url")

    pushed.change(attachment(pushed, "website"), title="site")
    pushed.change(pushed.key(TITLE), extra=extra, url=url)
    after = synced(pushed)

    assert after == before.replace("abs/2401.00001", "abs/2401.99999").replace(
        "[website]", "[site]"
    )


def test_a_doi_that_is_all_an_entry_has_comes_back(world: World) -> None:
    source = notes(quoted(TITLE, "x")).replace(
        "[arxiv](https://arxiv.org/abs/x)", "[paper](https://doi.org/10.1000/182)"
    )
    world.markdown("Notes.md", source.replace("arXiv 2024", "CVPR 2024"))
    world.first_push()
    before = (world.root / "Notes.md").read_text(encoding="utf-8")

    world.change(world.key(TITLE), DOI="10.1000/999")
    after = synced(world)

    assert after == before.replace("10.1000/182", "10.1000/999")


@pytest.mark.parametrize("url", ["javascript:alert(1)", "ftp://lab.org/swin", ""])
def test_a_link_that_leads_nowhere_any_more_is_told_and_stays(pushed: World, url: str) -> None:
    before = (pushed.root / "Notes.md").read_text(encoding="utf-8")

    pushed.change(attachment(pushed, "code"), url=url)
    pushed.change(pushed.key(TITLE), title="As I call it")
    outcome = pushed.push_with_failures(SYNC)

    assert [one.reason for one in outcome.failures] == [
        "links: “code” leads to no web address in the library"
    ]
    after = (pushed.root / "Notes.md").read_text(encoding="utf-8")
    assert after == before.replace(TITLE, "As I call it")


def held(plan: Plan) -> list[HeldBack]:
    return [report for report in plan.reports if isinstance(report, HeldBack)]


def conflicts(plan: Plan) -> list[str]:
    return [report.name for report in plan.reports if isinstance(report, Conflict)]
