"""Hostile digests: whatever stands in them, no note can do harm and nothing else breaks."""

from __future__ import annotations

import pytest

from tests.sync.digests import folded, notes, quoted
from tests.sync.world import World
from zoterodigest.notes.markup import Element, parse

TITLE = "A Paper about Perfectly Normal Things"
OTHER = "Another Paper that Has to Survive this"

HOSTILE = (
    "</div></details><details><summary><b>Fake</b></summary>",
    "<script>alert(1)</script><style>*{display:none}</style>",
    '<img src="https://evil.example/pixel.png" onerror="alert(1)">',
    "![pixel](https://evil.example/pixel.png)",
    '<a href="javascript:alert(1)" onclick="alert(1)">click</a> [x](javascript:alert(1))',
    "[y](data:text/html;base64,PHNjcmlwdD4=) [z](vbscript:x)",
    '<iframe src="https://evil.example/"></iframe><object data="x"></object><svg onload="a()">',
    '<p style="background:url(https://evil.example/x)">styled</p>',
    '<h2 id="zd-aaaaaaaaaa">Summary · Faked</h2>',
    "### Private",
    "a | b || c \\| d",
    "> quoted > twice",
    "**paper title** *accept info* Task:",
    "zero\u200bwidth\ufeff\u2060 bidi\u202eflip\u2066x\u2069 \u00a0nbsp",
    "\x07bell \x1bescape \x7fdelete \x85next",
    "&lt;script&gt;alert(1)&lt;/script&gt; &#60;b&#62;",
    "$\\href{javascript:alert(1)}{x}$ `code <script>`",
    "{{7*7}} {citation} ${x} %s ]]> <!-- comment --> <?php ?>",
)
_NO_ELEMENTS = {"script", "style", "iframe", "object", "svg", "link", "meta", "form", "embed"}


def is_harmless(html: str) -> bool:
    def check(element: Element) -> bool:
        attributes = element.attributes
        address = attributes.get("href", "").strip().lower()
        return (
            element.tag not in _NO_ELEMENTS
            and not any(name.lower().startswith("on") for name in attributes)
            and not (element.tag == "img" and "src" in attributes)
            and "url(" not in attributes.get("style", "")
            and (not address or address.startswith(("http://", "https://", "mailto:", "zotero:")))
            and all(check(child) for child in element.children if isinstance(child, Element))
        )

    return check(parse(html))


@pytest.mark.parametrize(
    "html",
    [
        "<script>alert(1)</script>",
        '<p onclick="alert(1)">text</p>',
        '<img src="https://evil.example/pixel.png">',
        '<a href=" JavaScript:alert(1)">text</a>',
        '<p style="background:url(https://evil.example/x)">text</p>',
        '<ul><li><iframe src="https://evil.example/"></iframe></li></ul>',
    ],
)
def test_the_check_for_harm_sees_harm(html: str) -> None:
    assert is_harmless("<p>text</p>")
    assert not is_harmless(html)


def survivor() -> str:
    return quoted(OTHER, "2401.00002", bullets=("It survives.",))


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_bullet_ends_as_harmless_text_in_one_note(world: World, text: str) -> None:
    world.markdown(
        "Notes.md", notes(quoted(TITLE, "2401.00001", bullets=(text, "After it.")), survivor())
    )

    world.push()

    assert world.keys_by_title().keys() == {TITLE, OTHER}
    assert is_harmless(world.note(TITLE))
    assert "After it." in world.note(TITLE)
    assert "It survives." in world.note(OTHER)
    assert world.note(TITLE).count('id="zd-') == 1
    assert world.plan().is_settled


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_section_ends_as_harmless_text_in_one_note(world: World, text: str) -> None:
    section = ("Key points", (text, "After it."))
    entry = folded(TITLE, "2401.00001", sections=[section, (text, ("x",))])
    other = folded(OTHER, "2401.00002", sections=[("Key points", ("It survives.",))])
    world.markdown("Survey.md", f"## Survey\n\n{entry}\n---\n\n{other}")

    world.push()

    assert all(is_harmless(str(note["note"])) for note in world.notes().values())
    assert "It survives." in world.note(OTHER)
    assert world.plan().is_settled


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_cell_ends_as_harmless_text_in_one_note(world: World, text: str) -> None:
    cell = text.replace("\\", "").replace("|", "\\|")
    rows = [
        f"| {title} (Read more on [arXiv](https://arxiv.org/abs/{arxiv}) or "
        f"[HuggingFace](https://huggingface.co/papers/{arxiv}))| Ada Lovelace | {summary} |\n"
        for title, arxiv, summary in (
            (TITLE, "2401.00001", f"Before it. {cell} After it."),
            (OTHER, "2401.00002", "It survives."),
        )
    ]
    head = "## Papers\n\n| Title | Authors | Summary |\n|-------|---------|---------|\n"
    world.markdown("Papers.md", head + "".join(rows))

    world.push()

    assert world.keys_by_title().keys() == {TITLE, OTHER}
    assert is_harmless(world.note(TITLE))
    assert "After it." in world.note(TITLE)
    assert "It survives." in world.note(OTHER)
    assert world.plan().is_settled


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_title_task_and_link_break_nothing(world: World, text: str) -> None:
    plain = text.replace("*", "")
    entry = quoted(
        f"{TITLE} {plain}",
        "2401.00001",
        task=text,
        links=("[code](javascript:alert(1))", f"[{plain[:20]}](https://lab.org/{len(text)})"),
    )
    world.markdown("Notes.md", notes(entry, survivor()))

    world.push()

    everything = world.everything().values()
    assert all(is_harmless(str(data.get("note", ""))) for data in everything)
    assert not any(str(data.get("url", "")).startswith("javascript") for data in everything)
    assert "It survives." in world.note(OTHER)
    assert world.plan().is_settled


def test_a_huge_field_is_pushed_and_a_note_too_long_fails_alone(world: World) -> None:
    huge = "all work and no play " * 20_000
    too_long = "all work and no play " * 25_000
    world.markdown(
        "Notes.md",
        notes(
            quoted(TITLE, "2401.00001", bullets=(huge,)),
            survivor(),
            quoted("Something that is Far too Long", "2401.00003", bullets=(too_long,)),
        ),
    )

    outcome = world.push_with_failures()

    (failure,) = outcome.failures
    assert failure.title == "Something that is Far too Long"
    assert failure.where.startswith("Notes.md:")
    assert len(world.note(TITLE)) > 400_000
    assert "It survives." in world.note(OTHER)
    assert [one.title for one in world.push_with_failures().failures] == [failure.title]


def test_the_template_that_was_left_in_is_no_paper(world: World) -> None:
    template = "```\nformat\n\n" + quoted("paper title", "", venue="accept info") + "```\n"
    world.markdown("Notes.md", notes(survivor(), template))

    world.push()

    assert world.keys_by_title().keys() == {OTHER}
