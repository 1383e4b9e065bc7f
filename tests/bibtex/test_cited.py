"""What documents cite: TeX sources, what TeX leaves, and Pandoc's Markdown."""

from __future__ import annotations

from pathlib import PurePath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.growth import LINEAR, growth
from zoterodigest.bibtex.cited.cited import (
    At,
    Cited,
    KeyAt,
    ReadText,
    check_keys,
    cited_in,
    missing_keys,
)
from zoterodigest.bibtex.tiles.scanner import scan


def _files(**texts: str) -> ReadText:
    """Give texts by name; `a_tex` stands for `a.tex`, `sub__a_tex` for `sub/a.tex`."""
    named = {
        PurePath(name.replace("__", "/").replace("_", ".")): text.encode("utf-8")
        for name, text in texts.items()
    }
    return named.get


def _cited(name: str, text: str) -> Cited:
    path = PurePath(name)
    return cited_in([path], {path: text.encode("utf-8")}.get)


def _keys(name: str, text: str) -> str:
    return " ".join(_cited(name, text).keys)


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        (r"\cite{a}", "a"),
        (r"\cite{ a , b,%c,", ""),
        ("\\cite{ a , b,%c,\n d}", "a b d"),
        (r"\citep[see][p.~3]{a} \citet*{b} \Citealp{c} \citeauthor{d}", "a b c d"),
        (r"\citep[see {[x]}, \S 3]{a}", "a"),
        (r"\cite[as \cite{b} says]{a}", "a b"),
        (r"\parencite*{a}\Textcite{b}\autocite [1] {c}\footcite{d}\fullcite{e}", "a b c d e"),
        (r"\autocites(see)(end)[1]{a}[2][3]{b}{c} {\em d}", "a b c"),
        (r"\volcite{2}[3]{a} \Pvolcite[see]{1}{b}", "a b"),
        (r"\citeA<see>[p.~1]{a} \mycite{b} \bibentry{c}", "a b c"),
        (r"\nocite{a,b}", "a b"),
        (r"\citetext{see \citealp{a}} \citestyle{b} \recite{c}", "a"),
        (r"\newcommand{\my}[1]{\cite{#1}} \cite{\key} \cite{}", ""),
        ("% \\cite{a}\n\\% \\cite{b} \\\\% \\cite{c}", "b"),
        (r"\verb|\cite{a}| \verb*+\cite{b}+ \verbatiminput \cite{c}", "c"),
        ("\\begin{verbatim}\n\\cite{a}\n\\end{verbatim}\\cite{b}", "b"),
        ("\\begin{lstlisting}[x]\n% \\cite{a}\n\\end{lstlisting}\\cite{b}", "b"),
        (r"\iffalse \cite{a} \fi \cite{b} \iffalsehood \cite{c}", "b c"),
        (r"\cite{a}\end{document}\cite{b}", "a"),
        ("\\cite{a}\n\\endinput\n\\cite{b}", "a"),
        (r"\cite{DBLP:conf/x/Y+2020a} \cite{müller_2020}", "DBLP:conf/x/Y+2020a müller_2020"),
        (r"\cite {a} \cite  {b}", "a b"),
        ("\\cite{k21, % a note \\cite{old}\n  k96}", "k21 k96"),
        ("\\cite{k21, % why { so\n  % and } so\n  k96% last\n}\\cite{z}", "k21 k96 z"),
        ("\\cite{long%\n  name}", "longname"),
        ("\\citep% {no}\n  [see]% {nor}\n  {a}", "a"),
        (r"\cite", ""),
        (r"\cite{a", ""),
    ],
)
def test_keys_cited_in_tex(text: str, keys: str) -> None:
    assert _keys("main.tex", text) == keys


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("[@a; see @b, p. 3; -@c]", "a b c"),
        ("As @a says [p. 3], and @b.", "a b"),
        ("@{odd key, 2} and @a:b/c_d+e?", "odd key, 2 a:b/c_d+e"),
        ("me@home.org \\@no `@no` ``x ` @no`` <!-- @no\n@no --> @yes", "yes"),
        ("```python\n@no\n```\n~~~\n@no\n~~~\n@yes", "yes"),
        ("https://example.org/@no and @fig:one, @tbl-x, @eq:2, @sec:a @figure", "figure"),
        ("---\nnocite: |\n  @a, @b\n---\n", "a b"),
        ("@ a @", ""),
        ("@日本2020", "日本2020"),
        (r"\cite{a} \citep[see][p. 3]{b,c} \\cite{no} \@ref(fig:x) \emph{no}", "a b c"),
        ("[[@a]] ![[@b#Part]] [[@c|C]] [[@d.md]] [[@e#^block]] [[no]]", "a b c d e"),
        ("[x](@no.md) [y](../@no/x.md) <me@no.org> [me@no.org](mailto:me@no.org) @a", "a"),
        ("<style>\n@media print {}\n</style> @a <script>@no", "a"),
        ("@Fig:one @Tbl-x [@Eq:2; @a]", "a"),
        ("[^1]: see @a\n\nText.^[As @b says.]", "a b"),
        ("- @thm-x", "thm-x"),
        ("@a %% [@no] %% @b\n%%\n@no\n\n@no\n%%\n@c", "a b c"),
        ("5 %% of @a", "a"),
    ],
)
def test_keys_cited_in_markdown(text: str, keys: str) -> None:
    assert _keys("draft.md", text) == keys


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("> ```\n> @no\n> ```\n@a", "a"),
        ("> [!note]\n> ~~~\n> @no\n> ~~~\n> @a", "a"),
        ("- x\n\n    ```py\n    @no\n    ```\n@a", "a"),
        ("1. ```py\n   @no\n   ```\n@a", "a"),
        ("````\n```\n@no\n```\n````\n@a", "a"),
        ("```\n``` no end\n@no\n```\n@a", "a"),
        ("```inline``` @a\n\n@b", "a b"),
        ("it`s @a\n\n@b\n\nit`s @c", "a b c"),
        ("`two\nlines @no` @a", "a"),
    ],
)
def test_code_in_markdown_ends_where_markdown_ends_it(text: str, keys: str) -> None:
    assert _keys("draft.md", text) == keys


def test_references_to_theorems_and_callouts_are_no_citations_in_quarto() -> None:
    text = "@thm-x, @Def-y, @nte-z, @fig-a and @sec-b; @theorem2020 and @a say more"

    assert _keys("draft.qmd", text) == "theorem2020 a"


def test_a_quarto_document_leads_to_what_it_includes_and_to_the_settings_of_its_project() -> None:
    read = {
        PurePath("ch/a.qmd"): b"---\nbibliography: own.bib\n---\n@a {{< include _b.qmd >}} @d",
        PurePath("ch/_b.qmd"): b"@b {{< include gone.qmd >}}",
        PurePath("_quarto.yml"): b"project:\n  type: book\nbibliography: [refs.bib, more.json]\n",
    }.get

    cited = cited_in([PurePath("ch/a.qmd")], read)

    assert cited.keys == ("a", "b", "d")
    assert [str(path) for path in cited.bibs] == ["refs.bib", "ch/own.bib"]
    assert [one.key for one in cited.unread] == ["gone.qmd"]


@pytest.mark.parametrize(
    ("front_matter", "bibs"),
    [
        ("bibliography: refs.bib # mine", ["refs.bib"]),
        ("bibliography:\n  - refs.bib\n  - 'my refs.bib'", ["refs.bib", "my refs.bib"]),
        ('bibliography: ["a b.bib", c.bib]', ["a b.bib", "c.bib"]),
        ("bibliography: refs.json", []),
    ],
)
def test_bibliographies_that_front_matter_names(front_matter: str, bibs: list[str]) -> None:
    cited = _cited("draft.md", f"---\n{front_matter}\n---\n")

    assert [str(path) for path in cited.bibs] == bibs


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("@a, @b-c_d:e and @f. See @g[p. 3]:", "a b-c_d:e f g"),
        (
            '#cite(<a>) #cite( <b>, form: "prose") #cite(label("DBLP:conf/x/Y20"))',
            "a b DBLP:conf/x/Y20",
        ),
        ("// @no\n/* @no\n@no */ `@no` ```\n@no\n``` me@home.org \\@no https://x.org/@no", ""),
        ("= Intro <intro>\nSee @intro, @later and @a.\n$ x $ <later>", "a"),
        ("#ref(<no>) #link(<no>)[x] @a", "a"),
        ('#import "@preview/cetz:0.2.0": canvas\n@a', "a"),
    ],
)
def test_keys_cited_in_typst(text: str, keys: str) -> None:
    assert _keys("main.typ", text) == keys


def test_a_comment_in_a_list_of_keys_moves_no_line() -> None:
    cited = _cited("main.tex", "\\cite{a, % b here\n b}")

    assert [one.at.line for one in cited.citations] == [1, 2]


def test_keys_cited_in_aux_and_bcf() -> None:
    aux = (
        "\\relax\n\\citation{a,b}\n\\abx@aux@cite{0}{c}\n\\abx@aux@cite{d}\n\\bibdata{refs,more}\n"
    )
    bcf = (
        '<bcf:datasource type="file" datatype="bibtex">refs.bib</bcf:datasource>'
        '<bcf:citekey order="1" intorder="1">a&amp;b</bcf:citekey>'
        '<bcf:citekey order="2">*</bcf:citekey>'
    )

    from_aux, from_bcf = _cited("paper.aux", aux), _cited("paper.bcf", bcf)

    assert from_aux.keys == ("a", "b", "c", "d")
    assert from_aux.bibs == (PurePath("refs.bib"), PurePath("more.bib"))
    assert (from_bcf.keys, from_bcf.cites_all) == (("a&b",), True)
    assert from_bcf.bibs == (PurePath("refs.bib"),)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.bcf", '<bcf:citekey order="1" intorder="1" type="set" members="a,b">s</bcf:citekey>'),
        ("a.bcf", "<bcf:citekey members='a,b' type='set' order='1'>s</bcf:citekey>"),
        ("a.tex", r"\defbibentryset{s}{a, b}\cite{s}"),
        ("a.tex", r"\cite{s}\defbibentryset{ s }{a,b}"),
    ],
)
def test_a_set_of_entries_is_no_key_its_members_are(name: str, text: str) -> None:
    cited = _cited(name, text)

    assert cited.keys == ("a", "b")


@pytest.mark.parametrize("text", [r"\nocite{*}", r"\nocite{a, *}"])
def test_citing_everything_is_told_apart(text: str) -> None:
    cited = _cited("main.tex", text)

    assert cited.cites_all
    assert "*" not in cited.keys


def test_texts_that_are_read_in_are_followed_in_order_each_once() -> None:
    read = _files(
        main_tex=r"\cite{a}\input{one}\include{sub/two}\input one.tex \subfile{sub/two}\cite{z}",
        one_tex=r"\cite{b}\input{main}",
        sub__two_tex=r"\cite{c}\input{near}\import{sub/}{far}",
        sub__near_tex=r"\cite{d}",
        sub__far_tex=r"\cite{e}\input{nowhere}",
    )

    cited = cited_in([PurePath("main.tex")], read)

    assert cited.keys == ("a", "b", "c", "d", "e", "z")
    assert [(one.key, one.at.file) for one in cited.unread] == [("nowhere", "sub/far.tex")]


def test_a_name_that_tex_computes_is_no_file_that_is_missing() -> None:
    cited = _cited("main.tex", r"\newcommand\part{one}\input{\part}\input{lost}\cite{a}")

    assert cited.keys == ("a",)
    assert [one.key for one in cited.unread] == ["lost"]


def test_nothing_similar_is_searched_for_a_key_without_end() -> None:
    for length, similar in ((60, "x" * 59), (5_000, "")):
        cited = _cited("main.tex", f"\\cite{{{'x' * length}}}")

        assert [*missing_keys(cited, ["x" * (length - 1)]).values()] == [similar]


def test_a_long_chain_of_files_is_followed_to_its_end() -> None:
    files = {
        PurePath(f"p/{n}.tex"): f"\\input{{{n + 1}}}\\cite{{k{n}}}".encode() for n in range(3_000)
    }

    cited = cited_in([PurePath("p/0.tex")], files.get)

    assert cited.keys[0] == "k2999"
    assert len(cited.keys) == 3_000


def test_an_aux_file_leads_to_those_of_its_chapters() -> None:
    read = _files(main_aux="\\citation{a}\n\\@input{chap.aux}\n", chap_aux="\\citation{b}\n")

    assert cited_in([PurePath("main.aux")], read).keys == ("a", "b")


def test_documents_name_their_bibliographies() -> None:
    tex = r"\bibliography{refs, sub/more.bib}\addbibresource[label=x]{last.bib}"
    tex += r"\addbibresource[location=remote]{https://example.org/x.bib}\bibliography{\name}"

    assert [str(path) for path in _cited("p/main.tex", tex).bibs] == [
        "p/refs.bib",
        "p/sub/more.bib",
        "p/last.bib",
    ]
    markdown = "---\nbibliography: [refs.bib, 'more.bib']\ntitle: x\n---\n"
    assert [str(path) for path in _cited("draft.md", markdown).bibs] == ["refs.bib", "more.bib"]


def test_a_citation_has_its_line_whatever_the_line_ends() -> None:
    cited = _cited("main.tex", "one\r\ntwo\r\\cite{a,\r\n b}\n")

    assert cited.citations == (
        KeyAt("a", At("main.tex", 3)),
        KeyAt("b", At("main.tex", 4)),
    )


def test_several_documents_are_read_together() -> None:
    read = _files(main_tex=r"\cite{a}", draft_md="@b and @a")

    assert cited_in([PurePath("main.tex"), PurePath("draft.md")], read).keys == ("a", "b")


def test_missing_doubled_and_unused_keys_are_told_with_their_places() -> None:
    cited = _cited("main.tex", "\\cite{a, lost,\nSmith}\\cite{lost}")
    refs = scan(b"@misc{a}\n@misc{unused}\n@misc{smith}\n\n@misc{a, x = {")
    more = scan(b"@misc{A}\n")

    checked = check_keys(cited, {"refs.bib": refs, "more.bib": more})

    assert list(checked.missing.items()) == [
        (KeyAt("lost", At("main.tex", 1)), ""),
        (KeyAt("Smith", At("main.tex", 2)), "smith"),
    ]
    assert checked.doubled == ((KeyAt("a", At("refs.bib", 1)), KeyAt("A", At("more.bib", 1))),)
    assert [one.key for one in checked.unused] == ["unused", "smith", "A"]


def test_an_entry_is_used_through_references_and_other_keys() -> None:
    bib = scan(
        b"@misc{child, crossref = {parent}, ids = {former, older}}\n"
        b'@misc{parent, xdata = "data"}\n@xdata{data}\n@misc{x}'
    )

    checked = check_keys(_cited("main.tex", r"\cite{former}"), {"refs.bib": bib})

    assert checked.missing == {}
    assert [one.key for one in checked.unused] == ["x"]
    assert check_keys(_cited("main.tex", r"\nocite{*}"), {"refs.bib": bib}).unused == ()


HOSTILE = (
    *(r"\cite", r"\citep", r"\autocites", r"\input", r"\verb|", r"\iffalse", r"\fi"),
    *(r"\begin{verbatim}", r"\end{verbatim}", "```", "~~~", "@a", "@{", "<!--", "-->"),
    *("#cite(<", '#cite(label("', "#bibliography(", "//", "/*", "*/", '"', ".bib"),
    *("[[@", "](", "> ", "- ", "<style", "{{< include ", "\\cite{", "bibliography: ", "#import "),
    *("[", "]", "{", "}", "<", ">", "(", ")", "%", ",", "`", "@", "*", "#", "\\", "\n", "\r", "a"),
)
hostile_texts = st.lists(st.sampled_from(HOSTILE) | st.characters(), max_size=30).map("".join)


@given(hostile_texts, st.sampled_from(["a.tex", "a.md", "a.qmd", "a.aux", "a.bcf", "a.typ"]))
def test_no_text_stops_the_reading(text: str, name: str) -> None:
    cited = cited_in([PurePath(name)], {PurePath(name): text.encode("utf-8", "replace")}.get)

    assert all(one.key and one.at.line >= 1 for one in cited.citations)


@pytest.mark.deep
@pytest.mark.parametrize("name", ["main.tex", "draft.md", "main.typ"])
@pytest.mark.parametrize(
    "unit",
    [
        *(*HOSTILE, "\\cite[", "\\cite<", "\\cite(", "\\cite{", "\\cite[{}", "\\verb|a\\verb+"),
        *("`a``", "bibliography:\n", "@a:", "@a:b.", "\\cites{a}", "http://"),
    ],
)
def test_hostile_texts_take_linear_time(unit: str, name: str) -> None:
    assert growth(lambda size: _cited(name, unit * size), 20_000) < LINEAR
