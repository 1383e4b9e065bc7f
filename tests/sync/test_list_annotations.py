"""Annotations in lists: between markers at the end of an entry, one way, apart from its summary."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.builders import a_file, a_highlight, an_item
from tests.sync.world import World
from zoterodigest.core.plan.plan import ShowAnnotations
from zoterodigest.core.plan.reports import KeptAnnotations
from zoterodigest.project.config import BadConfiguration, load_configuration
from zoterodigest.project.lock.lock import read_lock
from zoterodigest.sync.gathering import intent
from zoterodigest.sync.run.run import Options

SYNC = Options(intent.SYNC)
RULES = '[[digest]]\npath = "notes.md"\nannotations = true\n'
DIGEST = """\
> **Mask R-CNN**
> *ICCV 2017*, [arxiv](https://arxiv.org/abs/1703.06870)
>
> - A mask for each box.

> **Attention Is All You Need**
> *NeurIPS 2017*, [arxiv](https://arxiv.org/abs/1706.03762)
>
> - No recurrence.
"""
TABLE = """\
| Title | Venue | Paper |
|---|---|---|
| Mask R-CNN | ICCV 2017 | [arxiv](https://arxiv.org/abs/1703.06870) |
| Attention Is All You Need | NeurIPS 2017 | [arxiv](https://arxiv.org/abs/1706.03762) |
"""
FILE, OTHER_FILE = "FILE2222", "FILE3333"
ONE, TWO = "MARK2222", "MARK3333"
LINK = f"[p. 5 of the file](zotero://open-pdf/library/items/{FILE}?page=5&annotation="


@pytest.fixture
def listed(tmp_path: Path) -> World:
    """A list in sync, the first paper of which has a PDF with two highlights."""
    world = World(tmp_path)
    world.configure(RULES)
    world.markdown("notes.md", DIGEST)
    world.first_push(SYNC)
    world.put(a_file(world.key("Mask R-CNN"), FILE))
    world.put(a_highlight(FILE, ONE, text="Boxes <!-- first"))
    world.put(a_highlight(FILE, TWO, text="Masks last", sortIndex="00004|002000|00000"))
    return world


def text(world: World) -> str:
    return (world.root / "notes.md").read_text(encoding="utf-8")


def shown_of(world: World, *blocks: str) -> str:
    item = world.key("Mask R-CNN")
    lines = [f"<!-- zotero-annotations {item} -->", "", *"\n\n".join(blocks).split("\n")]
    region = "".join(f"> {line}\n" for line in (*lines, f"<!-- /zotero-annotations {item} -->"))
    return DIGEST.replace("> - A mask for each box.\n", f"> - A mask for each box.\n{region}")


def block(key: str, said: str) -> str:
    return f"> Yellow, {LINK}{key})\n>\n> {said}"


def kept(world: World) -> list[KeptAnnotations]:
    return [it for it in world.plan(SYNC).reports if isinstance(it, KeptAnnotations)]


def written(world: World) -> set[str]:
    return {key for row in read_lock(world.lock_path.read_bytes()).rows for key in row.annotations}


def test_they_stand_below_the_summary_and_no_word_of_them_goes_to_the_library(
    listed: World,
) -> None:
    before = listed.everything()

    listed.push(SYNC)

    assert text(listed) == shown_of(
        listed, block(ONE, "Boxes &lt;!-- first"), block(TWO, "Masks last")
    )
    assert written(listed) == {ONE, TWO}
    assert listed.plan(SYNC).is_settled
    assert listed.everything() == before


def test_edits_of_summary_and_annotation_come_in_one_run(listed: World) -> None:
    listed.push(SYNC)
    listed.change_note("Mask R-CNN", lambda html: html.replace("A mask for", "One mask for"))
    listed.change(TWO, annotationComment="So they say")

    listed.push(SYNC)

    assert "> - One mask for each box.\n> <!-- zotero" in text(listed)
    assert "> > Masks last\n> >\n> > So they say\n> <!-- /zotero" in text(listed)
    assert listed.plan(SYNC).is_settled


def test_one_that_goes_in_zotero_goes_and_with_the_last_its_markers(listed: World) -> None:
    listed.push(SYNC)

    listed.erase(ONE)
    listed.push(SYNC)
    alone = text(listed)
    listed.change(FILE, deleted=1)
    listed.push(SYNC)

    assert alone == shown_of(listed, block(TWO, "Masks last"))
    assert text(listed) == DIGEST
    assert listed.plan(SYNC).is_settled


def test_one_that_the_person_edits_or_deletes_is_theirs_and_counted(listed: World) -> None:
    listed.push(SYNC)
    region = f"> {block(ONE, 'Boxes &lt;!-- first')}\n\n".replace("\n", "\n> ")[:-2]
    listed.edit("notes.md", (region, ""), ("Masks last", "Masks come last"))

    listed.push(SYNC)
    listed.change(ONE, annotationComment="So they say")
    listed.change(TWO, annotationComment="So they say")
    listed.push(SYNC)

    assert "So they say" not in text(listed)
    assert "> > Masks come last\n" in text(listed)
    (report,) = kept(listed)
    assert (report.edited, report.deleted) == ((TWO,), (ONE,))


def test_a_region_that_the_person_deletes_stays_away_but_for_new_ones(listed: World) -> None:
    listed.push(SYNC)
    listed.markdown("notes.md", DIGEST)

    listed.push(SYNC)
    without = text(listed)
    listed.put(a_highlight(FILE, "MARK4444", text="Later", sortIndex="00009|000000|00000"))
    listed.push(SYNC)

    assert without == DIGEST
    assert text(listed) == shown_of(listed, block("MARK4444", "Later"))


def test_a_torn_region_is_left_alone_until_it_is_mended(listed: World) -> None:
    listed.push(SYNC)
    whole = text(listed)
    end = f"> <!-- /zotero-annotations {listed.key('Mask R-CNN')} -->\n"
    listed.edit("notes.md", (end, ""))
    before = text(listed)

    listed.change(TWO, annotationComment="So they say")
    listed.push(SYNC)
    torn = text(listed)
    listed.markdown("notes.md", whole)
    listed.push(SYNC)

    assert torn == before
    assert "A mask for each box" in listed.note("Mask R-CNN")
    assert "So they say" in text(listed)


def test_a_lost_lock_file_inserts_none_twice(listed: World) -> None:
    listed.push(SYNC)
    before = text(listed)

    listed.forget()
    listed.push(SYNC)

    assert text(listed) == before
    assert written(listed) == {ONE, TWO}


def test_two_entries_of_one_paper_show_each_its_own(listed: World) -> None:
    listed.configure(f'{RULES}[[digest]]\npath = "twin.md"\nannotations = true\n')
    listed.markdown("twin.md", DIGEST)

    listed.push(SYNC)

    assert text(listed) == (listed.root / "twin.md").read_text()
    assert listed.plan(SYNC).is_settled


def test_a_template_of_the_person_says_how_one_looks(listed: World) -> None:
    listed.configure(f'{RULES}annotation_template = "- {{text}} {{link}}"\n')

    listed.push(SYNC)

    assert f"> - Boxes &lt;!-- first {LINK}{ONE})\n> - Masks last {LINK}{TWO})\n" in text(listed)


def test_the_rows_of_a_table_have_no_place_for_them_and_status_says_so(listed: World) -> None:
    listed.markdown("notes.md", TABLE)

    listed.push(SYNC)

    assert text(listed) == TABLE
    assert [report.unplaced for report in kept(listed)] == [(ONE, TWO)]
    assert listed.plan(SYNC).is_settled


def test_of_many_that_come_at_once_one_that_would_do_harm_is_left_out(listed: World) -> None:
    ends_in_comment = DIGEST.replace("> - A mask for each box.\n", "> - A mask.\n>\n> <!-- x\n")
    listed.markdown("notes.md", ends_in_comment)
    listed.put(a_file(listed.key("Attention Is All You Need"), OTHER_FILE))
    listed.put(a_highlight(OTHER_FILE, "MARK5555", text="Heads"))

    plan = listed.plan(SYNC)
    listed.push(SYNC)

    shown = {key for it in plan.actions if isinstance(it, ShowAnnotations) for key in it.added}
    assert "MARK5555" in shown
    assert "Heads" in text(listed)
    assert listed.plan(SYNC).is_settled


def test_papers_in_json_or_yaml_are_refused(tmp_path: Path) -> None:
    config = tmp_path / "zoterodigest.toml"
    config.write_text('[[digest]]\npath = "papers.yaml"\nannotations = true\n')

    with pytest.raises(BadConfiguration, match="no place in JSON or YAML"):
        load_configuration(config)


def test_a_new_entry_comes_with_the_annotations_of_its_item(listed: World) -> None:
    (shelf,) = listed.collections().values()
    page = "https://arxiv.org/abs/2401.00001"
    listed.put(an_item("NEWPAPER", title="A New Paper", url=page, collections=[shelf]))
    listed.put(a_file("NEWPAPER", OTHER_FILE))
    listed.put(a_highlight(OTHER_FILE, "MARK5555", text="Quite new"))

    listed.push(SYNC)

    assert "> > Quite new\n> <!-- /zotero-annotations NEWPAPER -->" in text(listed)
    assert written(listed) == {ONE, TWO, "MARK5555"}
    assert listed.plan(SYNC).is_settled
