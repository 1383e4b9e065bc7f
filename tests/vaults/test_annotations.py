"""Annotations in a vault: from the library into the notes, one way, whatever happens there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.builders import a_file, a_highlight, an_item, changed
from tests.library.desktop import a_desktop
from tests.made_once import made_once
from tests.sync.trouble import silent
from tests.sync.world import World
from tests.vaults.test_laws import RULES, TITLES, a_note, planned, sync
from zoterodigest.cli.show.plan_lines import things
from zoterodigest.cli.show.report_names import ReportNames
from zoterodigest.core.plan.plan import ShowAnnotations
from zoterodigest.core.plan.reports import KeptAnnotations
from zoterodigest.project.config import BadConfiguration, load_configuration
from zoterodigest.project.lock.lock import read_lock
from zoterodigest.project.log.history import history_folder, read_history
from zoterodigest.sync.gathering.intent import PUSH, SYNC
from zoterodigest.sync.gathering.quiet import by_item
from zoterodigest.sync.gathering.workspace import Chosen, open_workspace
from zoterodigest.sync.run.quiet_run import prepare_quietly
from zoterodigest.sync.run.run import Options, Prepared, prepare
from zoterodigest.sync.syncing.sync_run import carry_out
from zoterodigest.sync.undo.undo import apply_undo, prepare_undo

PAPER, FILE = "VASWANIB", "FILE2222"
ONE, TWO = "MARK2222", "MARK3333"
NAME = "@vaswani2017.md"
MARKS = (
    a_highlight(FILE, ONE, text="Attention is enough"),
    a_highlight(FILE, TWO, text="Heads see more", sortIndex="00004|002000|00000"),
)
SHOWN = f"""
## Annotations

> [!quote] Yellow · [p. 5 of the file](zotero://open-pdf/library/items/{FILE}?page=5&annotation={ONE})
> Attention is enough

> [!quote] Yellow · [p. 5 of the file](zotero://open-pdf/library/items/{FILE}?page=5&annotation={TWO})
> Heads see more
"""


@pytest.fixture
def vault(world: World) -> World:
    """A note that is in sync with its item, and two annotations of the item's PDF."""

    def make() -> None:
        world.configure(f"{RULES}annotations = true\n")
        (world.root / "Papers").mkdir(exist_ok=True)
        path(world).write_text(a_note("vaswani2017"))
        world.put_item(PAPER, title=TITLES["vaswani2017"], date="2017", citationKey="vaswani2017")
        sync(world)
        world.put(a_file(PAPER, FILE))
        world.put(*MARKS)

    made_once(world.root, make)
    return world


def path(world: World) -> Path:
    return world.root / "Papers" / NAME


def text(world: World) -> str:
    return path(world).read_text()


def edit(world: World, old: str, new: str) -> None:
    assert text(world).count(old) == 1
    path(world).write_text(text(world).replace(old, new))


def written(world: World) -> set[str]:
    (row,) = read_lock(world.lock_path.read_bytes()).rows
    return set(row.annotations)


def kept(world: World) -> list[KeptAnnotations]:
    return [it for it in planned(world).plan.reports if isinstance(it, KeptAnnotations)]


def shown(world: World) -> list[ShowAnnotations]:
    return [it for it in planned(world).plan.actions if isinstance(it, ShowAnnotations)]


def is_settled(world: World) -> bool:
    before = path(world).stat().st_mtime_ns, world.lock_path.stat().st_mtime_ns
    outcome = sync(world)
    after = path(world).stat().st_mtime_ns, world.lock_path.stat().st_mtime_ns
    return outcome.prepared.is_settled and before == after


def test_the_first_sync_puts_them_below_the_note_and_the_next_has_nothing_to_do(
    vault: World,
) -> None:
    before, items = text(vault), vault.everything()

    sync(vault)

    assert text(vault) == before + SHOWN
    assert vault.everything() == items
    assert written(vault) == {ONE, TWO}
    assert is_settled(vault)


def test_a_file_of_quarto_shows_them_as_plain_quotes(vault: World) -> None:
    vault.configure(f"{RULES}annotations = true\n".replace(".md", ".qmd"))
    path(vault).rename(quarto := path(vault).with_suffix(".qmd"))

    sync(vault)

    link = f"[p. 5 of the file](zotero://open-pdf/library/items/{FILE}?page=5&annotation={ONE})"
    assert f"\n## Annotations\n\n> Yellow, {link}\n>\n> Attention is enough\n" in quarto.read_text()
    assert planned(vault).is_settled


def test_a_plan_counts_them_and_names_their_paper_once(vault: World) -> None:
    plan = planned(vault).plan

    found = [
        (it.label, it.what) for it in things(plan, ReportNames(plan, {})) if "annot" in it.label
    ]

    assert found == [("new annotations", TITLES["vaswani2017"]), ("new annotations", "")]


def test_without_the_option_none_come(vault: World) -> None:
    before = text(vault)
    vault.configure(RULES)

    sync(vault)

    assert text(vault) == before


def test_a_push_brings_none(vault: World) -> None:
    before = text(vault)

    sync(vault, Options(PUSH))

    assert text(vault) == before


def test_what_is_edited_recolored_or_new_in_zotero_comes_by_itself(vault: World) -> None:
    sync(vault)

    vault.change(ONE, annotationComment="So they say", annotationColor="#ff6666")
    vault.put(a_highlight(FILE, "MARK4444", text="Last", sortIndex="00009|000000|00000"))
    (action,) = shown(vault)
    sync(vault)

    assert (action.added, action.refreshed, action.removed) == (("MARK4444",), (ONE,), ())
    assert f"> [!quote] Red · [p. 5 of the file](zotero://open-pdf/library/items/{FILE}" in text(
        vault
    )
    assert "> Attention is enough\n>\n> So they say\n" in text(vault)
    assert text(vault).index("Heads see more") < text(vault).index("> Last")
    assert is_settled(vault)


def erase_one(world: World) -> None:
    world.erase(ONE)


def trash_one(world: World) -> None:
    world.change(ONE, deleted=1)


@pytest.mark.parametrize("go", [erase_one, trash_one])
def test_one_that_goes_in_zotero_goes_and_the_remark_below_it_stays(
    vault: World, go: Callable[[World], None]
) -> None:
    sync(vault)
    edit(vault, "> Attention is enough\n", "> Attention is enough\n\nIs it?\n")
    sync(vault)

    go(vault)
    sync(vault)

    assert "Attention is enough" not in text(vault)
    assert "\n\nIs it?\n\n> [!quote]" in text(vault)
    assert "Is it?" in vault.note(TITLES["vaswani2017"])
    assert "Heads see more" not in vault.note(TITLES["vaswani2017"])
    assert is_settled(vault)


def test_they_go_with_their_file_and_come_back_with_it(vault: World) -> None:
    before = text(vault)
    sync(vault)

    vault.change(FILE, deleted=1)
    sync(vault)
    without = text(vault)
    vault.change(FILE, deleted=0)
    sync(vault)

    assert without == f"{before}\n## Annotations\n"
    assert text(vault) == before + SHOWN
    assert is_settled(vault)


def test_one_that_the_person_edits_is_theirs_and_reported(vault: World) -> None:
    sync(vault)

    edit(vault, "> Attention is enough", "> Attention is nearly enough")
    vault.change(ONE, annotationComment="So they say")
    sync(vault)

    assert "> Attention is nearly enough\n" in text(vault)
    assert "So they say" not in text(vault)
    (report,) = kept(vault)
    assert (report.edited, report.other_tool) == ((ONE,), "")
    assert is_settled(vault)


def test_one_that_the_person_deletes_stays_deleted(vault: World) -> None:
    sync(vault)
    (block,) = (one for one in text(vault).split("\n\n") if ONE in one)

    edit(vault, f"{block}\n\n", "")
    sync(vault)
    vault.change(ONE, annotationComment="So they say")
    sync(vault)

    assert ONE not in text(vault)
    assert TWO in text(vault)
    assert is_settled(vault)


def test_where_another_tool_writes_annotations_none_are_added_and_status_names_it(
    vault: World,
) -> None:
    managed = f"\n%%zt-managed%%\n> x\n> ^{ONE}aFILE2222p5\n%%/zt-managed%%\n"
    path(vault).write_text(text(vault) + managed)
    before = text(vault)

    sync(vault)

    assert text(vault) == before
    assert [one.other_tool for one in kept(vault)] == ["ZotLit"]
    assert is_settled(vault)


@pytest.mark.parametrize("end", ["---", "<!-- begun", "```\nbegun", "Title\n-----"])
def test_where_new_ones_would_change_what_the_note_says_none_are_added_and_it_is_told(
    vault: World, end: str
) -> None:
    path(vault).write_text(f"{text(vault)}\n{end}\n")
    vault.forget()
    sync(vault)
    before = text(vault)

    sync(vault)

    assert text(vault) == before
    assert [one.is_hidden for one in kept(vault)] == [True]
    assert is_settled(vault)


def test_undo_gives_the_file_back_to_the_byte_and_the_next_sync_shows_them_again(
    vault: World,
) -> None:
    before = path(vault).read_bytes()
    sync(vault)
    vault.change(ONE, annotationComment="So they say")
    once = path(vault).read_bytes()
    sync(vault)

    for number, then in ((3, once), (2, before)):
        run = read_history(history_folder(vault.root / ".zoterodigest")).run(number)
        apply_undo(prepare_undo(vault.workspace(), run), silent)
        assert path(vault).read_bytes() == then
        assert number == 2 or written(vault) == {ONE, TWO}

    assert written(vault) == set()
    sync(vault)
    assert "So they say" in text(vault)
    assert is_settled(vault)


def test_a_lost_lock_file_inserts_none_twice(vault: World) -> None:
    sync(vault)
    before = text(vault)

    vault.forget()
    sync(vault)

    assert text(vault) == before
    assert written(vault) == {ONE, TWO}


def test_what_was_written_and_is_forgotten_is_never_written_over(vault: World) -> None:
    before = vault.lock_path.read_bytes()
    sync(vault)

    vault.lock_path.write_bytes(before)
    vault.change(ONE, annotationComment="So they say")
    once = text(vault)
    sync(vault)

    assert text(vault) == once
    assert written(vault) == {TWO}


def test_a_library_out_of_a_backup_takes_none_out(vault: World) -> None:
    library = vault.root / ".zoterodigest" / "library.sqlite"
    backup = library.read_bytes()
    vault.put(a_highlight(FILE, "MARK4444", text="Last", sortIndex="00009|000000|00000"))
    sync(vault)
    once = text(vault)

    library.write_bytes(backup)
    sync(vault)

    assert "> Last\n" in once
    assert text(vault) == once


def test_over_a_running_zotero_they_come_and_one_that_lists_none_takes_none_out(
    vault: World,
) -> None:
    with a_desktop() as desktop:
        held = desktop.zotero.library
        held.write([an_item(PAPER, title=TITLES["vaswani2017"], date="2017")])
        held.write([a_file(PAPER, FILE)])
        held.write(MARKS)
        vault.lock_path.unlink()

        def sync_with_it() -> Prepared:
            chosen = Chosen(f"desktop?url={desktop.url}", access=desktop.access)
            workspace = open_workspace([], vault.root, chosen=chosen)
            with workspace.library:
                outcome = carry_out(prepare(workspace, Options(SYNC)), silent)
            assert outcome.failures == ()
            return outcome.prepared

        sync_with_it()
        first = text(vault)
        settled = sync_with_it().is_settled
        desktop.zotero.lists_annotations = False
        blind = sync_with_it()
        assert text(vault) == first
        desktop.zotero.lists_annotations = True
        (mark,) = held.fetch([ONE])
        held.write([changed(mark, annotationComment="So they say")])
        sync_with_it()

    assert first.endswith(SHOWN)
    assert settled
    (report,) = (one for one in blind.plan.reports if isinstance(one, KeptAnnotations))
    assert report.unreadable == (ONE, TWO)
    assert "> So they say\n" in text(vault)


def test_they_come_with_edits_of_the_same_note(vault: World) -> None:
    vault.change(PAPER, date="2018")
    vault.change_note(TITLES["vaswani2017"], lambda html: html.replace("Paragraph 0", "First"))

    sync(vault)

    assert "year: 2018  # as printed\n" in text(vault)
    assert "First of what I think of the paper." in text(vault)
    assert text(vault).endswith(SHOWN)
    assert is_settled(vault)


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_a_note_that_is_only_front_matter_gets_them_below_it(vault: World, ends: str) -> None:
    front = '---\ntitle: "T"\ncitekey: vaswani2017\n---'.replace("\n", ends)
    vault.change(PAPER, title="T")
    (vault.root / "Papers" / NAME).write_bytes(front.encode())
    vault.forget()

    sync(vault)
    sync(vault)

    assert (
        path(vault).read_bytes().startswith(f"{front}{ends}## Annotations{ends}{ends}> [".encode())
    )
    assert is_settled(vault)


def test_the_lock_file_says_nothing_of_what_could_not_be_written(vault: World) -> None:
    edit(vault, "year: 2017", "year: 2018")

    def meanwhile(_done: int, _total: int) -> None:
        path(vault).write_text(text(vault).replace("Paragraph 0", "First"))

    outcome = carry_out(planned(vault), meanwhile)

    assert len(outcome.failures) == 1
    assert "First" in text(vault)
    assert ONE not in text(vault)
    assert written(vault) == set()


def test_an_annotation_counts_as_a_part_of_its_item_when_changes_are_looked_for(
    vault: World,
) -> None:
    objects = by_item(vault.library.read().items)

    assert {one.key for one in objects[PAPER]} >= {PAPER, FILE, ONE, TWO}
    assert FILE not in objects


def test_a_page_of_logseq_gets_them_as_items(vault: World) -> None:
    page = f"title:: @vaswani2017\noriginal-title:: {TITLES['vaswani2017']}\n\n- What I think\n"
    path(vault).write_text(page)
    vault.forget()

    sync(vault)
    sync(vault)

    added = text(vault).removeprefix(page)
    link = f"[p. 5 of the file](zotero://open-pdf/library/items/{FILE}?page=5&annotation="
    assert added == (
        f"- Attention is enough · Yellow · {link}{ONE})\n- Heads see more · Yellow · {link}{TWO})\n"
    )
    assert "Heads see more" not in vault.note(TITLES["vaswani2017"])
    assert is_settled(vault)


def test_only_the_note_of_a_changed_annotation_is_looked_at(vault: World) -> None:
    for key, item in (("adam2015", "ADAM2AAA"), ("resnet2016", "RESNET2B")):
        (vault.root / "Papers" / f"@{key}.md").write_text(a_note(key))
        vault.put_item(item, title=TITLES[key], date="2017", citationKey=key)
    sync(vault)
    sync(vault)
    vault.change(ONE, annotationComment="So they say")

    prepared = prepare_quietly(vault.workspace(), Options(SYNC))

    assert prepared is not None
    assert [type(one) for one in prepared.plan.actions] == [ShowAnnotations]
    assert len(prepared.gathered.entries) == 1
    carry_out(prepared, silent)
    assert "So they say" in text(vault)
    assert is_settled(vault)


def test_a_template_of_the_person_says_how_one_looks(vault: World) -> None:
    vault.configure(f'{RULES}annotations = true\nannotation_template = "- {{text}} {{link}}"\n')

    sync(vault)

    assert (
        f"\n- Attention is enough [p. 5 of the file](zotero://open-pdf/library/items/{FILE}"
        in text(vault)
    )
    assert is_settled(vault)


@pytest.mark.parametrize("rules", ['path = "a.md"', 'path = "a/*.md"\nentry = "file"'])
def test_a_template_that_names_no_annotation_is_refused(tmp_path: Path, rules: str) -> None:
    config = tmp_path / "zoterodigest.toml"
    config.write_text(f'[[digest]]\n{rules}\nannotation_template = "> {{text}}"\n')

    with pytest.raises(BadConfiguration):
        load_configuration(config)


def test_several_notes_of_one_item_show_them_once(vault: World) -> None:
    (vault.root / "Papers" / "Thoughts.md").write_text(
        f'---\ntitle: "{TITLES["vaswani2017"]}"\nyear: 2017\n---\n\nMore thoughts.\n'
    )

    sync(vault)

    assert ONE in text(vault)
    assert ONE not in (vault.root / "Papers" / "Thoughts.md").read_text()


def move_behind(world: World) -> Path:
    (world.root / "Papers" / "zz").mkdir()
    return path(world).rename(world.root / "Papers" / "zz" / NAME)


def move_away(world: World) -> Path:
    return path(world).rename(world.root / "away.md")


@pytest.mark.parametrize("go", [move_behind, move_away])
def test_they_stay_with_their_file_beside_another_about_its_item(
    vault: World, go: Callable[[World], Path]
) -> None:
    """Both files have text alone, so nothing else tells which of them had the annotations."""
    other = vault.root / "Papers" / "read" / NAME
    other.parent.mkdir()
    path(vault).write_text("Paragraph of what I think.\n")
    other.write_text("More thoughts.\n")
    vault.lock_path.unlink()
    sync(vault)
    assert ONE in text(vault)
    before = text(vault)
    place = go(vault)

    sync(vault)

    assert place.read_text() == before
    assert other.read_text() == "More thoughts.\n"


@pytest.mark.parametrize("heading", ["# Private", "## Private"])
def test_undo_takes_annotations_back_below_a_private_heading(vault: World, heading: str) -> None:
    vault.configure(f"{RULES}annotations = true\n")
    path(vault).write_text(f"{a_note('vaswani2017')}\n{heading}\n\nCANARY\n")
    states = [text(vault)]
    sync(vault)
    states.append(text(vault))
    vault.change(ONE, annotationComment="A comment of mine")
    sync(vault)
    states.append(text(vault))

    assert [SHOWN in state for state in states] == [False, True, False]
    folder = history_folder(vault.root / ".zoterodigest")
    assert "CANARY" not in "".join(file.read_text() for file in folder.iterdir())
    for number, state in ((3, states[1]), (2, states[0])):
        run = read_history(folder).run(number)
        assert apply_undo(prepare_undo(vault.workspace(), run), silent).declined == ()
        assert text(vault) == state
