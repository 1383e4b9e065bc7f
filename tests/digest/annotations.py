"""Annotations for tests, and texts in which all signs of Markdown and of note programs stand."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from zoterodigest.core.values.annotation import Annotation, AnnotationType

NASTY = (
    *("# ", "#tag", "- ", "* ", "+ ", "> ", "> [!note]", "1. ", "1) ", "---", "===", "***", "~~~"),
    *("```", "`code`", "~~gone~~", "==marked==", "**bold**", "_it_", "*it*", "a_b_c", "__x__"),
    *("[[note]]", "![[x.pdf]]", "[a](b)", "[a]: b", "[^1]", "^abc-1", "%%", "%% begin x %%"),
    *("<b>", "</b>", "<i>", "</i>", "<sub>", "</sub>", "<sup>", "</sup>", "<div>", "<!--", "-->"),
    *("</details>", "<br>", "&lt;", "&#35;", "$x$", "$$", "\\", "\\(", "|", "| a | b |", "|---|"),
    *("{{x}}", "{% x %}", "<% x %>", "((x))", "key:: value", "@cite", "[@cite]", "- [ ] ", "[ ] "),
    *("zotero://open-pdf/library/items/FILE3333?annotation=KEY33333", "^KEY33333aFILE3333p4"),
    *(
        "\r\n",
        "\r",
        "\u2028",
        "\x00",
        "\x1f",
        "\t",
        "\u00a0",
        "\ud800",
        "\ufeff",
        "[",
        "]",
        "(",
        ")",
    ),
    *("word", "Größe", "数据", "12", ".", ",", "!", ":", "p<0.05", "a < b", "C#", "x^2", "“q”"),
)
"""Pieces of text that mean something to Markdown, Obsidian, Logseq, Pandoc or a template."""

PIECES = st.sampled_from([*NASTY, " ", " ", "\n", "\n\n"])
TEXTS = st.lists(PIECES, max_size=12).map("".join)
TAGS = st.sampled_from(["reading", "to read", "2024", "a/b", "[x](y)", "%%", "#", "数据", "^1"])


def an_annotation(number: int, **values: Any) -> Annotation:
    """Return the annotation with this number: they come in the order of their numbers."""
    key = f"KEY{number:05}".translate(str.maketrans("01", "YZ"))
    given = {"text": f"Text {number}", "sort_index": f"{number:05}|000000|00000", **values}
    return Annotation(key, "FILE2222", **given)


def any_annotation(key: str = "KEY22222") -> st.SearchStrategy[Annotation]:
    """Draw an annotation of any kind that holds anything."""
    return st.builds(
        Annotation,
        st.just(key),
        st.just("FILE2222"),
        st.sampled_from(["library", "groups/45"]),
        st.sampled_from(AnnotationType),
        TEXTS,
        TEXTS,
        st.sampled_from(["#ffd400", "#123456", ""]),
        TEXTS.map(lambda text: text[:50]),
        st.none() | st.integers(1, 999),
        st.just("00001|000000|00000"),
        st.sampled_from(["", "Ada"]) | TEXTS,
        st.lists(TAGS, max_size=2).map(tuple),
    )
