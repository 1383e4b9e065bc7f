"""Marks set in Zotero on a bullet reach the digest as they are; its neighbors keep their bytes.

Some of them, written plainly, would look like something else: a bullet that is bold as a whole is
the title of an entry for a format of quoted notes.
"""

from __future__ import annotations

import difflib

import pytest

from tests.sync.world import World
from zoterodigest.sync.gathering import intent
from zoterodigest.sync.run.run import Options, prepare
from zoterodigest.sync.syncing.sync_run import FinishedRun, carry_out

TITLE = "Flows That Match Their Paths"
BULLETS = (
    "My notes on flows, 2 < 3 and a*b.  ",
    "The loss $\\mathcal{L}_{CFM}$ is `x_t[*]` | a_b.",
    "Second point.",
)
QUOTED = f"""\
# Reading

> **{TITLE}**
> *arXiv 2023*, [arxiv](https://arxiv.org/abs/2210.02747)
> Task: image generation
>
> - {BULLETS[0]}
> - {BULLETS[1]}
> - {BULLETS[2]}
"""
FOLDED = f"""\
<details>
<summary><b>{TITLE}</b></summary>

* **Authors:** Ada Lovelace, Alan Turing
* **arXiv ID:** 2210.02747
* **Published in:** arxiv (24 Feb 2021)

<details>
    <summary>Key points</summary>
    * {BULLETS[0]}
    * {BULLETS[1]}
    * {BULLETS[2]}
</details>
</details>
"""
LIST = f"""\
# Papers

- [{TITLE}](https://arxiv.org/abs/2210.02747), arXiv 2023.
  - {BULLETS[0]}
  - {BULLETS[1]}
  - {BULLETS[2]}
"""
TABLE = f"""\
| Title | Venue | Notes |
|---|---|---|
| [{TITLE}](https://arxiv.org/abs/2210.02747) | arXiv 2023 | - My notes.<br>- Second point. |
"""
DIGESTS = {"quoted": QUOTED, "folded": FOLDED, "list": LIST, "table": TABLE}
MARKS = {
    "bold": "<strong>{}</strong>",
    "italic": "<em>{}</em>",
    "underlined": "<u>{}</u>",
    "struck": '<span style="text-decoration: line-through;">{}</span>',
    "bold and italic": "<strong><em>{}</em></strong>",
    "raised": "<sup>{}</sup>",
}


def synced(world: World) -> FinishedRun:
    """Sync; nothing may fail."""
    outcome = carry_out(prepare(world.workspace(), Options(intent.SYNC)), lambda done, total: None)
    assert outcome.failures == ()
    return outcome


def settled(world: World) -> None:
    """Nothing is left to do, and nothing is reported."""
    plan = prepare(world.workspace(), Options(intent.SYNC)).plan
    assert plan.is_settled
    assert plan.reports == ()


def changed_lines(world: World, before: str) -> list[str]:
    """The lines of the digest that went and came."""
    after = (world.root / "Notes.md").read_bytes().decode()
    lines = difflib.unified_diff(before.split("\n"), after.split("\n"), n=0, lineterm="")
    return [line for line in lines if line[:2] not in ("--", "++", "@@")]


@pytest.mark.parametrize("mark", MARKS)
@pytest.mark.parametrize("kind", DIGESTS)
def test_a_mark_set_on_a_whole_bullet_reaches_that_line_alone(
    world: World, kind: str, mark: str
) -> None:
    world.markdown("Notes.md", DIGESTS[kind])
    world.first_push()
    marked = MARKS[mark].format("Second point.")
    world.change_note(TITLE, lambda html: html.replace("Second point.", marked))

    synced(world)

    settled(world)
    assert world.note(TITLE).count("Second point.") == 1
    gone, came = changed_lines(world, DIGESTS[kind])
    assert gone.startswith("-")
    assert "&#" not in came


@pytest.mark.parametrize("kind", DIGESTS)
def test_a_bold_bullet_that_is_added_stands_once_and_other_lines_stay(
    world: World, kind: str
) -> None:
    world.markdown("Notes.md", DIGESTS[kind])
    world.first_push()
    added = "<li>\n<strong>Third point.</strong>\n</li>\n</ul>"
    world.change_note(TITLE, lambda html: html.replace("</ul>", added))

    synced(world)

    settled(world)
    assert world.note(TITLE).count("Third point.") == 1
    came = changed_lines(world, DIGESTS[kind])
    assert len(came) == (2 if kind == "table" else 1)
    assert "Third point." in came[-1]


def test_a_bullet_that_cannot_be_written_is_refused_with_its_text(world: World) -> None:
    world.markdown("Notes.md", QUOTED)
    world.first_push()
    html = world.note(TITLE)
    world.change_note(
        TITLE, lambda html: html.replace("<li>", "<li>\nTask: as hard as any\n</li>\n<li>", 1)
    )

    plan = prepare(world.workspace(), Options(intent.SYNC))
    outcome = carry_out(plan, lambda done, total: None)

    assert html != world.note(TITLE)
    assert (world.root / "Notes.md").read_text(encoding="utf-8") == QUOTED
    (failure,) = outcome.failures
    assert "Task: as hard as any" in failure.reason


def test_an_edit_of_a_bullet_keeps_a_comment_beside_it(world: World) -> None:
    source = QUOTED.replace("> - Second point.", "> <!-- mine -->\n>\n> - Second point.")
    world.markdown("Notes.md", source)
    world.first_push()
    world.change_note(TITLE, lambda html: html.replace("Second point.", "Second point, edited."))

    synced(world)

    settled(world)
    assert changed_lines(world, source) == ["-> - Second point.", "+> - Second point, edited."]


@pytest.mark.parametrize("kind", ["quoted", "plain", "folded", "list"])
@pytest.mark.parametrize("place", range(3))
def test_a_bullet_that_is_set_in_bold_in_the_digest_stays_a_bullet(
    world: World, kind: str, place: int
) -> None:
    bullets = ["First point.", "Second point.", "Third point."]
    text = DIGESTS.get(kind, QUOTED[QUOTED.index("> **") :])
    for old, new in reversed(list(zip(BULLETS, bullets, strict=True))):
        text = text.replace(old, new)
    if kind == "plain":
        text = text.replace("> -", "-").replace("> ", "").replace(">\n", "\n")
    world.markdown("Notes.md", text)
    world.push()

    world.markdown("Notes.md", text.replace(bullets[place], f"**{bullets[place]}**"))
    synced(world)

    settled(world)
    assert f"<strong>{bullets[place]}</strong>" in world.note(TITLE)
    assert all(world.note(TITLE).count(one) == 1 for one in bullets)


def test_blanks_that_change_in_code_reach_the_digest(world: World) -> None:
    """In code a blank is text; the digest's own blanks stay only between words of prose."""
    code = ">\n> ```\n> x =  1\n> y = 2\n> ```\n"
    world.markdown("Notes.md", QUOTED + code)
    synced(world)

    world.change_note(TITLE, lambda html: html.replace("x = &nbsp;1", "x = 1"))
    synced(world)

    assert (world.root / "Notes.md").read_text() == QUOTED + code.replace("x =  1", "x = 1")
    settled(world)
