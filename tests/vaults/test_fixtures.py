"""The vaults of tests and the truths about them agree with each other."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import get_args

import pytest
import yaml

from tests.vaults.fixtures import HALVES, EntryTruth, NoEntryTruth, Vault, Why, canaries, load
from tests.vaults.fixtures import names as fixtures_of

INTEGRATIONS = {
    "zotero-integration",
    "zotlit1",
    "zotlit2",
    "citations",
    "bibnotes",
    "mdnotes",
    "zotflow",
    "better-notes",
    "zotero-export",
    "logseq-builtin",
    "logseq-plugin",
    "markdb-connect",
    "zettlr",
    "foam",
    "quarto",
    "hugo",
}
WRITERS = {"zoterodigest", "zotero", "zotero-integration", "zotlit1", "zotflow", "bibnotes"}
NAMES = [name for half in HALVES for name in fixtures_of(half)]

vault = cache(load)


def entries(half: str) -> Iterator[tuple[Vault, str, EntryTruth]]:
    for name in fixtures_of(half):
        for file, truth in vault(name).entries.items():
            yield vault(name), file, truth


@pytest.mark.parametrize("name", NAMES)
def test_a_truth_names_all_files_of_its_folder_and_no_others(name: str) -> None:
    folder = vault(name).folder
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}

    assert set(vault(name).files) == there


@pytest.mark.parametrize("half", HALVES)
def test_every_integration_has_a_vault_in_each_half(half: str) -> None:
    tools = {vault(name).tool for name in fixtures_of(half)}

    assert tools == {*INTEGRATIONS, "obsidian"}


@pytest.mark.parametrize("half", HALVES)
def test_every_reason_against_an_entry_stands_in_a_half(half: str) -> None:
    whys = {
        truth.why
        for name in fixtures_of(half)
        for truth in vault(name).files.values()
        if isinstance(truth, NoEntryTruth)
    }

    # One file that is no UTF-8 text is enough.
    assert whys | {"invalid"} == set(get_args(Why))


@pytest.mark.parametrize("name", NAMES)
def test_front_matter_is_no_yaml_where_it_may_not_be_written(name: str) -> None:
    for file, truth in vault(name).entries.items():
        head = vault(name).text(file).split("\n")[: truth.head]
        match head[:1]:
            case ["---"]:
                assert head[-1] in {"---", "..."}, file
                assert _is_yaml("\n".join(head[1:-1])) == (not truth.read_only), file
            case ["+++"]:
                assert tomllib.loads("\n".join(head[1:-1])), file
            case _:
                assert all("::" in line or not line for line in head), file


def _is_yaml(text: str) -> bool:
    try:
        return isinstance(yaml.load(text, Loader=yaml.BaseLoader), dict)
    except yaml.YAMLError:
        return False


@pytest.mark.parametrize("half", HALVES)
def test_a_rewritten_file_has_other_bytes_and_the_same_truth(half: str) -> None:
    before, after = vault(f"{half}/rewritten-before"), vault(f"{half}/rewritten-after")

    assert before.files.keys() == after.files.keys()
    for file, truth in before.entries.items():
        assert before.data(file) != after.data(file)
        assert after.entries[file] == replace(truth, head=after.entries[file].head)


@pytest.mark.parametrize("half", HALVES)
def test_annotations_of_every_writer_stand_in_each_half(half: str) -> None:
    forms = {one.form for _vault, _file, truth in entries(half) for one in truth.annotations}

    assert forms >= WRITERS


@pytest.mark.parametrize("name", NAMES)
def test_every_line_of_a_body_belongs_to_one_part(name: str) -> None:
    for file, truth in vault(name).entries.items():
        lines = vault(name).text(file).split("\n")
        parts = [part.lines for part in truth.generated] + [part.lines for part in truth.foreign]
        outside = [
            line
            for number, line in enumerate(lines, 1)
            if number > truth.head and not any(a <= number <= b for a, b in parts)
        ]

        assert all(truth.head < a <= b <= len(lines) for a, b in parts), file
        assert all(before[1] < after[0] for before, after in pairwise(sorted(parts))), file
        assert _without_rest(outside, truth) == [line for line in truth.note if line], file


def _without_rest(lines: list[str], truth: EntryTruth) -> list[str]:
    """Return what remains of `lines` for the note: no private text, markers or empty lines."""
    left = []
    for line in lines:
        if line.strip() in truth.private:
            continue
        for text in truth.private:
            line = line.replace(f" %%{text}%%", "")
        if line not in truth.note:
            line = re.sub(r" ?%% (begin|end) \w+ %%", "", line)
        if line.strip():
            left.append(line)
    return left


@pytest.mark.parametrize("name", NAMES)
def test_private_texts_stand_in_the_file_and_in_nothing_that_leaves_it(name: str) -> None:
    for file, truth in vault(name).files.items():
        text = vault(name).text(file)
        private = "\n".join(truth.private)

        assert all(one in text for one in truth.private), file
        assert set(canaries(text)) == set(canaries(private)), file
        if isinstance(truth, EntryTruth):
            leaves = "\n".join((*truth.note, repr(truth.fields), repr(truth.identity)))
            assert canaries(leaves) == [], file


def test_canaries_of_every_kind_stand_in_each_half() -> None:
    for half in HALVES:
        private = "\n".join(text for _, _, truth in entries(half) for text in truth.private)

        kinds = {canary.split("-")[1] for canary in canaries(private)}

        assert kinds >= {"inline", "block", "heading", "file"}


@pytest.mark.parametrize("name", NAMES)
def test_a_file_is_about_an_item_that_its_identity_leads_to(name: str) -> None:
    items = {item.key: item for item in vault(name).library.items}
    for file, truth in vault(name).entries.items():
        if truth.item is None:
            continue
        item, said, group = items[truth.item], truth.identity, vault(name).library.group
        key = said.item_key

        assert (
            (key is not None and key.key == item.key and key.group in (None, group))
            or (said.attachment_key and said.attachment_key.key in item.attachments)
            or truth.accepts("identity.citation_key", item.citation_key)
            or (said.arxiv and said.arxiv == item.arxiv)
            or (said.doi and said.doi == item.doi)
            or said.title == item.title
        ), file


@pytest.mark.parametrize("name", NAMES)
def test_a_stale_key_is_in_no_library(name: str) -> None:
    keys = {item.key for item in vault(name).library.items}
    for file, truth in vault(name).entries.items():
        if truth.stale_key:
            assert truth.identity.item_key, file
            assert truth.identity.item_key.key not in keys, file


@pytest.mark.parametrize("name", NAMES)
def test_annotations_and_stale_markers_stand_in_the_file(name: str) -> None:
    for file, truth in vault(name).entries.items():
        text = vault(name).text(file)

        assert all(one.key in text for one in truth.annotations), file
        assert all((one.attachment or "") in text for one in truth.annotations), file
        assert all(marker in text.split("\n") for marker in truth.stale_markers), file


def test_line_ends_and_byte_order_marks_are_as_they_were_written() -> None:
    for half in HALVES:
        data = [found.data(file) for found, file, _ in entries(half)]

        assert any(b"\r\n" in one and b"\n" not in one.replace(b"\r\n", b"") for one in data)
        assert any(one.startswith(b"\xef\xbb\xbf") for one in data)
        assert any(not one.endswith(b"\n") for one in data)


def test_a_vault_is_laid_out_with_the_names_and_evicted_files_of_its_truth(tmp_path: Path) -> None:
    vault("open/no-notes").lay_out(tmp_path)
    vault("open/file-names").lay_out(tmp_path)

    assert (tmp_path / ".git" / "description.md").is_file()
    assert (tmp_path / "@mu\u0308ller1997.md").is_file()
    evicted = (tmp_path / "Papers" / "@breiman2001random.md").read_bytes()
    assert evicted
    assert not evicted.strip(b"\0")
