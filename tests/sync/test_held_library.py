"""A library that already holds much of what is pushed: nothing of the person's own changes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.builders import a_key
from tests.sync.digests import notes, quoted
from tests.sync.world import Data, World, actions, only_gained, reports
from zoterodigest.core.plan.reports import AmbiguousEntry, DivergedField, TrashedEntry
from zoterodigest.library.port import LibraryItem
from zoterodigest.sync.gathering import intent
from zoterodigest.sync.run.run import Options

SYNC = Options(intent.SYNC)
PAPERS = 30
NAMESPACES = ("task:", "award:", "venue:")


def title_of(number: int) -> str:
    return f"Restoring Picture {number} with a Model of its Own"


def entry_of(number: int) -> str:
    return quoted(
        title_of(number),
        f"2401.{10000 + number}",
        venue="CVPR 2024 Oral" if number % 2 else "arXiv 2024",
        links=(f"[code](https://github.com/lab/picture-{number})",),
        task="image restoration, deblurring",
        bullets=(f"Picture {number} becomes sharp.", "It is fast."),
    )


@dataclass(frozen=True)
class Held:
    """Items of the person's own, by what is special about them."""

    items: dict[str, LibraryItem]
    children: tuple[LibraryItem, ...]


def own_item(number: int, kind: str, **data: Any) -> LibraryItem:
    """Return an item for the paper with this number, full of things of the person's own."""
    return LibraryItem(
        a_key(number),
        0,
        {
            "itemType": kind,
            "title": title_of(number),
            "creators": [{"creatorType": "author", "firstName": "Ada", "lastName": "Lovelace"}],
            "tags": [{"tag": "to read"}, {"tag": f"own {number}"}],
            "collections": ["WNSHELF2"],
            **data,
        },
    )


def own_children(number: int) -> tuple[LibraryItem, ...]:
    parent = a_key(number)
    note = {"itemType": "note", "parentItem": parent, "note": f"<p>Mine, of {number}</p>"}
    link = {
        "itemType": "attachment",
        "parentItem": parent,
        "linkMode": "linked_url",
        "title": "slides",
        "url": f"https://example.org/slides/{number}",
    }
    return LibraryItem(a_key(100 + number), 0, note), LibraryItem(a_key(200 + number), 0, link)


def a_held_library(world: World) -> Held:
    """Put 12 of the 30 papers in the library: the ways in which a person may have them."""
    world.put_shelf("WNSHELF2", "Thesis")
    arxiv = {number: f"2401.{10000 + number}" for number in range(PAPERS)}
    items = {
        "doi only": own_item(
            0, "journalArticle", DOI="10.1109/ABC.2024.5", title="Restoring picture 0"
        ),
        "arXiv's doi only": own_item(1, "preprint", DOI=f"10.48550/arXiv.{arxiv[1]}"),
        "Extra only": own_item(
            2, "conferencePaper", extra=f"tex.own: 1\narXiv: {arxiv[2]} [cs.CV]"
        ),
        "url only": own_item(3, "webpage", url=f"https://arxiv.org/pdf/{arxiv[3]}v2"),
        "title only": own_item(4, "report", date="2023", language="fr"),
        "another type": own_item(
            5,
            "journalArticle",
            url=f"https://arxiv.org/abs/{arxiv[5]}",
            publicationTitle="Journal of Own Choice",
            date="2019-03",
            abstractNote="My own abstract.",
        ),
        "another title": own_item(
            6, "preprint", archiveID=f"arXiv:{arxiv[6]}", title="Picture six, restored"
        ),
        "trashed": own_item(7, "preprint", archiveID=f"arXiv:{arxiv[7]}"),
        "doubled": own_item(8, "preprint", archiveID=f"arXiv:{arxiv[8]}"),
        "the double": LibraryItem(
            a_key(58), 0, {**own_item(8, "preprint", archiveID=f"arXiv:{arxiv[8]}").data}
        ),
        "with its links": own_item(9, "preprint", archiveID=f"arXiv:{arxiv[9]}"),
        "own relations": own_item(
            10,
            "preprint",
            archiveID=f"arXiv:{arxiv[10]}",
            relations={"dc:relation": f"http://zotero.org/users/1/items/{a_key(9)}"},
        ),
        "no paper of ours": own_item(40, "book"),
    }
    link = {
        "itemType": "attachment",
        "parentItem": a_key(9),
        "linkMode": "linked_url",
        "title": "code",
        "url": "https://github.com/lab/picture-9",
    }
    numbers = (*range(11), 40)
    children = (
        *(child for number in numbers for child in own_children(number)),
        LibraryItem(a_key(300), 0, link),
    )
    world.put(*items.values(), *children)
    world.change(a_key(7), deleted=1)
    return Held(items, children)


def a_digest(world: World) -> None:
    first = quoted(
        title_of(0),
        f"2401.{10000}",
        links=("[paper](https://doi.org/10.1109/ABC.2024.5)",),
    )
    world.markdown("Notes.md", notes(first, *(entry_of(number) for number in range(1, PAPERS))))


def test_nothing_of_the_persons_own_changes_and_nothing_is_doubled(world: World) -> None:
    held = a_held_library(world)
    a_digest(world)
    before = world.everything()

    outcome = world.push()

    after = world.everything()
    for item in held.items.values():
        gained = only_gained(before[item.key], after[item.key])
        old_tags = {tag["tag"] for tag in before[item.key]["tags"]}
        new_tags = {tag["tag"] for tag in after[item.key]["tags"]} - old_tags
        assert all(tag.startswith(NAMESPACES) for tag in new_tags)
        assert "title" not in gained
    for child in held.children:
        assert after[child.key] == before[child.key]
    assert after[a_key(40)] == before[a_key(40)]
    assert actions(outcome.prepared.plan)["CreateItem"] == PAPERS - 11
    titles = [data["title"] for key, data in world.items().items() if key not in before]
    assert sorted(titles) == sorted(title_of(number) for number in range(11, PAPERS))
    assert world.plan().is_settled


def test_an_adopted_item_gains_our_collection_tags_note_and_links(world: World) -> None:
    a_held_library(world)
    a_digest(world)

    world.push()

    title = title_of(3)
    collection_rows = world.collections()
    assert set(world.item(title)["collections"]) == {
        collection_rows["Thesis"],
        collection_rows["Notes"],
    }
    assert {"to read", "own 3", "task:image restoration, deblurring"} <= world.tags(title)
    children = world.children(title).values()
    ours = [str(one["note"]) for one in children if "Summary · Notes" in str(one.get("note"))]
    assert len(ours) == 1
    assert "Picture 3 becomes sharp." in ours[0]
    assert world.links(title)["code"] == "https://github.com/lab/picture-3"
    labels = [str(one.get("title")) for one in world.children(title_of(9)).values()]
    assert labels.count("code") == 1


def test_a_work_in_the_trash_is_reported_and_neither_created_nor_restored(world: World) -> None:
    a_held_library(world)
    a_digest(world)
    before = world.everything()

    outcome = world.push()

    (report,) = reports(outcome.prepared.plan, TrashedEntry)
    assert isinstance(report, TrashedEntry)
    assert report.key == a_key(7)
    assert world.everything()[a_key(7)] == before[a_key(7)]
    assert title_of(7) not in world.keys_by_title()


def test_a_work_that_is_there_twice_is_left_to_the_person(world: World) -> None:
    a_held_library(world)
    a_digest(world)
    before = world.everything()

    outcome = world.push()

    (report,) = reports(outcome.prepared.plan, AmbiguousEntry)
    assert isinstance(report, AmbiguousEntry)
    assert set(report.keys) == {a_key(8), a_key(58)}
    after = world.everything()
    assert all(after[key] == before[key] for key in report.keys)


def test_differences_with_an_adopted_item_are_told_and_do_not_travel(world: World) -> None:
    a_held_library(world)
    a_digest(world)
    world.push()

    diverged = {
        (report.row_id, report.name)
        for report in reports(world.plan(), DivergedField)
        if isinstance(report, DivergedField)
    }
    rows = {row.id: row.item for row in world.plan().rows}
    differing = {(rows[row_id], name) for row_id, name in diverged}
    assert {(a_key(5), "venue"), (a_key(5), "year"), (a_key(6), "title")} <= differing

    world.edit("Notes.md", (f"**{title_of(6)}**", f"**{title_of(6)}, Revised**"))
    world.push()
    assert world.items()[a_key(6)]["title"] == "Picture six, restored"


def is_trashed(everything: dict[str, Data], key: str | None) -> bool:
    return key is not None and bool(everything[key].get("deleted"))


def test_remove_leaves_adopted_items_as_they_were(world: World) -> None:
    a_held_library(world)
    a_digest(world)
    before = world.everything()
    world.push()

    world.remove()

    after = world.everything()
    assert {key: after[key] for key in before} == before
    made = [data for key, data in after.items() if key not in before]
    assert all(data.get("deleted") or is_trashed(after, data.get("parentItem")) for data in made)
    assert list(world.collections()) == ["Thesis"]


def test_remove_after_many_syncs_leaves_adopted_items_as_they_were(world: World) -> None:
    a_held_library(world)
    a_digest(world)
    before = world.everything()
    world.push(SYNC)
    for old, new in a_month_of_edits():
        world.edit("Notes.md", (old, new))
        world.push(SYNC)

    world.remove()

    after = world.everything()
    assert {key: after[key] for key in before} == before
    assert list(world.collections()) == ["Thesis"]


def a_month_of_edits() -> Iterator[tuple[str, str]]:
    """Yield edits of an entry whose item was adopted; none is of a field the person had filled."""
    entry = entry_of(1)
    for old, new in [
        ("Task: image restoration, deblurring", "Task: deblurring, denoising"),
        ("It is fast.", "It is fast.\n> - It is small."),
        ("picture-1)", "picture-1), [website](https://lab.org/1)"),
        (", [website](https://lab.org/1)", ""),
        ("picture-1)", "picture-one)"),
        ("Picture 1 becomes sharp.", "Picture 1 becomes sharper."),
        ("CVPR 2024 Oral", "CVPR 2024"),
    ]:
        edited = entry.replace(old, new)
        assert edited != entry
        yield entry, edited
        entry = edited
    yield entry, ""
    yield entry_of(29), f"{entry_of(29)}\n\n\n## Later\n\n{entry}"
    yield "## Later", "## Much later"
