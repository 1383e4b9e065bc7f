"""What canonical Markdown blocks keep, what they drop, and the HTML they become."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.growth import LINEAR, growth
from tests.notes.texts import MARKDOWN, a_note, canonical_html, html_of
from zoterodigest.core.values.blocks import split_blocks
from zoterodigest.notes.canonical import canonical_blocks, html_to_blocks
from zoterodigest.notes.markdown import read_inline
from zoterodigest.notes.model import NoteText
from zoterodigest.notes.note import LONGEST_NOTE, TooLong, note_length, to_html


@given(text=MARKDOWN | st.text(st.sampled_from(" ab.]()!#>{}=+-^'\"@:/\u0301中")))
def test_a_text_that_is_read_as_words_is_read_so_beside_markdown_as_well(text: str) -> None:
    if read_inline(text) == (NoteText(text),):
        assert read_inline("\\." + text) == (NoteText("." + text),)


@pytest.mark.parametrize(
    ("markdown", "canonical"),
    [
        ("* a\n+ b", ("- a", "- b")),
        ("3. a\n4. b\n   - c", ("1. a", "1. b", "    - c")),
        ("- a\n\n- b", ("- a", "- b")),
        ("- a\n\n  inside\n", ("- a", "    inside")),
        ("two\nlines", ("two lines",)),
        ("a  \nb", ("a<br>b",)),
        ("a[^1]\n[^1]: b\nc", ("a[^1]<br>[^1]: b c",)),
        ("- a\n  id:: 1\n  b", ("- a<br>id:: 1<br>b",)),
        ("a\n^id", ("a<br>^id",)),
        ("a\n: b", ("a<br>: b",)),
        ("%%\na b::c\nc\n%%", ("%%<br>a b::c c<br>%%",)),
        ("a\\\n%% b %%", ("a<br>%% b %%",)),
        ("> [!note]- T\n> a\n> b", ("> [!note]- T\n>\n> a b",)),
        ("> a\n> [!b] c\n> d", ("> a [!b] c d",)),
        ("> [![a](i)](u)\n> b", ("> [a](u) b",)),
        ("> [!note]\n>\n> a", ("> [!note]\n>\n> a",)),
        ("double  blanks", ("double blanks",)),
        ("__bold__ and _em_", ("**bold** and *em*",)),
        ("*c* _d_ `e` `f`", ("*c* *d* `e` `f`",)),
        ("**a *b* c**", ("**a *b* c**",)),
        ("[**b** c](https://u)", ("[**b** c](https://u)",)),
        ("[`code`](https://u)", ("[code](https://u)",)),
        ("<https://x.org/> https://y.org", ("<https://x.org/> https://y.org",)),
        ("![alt](https://x/y.png)", ("[alt](https://x/y.png)",)),
        ("[![badge](https://i/b.svg)](https://u)", ("[badge](https://u)",)),
        ("~~gone~~ H<sub>2</sub>O <u>u</u>", ("~~gone~~ H<sub>2</sub>O <u>u</u>",)),
        ("costs $5 and $10, 5*3*2, a_b_c, R&D, 1 < 2", None),
        ("C:\\path [1] (x) ~50% “x”* y_", None),
        ("中文**“强调”**文字", None),
        ("&copy; &lt;b&gt; &amp;lt;", ("© \\<b> \\&lt;",)),
        ("$x_1$ and $$y_2$$ hold", ("$x_1$ and $y_2$ hold",)),
        ("$$\n  E = mc^2\n$$", ("$$E = mc^2$$",)),
        ("$$\na\n\nb\n$$", ("$$\na\n\nb\n$$",)),
        ("```py\nx = 1\n    y\n```", ("```\nx = 1\n    y\n```",)),
        ("- a\n  ```\n  x\n    y\n  ```", ("- a", "    ```\n    x\n      y\n    ```")),
        ("~~~\n```\n~~~", ("````\n```\n````",)),
        (
            "| a | b |\n|:-:|--|\n| `x\\|y` | $z$ |",
            ("| a | b |\n| --- | --- |\n| `x\\|y` | $z$ |",),
        ),
        ("a | b\n-|-\n1", ("| a | b |\n| --- | --- |\n| 1 |  |",)),
        ("> q\n> - a\n>   - b", ("> q\n>\n> - a\n>     - b",)),
        ("# Title #\n\nT\n===", ("#### Title", "#### T")),
        ("##### On $x$", ("##### On $x$",)),
        ("***", ("---",)),
        ("<!-- c -->", ("",)),
        ("-", ("",)),
        ("<details><summary>More</summary>text</details>", ("More<br>text",)),
        ('<p align="center">hi <b>x</b></p>', ("hi **x**",)),
        ("# Private", ("**Private**",)),
        ("- [x] done", ("- [x] done",)),
        ("\\- no list", ("\\- no list",)),
    ],
)
def test_canonical_blocks_keep_edits_and_drop_manner(
    markdown: str, canonical: tuple[str, ...] | None
) -> None:
    assert canonical_blocks(split_blocks(markdown)) == (canonical or (markdown,))


@pytest.mark.parametrize(
    "target",
    [
        "javascript:alert(1)",
        "JaVaScript:alert(1)",
        "java&#9;script:alert(1)",
        "&#106;avascript:alert(1)",
        "\u200bjavascript:alert(1)",
        "data:text/html,x",
        "vbscript:x",
    ],
)
def test_links_that_run_code_lose_their_target_and_keep_their_text(target: str) -> None:
    for markdown in (f"[a]({target})", f'<a href="{target}">a</a>', f"![a]({target})"):
        html = html_of(a_note(markdown))

        assert "href" not in html
        assert "script:" not in html or "](" in html


def test_a_note_is_written_as_the_editor_writes_it() -> None:
    note = a_note(
        "First *words* & [a link](https://x.org/?a=1&b=2).\n\n- one\n    - two $x<y$\n- three",
        Key="```\ndef f():\n    return 1\n```\n\n$$a\\\\b$$",
    )

    assert html_of(note) == (
        '<div data-schema-version="9"><h2 id="zd-abcdefghij">Summary · Digest</h2>\n'
        '<p>First <em>words</em> &amp; <a href="https://x.org/?a=1&amp;b=2"'
        ' rel="noopener noreferrer nofollow">a link</a>.</p>\n'
        "<ul>\n<li>\n<p>one</p>\n<ul>\n<li>\n"
        'two <span class="math">$x&lt;y$</span>\n</li>\n</ul>\n</li>\n<li>\nthree\n</li>\n</ul>\n'
        "<h3>Key</h3>\n<pre>def f():\n &nbsp; &nbsp;return 1</pre>\n"
        '<pre class="math">$$a\\\\b$$</pre>\n</div>'
    )


def test_hostile_html_in_a_digest_stays_in_its_block() -> None:
    hostile = (
        '</p></div></details><h2 id="zd-bbbbbbbbbb">x</h2><script>a()</script><img src=x onerror=y>'
    )

    html = html_of(a_note(f"before {hostile} after\n\n{hostile}", Next="safe"))

    assert html.count("<h2") == 1
    assert html.count("<div") == 1
    assert "<script" not in html
    assert "onerror" not in html
    assert html.endswith("<h3>Next</h3>\n<p>safe</p>\n</div>")


def test_no_image_of_a_digest_is_loaded_from_a_note() -> None:
    html = html_of(a_note('![a](https://x/a.png) <img src="https://x/b.png" alt="b">'))

    assert "<img" not in html
    assert html.count("<a href") == 2


def test_a_note_too_long_for_a_library_is_said_and_not_cut() -> None:
    html = to_html(a_note("字" * LONGEST_NOTE))

    assert isinstance(html, TooLong)
    assert html.length > LONGEST_NOTE
    assert html.largest is None


def test_of_a_note_the_length_and_the_longest_section_are_known() -> None:
    note = a_note("words", Key="many " * 100, Private="none " * 1_000, Results="some")

    assert note_length(note) == len(html_of(note))

    too_long = to_html(a_note("", Key="x", Long="y" * LONGEST_NOTE))

    assert isinstance(too_long, TooLong)
    assert too_long.largest == "Long"


@pytest.mark.deep
@pytest.mark.parametrize(
    "unit",
    [
        "- a\n",
        "[",
        "$a ",
        "* b_c ",
        "<b>",
        "<a href='",
        "<!--",
        "`a",
        "> ",
        "| a |\n",
        "<ul><li>",
        "&",
    ],
)
def test_hostile_text_takes_linear_time(unit: str) -> None:
    def work(size: int) -> None:
        text = unit * (size // len(unit))
        to_html(a_note(text))
        html_to_blocks(text)
        canonical_html(text)

    assert growth(work, 8_000) < LINEAR


def test_deep_nesting_is_read_without_failing() -> None:
    for opening in ("<blockquote>", "<ul><li>", "<div><b>"):
        assert "x" in html_to_blocks(opening * 3000 + "x")[-1]
    assert html_to_blocks("<table><tr><td>x" * 3000)
    assert canonical_blocks(split_blocks("\n".join("  " * depth + "- x" for depth in range(300))))
