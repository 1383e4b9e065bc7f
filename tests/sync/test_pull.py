"""Edits made in the library come back into the digests, and nothing else moves."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.sync.trouble import silent, troubled
from tests.sync.world import World
from zoterodigest.core.plan.reports import Conflict, DivergedField, HeldBack
from zoterodigest.library.port import LibraryItem, Unchanged, Written
from zoterodigest.notes.editor import editor_form
from zoterodigest.sync.gathering import intent
from zoterodigest.sync.run.run import Options, prepare
from zoterodigest.sync.syncing.sync_run import FinishedRun, carry_out

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = sorted((ROOT / "examples").glob("*.md"))
PULL, SYNC = Options(intent.PULL), Options(intent.SYNC)

Data = Mapping[str, Any]
Edit = Callable[[World, str], None]


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A world with an empty folder."""
    return World(tmp_path)


def with_example(world: World, name: str) -> bytes:
    """Put an example into the world and push it; return its bytes."""
    source = (ROOT / "examples" / name).read_bytes()
    for form in (ROOT / "examples").glob("*.format.toml"):
        (world.root / form.name).write_bytes(form.read_bytes())
    (world.root / name).write_bytes(source)
    world.digests.append(name)
    world.push()
    return source


def run(world: World, options: Options) -> FinishedRun:
    """Carry out a run; nothing may fail."""
    outcome = carry_out(prepare(world.workspace(), options), lambda done, total: None)
    assert outcome.failures == ()
    return outcome


def find(world: World, title: str) -> LibraryItem:
    """Return the item whose title begins so."""
    found = [
        one
        for one in world.library.read().items
        if str(one.data.get("title", "")).startswith(title)
    ]
    return next(one for one in found if "parentItem" not in one.data)


def write(world: World, item: LibraryItem, **data: Any) -> None:
    """Change an object of the library as a person would."""
    (outcome,) = world.library.write([LibraryItem(item.key, item.version, data)])
    assert isinstance(outcome, Written | Unchanged)


def item_with(**data: Any) -> Edit:
    """An edit of fields of the item itself."""
    return lambda world, title: write(world, find(world, title), **data)


def text_in(field: str, old: str, new: str) -> Edit:
    """An edit of a part of one field."""

    def edit(world: World, title: str) -> None:
        item = find(world, title)
        assert old in item.data[field]
        write(world, item, **{field: item.data[field].replace(old, new)})

    return edit


def note_with(old: str, new: str) -> Edit:
    """An edit of the item's note, saved as the editor saves it."""

    def edit(world: World, title: str) -> None:
        parent = find(world, title).key
        (note,) = [
            one
            for one in world.library.read().items
            if one.data.get("parentItem") == parent and old in one.data.get("note", "")
        ]
        write(world, note, note=editor_form(note.data["note"].replace(old, new)))

    return edit


def tagged(*tags: str) -> Edit:
    """An edit that leaves these tags only."""
    return item_with(tags=[{"tag": tag} for tag in tags])


def linked(label: str, url: str) -> Edit:
    """An edit of the address of a linked attachment."""

    def edit(world: World, title: str) -> None:
        parent = find(world, title).key
        (link,) = [
            one
            for one in world.library.read().items
            if one.data.get("parentItem") == parent and one.data.get("title") == label
        ]
        write(world, link, url=url)

    return edit


def changed_lines(before: bytes, after: bytes) -> list[str]:
    """Return the lines that a diff takes out and puts in."""
    diff = difflib.unified_diff(
        before.decode().splitlines(), after.decode().splitlines(), n=0, lineterm=""
    )
    return [line for line in diff if line[:1] in "+-" and line[:3] not in ("+++", "---")]


QUOTED, BULLETS = "quoted-notes.md", "daily-bullets-2025-01-15.md"
FOLDED, HF = "world-models.zh.md", "papers-for-2024-12-09.md"
DAILY, LIST, BOLD = "generation-daily.md", "awesome-list.md", "bold-titles.md"


CONTROLNET = "Adding Conditional Control"
GOLDEN: list[tuple[str, str, Edit, list[tuple[str, str]]]] = [
    (
        QUOTED,
        CONTROLNET,
        item_with(title="Adding Control"),
        [("Conditional Control to Text-to-Image Diffusion Models", "Control")],
    ),
    (QUOTED, CONTROLNET, item_with(date="2024"), [("ICCV 2023 Award", "ICCV 2024 Award")]),
    (
        QUOTED,
        CONTROLNET,
        tagged("task:control", "award:Award Candidate", "venue:ICCV"),
        [("controllable image generation", "control")],
    ),
    (
        QUOTED,
        CONTROLNET,
        tagged("task:controllable image generation", "venue:ICCV"),
        [("ICCV 2023 Award Candidate", "ICCV 2023")],
    ),
    (
        QUOTED,
        CONTROLNET,
        linked("code", "https://github.com/a/b"),
        [("https://github.com/lllyasviel/ControlNet", "https://github.com/a/b")],
    ),
    (
        QUOTED,
        CONTROLNET,
        note_with("say where things", "tell where things"),
        [("say where things", "tell where things")],
    ),
    (
        QUOTED,
        "Classifier-Free",
        note_with("Sample with", "Draw with"),
        [("Sample with", "Draw with")],
    ),
    (
        BULLETS,
        "SDXL",
        item_with(title="SDXL"),
        [(": Improving Latent Diffusion Models for High-Resolution Image Synthesis", "")],
    ),
    (
        BULLETS,
        "SDXL",
        text_in("abstractNote", "three times", "four times"),
        [("three times", "four times")],
    ),
    (
        FOLDED,
        "CLIP",
        item_with(title="CLIP"),
        [(": Learning Transferable Visual Models From Natural Language Supervision", "")],
    ),
    (
        FOLDED,
        "CLIP",
        note_with("Images and captions", "Pictures and captions"),
        [("Images and captions", "Pictures and captions")],
    ),
    (FOLDED, "CLIP", note_with("无需人工标注", "不用人工标注"), [("无需人工标注", "不用人工标注")]),
    (FOLDED, "CLIP", note_with("让图像编码器", "使图像编码器"), [("让图像编码器", "使图像编码器")]),
    (FOLDED, "World Models", item_with(date="2019"), [("NeurIPS 2018", "NeurIPS 2019")]),
    (
        FOLDED,
        "World Models",
        linked("Project Page", "https://worldmodels.org/"),
        [("https://worldmodels.github.io/", "https://worldmodels.org/")],
    ),
    (
        HF,
        "LoRA",
        item_with(title="LoRA | Adaptation"),
        [(": Low-Rank Adaptation of Large Language Models (Read", " \\| Adaptation (Read")],
    ),
    (HF, "LoRA", note_with("LoRA adapts", "LoRA | adapts"), [("LoRA adapts", "LoRA \\| adapts")]),
    (DAILY, CONTROLNET, item_with(date="2024-01-02"), [("2023-11-26", "2024-01-02")]),
    (
        DAILY,
        CONTROLNET,
        text_in("extra", "Codes and Supplementary", "Code and supplementary"),
        [
            (
                "<summary>Codes...</summary><p>Codes and Supplementary",
                "<summary>Code ...</summary><p>Code and supplementary",
            )
        ],
    ),
    (
        DAILY,
        CONTROLNET,
        linked("Code Link", "https://github.com/a/b"),
        [
            (
                "[Code Link](https://github.com/lllyasviel/ControlNet)",
                "[Code Link](https://github.com/a/b)",
            )
        ],
    ),
    (
        LIST,
        "Segment Anything",
        item_with(title="Segment All"),
        [("[Segment Anything]", "[Segment All]")],
    ),
    (
        LIST,
        "Segment Anything",
        linked("website", "https://sam.org/"),
        [("https://segment-anything.com/", "https://sam.org/")],
    ),
    (
        BOLD,
        "Consistency",
        item_with(title="Consistent Models"),
        [("**Consistency Models**", "**Consistent Models**")],
    ),
]


@pytest.mark.parametrize(("name", "title", "edit", "changes"), GOLDEN)
def test_an_edit_in_the_library_changes_exactly_these_words_of_the_digest(
    world: World, name: str, title: str, edit: Edit, changes: list[tuple[str, str]]
) -> None:
    expected = with_example(world, name).decode()
    edit(world, title)

    run(world, PULL)

    place = expected.index(title)
    for old, new in changes:
        at = expected.index(old, max(place - len(old), 0))
        expected = expected[:at] + new + expected[at + len(old) :]
    assert (world.root / name).read_bytes().decode() == expected
    assert run(world, SYNC).prepared.plan.is_settled


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_what_the_note_editor_writes_again_changes_no_byte(world: World, path: Path) -> None:
    source = with_example(world, path.name)
    notes = [one for one in world.library.read().items if one.data["itemType"] == "note"]

    for note in notes:
        write(world, note, note=editor_form(note.data["note"]))
    run(world, PULL)

    assert (world.root / path.name).read_bytes() == source


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_a_sync_of_what_was_just_pushed_is_settled(world: World, path: Path) -> None:
    with_example(world, path.name)
    traces, version = world.traces(), world.library.version()

    outcome = run(world, SYNC)

    assert outcome.prepared.plan.is_settled
    assert (world.traces(), world.library.version()) == (traces, version)


def test_edits_of_two_bullets_at_two_ends_meet(world: World) -> None:
    source = with_example(world, QUOTED).decode()
    first = next(line for line in source.split("\n") if line.startswith("> - "))
    block = source[source.index(first) :].split("\n\n")[0]
    second = [line for line in block.split("\n") if line.startswith("> - ")][1]
    title = source[: source.index(first)].rsplit("> **", 1)[1].split("**")[0]
    text = second.removeprefix("> - ").strip()

    world.edit(QUOTED, (first, "> - Edited in the digest.  "))
    note_with(text, "Edited in the library.")(world, title)
    run(world, SYNC)

    after = (world.root / QUOTED).read_text(encoding="utf-8")
    (note,) = [it for it in world.notes().values() if "Edited in the library." in it["note"]]
    assert "> - Edited in the digest." in after
    assert "> - Edited in the library." in after
    assert "Edited in the digest." in note["note"]
    assert run(world, SYNC).prepared.plan.is_settled


def test_one_field_edited_at_both_ends_is_a_conflict_and_stays_as_it_is(world: World) -> None:
    source = with_example(world, LIST).decode()

    world.edit(LIST, ("[Segment Anything]", "[Segment Anything at Home]"))
    write(world, find(world, "Segment Anything"), title="Segment Anything Else")
    prepared = prepare(world.workspace(), SYNC)
    carry_out(prepared, lambda done, total: None)

    (conflict,) = [one for one in prepared.plan.reports if isinstance(one, Conflict)]
    assert conflict.name == "title"
    assert (world.root / LIST).read_text(encoding="utf-8") == source.replace(
        "[Segment Anything]", "[Segment Anything at Home]"
    )
    assert find(world, "Segment Anything Else")


def test_a_pull_writes_nothing_into_the_library_and_a_push_no_digest(world: World) -> None:
    source = with_example(world, LIST)
    world.edit(LIST, ("[Segment Anything]", "[Segment Everything]"))
    write(world, find(world, "Masked Autoencoders"), title="Masked Autoencoders See")
    version = world.library.version()

    run(world, PULL)

    pulled = (world.root / LIST).read_bytes()
    assert world.library.version() == version
    assert changed_lines(source, pulled)[-1].startswith("+- [Segment Everything]")
    assert b"[Masked Autoencoders See]" in pulled

    run(world, Options())

    assert (world.root / LIST).read_bytes() == pulled
    assert find(world, "Segment Everything")


def test_a_digest_that_is_not_pulled_gets_nothing(world: World) -> None:
    source = with_example(world, LIST)
    world.configure(f'[[digest]]\npath = "{LIST}"\npull = false\n')
    write(world, find(world, "Segment Anything"), title="Segment Something")

    run(world, SYNC)

    assert (world.root / LIST).read_bytes() == source


def test_a_digest_that_pulls_some_fields_gets_these_alone(world: World) -> None:
    source = with_example(world, LIST).decode()
    world.configure(f'[[digest]]\npath = "{LIST}"\npull = ["title"]\n')
    item = find(world, "Segment Anything")
    write(world, item, title="Segment Something", date="2031")

    plan = run(world, SYNC).prepared.plan

    expected = source.replace("[Segment Anything]", "[Segment Something]")
    assert (world.root / LIST).read_bytes().decode() == expected
    (held,) = [one for one in plan.reports if isinstance(one, HeldBack)]
    assert held.name == "year"
    assert find(world, "Segment Something").data["date"] == "2031"


def test_an_author_hidden_behind_et_al_changes_no_byte(world: World) -> None:
    source = with_example(world, BULLETS)
    cut = next(
        one
        for one in world.library.read().items
        if "parentItem" not in one.data and len(one.data.get("creators", ())) == 6
    )
    seventh = {"creatorType": "author", "firstName": "Seventh", "lastName": "Author"}

    write(world, cut, creators=[*cut.data["creators"], seventh])
    run(world, SYNC)

    is_cut = any(line.endswith("et al._") for line in source.decode().split("\n"))
    assert is_cut
    after = (world.root / BULLETS).read_bytes()
    assert b"Seventh" not in after or b"et al." not in _line_with(after, b"Seventh")


def _line_with(data: bytes, text: bytes) -> bytes:
    return next(line for line in data.split(b"\n") if text in line)


def test_a_value_that_would_break_out_of_its_slot_is_written_so_that_it_cannot(
    world: World,
) -> None:
    with_example(world, FOLDED)
    entries = len(prepare(world.workspace(), SYNC).gathered.entries)
    hostile = "A </b></summary></details> | title > with [everything](x) **in** it"

    write(world, find(world, "CLIP"), title=hostile)
    run(world, SYNC)

    prepared = prepare(world.workspace(), SYNC)
    assert len(prepared.gathered.entries) == entries
    assert prepared.plan.is_settled
    assert hostile in {entry.fields["title"] for entry in prepared.gathered.entries}


def test_what_differed_when_it_was_linked_stays_apart(world: World) -> None:
    source = with_example(world, FOLDED)
    prepared = prepare(world.workspace(), SYNC)

    diverged = [one for one in prepared.plan.reports if isinstance(one, DivergedField)]
    carry_out(prepared, lambda done, total: None)

    assert diverged
    assert (world.root / FOLDED).read_bytes() == source


def test_a_date_cleared_in_the_library_goes_with_the_year_that_was_its_own(world: World) -> None:
    table = (
        "| Title | Date | Venue |\n|---|---|---|\n"
        "| [Mask R-CNN](https://arxiv.org/abs/1703.06870) | 2017-03-20 | ICCV 2017 |\n"
    )
    world.markdown("table.md", table)
    run(world, SYNC)
    world.change(world.key("Mask R-CNN"), date="")

    run(world, SYNC)

    read = (world.root / "table.md").read_text(encoding="utf-8")
    assert read == table.replace("2017-03-20", "").replace("ICCV 2017", "ICCV")
    assert world.plan(SYNC).is_settled
    assert "date" not in world.item("Mask R-CNN")


def test_a_digest_that_cannot_be_written_stops_no_other_one(world: World) -> None:
    entry = "> **Mask R-CNN**\n> *ICCV 2017*, [arxiv](https://arxiv.org/abs/1703.06870)\n"
    other = entry.replace("Mask R-CNN", "A Second Paper of Note").replace(
        "1703.06870", "1801.00009"
    )
    world.markdown("a.md", entry)
    world.markdown("b.md", other)
    run(world, SYNC)
    world.change(world.key("Mask R-CNN"), title="Mask R-CNN, again")
    world.change(world.key("A Second Paper of Note"), title="A Second Paper, again")
    world.edit("b.md", ("*ICCV 2017*", "*CVPR 2018*"))

    def edit_meanwhile(_number: int) -> None:
        (world.root / "a.md").write_text(f"{entry}\nmore\n", encoding="utf-8")

    outcome = carry_out(prepare(troubled(world, after=edit_meanwhile), SYNC), silent)

    assert [failure.where for failure in outcome.failures] == ["a.md"]
    assert "A Second Paper, again" in (world.root / "b.md").read_text(encoding="utf-8")
    assert (world.root / "a.md").read_text(encoding="utf-8") == f"{entry}\nmore\n"
    run(world, SYNC)
    assert "Mask R-CNN, again" in (world.root / "a.md").read_text(encoding="utf-8")


def test_a_digest_is_filled_in_only_where_it_is_asked_for(world: World) -> None:
    table = (
        "| Title | Venue | Code |\n|---|---|---|\n"
        "| [Mask R-CNN](https://arxiv.org/abs/1703.06870) |  |  |\n"
    )
    world.put(
        LibraryItem("MASK2222", 0, {
            "itemType": "conferencePaper", "title": "Mask R-CNN", "date": "2017",
            "proceedingsTitle": "ICCV", "url": "https://arxiv.org/abs/1703.06870",
            "extra": "arXiv: 1703.06870"}),
    )  # fmt: skip
    world.markdown("table.md", table)
    run(world, SYNC)
    assert (world.root / "table.md").read_text(encoding="utf-8") == table

    run(world, Options(intent.Sync(may_push=False, fills=frozenset({"venue"}))))

    filled = (world.root / "table.md").read_text(encoding="utf-8")
    assert filled == table.replace("|  |  |", "| ICCV |  |")
    assert world.plan(SYNC).is_settled
