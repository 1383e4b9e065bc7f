"""The Markdown of vaults survives a note: nothing moves, and an edit changes its own words only.

A note is written from Markdown, saved by the note editor and read back into the same Markdown.
"""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.notes.texts import a_note, editor_pairs, html_of
from zoterodigest.core.values.blocks import join_blocks, split_blocks
from zoterodigest.core.values.record import Blocks
from zoterodigest.digest.write.blocks import blocks_text
from zoterodigest.digest.write.own_words import own_texts
from zoterodigest.notes.canonical import canonical_blocks, html_to_blocks
from zoterodigest.notes.editor import editor_form
from zoterodigest.notes.read import read_note

CONSTRUCTS = {
    "wikilinks": "See __[[wa]]__, *[[wb|wc]]* and [[wd#we]] wf.",
    "embeds": "![[wa.png]]\n\ntext ![[wb.png|100]] wc",
    "callout": "> [!note]- wa wb\n> wc wd\n> we",
    "callout with a list": "> [!note]+ wa\n> - wb\n> - [ ] wc\n>\n> wd",
    "nested quotes": "> wa\n> > wb\n> > > wc\n>\n> wd",
    "block ids": "wa wb ^abc\n\n- wc ^x1\n\n  ^tab\n\nwd\n^we",
    "tags": "#wa/b and #wb-c wd\n\nwe #wf",
    "tasks": "- [ ] wa\n- [x] wb\n\t- [/] wc\n* [ ] wd",
    "lists with tabs": "- wa\n\t- wb\n\t\t- wc\n\t\t\t- wd\n- we\n\n\twf",
    "lists with blanks": "* wa\n  * wb\n    * wc\n      1. wd\n      2. we",
    "lists of several margins": "- wa\n  - wb\n\n+ wc\n    - wd\n\t- we",
    "loose list": "- wa\n\n- wb\n\n  wc\n\n- wd",
    "empty items": "- <!-- c -->\n\n  wa __wb__\n- wc\n  -\n\n    wd",
    "numbers": "3. wa\n4. wb\n   1) wc\n5. wd",
    "formulas": "wa $x_1 wb$ $$a_2 wc$$\n\n$$\nwd \\\\\n\\frac{a}{b}\n$$\n\nwe",
    "footnotes": "wa[^1] wb[^n]\n\n[^1]: wc wd\n[^n]: we\n    wf",
    "Mermaid": "```mermaid\ngraph TD %% wa\nA --> wb\n```\n\nwc",
    "fences": '~~~python title="x"\nwb = 1\n\n\twc\n~~~\n\n````md\n```\nwd\n```\n````',
    "fence in a list": "- wa\n\n\t```py\n\twb\n\t```\n- wc",
    "fence in a quote": "> ```py\n> wa\n> ```\n> wb",
    "code": "wa `wb` ``wc ` wd`` we",
    "table": "| wa | wb |\n|:--|--:|\n| wc |wd|\n| `we` | [[wf\\|wg]] |",
    "highlights and comments": "wa ==wb wc== wd %%we wf%% wg\n\n%%\nwh\n\nwi\n%%",
    "HTML": "wa <u>wb</u> <sub>wc</sub> wd<br>we <mark>wf</mark> <kbd>wg</kbd>",
    "HTML block": "<details>\n<summary>wa `wb`</summary>\n\nwc __wd__\n\n</details>\n\nwe",
    "headings": "# wa\n\n## wb ##\n\nwc\n===\n\nwd we\n---\n\n###### wf\nwg",
    "rules": "wa\n\n***\n\nwb\n\n___\n\nwc\n\n- - -\nwd",
    "line breaks": "wa  \nwb\\\nwc  \nwd\nwe",
    "escapes": "wa \\*wb\\* \\[wc\\] \\# \\_wd\\_ a\\`b we & &amp; &copy; wf",
    "links": '[wa](https://x.org "T") [wb](a%20b.md) [wc](<a b.md>) <https://wd.org> [we][1]',
    "emphasis": "_wa_ *wb* __wc__ **wd** ***we*** **_wf_** *__wg__* ~~wh~~",
    "properties": "Key:: wa\nOther Key:: wb wc\n- **Year**:: wd [k:: we]",
    "Logseq": "- wa\n  id:: 1\n  collapsed:: true\n\t- wb ((uuid))\n\t  id:: 2\n\t- {{embed wc}}",
    "definitions": "wa\n: wb wc\n: wd\n\nwe",
    "like front matter": "wa\n\n---\nkey: wb\n---\n\nwc",
    "images": "![wa](wb.png) wc [![wd](b.svg)](https://we.org)",
    "wrapped lines": "wa wb\nwc wd\nwe\n\nwf  two  blanks wg",
}


def brought_back(markdown: str, html: str) -> str:
    """Return `markdown` with what its note says after the note editor saved it."""
    reading = read_note(editor_form(html))
    assert reading is not None
    texts = own_texts(split_blocks(markdown), reading.parts[0].blocks, canonical_blocks)
    return blocks_text(markdown, Blocks(texts))


def words_shown(html: str, pattern: str) -> list[str]:
    """Return the words that a person sees in a note, below its heading."""
    return re.findall(pattern, re.sub(r"<[^>]*>", "\n", html.split("</h2>", 1)[1]))


@pytest.mark.parametrize("markdown", CONSTRUCTS.values(), ids=CONSTRUCTS)
def test_a_note_that_nobody_edited_leaves_the_markdown_as_it_is(markdown: str) -> None:
    assert brought_back(markdown, html_of(a_note(markdown))) == markdown


@pytest.mark.parametrize("markdown", CONSTRUCTS.values(), ids=CONSTRUCTS)
def test_an_edited_word_changes_nothing_but_that_word(markdown: str) -> None:
    html = html_of(a_note(markdown))
    words = words_shown(html, r"(?<![A-Za-z0-9])w[a-z](?![A-Za-z0-9])")

    assert words
    for word in words:
        pattern = re.compile(rf"(?<![A-Za-z0-9]){word}(?![A-Za-z0-9])")
        edited = brought_back(markdown, pattern.sub("edited", html))

        assert edited == pattern.sub("edited", markdown)


@pytest.mark.parametrize(
    ("markdown", "shown", "edited", "written"),
    [
        ("wa\n^id", "wa<", "wa wb<", "wa wb\n^id"),
        ("> [!tip] wa\n> wb", "wa<", "wa wc<", "> [!tip] wa wc\n> wb"),
        ("> [!tip] wa\n> wb", "wb<", "wb wc<", "> [!tip] wa\n> wb wc"),
        ("[^1]: wa\n[^2]: wb", "wa<", "wa wc<", "[^1]: wa wc\n[^2]: wb"),
        ("k:: wa\nm:: wb", "wa<", "wa wc<", "k:: wa wc\nm:: wb"),
        ("- wa\n  id:: 1", "wa<", "wa wb<", "- wa wb\n  id:: 1"),
        ("wa\n: wb", "wa<", "wa wc<", "wa wc\n: wb"),
        ("%%\nwa\n%%", "wa<", "wa wb<", "%%\nwa wb\n%%"),
        ("wa\n===", "wa<", "wa wb<", "wa wb\n==="),
        ("|wa|wb|\n|-|-|\n|wc|wd|", "wb<", "wb we<", "|wa|wb we|\n|-|-|\n|wc|wd|"),
        ("|wa wb|wc|\n|-|-|\n|wd|we|", "wa wb", "wa", "|wa|wc|\n|-|-|\n|wd|we|"),
        ("wa\nwb wc", "wb wc", "wc", "wa\nwc"),
        ("- wa\n    \\[wb\\]", "wa ", "wa wc ", "- wa wc\n    \\[wb\\]"),
        ("<div>\nwa _wb_\n</div>", ">wa", ">wc wa", "<div>\nwc wa _wb_\n</div>"),
        ("a `b` _wa_", "<em>wa</em>", "wa", "a `b` wa"),
        ("a __b__ _wa_", "<em>wa</em>", "<strong>wa</strong>", "a __b__ **wa**"),
        ("```py\nwa\n```", "wa<", "wa\nwb<", "```py\nwa\nwb\n```"),
        ("- a\n\n\t```py\n\twa\n\t```", "wa<", "wb<", "- a\n\n\t```py\n\twb\n\t```"),
    ],
)
def test_words_come_and_go_where_a_person_put_them(
    markdown: str, shown: str, edited: str, written: str
) -> None:
    html = html_of(a_note(markdown))

    assert shown in html
    assert brought_back(markdown, html.replace(shown, edited)) == written


@pytest.mark.parametrize(
    ("markdown", "before", "after", "written"),
    [
        ("__wa__ wb\n\n_wc_ wd", "<p><em>wc", "<p>New</p><p><em>we", "__wa__ wb\n\nNew\n\n_we_ wd"),
        (
            "__wa__ wb\n\n_wc_ wd",
            ">wc</em> wd",
            ">wc</em> we</p><p>wf",
            "__wa__ wb\n\n_wc_ we\n\nwf",
        ),
        ("* __wa__ wb\n* wc\n* _wd_ we", "\nwc\n</li>\n<li>\n", "\nx ", "* __wa__ wb\n* x _wd_ we"),
        (
            "_wa_\n\n~~~py\nwb\n~~~\n\n__wc__",
            "<p><em>wa</em></p>\n<pre>wb</pre>",
            "<pre>wb</pre>\n<p><em>wa</em></p>",
            "~~~py\nwb\n~~~\n\n_wa_\n\n__wc__",
        ),
        ("_wa_ wb\n\n<!-- c -->\n\n_wc_ wd", ">wc", ">we", "_wa_ wb\n\n<!-- c -->\n\n_we_ wd"),
        (
            "_新_ 的一段文字\n\n_旧_ 的一段话语",
            "<p><em>旧",
            "<p>x</p><p><em>老",
            "_新_ 的一段文字\n\nx\n\n_老_ 的一段话语",
        ),
    ],
)
def test_blocks_keep_their_spelling_though_others_come_and_go(
    markdown: str, before: str, after: str, written: str
) -> None:
    html = html_of(a_note(markdown))

    assert before in html
    assert brought_back(markdown, html.replace(before, after)) == written


@pytest.mark.parametrize("step", [8, pytest.param(1, marks=pytest.mark.deep)])
def test_what_a_measured_note_says_survives_as_markdown(step: int) -> None:
    for pair in editor_pairs()[::step]:
        markdown = join_blocks(html_to_blocks(pair["html"]))

        assert brought_back(markdown, html_of(a_note(markdown))) == markdown, pair["name"]


PIECES = (
    *("~", "[[~]]", "[[~|~]]", "[[~#~]]", "![[~.png]]", "#~/b", "$x_~$", "$$y^~$$", "[^1]", "`~`"),
    *("`` `~` ``", "==~==", "%%~%%", "<u>~</u>", "<sub>~</sub>", "<br>", '[~](https://x/_ "T")'),
    *("<https://x.org/a_b>", "_~_", "*~*", "__~__", "**~**", "***~***", "**_~_**", "\\*~\\*"),
    *("\\[~\\]", "&amp;", "&copy;", "[k:: ~]", "((~))", "{{embed ~}}", "~  \n", "~\\\n", "~\n"),
    *("a_b_c", "5*3", "<mark>~</mark>", "![~](b.png)", "[@~]", "**~ *~* ~**", "中文~"),
)
SHAPES = (
    *("{}", "{} {}", "# {}", "## {} ##", "{}\n===", "###### {}", "- {}", "* {}", "+ {}", "3) {}"),
    *("- [ ] {}", "- [x] {}", "- {}\n- {}", "- {}\n\t- {}\n\t\t- {}", "* {}\n  * {}\n    1. {}"),
    *("- {}\n\n  {}", "> {}", "> [!note]- {}\n> {}", "> {}\n> > {}", "[^a]: {}\n[^b]: {}", "---"),
    *("```py\n~ = 1\n\n\t~\n```", "~~~\n~\n~~~", "```mermaid\ngraph %% ~\n```", "***", "^id"),
    *("$$\n~ \\\\\n\\frac a b\n$$", "| ~ | [[~\\|~]] |\n|:-:|--|\n| __~__ |~|", "%%\n~\n%%"),
    *("Key:: {}\nOther:: {}", "- {}\n  id:: ~", "{} ^id", "{}\n: {}", "<!-- ~ -->", "{}\n{}"),
    *("<details>\n<summary>{}</summary>\n\n{}\n\n</details>", "<div>\n{}\n</div>"),
)
INLINE = st.lists(st.sampled_from(PIECES), min_size=1, max_size=3).map(" ".join).map(str.strip)
MARGINS = st.sampled_from(["", "", "", "  ", "    ", "\t", "> "])


@st.composite
def vault_markdown(draw: st.DrawFn) -> str:
    """Return a body in which each word (`w1q`, `w2q`, …) occurs once."""
    blocks: list[str] = []
    for _ in range(draw(st.integers(1, 4))):
        shape = draw(st.sampled_from(SHAPES))
        text = re.sub(r"\{\}", lambda _: draw(INLINE), shape)
        margin = draw(MARGINS)
        lines = text.split("\n")
        text = "\n".join(margin + line if line else margin.rstrip() for line in lines)
        blocks.append(f"- ~\n\n{text}" if margin.isspace() else text)
    body = draw(st.sampled_from(["\n\n", "\n\n", "\n", "\n\n\n"])).join(blocks)
    number = iter(range(1, 1_000))
    return re.sub(r"(?<!~)~(?!~)", lambda _: f"w{next(number)}q", body)


@given(vault_markdown(), st.data())
@example("- w1q\n  - w2q\n\n- w3q\n\t- w4q", None)
@example("- w1q\n\n  w2q\n3) w3q", None)
@settings(deadline=None)
def test_any_markdown_of_a_vault_changes_by_the_edited_word_only(
    markdown: str, data: st.DataObject | None
) -> None:
    html = html_of(a_note(markdown))
    words = sorted(set(words_shown(html, r"w\d+q")))

    assert editor_form(html) == html
    assert brought_back(markdown, html) == markdown
    for word in words if data is None else [data.draw(st.sampled_from(words))] if words else []:
        edited = brought_back(markdown, html.replace(word, "edited"))

        assert edited == markdown.replace(word, "edited")
