"""A person decides what is open: both ends get it, and nothing else moves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from shutil import copytree

import pytest

from tests.sync.digests import daily, folded, notes, quoted
from tests.sync.world import World
from zoterodigest.core.plan.run_options import End
from zoterodigest.core.values.record import (
    EMPTY,
    Blocks,
    Fields,
    Hyperlink,
    Names,
    Value,
    WebLinks,
)
from zoterodigest.sync.run.conflicts import (
    BOTH_WAYS,
    NotOpen,
    OpenField,
    OpenReason,
    in_field,
    open_fields,
    short_ids,
    with_id,
)
from zoterodigest.sync.syncing.resolve import Decision, Resolving, prepare_resolve
from zoterodigest.sync.syncing.sync_run import FinishedRun, carry_out

SWIN = "Restoring Images with Shifted Windows"
GAN = "Adversarial Losses for Sharper Pictures"
CODE = "https://github.com/lab/swin"

NOTES = notes(
    quoted(SWIN, "2401.00001", venue="CVPR 2024", links=(f"[code]({CODE})",), bullets=("A.", "B.")),
    quoted(GAN, "2401.00002", venue="CVPR 2023", bullets=("C.", "D.")),
)
BULLETS = f"""# Papers

- **[{SWIN}](https://arxiv.org/abs/2401.00001)**  `arXiv:2401.00001`  `cs.LG` `cs.CV`
  _Ada Lovelace, Alan Turing_
  <details open><summary>Abstract</summary>
  Straight paths need fewer steps.
  </details>
"""
TABLE = daily(
    [
        f"| **[{SWIN}](http://arxiv.org/abs/2401.00001v1)** | 2024-01-05 | <details><summary>Show"
        "</summary><p>Windows shift.</p></details> | 8 pages | None |\n"
    ]
)
FOLDED = folded(SWIN, "2401.00001", sections=[("Key Points", ("One point.", "Another."))])

Edit = Callable[[World], None]


def in_item(**data: object) -> Edit:
    return lambda world: world.change(world.key(SWIN), **data)


def in_note(old: str, new: str) -> Edit:
    return lambda world: world.change_note(SWIN, lambda html: html.replace(old, new))


def in_link(label: str, url: str) -> Edit:
    def edit(world: World) -> None:
        (key,) = (k for k, one in world.children(SWIN).items() if one.get("title") == label)
        world.change(key, url=url)

    return edit


def authors(*people: str) -> list[dict[str, str]]:
    names = [person.split(" ") for person in people]
    return [
        {"creatorType": "author", "firstName": first, "lastName": last} for first, last in names
    ]


def code(url: str) -> WebLinks:
    return WebLinks((Hyperlink("code", url),))


# Digest, field, what the digest's text becomes, the edit in the library, what else a person writes.
CASES: list[tuple[str, str, tuple[str, str], Edit, Value]] = [
    (NOTES, "title", (SWIN, "By Ada"), in_item(title="By Ben"), "By *both* | of [them]"),
    (NOTES, "venue", ("CVPR 2024", "ICCV 2024"), in_item(proceedingsTitle="ECCV"), "NeurIPS"),
    (NOTES, "links", (CODE, "https://a.org/x"), in_link("code", "https://b.org/x"),
     code("https://c.org/x")),
    (NOTES, "summary", ("> - B.", "> - By Ada."), in_note("B.", "By Ben."),
     Blocks(("- A.", "- By both.", "- C."))),
    (BULLETS, "authors", ("Ada Lovelace, Alan Turing", "Ada Lovelace"),
     in_item(creators=authors("Alan Turing")), Names(("Grace Hopper", "Ada Lovelace"))),
    (BULLETS, "abstract", ("fewer", "many"), in_item(abstractNote="Few steps."), "No steps."),
    (TABLE, "date", ("2024-01-05", "2024-01-06"), in_item(date="2024-01-07"), "2024-01-08"),
    (TABLE, "comment", ("8 pages", "9 pages"), lambda world: world.change(
        world.key(SWIN), extra=world.item(SWIN)["extra"].replace("8 pages", "10 pages")),
     "11 pages"),
    (FOLDED, "section:Key Points", ("One point.", "By Ada."), in_note("One point.", "By Ben."),
     Blocks(("- By both.",))),
]  # fmt: skip
IDS = [case[1] for case in CASES]


Conflicting = Callable[[World, str, tuple[str, str], Edit], OpenField]


@pytest.fixture(scope="session")
def folders() -> dict[tuple[str, tuple[str, str]], tuple[Path, OpenField]]:
    return {}


@pytest.fixture
def conflicting(
    folders: dict[tuple[str, tuple[str, str]], tuple[Path, OpenField]],
    tmp_path_factory: pytest.TempPathFactory,
) -> Conflicting:
    """Push a digest, edit a field at both ends, and return it; what is done once is copied."""

    def conflict(world: World, text: str, edit: tuple[str, str], change: Edit) -> OpenField:
        if (text, edit) not in folders:
            first = World(tmp_path_factory.mktemp("conflict"))
            first.markdown("Notes.md", text)
            first.push()
            before = entry_fields(first)
            change(first)
            first.edit("Notes.md", edit)
            (field,) = opened(first)
            assert (field.kind, field.base) == (OpenReason.CONFLICT, before[field.name])
            folders[text, edit] = first.root, field
        root, field = folders[text, edit]
        copytree(root, world.root, dirs_exist_ok=True)
        world.digests.append("Notes.md")
        return field

    return conflict


def opened(world: World) -> tuple[OpenField, ...]:
    return open_fields(world.prepare(BOTH_WAYS))


def resolve(world: World, *decisions: Decision) -> tuple[Resolving, FinishedRun]:
    resolving = prepare_resolve(world.workspace(), decisions)
    outcome = carry_out(resolving.prepared, lambda done, total: None)
    assert outcome.failures == ()
    return resolving, outcome


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


@pytest.mark.parametrize(("text", "name", "edit", "change", "value"), CASES, ids=IDS)
@pytest.mark.parametrize("keep", [End.MARKDOWN, End.ZOTERO, None])
def test_a_decision_brings_both_ends_of_any_field_together(
    world: World,
    conflicting: Conflicting,
    text: str,
    name: str,
    edit: tuple[str, str],
    change: Edit,
    value: Value,
    keep: End | None,
) -> None:
    field = conflicting(world, text, edit, change)
    assert field.name == name

    resolving, _ = resolve(world, Decision(field, keep or value))

    expected = {None: value, End.MARKDOWN: field.at_entry, End.ZOTERO: field.at_item}[keep]
    prepared = world.prepare(BOTH_WAYS)
    assert resolving.left == ()
    assert prepared.gathered.entries[0].fields[name] == expected
    assert prepared.plan.is_settled
    assert open_fields(prepared) == ()


def entry_fields(world: World) -> Fields:
    """Return the fields of the first entry."""
    entries = world.prepare(BOTH_WAYS).gathered.entries
    return min(entries, key=lambda entry: entry.place.start_line).fields


def test_without_its_text_a_base_is_not_known(world: World, conflicting: Conflicting) -> None:
    conflicting(world, NOTES, (SWIN, "By Ada"), in_item(title="By Ben"))
    (world.root / ".zoterodigest" / "values" / "texts.sqlite").unlink()

    (field,) = opened(world)

    assert field.base is None


def test_nothing_but_what_was_decided_moves(world: World, conflicting: Conflicting) -> None:
    field = conflicting(world, NOTES, (SWIN, "By Ada"), in_item(title="By Ben"))
    world.edit("Notes.md", ("CVPR 2023", "ICCV 2023"), ("> - C.", "> - Cc."))
    world.change(world.key("By Ben"), date="2025")
    more = notes(quoted("A New One", "2401.00009")).removeprefix("# Notes\n\n---\n")
    text = (world.root / "Notes.md").read_text(encoding="utf-8") + more
    world.markdown("Notes.md", text)
    before = world.everything()

    resolve(world, Decision(field, End.ZOTERO))

    assert world.everything() == before
    assert (world.root / "Notes.md").read_text(encoding="utf-8") == text.replace("By Ada", "By Ben")
    assert opened(world) == ()
    assert not world.plan(BOTH_WAYS).is_settled


def test_a_digest_that_is_not_pulled_still_takes_what_was_decided(
    world: World, conflicting: Conflicting
) -> None:
    world.configure('[[digest]]\npath = "Notes.md"\npull = false\n')
    field = conflicting(world, NOTES, (SWIN, "By Ada"), in_item(title="By Ben"))

    resolve(world, Decision(field, End.ZOTERO))

    assert "**By Ben**" in (world.root / "Notes.md").read_text(encoding="utf-8")


def test_what_the_digest_cannot_hold_is_left_at_both_ends(
    world: World, conflicting: Conflicting
) -> None:
    field = conflicting(world, TABLE, ("2024-01-05", "2024-01-06"), in_item(date="2024-01-07"))
    before = world.everything(), (world.root / "Notes.md").read_bytes()

    resolving, outcome = resolve(world, Decision(field, "some time in spring"))

    ((_, reason),) = resolving.left
    assert reason.startswith("the digest cannot hold it")
    assert (resolving.decisions, outcome.written) == ((), 0)
    assert (world.everything(), (world.root / "Notes.md").read_bytes()) == before


@pytest.mark.parametrize("keep", [End.MARKDOWN, End.ZOTERO, "By both"])
def test_a_decision_over_what_has_changed_since_is_not_carried_out(
    world: World, conflicting: Conflicting, keep: End | str
) -> None:
    field = conflicting(world, NOTES, (SWIN, "By Ada"), in_item(title="By Ben"))
    world.change(world.key("By Ben"), title="By Ben, later")

    resolving, outcome = resolve(world, Decision(field, keep))

    ((_, reason),) = resolving.left
    assert "changed since" in reason
    assert outcome.written == 0
    assert "By Ben, later" in world.keys_by_title()
    assert "**By Ada**" in (world.root / "Notes.md").read_text(encoding="utf-8")


def test_what_changes_between_plan_and_write_is_not_overwritten(
    world: World, conflicting: Conflicting
) -> None:
    field = conflicting(world, NOTES, (SWIN, "By Ada"), in_item(title="By Ben"))
    resolving = prepare_resolve(world.workspace(), [Decision(field, End.MARKDOWN)])
    world.change(world.key("By Ben"), title="By Ben, later")

    carry_out(resolving.prepared, lambda done, total: None)

    assert "By Ben, later" in world.keys_by_title()
    (still,) = opened(world)
    assert (still.at_entry, still.at_item) == ("By Ada", "By Ben, later")


def test_an_entry_that_is_gone_is_left(world: World, conflicting: Conflicting) -> None:
    field = conflicting(world, NOTES, (SWIN, "By Ada"), in_item(title="By Ben"))
    world.markdown("Notes.md", notes(quoted(GAN, "2401.00002")))

    resolving, outcome = resolve(world, Decision(field, End.MARKDOWN))

    assert len(resolving.left) == 1
    assert outcome.written == 0


def test_lines_that_came_above_an_entry_do_not_matter(
    world: World, conflicting: Conflicting
) -> None:
    field = conflicting(world, NOTES, (SWIN, "By Ada"), in_item(title="By Ben"))
    world.edit("Notes.md", ("# Notes\n", "# Notes\n\nSome words.\n"))

    resolving, _ = resolve(world, Decision(field, End.MARKDOWN))

    assert resolving.left == ()
    assert "By Ada" in world.keys_by_title()


# --- apart and waiting ---------------------------------------------------------------------------


def test_a_field_apart_is_listed_and_joined(world: World) -> None:
    world.markdown("Notes.md", NOTES)
    world.first_push()
    world.forget()
    world.change(world.key(SWIN), title="Another Title of It")
    world.push()

    (field,) = opened(world)
    resolve(world, Decision(field, End.MARKDOWN))

    assert (field.kind, field.name, field.base) == (OpenReason.DIVERGED, "title", None)
    assert SWIN in world.keys_by_title()
    assert opened(world) == ()
    world.edit("Notes.md", (SWIN, f"{SWIN}, Again"))
    world.push()
    assert f"{SWIN}, Again" in world.keys_by_title()


LIST = f"""# Reading

## Vision

- [{SWIN}](https://arxiv.org/abs/2401.00001), CVPR 2024.
- [{GAN}](https://arxiv.org/abs/2401.00002), CVPR 2023.

## Theory

- [Straight Flows for Fast Sampling](https://arxiv.org/abs/2401.00003), ICLR 2023.
"""


def test_no_entry_moves_and_no_name_changes_where_a_field_is_decided(world: World) -> None:
    world.markdown("List.md", LIST)
    world.first_push()
    world.change(world.key(SWIN), title="By Ben")
    world.edit("List.md", (SWIN, "By Ada"))
    collection_rows = world.collections()
    world.change(world.key("By Ben"), collections=[collection_rows["List/Theory"]])
    world.put_shelf(collection_rows["List/Theory"], "Ideas")
    world.edit("List.md", ("## Vision", "## Seeing"))
    before = world.everything(), world.library.read().collections
    text = (world.root / "List.md").read_text(encoding="utf-8")
    (field,) = [one for one in opened(world) if one.name == "title"]

    resolve(world, Decision(field, End.ZOTERO))

    assert (world.everything(), world.library.read().collections) == before
    after = (world.root / "List.md").read_text(encoding="utf-8")
    assert after == text.replace("By Ada", "By Ben")
    assert not world.plan(BOTH_WAYS).is_settled


def test_a_note_whose_sections_are_lost_stays_open_and_says_so(
    world: World, conflicting: Conflicting
) -> None:
    field = conflicting(world, FOLDED, ("One point.", "By Ada."), in_note("One point.", "By Ben."))
    world.change_note(SWIN, lambda html: html.replace(">Key Points<", ">Other Points<"))
    before = world.everything(), (world.root / "Notes.md").read_bytes()

    resolving, outcome = resolve(world, Decision(field, End.MARKDOWN))

    assert len(resolving.left) == 1
    assert outcome.written == 0
    assert (world.everything(), (world.root / "Notes.md").read_bytes()) == before


def test_a_field_that_waits_for_the_library_is_decided_now(world: World) -> None:
    world.markdown("Notes.md", NOTES)
    world.first_push()
    database = world.root / ".zoterodigest" / "library.sqlite"
    behind = database.read_bytes()
    world.edit("Notes.md", (SWIN, "By Ada"))
    moved_on = dict(files(world))
    world.push()
    lock = world.lock_path.read_bytes()
    database.write_bytes(behind)
    for path, data in moved_on.items():
        path.write_bytes(data)
    world.lock_path.write_bytes(lock)

    (field,) = opened(world)
    resolve(world, Decision(field, End.MARKDOWN))

    assert (field.kind, field.at_entry, field.at_item) == (OpenReason.WAITING, "By Ada", SWIN)
    assert "By Ada" in world.keys_by_title()
    assert opened(world) == ()


def files(world: World) -> dict[Path, bytes]:
    """Return what this machine alone keeps, but for the library and the history."""
    folder = world.root / ".zoterodigest"
    return {path: path.read_bytes() for path in folder.glob("seen*")}


# --- twins ---------------------------------------------------------------------------------------


@pytest.fixture
def twins(world: World) -> World:
    """One paper in two digests, retitled in both."""
    for name in ("A.md", "B.md"):
        world.markdown(name, notes(quoted(SWIN, "2401.00001")))
    world.push()
    world.edit("A.md", (SWIN, "By Ada"))
    world.edit("B.md", (SWIN, "By Bob"))
    return world


def test_of_twins_what_was_shown_is_kept(twins: World) -> None:
    (field,) = opened(twins)
    assert (field.at_entry, field.at_item, field.held) == ("By Bob", "By Ada", SWIN)

    resolve(twins, Decision(field, End.ZOTERO))

    assert "By Ada" in twins.keys_by_title()
    assert "**By Ada**" in (twins.root / "B.md").read_text(encoding="utf-8")
    assert opened(twins) == ()


def test_of_twins_the_other_edit_is_not_lost(twins: World) -> None:
    (field,) = opened(twins)

    resolve(twins, Decision(field, End.MARKDOWN))

    assert "By Bob" in twins.keys_by_title()
    (other,) = opened(twins)
    assert (other.entry.digest, other.at_entry, other.at_item) == ("A.md", "By Ada", "By Bob")


def test_of_contradicting_decisions_one_is_left(twins: World) -> None:
    twins.change(twins.key(SWIN), title="By Ben")
    fields = opened(twins)
    assert len(fields) == 2

    resolving, _ = resolve(twins, *(Decision(field, End.MARKDOWN) for field in fields))

    assert len(resolving.left) == 1
    assert len(opened(twins)) == 1


@pytest.mark.parametrize(("kept", "text"), [(End.MARKDOWN, "By Ada"), (End.ZOTERO, "By Ben")])
@pytest.mark.parametrize("is_preferred", [False, True])
def test_only_what_collides_is_decided_edits_beside_it_are_kept(
    world: World, kept: End, text: str, *, is_preferred: bool
) -> None:
    prefer = f'[sync.prefer]\nsummary = "{kept.value}"\n' if is_preferred else ""
    world.configure(f'[[digest]]\npath = "Notes.md"\n{prefer}')
    bullets = ("One.", "Two.", "Three.", "Four.")
    world.markdown("Notes.md", notes(quoted(SWIN, "2401.00001", bullets=bullets)))
    world.first_push()
    world.edit("Notes.md", ("Two.", "By Ada."), ("One.", "One of Ada."))
    world.change_note(SWIN, lambda it: it.replace("Two.", "By Ben.").replace("Four.", "Four, Ben."))

    if is_preferred:
        world.push(BOTH_WAYS)
    else:
        resolve(world, *(Decision(field, kept) for field in opened(world)))

    digest = (world.root / "Notes.md").read_text(encoding="utf-8")
    note = world.note(SWIN)
    for one in ("One of Ada.", f"{text}.", "Three.", "Four, Ben."):
        assert (one in digest, one in note) == (True, True), one
    assert not opened(world)
    assert world.plan(BOTH_WAYS).is_settled


# --- rules ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("end", "title"), [("markdown", "By Ada"), ("zotero", "By Ben")])
def test_the_end_that_is_preferred_holds_without_a_question(
    world: World, end: str, title: str
) -> None:
    world.configure(f'[[digest]]\npath = "Notes.md"\n[sync.prefer]\ntitle = "{end}"\n')
    world.markdown("Notes.md", NOTES)
    world.first_push()
    world.change(world.key(SWIN), title="By Ben")
    world.edit("Notes.md", (SWIN, "By Ada"))

    world.push(BOTH_WAYS)

    assert title in world.keys_by_title()
    assert f"**{title}**" in (world.root / "Notes.md").read_text(encoding="utf-8")
    assert world.plan(BOTH_WAYS).is_settled


# --- what a person means -------------------------------------------------------------------------


def test_ids_are_as_short_as_they_may_be() -> None:
    found = short_ids(["zd-aaaabbbbbb", "zd-aaaabbcccc", "zd-aaaacccccc", "zd-bbbbbbbbbb"])

    assert list(found.values()) == ["aaaabbb", "aaaabbc", "aaaac", "bbbb"]


def test_ids_and_fields_that_are_not_open_are_told(world: World, conflicting: Conflicting) -> None:
    field = conflicting(world, FOLDED, ("One point.", "By Ada."), in_note("One point.", "By Ben."))

    assert with_id([field], field.id) == with_id([field], field.row_id) == (field,)
    assert in_field([field], "key points") == in_field([field], "section:Key Points") == (field,)
    for wanted in ("zzzz", "", "zd-"):
        with pytest.raises(NotOpen, match="nothing open"):
            with_id([field], wanted)
    with pytest.raises(NotOpen) as told:
        in_field([field], "title")
    assert told.value.hint == "Open: Key Points."


def test_an_id_that_fits_several_is_told(twins: World) -> None:
    twins.change(twins.key(SWIN), title="By Ben")
    one, other = opened(twins)
    first, second = replaced(one, "zd-abcd"), replaced(other, "zd-abef")

    with pytest.raises(NotOpen, match="may be any of abcd, abef"):
        with_id([first, second], "ab")


def replaced(field: OpenField, row_id: str) -> OpenField:
    return replace(field, row_id=row_id, id=row_id.removeprefix("zd-"))


def test_a_field_that_became_empty_is_open_as_empty(world: World, conflicting: Conflicting) -> None:
    field = conflicting(world, BULLETS, ("fewer", "no"), in_item(abstractNote=""))

    resolve(world, Decision(field, End.MARKDOWN))

    assert field.at_item == EMPTY
    assert "need no steps" in world.item(SWIN)["abstractNote"]
