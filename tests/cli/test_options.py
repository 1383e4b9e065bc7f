"""How a command declares its options, and what it gets of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from zoterodigest.cli.base.options import Invocation, argument, command, option

got: list[object] = []


@command("files as_json tags name")
def collect(
    asked: Invocation,
    name: str | None = option("--name NAME", "A name.", None),
    tags: Sequence[str] = option("--tag TAG", "A tag.", ()),
) -> None:
    """Keep what it gets."""
    got.append((asked, tags, name))


@command("path")
def require(path: Path = argument("FILE")) -> int:
    """Want a file."""
    return len(path.name)


def test_options_come_as_the_values_that_declare_them() -> None:
    collect(["a.md", "b.md", "--tag", "x", "--json"], standalone_mode=False)

    files = (Path("a.md"), Path("b.md"))
    assert got.pop() == (Invocation(files=files, as_json=True), ("x",), None)


def test_an_option_that_nobody_typed_has_its_declared_default() -> None:
    collect([], standalone_mode=False)

    assert got.pop() == (Invocation(), (), None)


def test_help_lists_the_options_in_the_order_that_the_command_gives() -> None:
    names = [parameter.name for parameter in collect.params]

    assert names == ["files", "as_json", "tags", "name"]


def test_an_argument_without_a_default_is_required() -> None:
    assert [parameter.required for parameter in require.params] == [True]
