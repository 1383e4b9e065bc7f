"""An edit may make another format read an entry; it is written if that reads all the same."""

from __future__ import annotations

import pytest

from tests.digest.corpus import read
from tests.sync.world import World
from zoterodigest.sync.gathering import intent
from zoterodigest.sync.run.run import Options

SYNC = Options(intent.SYNC)
TITLE = "Attention Is All You Need"
PLAIN, WITH_COLON = "Attention alone, no recurrence.", "Attention alone: no recurrence."


def listed(summary: str) -> str:
    return (
        f"# Read\n\n- [{TITLE}](https://arxiv.org/abs/1706.03762) (NeurIPS 2017)\n  - {summary}\n"
    )


def format_of(text: str) -> str:
    (entry,) = read(text.encode()).entries
    return entry.format.name


@pytest.mark.parametrize(("old", "new"), [(PLAIN, WITH_COLON), (WITH_COLON, PLAIN)])
def test_a_summary_is_written_though_another_format_reads_the_entry_then(
    world: World, old: str, new: str
) -> None:
    assert format_of(listed(old)) != format_of(listed(new))
    world.markdown("papers.md", listed(old))
    world.push(SYNC)

    world.change_note(TITLE, lambda html: html.replace(old, new))
    world.push(SYNC)

    assert (world.root / "papers.md").read_text("utf-8") == listed(new)
    assert world.plan(SYNC).is_settled
