"""Tables of the mappings folder, and what is said of a wrong one."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import BaseModel, ConfigDict

from zoterodigest.mapping import BadMapping, folder, load


class Table(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str
    sizes: list[int] = []


def test_the_built_in_tables_have_a_folder() -> None:
    assert (folder() / "formats").is_dir()


def test_a_good_table_becomes_a_value(tmp_path: Path) -> None:
    path = tmp_path / "table.toml"
    path.write_text('name = "a"\nsizes = [1, 2]\n', encoding="utf-8")

    assert load(path, Table) == Table(name="a", sizes=[1, 2])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('name = "a"\nsizes = [1, "x"]\n', "sizes.1: it should be a whole number"),
        ('name = "a"\ncolour = 1\n', "colour: there is no such key"),
        ("name = 1\nsizes = []\n", "name: it should be a text in quotation marks"),
        ('name = "a"\nsizes = "x"\n', "sizes: it should be a list"),
        ("", "name: this key is missing"),
        ('name = "a"\nname "b"\n', "table.toml:2:6: "),
    ],
)
def test_a_wrong_table_is_told_with_file_and_place(
    tmp_path: Path, text: str, expected: str
) -> None:
    path = tmp_path / "table.toml"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(BadMapping) as caught:
        load(path, Table)

    assert str(path) in str(caught.value)
    assert expected in str(caught.value)
    assert "\n" not in str(caught.value)
    assert caught.value.exit_code == 11


def test_a_missing_or_binary_table_is_a_bad_mapping(tmp_path: Path) -> None:
    binary = tmp_path / "binary.toml"
    binary.write_bytes(b"name = '\xff'")

    with pytest.raises(BadMapping, match="No such file"):
        load(tmp_path / "none.toml", Table)
    with pytest.raises(BadMapping, match="byte 8 is not UTF-8"):
        load(binary, Table)


@pytest.mark.parametrize(
    "text", ["a = " + "[" * 20_000, "a = " + "{a = " * 20_000, "a = " + "1" * 5_000]
)
def test_a_table_that_python_will_not_read_is_a_bad_mapping(tmp_path: Path, text: str) -> None:
    path = tmp_path / "table.toml"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(BadMapping):
        load(path, Table)


def test_a_path_that_can_be_no_file_is_a_bad_mapping() -> None:
    with pytest.raises(BadMapping, match="not a file name"):
        load(Path("a\0b.toml"), Table)
