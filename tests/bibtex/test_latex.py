"""Text as LaTeX (rules 1 to 3, 7, 10): encoded for both dialects, and read back."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from zoterodigest.bibtex.tex.accents import accented, tex_character
from zoterodigest.bibtex.tex.latex import Dialect, cleaned_tex, decode, encode, escaped_tex
from zoterodigest.bibtex.tex.markup import has_markup, pieces_of
from zoterodigest.core.values.identity import canonical_title

LETTERS = [
    ("Müller", r"M{\"u}ller"),
    ("García", r"Garc{\'i}a"),
    ("Ólafsson Íris", r"{\'O}lafsson {\'I}ris"),
    ("naïve", r"na{\"i}ve"),
    ("Łukasz Żółć", r"{\L}ukasz {\.Z}{\'o}{\l}{\'c}"),
    ("Søren Ærø", r"S{\o}ren {\AE}r{\o}"),
    ("Ångström", r"{\AA}ngstr{\"o}m"),
    ("Weiß", r"Wei{\ss}"),
    ("Erdős", r"Erd{\H{o}}s"),
    ("Çağlar", r"{\c{C}}a{\u{g}}lar"),
    ("Kępa Šimić", r"K{\k{e}}pa {\v{S}}imi{\'c}"),
    ("Mureșan", r"Mure{\textcommabelow{s}}an"),
    ("Nguyễn", r"Nguy{\~{\^e}}n"),
    ("Đặng", r"{\DJ}{\d{\u{a}}}ng"),
    ("Lê Trọng", r"L{\^e} Tr{\d{o}}ng"),
    ("Yıldız", r"Y{\i}ld{\i}z"),
    ("x\u0302", r"{\^x}"),
    ("re\u0301sume\u0301", r"r{\'e}sum{\'e}"),
]
SYMBOLS = [
    ("β-VAE", r"$\beta$-VAE"),
    ("PixArt-Σ", r"PixArt-$\Sigma$"),
    ("10² m", r"10$^2$ m"),
    ("H₂O", r"H$_2$O"),
    ("8× faster", r"8$\times$ faster"),
    ("a → b", r"a $\rightarrow$ b"),
    ("x ≤ y", r"x $\leq$ y"),
    ("∞", r"$\infty$"),
    ("ℝ and 𝔼", r"$\mathbb{R}$ and $\mathbb{E}$"),
    ("𝒟", r"$\mathcal{D}$"),
    ("√n", r"$\surd$n"),
]
SIGNS = [
    ("R&D", r"R\&D"),
    ("50%", r"50\%"),
    ("#1 a_b", r"\#1 a\_b"),
    ("~10 ms", r"{\textasciitilde}10 ms"),
    ("x^2", r"x{\textasciicircum}2"),
    ("a\\b", r"a{\textbackslash}b"),
    ("a < b > c | d", r"a {\textless} b {\textgreater} c {\textbar} d"),
    ("}", r"{\textbraceright}"),
    ("{", r"{\textbraceleft}"),
    ("} {", r"{\textbraceright} {\textbraceleft}"),
    ("{GAN} {", r"{GAN} {\textbraceleft}"),
    ('the "new" one', "the ``new'' one"),
    ("the “new” one", "the ``new'' one"),
    ("it’s", "it's"),
    ("1–2 — x", "1--2 --- x"),
    ("wait…", r"wait{\ldots}"),
]
MATH = [
    (r"$\alpha$-stable", r"$\alpha$-stable"),
    ("$L_0$ norms", "$L_0$ norms"),
    ("$α$", r"$\alpha$"),
    ("$αx$", r"$\alpha x$"),
    (r"\(x^2\)", "$x^2$"),
    ("$$E=mc^2$$", "$E=mc^2$"),
    ("$SE(3)$-equivariant", "$SE(3)$-equivariant"),
    ("$f$-divergence", "$f$-divergence"),
    (r"$\{0,1\}$", r"$\{0,1\}$"),
    (r"$\{0$", r"$\lbrace 0$"),
    ("$50%$", r"$50\%$"),
    ("a $5 bill", r"a \$5 bill"),
    ("from $5 to $10", r"from \$5 to \$10"),
    ("US$5 and A$6", r"US\$5 and A\$6"),
    ("$100K vs. $1M", r"\$100K vs. \$1M"),
    ("costs 5$", r"costs 5\$"),
    ("$5-$10", r"\$5-\$10"),
]
MARKUP = [
    ("<i>E. coli</i>", r"\textit{E. coli}"),
    ("H<sub>2</sub>O", r"H\textsubscript{2}O"),
    ("x<sup>2</sup>", r"x\textsuperscript{2}"),
    ('<span class="nocase">iPhone</span>', "{iPhone}"),
    ('<span style="font-variant:small-caps;">ab</span>', r"\textsc{ab}"),
    ("<b>bold", "bold"),
    ("<i>a<b>b</i>c</b>", r"a\textbf{bc}"),
    ("a<br>b", "a b"),
    ("<think> first", r"{\textless}think{\textgreater} first"),
    ("R&amp;D", r"R\&D"),
    ("a &lt; b &#233;", r"a {\textless} b {\'e}"),
    ("AT&T;", r"AT\&T;"),
    (r"Schr\"odinger", r"Schr{\"o}dinger"),
    (r"{\'E}t\'e", r"{\'E}t{\'e}"),
    (r"na\"{\i}ve", r"na{\"i}ve"),
    (r"\emph{not} me", r"\emph{not} me"),
    (r"\emph alone", r"{\textbackslash}emph alone"),
    (r"\unknown{x}", r"{\textbackslash}unknown{x}"),
    (r"\LaTeX rules", r"{\LaTeX} rules"),
    (r"R\&D 5\% \$", r"R\&D 5\% \$"),
    (r"\alpha-stable", r"$\alpha$-stable"),
]
NOT_SEEN = [
    ("zero\u200bwidth", "zerowidth"),
    ("soft\u00adhyphen", "softhyphen"),
    ("\ufeffbom", "bom"),
    ("no\u00a0break", "no break"),
    ("line\r\nend\ttab", "line end tab"),
    ("a\x00\x1bb", "ab"),
    ("\u202eevil", "evil"),
]


@pytest.mark.parametrize(
    ("text", "tex"), LETTERS + SYMBOLS + SIGNS + MATH + MARKUP + NOT_SEEN, ids=ascii
)
def test_text_is_encoded_for_bibtex(text: str, tex: str) -> None:
    assert encode(text, Dialect.BIBTEX) == tex


BIBLATEX = [
    ("Müller Łukasz – “x”", "Müller Łukasz – “x”"),
    ("张三 и Ω-теория", r"张三 и $\Omega$-теория"),
    ("Ελληνικά", "Ελληνικά"),
    ("β-VAE 10² 30°", r"$\beta$-VAE 10² 30°"),
    ("R&D 50% a_b", r"R\&D 50\% a\_b"),
    (r"Schr\"odinger", "Schrödinger"),
    ("$α$", r"$\alpha$"),
]


@pytest.mark.parametrize(("text", "tex"), BIBLATEX)
def test_biblatex_keeps_letters_and_gets_symbols_that_fonts_lack_as_math(
    text: str, tex: str
) -> None:
    assert encode(text, Dialect.BIBLATEX) == tex


@pytest.mark.parametrize("text", ["张三", "Иван", "עברית", "🤗"])
def test_what_pdflatex_has_not_stays_as_it_is(text: str) -> None:
    assert encode(text, Dialect.BIBTEX) == text


def test_no_dotless_i_stands_below_an_accent() -> None:
    encoded = [tex_character(letter) for letter in "ìíîïĩīĭǐ"]

    assert [tex for tex in encoded if r"\i" in tex] == []


DECODED = [
    (r"{\'e} \'{e} \'e {\'{e}}", "é é é é"),
    (r"{\v{c}} \v{c} {\v c}", "č č č"),
    (r"{\'{\i}} \'{\i} \'\i", "í í í"),
    (r"{\ss} \ss{} stra{\ss}e", "ß ß straße"),
    (r"G{\"o}del, Escher \& Bach", "Gödel, Escher & Bach"),
    (r"{BERT}: {Pre}-training", "BERT: Pre-training"),
    (r"$\beta$ and {$L_0$}", "β and $L_0$"),
    (r"\textit{E. coli} H\textsubscript{2}O", "<i>E. coli</i> H<sub>2</sub>O"),
    (r"1--2---3 ``x'' it's a~b", "1–2—3 “x” it's a b"),
    (r"a\_b 5\% \$1 \#2 \{x\}", "a_b 5% $1 #2 {x}"),
    (r"\textbackslash{}foo {\textbraceleft}", "\\foo {"),
    (r"{\relax П}ётр", "Пётр"),
    (r"\unknown{x}", r"\unknownx"),
    ("plain", "plain"),
]


@pytest.mark.parametrize(("tex", "text"), DECODED)
def test_a_value_is_read_as_plain_text(tex: str, text: str) -> None:
    assert decode(tex) == text


def test_each_encoded_character_is_read_back() -> None:
    characters = "éíñçøłŁßæœåÅđðþıșțğőžąęẽếộαβΓΩμ∞≤≥≠∈×→∇√²₀–—“”‘…€©®™•†§«»"

    assert [each for each in characters if decode(tex_character(each)) != each] == []


pieces = st.sampled_from(
    [
        *("{", "}", "$", "\\", '"', "<i>", "</i>", "&amp;", "%", "_", "~", "^", "#", "&", "é", "ß"),
        *("ế", "α", "²", "张", "x", "B", "1", " ", "-", "--", "\\emph{", "\\'", "\\(", "\\)"),
        *("$x$", "@", ",", "\u0301", "\u200b", "\n", "“", "`", "'", "<", "\\textbackslash"),
        "{\\relax ",
    ]
)
texts = st.lists(pieces | st.characters(), max_size=20).map("".join)


def depths(tex: str) -> list[int]:
    """Return the depth behind each brace, as BibTeX counts: it knows no escapes."""
    found, depth = [0], 0
    for brace in re.findall(r"[{}]", tex):
        depth += 1 if brace == "{" else -1
        found.append(depth)
    return found


@given(texts)
@example("$\\{$}")
@example("\\(\\{\\)")
def test_braces_come_out_balanced_whatever_comes_in(text: str) -> None:
    for dialect in Dialect:
        found = depths(encode(text, dialect))

        assert min(found) == 0
        assert found[-1] == 0


@given(texts)
@example("&amp;\u0301")
def test_no_sign_of_tex_stands_bare(text: str) -> None:
    encoded = encode(text, Dialect.BIBTEX)

    assert re.search(r"(?<!\\)[%#&]", encoded) is None
    assert len(re.findall(r"(?<!\\)\$", encoded)) % 2 == 0
    assert not re.search(r"[\x00-\x1f\x7f]", encoded)


plain = st.text("abcXYZ éüłßñ張Ж&%_#~^<>|.,:-()αβ²×", max_size=30)


@given(plain)
def test_what_is_encoded_is_read_back(text: str) -> None:
    for dialect in Dialect:
        assert canonical_title(decode(encode(text, dialect))) == canonical_title(text)


@given(plain)
def test_what_was_read_back_is_encoded_alike(text: str) -> None:
    encoded = encode(text, Dialect.BIBTEX)

    assert encode(decode(encoded), Dialect.BIBTEX) == encoded


PLAIN_SIGNS = (
    "abzXYZ019 .,:;!?()[]+=*/@&%_#~^|>'\"\n\t éüłßñŐểïКитай張αβμΓ²₂×≤→ℝ𝔼√°½"
    "–—“”‘’´ʼﬁﬂ\u200b\xa0\x07e\u0301x\u0302"
)
plain_texts = st.text(PLAIN_SIGNS, max_size=30) | st.text(max_size=30).filter(
    lambda text: not has_markup(text)
)
NOT_PRINTED = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f"
    "\ufe00-\ufe0f\ufeff\ufff9-\ufffb\ud800-\udfff]"
)


def sign_by_sign(text: str, dialect: Dialect) -> str:
    """Return what `encode` returns for a text without markup, by the rules and by no shortcut."""
    text = unicodedata.normalize("NFC", " ".join(NOT_PRINTED.sub("", text).split()))
    if not text.isascii():
        apostrophe = r"(?<=\w)[’ʼ´](?=\w)" if "‘" in text else r"[’ʼ]|(?<=\w)´(?=\w)"
        text = re.sub(apostrophe, "'", text)
        text = re.sub("[ﬀ-ﬆ]", lambda found: unicodedata.normalize("NFKC", found[0]), text)
    text = re.sub(r'(?<![^\s(\[/–—-])"', "“", text).replace('"', "”")
    if dialect is Dialect.BIBTEX:
        letters = re.findall("[^\u0300-\u036f][\u0300-\u036f]{1,4}|.", text, re.DOTALL)
        return "".join(accented(each) or "".join(map(tex_character, each)) for each in letters)
    return "".join(
        each if len(each) > 1 else in_biblatex(each)
        for each in re.findall("[\u0370-\u03ff\u1f00-\u1fff]{2,}|.", text, re.DOTALL)
    )


def in_biblatex(sign: str) -> str:
    tex = tex_character(sign)
    is_tex = sign.isascii() or (tex[0] == "$" and sign not in "°·µ×±¹²³½¼¾ªº")
    return tex if is_tex else sign


@given(plain_texts)
@example("a\u0301\u0302\u0303\u0304\u0305 x\u0302")
@example('  "a"  ("b") x" ')
@example("rock ’n’ roll, ‘it’s’")
def test_a_text_without_markup_is_encoded_sign_by_sign(text: str) -> None:
    assume(not has_markup(cleaned_tex(text)))
    for dialect in Dialect:
        assert encode(text, dialect) == sign_by_sign(text, dialect)


@given(plain_texts)
def test_a_text_without_markup_is_the_same_as_one_cut_into_pieces(text: str) -> None:
    cleaned = cleaned_tex(text)
    assume(not has_markup(cleaned))
    for dialect in Dialect:
        pieces = (escaped_tex(piece.text, dialect) for piece in pieces_of(cleaned))
        assert encode(text, dialect) == "".join(pieces)


exact = st.lists(
    st.text("abzXYZ019.,:;!?()[]+=*/@&%_#~^|>éüłßñŐểïКитай張αβμΓ²₂×≤→°", min_size=1, max_size=8),
    max_size=6,
).map(" ".join)


@given(exact)
def test_a_plain_text_comes_back_as_it_was(text: str) -> None:
    for dialect in Dialect:
        assert decode(encode(text, dialect)) == text
