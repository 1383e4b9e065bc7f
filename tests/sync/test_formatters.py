"""A formatter of Markdown is no edit: what it spells otherwise changes nothing in the library.

`formatted/` holds a digest of five formats as its author wrote it (`source.md`) and as mdformat
(with its plugin for GFM), prettier and markdownlint --fix write it.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.digest.corpus import read
from tests.sync.world import World
from zoterodigest.core.values.blocks import unescaped
from zoterodigest.core.values.record import Members
from zoterodigest.sync.gathering import intent
from zoterodigest.sync.run.run import Options, prepare
from zoterodigest.sync.syncing.sync_run import carry_out

FORMATTED = Path(__file__).parent / "formatted"
SOURCE = (FORMATTED / "source.md").read_bytes()
TOOLS = sorted(path.name for path in FORMATTED.glob("*.md") if path.stem != "source")
SYNC = Options(intent.SYNC)


@pytest.mark.parametrize("tool", TOOLS)
def test_a_digest_that_was_formatted_after_a_push_changes_nothing(world: World, tool: str) -> None:
    formatted = (FORMATTED / tool).read_bytes()
    world.markdown("Notes.md", SOURCE.decode())
    world.first_push()
    before = world.everything()

    (world.root / "Notes.md").write_bytes(formatted)
    prepared = prepare(world.workspace(), SYNC)
    outcome = carry_out(prepared, lambda done, total: None)

    assert prepared.plan.actions == ()
    assert outcome.failures == ()
    assert world.everything() == before
    assert (world.root / "Notes.md").read_bytes() == formatted


@pytest.mark.parametrize("tool", TOOLS)
def test_a_formatted_digest_is_read_as_its_source(tool: str) -> None:
    source, formatted = (read((FORMATTED / name).read_bytes()) for name in ("source.md", tool))

    assert [entry.title for entry in formatted.entries] == [it.title for it in source.entries]
    for one, other in zip(source.entries, formatted.entries, strict=True):
        assert (one.format.name, one.unreadable) == (other.format.name, other.unreadable)
        assert one.reading.identifiers == other.reading.identifiers
        for name in ("venue", "task", "links", "authors", "categories", "date"):
            assert _unordered(one.reading.fields.get(name)) == _unordered(
                other.reading.fields.get(name)
            )


def _unordered(value: object) -> object:
    return set(value.texts) if isinstance(value, Members) else value


def test_an_edit_of_a_formatted_entry_keeps_its_hard_breaks(world: World) -> None:
    formatted = (FORMATTED / "mdformat.md").read_text(encoding="utf-8")
    world.markdown("Notes.md", formatted)
    world.first_push()
    title = "Flows Between Two Measures of Noise"

    world.change(world.key(title), title="Flows Between Three Measures of Noise")
    carry_out(prepare(world.workspace(), SYNC), lambda done, total: None)

    after = (world.root / "Notes.md").read_text(encoding="utf-8")
    assert after == formatted.replace("Two Measures of Noise", "Three Measures of Noise")


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        (r"$f\_\\theta(\\mathbf{x}\_t)$", r"$f_\theta(\mathbf{x}_t)$"),
        (r"p\<0.05 in data\_sets \[sic\]", "p<0.05 in data_sets [sic]"),
        (r"98\% of $\theta\_x$", r"98\% of $\theta\_x$"),
        (r"98\% of all", r"98\% of all"),
    ],
)
def test_escapes_of_a_formatter_are_told_from_those_of_tex(text: str, plain: str) -> None:
    assert unescaped(text) == plain
