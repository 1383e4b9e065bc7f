"""What docs/ says of the code is true: every path, name and test in it exists."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

import pytest

from tests.test_architecture import LAYERS, PACKAGE, ROOT, imports_between_folders
from zoterodigest.project.lock.lock import read_lock, render_lock

DOCS = ROOT / "docs"
PAGES = sorted(path for path in DOCS.rglob("*.md") if "format" not in path.name)
ADRS = sorted((DOCS / "adr").glob("*.md"))

_FENCE = re.compile(r"^```.*?^```$", re.M | re.S)
_CODE = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"\]\(([^()#:\s]+)(?:#[^()]*)?\)")
_PATH = re.compile(r"[\w.*-]+(?:/[\w.*-]*)+")
_CALL = re.compile(r"([a-z]\w*)\(\)")
_CLASS = re.compile(r"([A-Z][a-z]+\w*)(?:\.\w+)?")

# Paths that exist only in a person's project, or not before they are needed.
ELSEWHERE = frozenset({".zoterodigest/", ".zoterodigest/library.sqlite"})
# Words in code spans that look like classes and are none.
NO_CLASSES = frozenset({"Any"})


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def named(page: Path, pattern: re.Pattern[str]) -> list[str]:
    """Return what the code spans of `page` name, as a whole, by `pattern`; fences are left out."""
    spans = _CODE.findall(_FENCE.sub("", page.read_text(encoding="utf-8")))
    found = (pattern.fullmatch(span) for span in spans)
    return sorted({match[1] if match.re.groups else match[0] for match in found if match})


# Searched for in the text: to parse every module took 0.8 s.
_DEFINED = re.compile(r"^[ ]*(?:(?:async )?(?:def|class) (\w+)|(\w+)(?: =|:) \S)", re.M)


@cache
def defined(folder: str) -> frozenset[str]:
    """Return the names of all functions, methods, classes and type aliases in a folder."""
    texts = (path.read_text(encoding="utf-8") for path in (ROOT / folder).rglob("*.py"))
    return frozenset(name for text in texts for found in _DEFINED.findall(text) for name in found)


def exists(path: str) -> bool:
    return path in ELSEWHERE or any(any(base.glob(path)) for base in (ROOT, ROOT / PACKAGE))


def by_page(wrong_on: Callable[[Path], list[str]]) -> dict[str, list[str]]:
    """Return what is wrong on each page, by its name."""
    return {name_of(page): found for page in PAGES if (found := wrong_on(page))}


def test_every_path_exists() -> None:
    missing = by_page(lambda page: [path for path in named(page, _PATH) if not exists(path)])

    assert missing == {}


def test_every_link_leads_somewhere() -> None:
    def dead(page: Path) -> list[str]:
        targets = _LINK.findall(page.read_text(encoding="utf-8"))
        return [target for target in targets if not (page.parent / target).exists()]

    assert by_page(dead) == {}


def test_every_picture_is_small_and_on_a_page() -> None:
    shown = {name for page in PAGES for name in _LINK.findall(page.read_text(encoding="utf-8"))}
    pictures = {path: path.stat().st_size for path in (DOCS / "pictures").iterdir()}

    assert [path.name for path, size in pictures.items() if size >= 80_000] == []
    assert [path.name for path in pictures if f"pictures/{path.name}" not in shown] == []


def test_every_function_and_class_exists() -> None:
    known = defined(PACKAGE) | defined("tests") | NO_CLASSES

    def unknown(page: Path) -> list[str]:
        names = (name for name in named(page, _CALL) + named(page, _CLASS) if name not in known)
        return [name for name in names if not (ROOT / name).exists()]

    assert by_page(unknown) == {}


def test_every_test_exists() -> None:
    pattern = re.compile(r"test_\w+")

    missing = by_page(
        lambda page: [it for it in named(page, pattern) if it not in defined("tests")]
    )

    assert missing == {}


def test_every_law_names_its_tests() -> None:
    laws = re.split(r"^## (?=\d)", (DOCS / "invariants.md").read_text(encoding="utf-8"), flags=re.M)

    assert len(laws) == 9
    for law in laws[1:]:
        for part in ("*Why.*", "*Where.*", "*Tests.*"):
            assert part in law, f"{part} in {law.splitlines()[0]}"


def test_the_layers_are_those_enforced() -> None:
    table = (DOCS / "architecture.md").read_text(encoding="utf-8").partition("## Layers")[2]

    rows = re.findall(r"^\| `(\w+)` \|", table.partition("\n## ")[0], re.M)

    assert tuple(rows) == LAYERS


def test_the_lock_file_shown_is_one() -> None:
    fences = _FENCE.findall((DOCS / "architecture.md").read_text(encoding="utf-8"))
    (shown,) = (text.strip("`\n") for text in fences if "version 2" in text)

    rendered = render_lock(read_lock(f"{shown}\n".encode())).decode()

    assert rendered[rendered.index("version") :] == f"{shown}\n"


@pytest.mark.parametrize("page", ADRS, ids=name_of)
def test_a_decision_has_context_choice_and_price_on_one_page(page: Path) -> None:
    text = page.read_text(encoding="utf-8")

    assert re.findall(r"^## (.*)$", text, re.M) == ["Context", "Choice", "Price"]
    assert text.startswith(f"# {int(page.name[:4])}. ")
    assert len(text.splitlines()) <= 60


def order_of_folders() -> Mapping[str, int]:
    """Return the place of each folder, or module beside folders, in the drawing."""
    page = (DOCS / "architecture.md").read_text(encoding="utf-8")
    (drawing,) = (
        one for one in re.findall(r"^```\n(.*?)^```", page, re.M | re.S) if "core/ " in one
    )
    order: dict[str, int] = {}
    layer = ""
    for line in drawing.splitlines():
        layer = line.partition("/")[0] if "/" in line else layer
        for group in re.split(r" {2,}", line.partition("/")[2] or line):
            place = len(order)
            order |= {f"{layer}.{name}": place for name in re.split(r", ", group.strip()) if name}
    return order


def test_every_folder_of_a_layer_is_drawn() -> None:
    folders = {path.parent.relative_to(ROOT / PACKAGE) for path in (ROOT / PACKAGE).rglob("*.py")}

    drawn = {".".join(folder.parts) for folder in folders if len(folder.parts) == 2}

    assert drawn - order_of_folders().keys() == set()


def test_the_drawing_of_the_folders_is_in_the_order_of_their_imports() -> None:
    order = order_of_folders()

    turned = [
        (one, other)
        for one, others in imports_between_folders().items()
        for other in others
        if one in order and other in order and order[other] > order[one]
    ]

    assert len(order) > 40
    assert turned == []
