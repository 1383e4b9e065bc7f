"""Names and titles (rules 1, 6, 7, 8): BibTeX splits the ones and lowers the others rightly."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.bibtex.items import BIBLATEX, a_person, an_item, fields_of
from zoterodigest.bibtex.facts.rules import bib_rules
from zoterodigest.bibtex.tex.latex import Dialect
from zoterodigest.bibtex.tex.titles import encode_title, folded_title

NAMES = [
    ("Byron", "Ada", "Byron, Ada"),
    ("van der Berg", "Ludwig", "van der Berg, Ludwig"),
    ("Van Gogh", "Vincent", "Van Gogh, Vincent"),
    ("García Márquez", "Gabriel", r"Garc{\'i}a M{\'a}rquez, Gabriel"),
    ("de Souza e Silva", "Ana", "de {Souza e Silva}, Ana"),
    ("King", "Martin Luther, Jr.", "King, Jr., Martin Luther"),
    ("King, Jr.", "Martin", "King, Jr., Martin"),
    ("King Jr.", "Martin", "King, Jr., Martin"),
    ("Downey", "Robert Jr.", "Downey, Jr., Robert"),
    ("Loizou III", "C.", "Loizou, III, C."),
    ("Strunk", "William, III", "Strunk, III, William"),
    ("And", "Foo", "{And}, Foo"),
    ("Fish and Chips", "A.", "{Fish and Chips}, A."),
    ("Anderson", "Andy", "Anderson, Andy"),
    ("Smith, Jones", "A.", "{Smith, Jones}, A."),
    ("O’Brien", "Á.", r"O'Brien, {\'A}."),
    ("d'Alembert", "Jean", "d'Alembert, Jean"),
    ("Bar-Joseph", "Ziv", "Bar-Joseph, Ziv"),
    ("Li", "Fei-Fei", "Li, Fei-Fei"),
    ("Müller", "Jörg-Uwe", r"M{\"u}ller, J{\"o}rg-Uwe"),
    ("R&D", "x_y", r"R\&D, x\_y"),
    ("张", "三", "{张三}"),
    ("Иванов", "Пётр", r"Иванов, {\relax П}ётр"),
    ("Knuth}", "D.", r"Knuth{\textbraceright}, D."),
    (r"K{\"u}n", r"{\L}ukasz", r"K{\"u}n, {\L}ukasz"),
    ("DeepMind and Google", "", "{DeepMind and Google}"),
    ("AT&T, Inc.", "", r"{AT\&T, Inc.}"),
    ("Plato", "", "{Plato}"),
    ("ChenDY", "", "{ChenDY}"),
]


@pytest.mark.parametrize(("last", "first", "tex"), NAMES)
def test_a_name_is_written_last_name_first(last: str, first: str, tex: str) -> None:
    assert fields_of(an_item(creators=[a_person(last, first)]))["author"] == tex


REST = [
    ([a_person("Byron", "Ada"), a_person("others")], "Byron, Ada and others"),
    ([a_person("Byron", "Ada"), a_person("et al.")], "Byron, Ada and others"),
    ([a_person("Byron", "Ada"), a_person("Others"), a_person("X", "Y")], "Byron, Ada and others"),
    ([a_person("Byron", "Ada"), a_person("Others", "Otto")], "Byron, Ada and Others, Otto"),
    ([a_person("Byron", "Ada"), a_person("al.", "et")], "Byron, Ada and others"),
    ([a_person("Byron", "Ada"), a_person("al", "et")], "Byron, Ada and others"),
    ([a_person("Byron", "Ada"), a_person("et", "al.")], "Byron, Ada and others"),
    ([a_person("Byron", "Ada"), a_person("others", "and")], "Byron, Ada and others"),
    ([a_person("Byron et al.", "Ada")], "Byron, Ada and others"),
    ([a_person("Byron", "Ada et al.")], "Byron, Ada and others"),
    ([a_person("OpenAI et al.")], "{OpenAI} and others"),
    ([a_person("Al", "Eta")], "Al, Eta"),
    ([a_person("E\ufb03ngton", "Gra\ufb01a")], "Effington, Grafia"),
    ([a_person("OpenAI"), a_person("Byron", "Ada")], "{OpenAI} and Byron, Ada"),
    ([a_person("Byron", "Ada"), a_person("Eva", "Ed", "editor")], "Byron, Ada"),
    ([a_person("Byron", "Ada"), a_person("Con", "Tri", "contributor")], "Byron, Ada"),
]


@pytest.mark.parametrize(("creators", "tex"), REST)
def test_a_list_of_names_ends_where_it_was_cut(creators: list[dict[str, str]], tex: str) -> None:
    assert fields_of(an_item(creators=creators))["author"] == tex


def test_biblatex_names_keep_their_letters_and_parts() -> None:
    creators = [a_person("Šimić", "Ćamil"), a_person("张", "三"), a_person("Иванов", "Пётр")]

    author = fields_of(an_item(creators=creators), BIBLATEX)["author"]

    assert author == "Šimić, Ćamil and 张, 三 and Иванов, Пётр"


TITLES = [
    ("BERT: Pre-training of Deep Transformers", "{BERT}: Pre-training of Deep Transformers"),
    ("Attention Is All You Need", "Attention Is All You Need"),
    ("Do I Care?", "Do {I} Care?"),
    ("U-Net: Convolutional Networks", "{U-Net}: Convolutional Networks"),
    ("X-ray vision", "{X}-ray vision"),
    ("Mask R-CNN", "Mask {R-CNN}"),
    ("A Survey of 3D Gaussian Splatting", "A Survey of {3D} {Gaussian} Splatting"),
    ("YOLO9000: Better, Faster", "{YOLO9000}: Better, Faster"),
    ("DALL-E 2 and GPT-4o vs. iPhone", "{DALL-E} 2 and {GPT}-4o vs. {iPhone}"),
    ("CLIP's Eyes", "{CLIP}'s Eyes"),
    ("(CLIP) and “LoRA”", "({CLIP}) and ``{LoRA}''"),
    ("C++ and A* Search", "{C}++ and {A}* Search"),
    ("Life in the U.S. Army", "Life in the {U.S}. Army"),
    ("ATTENTION IS ALL YOU NEED", "ATTENTION IS ALL YOU NEED"),
    ("NÜWA: visUal World creAtion", r"{N{\"U}WA}: {visUal} World {creAtion}"),
    ("Émile’s École", r"{\'E}mile's {\'E}cole"),
    ("PixArt-$α$: Fast", r"{PixArt}-$\alpha$: Fast"),
    ("The $L_0$ Norm", "The {$L_0$} Norm"),
    ("On $\\Gamma$ and $k$-means", r"On {$\Gamma$} and $k$-means"),
    ("Omni$^2$: Unifying", "Omni$^2$: Unifying"),
    ("From $5 to $10", r"From \$5 to \$10"),
    ("Learning models from language in Paris", "Learning models from language in {Paris}"),
    ("Foo: Learning models from language", "Foo: Learning models from language"),
    ("{BERT}s and {GPT}s", "{BERT}s and {GPT}s"),
    ('<span class="nocase">BERT</span> rules', "{BERT} rules"),
    ("<i>Homo</i> Sapiens DNA", r"\textit{Homo} Sapiens {DNA}"),
    ("R&amp;D of AI", r"{R\&D} of {AI}"),
    ("Schr\\\"odinger's Cat", r"{Schr{\"o}dinger}'s Cat"),
    ("Text-to-Image Diffusion Models", "Text-to-Image Diffusion Models"),
    ("1D-CNN on k-NN", "{1D-CNN} on k-{NN}"),
    ("file_name and #tags", r"file\_name and \#tags"),
    ("A \\ B Testing", r"A {\textbackslash} {B} Testing"),
    ("\\ and / in Paths", r"{\textbackslash} and / in Paths"),
    (r"vs.\ Them", "vs. Them"),
    (r"C:\Users and \n", r"{C}:{\textbackslash}Users and {\textbackslash}n"),
    ("E\ufb03cient \ufb01ne-tuning of work\ufb02ows", "Efficient fine-tuning of workflows"),
    ("The {\\'E}cole of learning about things", r"The {{\'E}cole} of learning about things"),
    ("The {\\'E}cole Normale Corpus", r"The {{\'E}cole} Normale Corpus"),
    ("{\\'E}tudes about learning things", r"{\'E}tudes about learning things"),
    ("{\\'E}tudes in the {\\\"O}konomie", r"{\'E}tudes in the {{\"O}konomie}"),
    ("Don’t Stop", "Don't Stop"),
    ("", ""),
]


@pytest.mark.parametrize(("title", "tex"), TITLES)
def test_capitals_of_a_title_are_protected_word_by_word(title: str, tex: str) -> None:
    assert encode_title(title, Dialect.BIBTEX, bib_rules().proper) == tex


def test_a_title_in_another_language_is_protected_as_a_whole() -> None:
    item = an_item(title="Über die Kunst", language="de-DE")

    assert fields_of(item)["title"] == r"{{\"U}ber die Kunst}"
    assert fields_of(item, BIBLATEX)["langid"] == "german"


@pytest.mark.parametrize("language", ["en", "en-US", "English", ""])
def test_an_english_title_is_not(language: str) -> None:
    assert fields_of(an_item(title="The Art", language=language))["title"] == "The Art"


@given(st.text("aB1- ${}\\_^<i>/é张\"'", max_size=20))
def test_every_title_is_balanced(title: str) -> None:
    for dialect in Dialect:
        tex = encode_title(title, dialect)

        assert tex.count("{") == tex.count("}")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("PixArt-$α$: Fast", "PixArt-α: fast"),
        ("PixArt-$\\alpha$", "PixArt-α"),
        ("Omni$^2$", "Omni²"),
        ("$\\pi_0$: A Model", "$π_0$: a model"),
        ("R\\&D costs $5 or $6", "R&D costs \\$5 or \\$6"),
        ("Schr\\\"odinger", "Schrödinger"),
        ("Don’t Stop", "Don't Stop"),
        ("Don’t Stop", "Don`t stop"),
        ("Don’t Stop", "Don´t stop"),
        ("Don’t Stop", "Donʼt stop"),
        ("Don’t {\\'E}t\\'e", "Don't Été"),
        ("E\ufb03cient", "Efficient"),
    ],
)  # fmt: skip
def test_two_spellings_of_a_title_in_tex_are_one(one: str, other: str) -> None:
    assert folded_title(one) == folded_title(other)


def test_titles_that_differ_in_math_differ() -> None:
    assert folded_title("$L_1$ norms") != folded_title("$L_2$ norms")


def test_an_apostrophe_is_written_in_one_way() -> None:
    for dialect in Dialect:
        assert encode_title("Don’t", dialect) == encode_title("Don't", dialect) == "Don't"
        assert encode_title("GPU’s Bayes’ Rule", dialect) == "{GPU}'s Bayes' Rule"
        assert "’" not in encode_title("“Bayes’ rule”", dialect)
        assert encode_title("Don´t", dialect) == encode_title("Donʼt", dialect) == "Don't"


def test_ligatures_are_letters_in_either_dialect() -> None:
    assert fields_of(an_item(title="E\ufb03cient"), BIBLATEX)["title"] == "Efficient"
