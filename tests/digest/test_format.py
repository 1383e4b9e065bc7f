"""Formats are data: the tutorial's words are true, and a mistake is named by file, key, reason."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest

from tests.digest.corpus import ROOT, venues
from zoterodigest.core.values.record import Hyperlink, Names, WebLinks
from zoterodigest.digest.format.format import (
    SLOTS,
    ColumnRule,
    ContainerName,
    DigestFormat,
    EntryRule,
    SectionRule,
    UnknownFormat,
    available_formats,
    builtin_formats,
    choose_format,
    load_format,
)
from zoterodigest.digest.format.fragments import expanded, shared_fragments, with_fragments
from zoterodigest.digest.format.pattern import Pattern
from zoterodigest.digest.read.detect import read_document
from zoterodigest.errors import ZoterodigestError
from zoterodigest.mapping import BadMapping, folder

TUTORIAL = ROOT / "docs" / "formats.md"
REFERENCE = ROOT / "docs" / "format-reference.md"
HEAD = 'name = "mine"\nabout = "mine"\n'
ENTRY = "[entry]\ncontainers = ['item']\nbegin = ['^(?P<title>.+)$']\n"


def code_block(language: str) -> str:
    """The tutorial's first code block of a language."""
    found = re.search(rf"```{language}\n(.*?)```", TUTORIAL.read_text("utf-8"), re.S)
    assert found is not None
    return found[1]


def test_formats_that_are_shipped_are_as_valid_as_those_of_people() -> None:
    paths = sorted((folder() / "formats").glob("*.toml"))

    names = {load_format(path).name for path in paths}

    assert names == {form.name for form in builtin_formats()}


def test_the_tutorials_format_reads_the_tutorials_digest(tmp_path: Path) -> None:
    path = tmp_path / "bold-titles.format.toml"
    path.write_text(code_block("toml"), "utf-8")
    source = code_block("markdown").encode()

    document = read_document("papers.md", source, available_formats([tmp_path]), venues())

    assert [entry.format.name for entry in document.entries] == ["bold-titles"] * 2
    first, second = (entry.reading for entry in document.entries)
    assert first.fields["authors"] == Names(("Jonathan Ho", "Ajay Jain", "Pieter Abbeel"), False)
    assert first.fields["links"] == WebLinks(
        (Hyperlink("code", "https://github.com/hojonathanho/diffusion"),)
    )
    assert (first.fields["venue"], "summary" in second.fields) == ("NeurIPS", True)
    assert (first.fields["arxiv"], second.fields["arxiv"]) == ("2006.11239", "2303.01469")
    assert document.skipped == ()


def test_the_references_format_of_patterns_reads_an_entry_of_the_tutorial(tmp_path: Path) -> None:
    path = tmp_path / "bold-titles.format.toml"
    _, _, shown = REFERENCE.read_text("utf-8").partition("## Formats made of patterns")
    path.write_text(shown.split("```")[1].removeprefix("toml\n"), "utf-8")

    document = read_document(
        "papers.md", code_block("markdown").encode(), [load_format(path)], venues()
    )

    assert [sorted(entry.reading.fields) for entry in document.entries] == [
        ["arxiv", "authors", "links", "title"]
    ]


def test_the_tutorial_fits_on_two_screens() -> None:
    assert TUTORIAL.read_text("utf-8").count("\n") <= 110


def test_every_key_container_and_slot_of_a_format_is_explained() -> None:
    models = (DigestFormat, EntryRule, SectionRule, ColumnRule)
    keys = {name for model in models for name in model.model_fields}

    text = TUTORIAL.read_text("utf-8") + REFERENCE.read_text("utf-8")

    words = keys | SLOTS | set(get_args(ContainerName))
    assert sorted(word for word in words if not re.search(rf"[`\[.]{word}\b", text)) == []


LONGEST_UNEXPLAINED = 120
MAPPINGS = ROOT / "mappings"
BUILT_IN = sorted((MAPPINGS / "formats").glob("*.toml"))


def patterns_with_examples(path: Path) -> Iterator[tuple[str, list[str]]]:
    """The patterns of a file, as they are written, each with the examples of the comment above."""
    examples: list[str] = []
    for line in path.read_text("utf-8").splitlines():
        if line.startswith("  #"):
            examples += re.findall(r"^  #     (.+)$", line)
            continue
        if found := re.fullmatch(r"  '(.*)',", line):
            yield found[1], examples
        examples = []


@pytest.mark.parametrize(
    "path", [*BUILT_IN, MAPPINGS / "fragments.toml"], ids=lambda path: path.stem
)
def test_a_long_pattern_of_a_built_in_format_is_explained_by_examples_that_it_takes(
    path: Path,
) -> None:
    source = path.read_text("utf-8")
    own = load_format(path).fragments if path in BUILT_IN else {}
    fragments = with_fragments(own, shared_fragments())
    explained = list(patterns_with_examples(path))
    long = [text for text, _ in explained if len(text) > LONGEST_UNEXPLAINED]

    assert long == re.findall(rf"'([^'\n]{{{LONGEST_UNEXPLAINED + 1},}})'", source)
    assert [text for text, examples in explained if text in long and not examples] == []
    assert [
        (example, text)
        for text, examples in explained
        for example in examples
        if Pattern(expanded(text, fragments)).search(example.encode()) is None
    ] == []


@pytest.mark.parametrize(
    ("text", "key", "reason"),
    [
        ("about = 'mine'\n" + ENTRY, "name", "missing"),
        (HEAD.replace("mine", "My Own") + ENTRY, "name", "pattern"),
        (HEAD, "", "needs templates, or [entry]"),
        (HEAD + "templates = ['- {headline}']\n", "templates.0", "line 1, column 3: there is no"),
        (HEAD + ENTRY + "colour = 'red'\n", "entry.colour", "no such key"),
        (HEAD + ENTRY.replace("'item'", "'page'"), "entry.containers.0", "'heading'"),
        (HEAD + ENTRY.replace("+)", "+"), "entry.begin.0", "missing )"),
        (HEAD + ENTRY.replace("title", "headline"), "entry.begin.0", "unknown slot 'headline'"),
        (HEAD + ENTRY.replace(".+", "(?=x).+"), "entry.begin.0", "no valid pattern"),
        (HEAD + ENTRY + "[labels]\ntopic = ['Topic']\n", "labels.topic", "'title'"),
        (HEAD + ENTRY + "[labels]\ntask = 'Task'\n", "labels.task", "list"),
        (HEAD + "[entry]\ncontainers = ['item']\n", "", "entry.begin"),
        (HEAD + "[entry]\ncontainers = ['row']\n", "", "[columns]"),
        (HEAD + "[entry\n", "", ":3:7: "),
    ],
)
def test_a_mistake_in_a_format_is_named_by_file_key_and_reason(
    tmp_path: Path, text: str, key: str, reason: str
) -> None:
    path = tmp_path / "mine.format.toml"
    path.write_text(text, "utf-8")

    with pytest.raises(BadMapping) as caught:
        load_format(path)

    assert caught.value.path == path
    assert caught.value.key.startswith(key)
    assert reason in str(caught.value)
    assert "\n" not in str(caught.value)
    assert isinstance(caught.value, ZoterodigestError)


def test_a_format_of_ones_own_comes_before_the_built_in_ones_and_replaces_its_namesake(
    tmp_path: Path,
) -> None:
    (tmp_path / "mine.format.toml").write_text(HEAD + ENTRY, "utf-8")
    (tmp_path / "list.format.toml").write_text(HEAD.replace("mine", "list") + ENTRY, "utf-8")

    names = [form.name for form in available_formats([tmp_path])]

    assert names[:2] == ["list", "mine"]
    assert names.count("list") == 1


def test_a_format_is_chosen_by_its_name_ones_own_first_and_one_of_data_too(tmp_path: Path) -> None:
    keys = 'name = "keys"\nabout = "mine"\ndata = "json"\n[labels]\ntitle = ["paper_name"]\n'
    (tmp_path / "keys.format.toml").write_text(keys, "utf-8")
    (tmp_path / "list.format.toml").write_text(HEAD.replace("mine", "list", 1) + ENTRY, "utf-8")

    chosen = [choose_format(name, [tmp_path]) for name in ("keys", "list", "papers", "yaml")]

    assert [form.name for form in chosen] == ["keys", "list", "papers", "yaml"]
    assert [form.about == "mine" for form in chosen] == [True, True, False, False]


def test_a_built_in_format_has_the_name_of_its_file() -> None:
    files = (folder() / "formats").glob("*.toml")

    assert sorted(form.name for form in builtin_formats()) == sorted(path.stem for path in files)


def test_a_format_that_is_not_there_is_named_with_those_that_are() -> None:
    with pytest.raises(UnknownFormat, match="no format called nope") as caught:
        choose_format("nope", ())

    assert "quoted-notes" in caught.value.hint
