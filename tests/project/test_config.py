"""The configuration: what it accepts, and how it says what is wrong."""

from __future__ import annotations

import re
import tomllib
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from zoterodigest.project import config
from zoterodigest.project.config import (
    BadConfiguration,
    Configuration,
    load_configuration,
    selects,
)
from zoterodigest.project.files import BadInput
from zoterodigest.project.initial import initial_config
from zoterodigest.project.proposals import Proposal


def load(folder: Path, text: str | bytes) -> Configuration:
    path = folder / "zoterodigest.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return load_configuration(path)


def test_an_empty_configuration_has_the_defaults(tmp_path: Path) -> None:
    configuration = load(tmp_path, "")

    assert configuration == Configuration()
    assert configuration.library == "embedded:.zoterodigest/library.sqlite"
    assert configuration.zotero.links == "attachments"


def test_all_keys_of_a_digest_are_read(tmp_path: Path) -> None:
    configuration = load(
        tmp_path,
        """
        library = "embedded:../library.sqlite"
        lock = "links/zoterodigest.lock"
        [[digest]]
        path = "daily/*.md"
        name = "Daily {year}"
        format = "daily"
        push = ["title", "sections"]
        pull = false
        collection = "Daily/{year}-{month}"
        headings = false
        [zotero]
        links = "off"
        categories = true
        [formats]
        folders = ["formats"]
        """,
    )

    (digest,) = configuration.digests
    assert digest.push == ("title", "sections")
    assert (digest.pull, digest.headings, digest.name) == (False, False, "Daily {year}")
    assert configuration.formats.folders == ("formats",)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a = \n", ":1:5: Invalid value"),
        ("a = 1\n[[digest]\n", ":2:9: Expected ']]' at the end of an array declaration"),
        (b"\n# \xff\n", ":2:3: it is no UTF-8"),
        ('libary = "x"', ': libary: there is no key "libary" (is library meant?)'),
        ('library = "user:me"', ": library: 'user:me' names no library: an id is a number"),
        ('library = "embedded:"', ": library: 'embedded:' names no library: the path of its"),
        ("[[digest]]", ": digest[1].path: this key is missing"),
        ('[[digest]]\npath = ""', ": digest[1].path: a path is expected"),
        (
            '[[digest]]\npath = "a"\n[[digest]]\npath = "b"\nheadings = "yes"',
            ": digest[2].headings:",
        ),
        ('[[digest]]\npath = "a"\npush = "title"', ": digest[1].push: give true, false or a list"),
        (
            '[[digest]]\npath = "a"\npull = ["titel"]',
            ': digest[1].pull: there is no field "titel" (is title meant?)',
        ),
        ('[[digest]]\npath = "a"\npush = [["title"]]', ": digest[1].push: there is no field"),
        (
            '[[digest]]\npath = "a"\ncollection = "{yaer}"',
            ": digest[1].collection: braces stand only in {year}, {month}, {day}, {name}",
        ),
        ('[zotero]\nlinks = "some"', ": zotero.links: it should be 'attachments', 'extra'"),
        ('[sync.prefer]\ntitel = "zotero"', ': sync.prefer.titel.[key]: there is no field "titel"'),
        ('[sync.prefer]\ntitle = "tex"', ": sync.prefer.title: it should be 'markdown',"),
        ('[lookup]\ndblp = "http://dblp.example"', ": lookup.dblp: an address begins with https"),
        ("library = 1", ": library: it should be a text in quotation marks"),
        ('digest = "papers.md"', ": digest: it should be a table for each, below [[digest]]"),
        ('[[digest]]\npath = "a"\nnew = "{title}.md"', ": digest[1].new: it should be a table, {"),
        ('sync = "x"', ": sync: it should be a table, below [sync]"),
        ('[zotero]\ncategories = "x"', ": zotero.categories: it should be true or false"),
        ("[sync]\nhold = 1.5", ": sync.hold: it should be a whole number"),
        ("[sync]\nhold = -1", ": sync.hold: it should be greater than or equal to 0"),
        ('mailto = "a@b.example"', ': mailto: "mailto" belongs in [lookup]'),
        (
            '[sync]\nwhen_dropped = "trash"',
            ': sync.when_dropped: "when_dropped" belongs in [[digest]]',
        ),
        ("[link]\ntitle = 1", ': link: there is no key "link"'),
        *(
            (f'[[digest]]\npath = "a/*.md"\nentry = "file"\nnew = {{ file = "{name}" }}', message)
            for name, message in (
                (
                    "{key}.md",
                    ": digest[1].new.file: a name that ends in .md, with any of {authors}",
                ),
                ("note.md", ": digest[1].new.file: a name that ends in .md"),
                ("{title}", ": digest[1].new.file: a name that ends in .md"),
                ("b/{title}.md", ": digest[1].new.file: new files come into the vault's folder"),
            )
        ),
        (
            '[[digest]]\npath = "a.md"\nnew = { file = "{title}.md" }',
            ": digest[1]: new is for a vault",
        ),
    ],
)
def test_a_mistake_is_told_with_file_key_and_reason(
    tmp_path: Path, text: str | bytes, message: str
) -> None:
    with pytest.raises(BadConfiguration) as caught:
        load(tmp_path, text)

    assert str(caught.value).startswith(f"{tmp_path / 'zoterodigest.toml'}{message}")
    assert caught.value.exit_code == 12


VALUES = '"x"', "1", "-1", "true", '["a"]', "[1]", "{ a = 1 }", "1.5", "2020-01-01", "[[1]]"


def test_no_mistake_is_told_in_the_words_of_a_library(tmp_path: Path) -> None:
    tables: dict[str, type[BaseModel]] = {"": Configuration}
    tables |= {f"[{name}]": one for name, one in config._TABLES.items()}
    tables |= {f"[[{name}]]": model for name, model in config._LISTS.items()}
    told = set()
    for head, model in tables.items():
        for (name, field), value in product(model.model_fields.items(), VALUES):
            beside = "" if name == "path" else NAMED.get(head, "")
            try:
                load(tmp_path, f"{head}\n{beside}{field.alias or name} = {value}\n")
            except BadConfiguration as error:
                told.add(str(error).removeprefix(str(tmp_path)))

    assert len(told) > 100
    assert [one for one in told if re.search(r"[Ii]nput|valid|instance|Rules|parse", one)] == []


NAMED = {"[[digest]]": 'path = "a.md"\n', "[[bibliography]]": 'path = "a.bib"\n'}


def test_deeply_nested_values_are_a_mistake_like_any_other(tmp_path: Path) -> None:
    with pytest.raises(BadConfiguration):
        load(tmp_path, "a = " + "[" * 100_000)


def test_a_number_of_thousands_of_digits_is_a_mistake_like_any_other(tmp_path: Path) -> None:
    with pytest.raises(BadConfiguration):
        load(tmp_path, "a = " + "1" * 5_000)


def test_a_missing_configuration_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(BadInput):
        load_configuration(tmp_path / "zoterodigest.toml")


def test_a_selection_tells_which_fields_travel() -> None:
    fields = ["title", "summary", "section:Method"]

    assert [selects(True, name) for name in fields] == [True, True, True]
    assert [selects(("title", "sections"), name) for name in fields] == [True, False, True]
    assert [selects(("section:Other",), name) for name in fields] == [False, False, False]


def test_a_formula_for_citation_keys_is_read(tmp_path: Path) -> None:
    configuration = load(tmp_path, '[citekeys]\nformula = "auth.lower + year"')

    assert configuration.citekeys.formula == "auth.lower + year"
    assert load(tmp_path, "").citekeys.formula is None


@pytest.mark.parametrize("formula", ["auth + yaer", "auth.shout", "", "auth +"])
def test_a_formula_that_cannot_be_read_is_refused_by_its_key(tmp_path: Path, formula: str) -> None:
    with pytest.raises(BadConfiguration, match=r"citekeys\.formula: ") as refused:
        load(tmp_path, f'[citekeys]\nformula = "{formula}"')

    assert refused.value.key == "citekeys.formula"


def test_the_first_configuration_says_what_the_defaults_are(tmp_path: Path) -> None:
    text = initial_config(["papers.md", "daily/*.md"])

    configuration = load(tmp_path, text)

    assert [digest.path for digest in configuration.digests] == ["papers.md", "daily/*.md"]
    assert configuration == load(
        tmp_path, '[[digest]]\npath="papers.md"\n[[digest]]\npath="daily/*.md"'
    )


def test_every_line_that_the_first_configuration_shows_can_be_set(tmp_path: Path) -> None:
    text = re.sub(r"^# (\w+ = |\[\[)", r"\1", initial_config([]), flags=re.MULTILINE)

    configuration = load(tmp_path, text)

    assert configuration.digests[0].collection == "Daily/{year}-{month}"
    assert configuration.bibliographies[0].cited == ("main.tex",)


def test_a_vault_is_shown_what_may_be_set_for_one(tmp_path: Path) -> None:
    shown = initial_config(["Papers/**/*.md"], [Proposal("Papers/**/*.md", 'entry = "file"', "so")])
    text = re.sub(r"^# (\w+ = |\[\[)", r"\1", shown, flags=re.MULTILINE)

    (rules,) = load(tmp_path, text).digests

    assert (rules.private, rules.sections) == (("Diary",), ("Notes",))
    assert rules.new is not None
    assert rules.model_fields_set >= {"tags", "body", "annotations", "collection"}
    assert "when_dropped" not in shown


@given(path=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1))
def test_any_path_can_stand_in_a_configuration(path: str) -> None:
    tables = tomllib.loads(initial_config([path]))

    assert [digest["path"] for digest in tables["digest"]] == [path]


def test_a_file_name_that_is_no_utf_8_is_named_by_a_pattern(tmp_path: Path) -> None:
    configuration = load(tmp_path, initial_config(["caf\udce9.md"]))

    assert configuration.digests[0].path == "caf?.md"


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm(tmp_path: Path) -> None:
    configuration = load(tmp_path, b'\xef\xbb\xbflock = "my.lock"\r\n')

    assert configuration.lock == "my.lock"


def test_all_keys_of_a_bibliography_are_read(tmp_path: Path) -> None:
    configuration = load(
        tmp_path,
        """
        [[bibliography]]
        path = "paper/refs.bib"
        to = "biblatex"
        push = ["title", "pages"]
        pull = true
        items = "library"
        collections = ["Daily/2024"]
        tags = ["task:inpainting"]
        cited = ["paper/main.tex"]
        sort = "key"
        short_venues = true
        abstract = true
        note = true
        awards = true
        add_only = false
        prune = true
        [[bibliography]]
        path = "all.bib"
        """,
    )

    given, default = configuration.bibliographies
    assert (given.to, given.push, given.pull) == ("biblatex", ("title", "pages"), True)
    assert (given.add_only, given.cited) == (False, ("paper/main.tex",))
    assert (default.to, default.push, default.pull) == ("bibtex", False, False)
    assert (default.items, default.add_only, default.prune) == ("digests", None, False)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('path = "refs.md"', "bibliography[1].path: the name of a bibliography ends in .bib"),
        ('path = "refs.bib"\nfrom = 1', "bibliography[1].from: there is no key"),
        ('path = "refs.bib"\nto = "csljson"', "bibliography[1].to: "),
        ('path = "refs.bib"\nadd_only = "yes"', "bibliography[1].add_only: "),
    ],
)
def test_a_wrong_bibliography_is_told_by_its_key(tmp_path: Path, line: str, message: str) -> None:
    with pytest.raises(BadConfiguration, match=re.escape(message)):
        load(tmp_path, f"[[bibliography]]\n{line}")
