"""Other programs that write the notes: tools with regions of their own, re-imports, editors."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

import pytest
import yaml

from tests.sync.world import World
from tests.vaults.generated import GeneratedNote, other_value
from tests.vaults.test_generated import Edited
from zoterodigest.core.plan.reports import HeldFile

REGIONS: Mapping[str, tuple[str, str, str]] = {
    "zotlit_managed": ("%%zt-managed%%\n", "%%/zt-managed%%", "Mark {one} of update {number}\n"),
    "zotflow": ("A note in Zotero.\n", "<!-- ZF_NOTE_END_", "Line {one} of update {number}\n"),
    "zotero_integration": (
        "%% begin annotations %%\n",
        "%% end annotations %%",
        "### Imported on 2026-03-02 {number}:10 am\n\n"
        "> “mark {one}” Yellow Highlight [Page 2]({link})\n\n",
    ),
    "zotlit": ("> [!note] Page 4\n", "> ^", "> Mark {one} of update {number}\n> \n"),
}
"""Between which signs a tool writes again what is its own, and what, by the form of the notes."""


@pytest.fixture
def vault(world: World) -> Edited:
    return Edited(world, 12, 1)


def updated(data: bytes, note: GeneratedNote, number: int) -> bytes:
    """Return a note after its tool wrote its region, and what says when, the `number`-th time."""
    begin, end, line = REGIONS[note.form]
    link = f"zotero://open-pdf/library/items/{note.key}?page=2&annotation={note.key}"
    break_, text = "\r\n" if b"\r\n" in data else "\n", data.decode().replace("\r\n", "\n")
    at = text.index(begin) + len(begin)
    shown = (line.format(one=one, number=number, link=link) for one in range(number % 5 + 1))
    text = text[:at] + "".join(shown) + text[text.index(end, at) :]
    text = re.sub(r"(?<=item-version: )\d+", str(812 + number), text)
    text = re.sub(r"(?<=Import Date: 2026-03-)\d\d", f"{number + 2:02}", text)
    return text.replace("\n", break_).encode()


@pytest.mark.parametrize("rounds", [2, pytest.param(20, marks=pytest.mark.deep)])
def test_another_tools_region_and_ours_are_updated_in_turn_without_a_loop(
    vault: Edited, rounds: int
) -> None:
    tools = {path: note for path, note in vault.notes.items() if note.form in REGIONS}
    assert {note.form for note in tools.values()} == REGIONS.keys()

    for number in range(rounds):
        for path, note in tools.items():
            file = vault.world.root / path
            file.write_bytes(updated(file.read_bytes(), note, number))
        written = vault.files()
        plan = vault.sync()

        assert (plan.actions, plan.reports) == ((), ())
        assert vault.files() == written
        for path, note in tools.items():
            old, new = (f"Method {note.key}{one}" for one in (number, number + 1))
            title = note.values["title"] if number == 0 else f"On the Study of {old}"
            vault.world.change(note.key, title=f"On the Study of {new}")
            vault.items[note.key]["title"] = f"On the Study of {new}"
            written[path] = written[path].replace(
                str(title).encode(), f"On the Study of {new}".encode()
            )
        vault.sync()

        assert vault.files() == written
        assert vault.is_settled()
    assert vault.world.everything() == vault.items


# --- editors -------------------------------------------------------------------------------------

FRONT = re.compile(rb"\A(\xef\xbb\xbf)?---\r?\n(.*?)^(?:---|\.\.\.)\r?\n", re.S | re.M)


def block_style(front: dict[str, object]) -> str:
    """Write front matter as a property editor does: block lists, few quotes, no comments."""
    return str(yaml.safe_dump(front, sort_keys=False, allow_unicode=True, width=10_000))


def flow_style(front: dict[str, object]) -> str:
    """Write front matter with double quotes, lists in one line and keys in another order."""
    turned = dict(reversed(front.items()))
    style = {"default_style": '"', "default_flow_style": None, "sort_keys": False}
    return str(yaml.safe_dump(turned, allow_unicode=True, width=10_000, **style))


def folded_style(front: dict[str, object]) -> str:
    """Write front matter by the alphabet, with single quotes, and long values over many lines."""
    return str(yaml.safe_dump(front, default_style="'", width=30, allow_unicode=True))


STYLES = (block_style, flow_style, folded_style)


def parts(data: bytes) -> tuple[dict[str, object] | None, bytes]:
    """Return what the front matter of a note says, and all below it; None if it is no YAML."""
    found = FRONT.match(data)
    try:
        front = yaml.load(found[2], yaml.BaseLoader) if found else None
    except yaml.YAMLError:
        front = None
    return (front, data[found.end() :]) if found and front else (None, data)


def rewritten(data: bytes, style: Callable[[dict[str, object]], str]) -> bytes:
    """Return a note after an editor wrote its front matter anew; what is no YAML stays."""
    front, below = parts(data)
    if front is None:
        return data
    text = f"---\n{style(front)}---\n".encode()
    mark = b"\xef\xbb\xbf" if data.startswith(b"\xef\xbb\xbf") else b""
    return mark + (text.replace(b"\n", b"\r\n") if b"\r\n" in data else text) + below


@pytest.mark.parametrize("style", STYLES)
def test_an_editor_that_writes_all_front_matter_anew_has_made_no_edit(
    vault: Edited, style: Callable[[dict[str, object]], str]
) -> None:
    before = vault.files()
    for name, data in before.items():
        (vault.world.root / name).write_bytes(rewritten(data, style))
    written = vault.files()

    plan = vault.sync()

    assert (plan.actions, plan.reports) == ((), ())
    assert vault.files() == written
    assert vault.world.everything() == vault.items
    assert sum(written[name] != before[name] for name in vault.notes) >= len(vault.notes) / 3
    assert vault.is_settled()


@pytest.mark.deep
@pytest.mark.parametrize("style", STYLES)
def test_edits_in_the_library_arrive_in_front_matter_that_an_editor_wrote(
    world: World, style: Callable[[dict[str, object]], str]
) -> None:
    vault = Edited(world, 48, 3)
    for name, data in vault.files().items():
        (world.root / name).write_bytes(rewritten(data, style))
    vault.sync()

    for note in [*vault.notes.values()]:
        for name in note.editable:
            value = other_value(name, note.values[name])
            vault.edit_in_library(note, name, value)
            vault.expect(note, name, value)
            vault.notes[note.path] = vault.notes[note.path].with_value(name, value)
    vault.sync()

    found = {path: parts((world.root / path).read_bytes()) for path in vault.notes}
    assert found == {path: parts(note.render()) for path, note in vault.notes.items()}
    assert vault.is_settled()


# --- re-imports ----------------------------------------------------------------------------------


def imported_anew(data: bytes, with_template: bytes) -> bytes:
    """Return a note as an integration writes it that knows nothing of the person's text."""
    break_ = b"\r\n\r\n" if b"\r\n" in data else b"\n\n"
    found = FRONT.match(data)
    front = found.end() if found else 0
    kept = [it for it in data[front:].split(break_) if not re.search(b"thought|Below|^---", it)]
    return data[:front] + break_.join([*kept, with_template])


@pytest.mark.parametrize("template", [b"", b"> [!abstract]-\n> What the publisher says.\n"])
@pytest.mark.parametrize(
    ("count", "imported"), [(24, 12), pytest.param(300, 50, marks=pytest.mark.deep)]
)
def test_a_re_import_of_many_notes_is_held_and_no_paragraph_is_lost(
    world: World, template: bytes, count: int, imported: int
) -> None:
    vault = Edited(world, count, 2)
    paths = [*vault.notes][:imported]
    for path in paths:
        file = world.root / path
        file.write_bytes(imported_anew(file.read_bytes(), template))
    written = vault.files()

    plan = vault.sync()

    held = [one.entry.digest for one in plan.reports if isinstance(one, HeldFile)]
    assert sorted(held) == sorted(paths)
    assert plan.actions == ()
    assert vault.files() == written
    assert world.everything() == vault.items
    for path in paths:
        vault.write(vault.notes[path])
    assert vault.is_settled()
