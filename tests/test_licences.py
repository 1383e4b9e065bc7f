"""docs/release.md names the licence of each dependency, and all of them allow ours."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distribution, metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
ALLOWED = re.compile(r"\b(?:MIT|BSD|Apache-2\.0|ISC|PSF-2\.0|MPL-2\.0|BlueOak-1\.0\.0)\b")
"""Permissive licences, and one that binds only the files that have it."""


def test_the_page_names_the_licence_of_each_direct_dependency() -> None:
    page = (ROOT / "docs" / "release.md").read_text(encoding="utf-8")
    table = page.partition("## Licences of dependencies")[2]

    named = dict(re.findall(r"^\| `([\w.-]+)` \| (.*) \|$", table, re.M))

    assert named == {name: licence_of(name) for name in map(_name, PROJECT["dependencies"])}


def test_each_package_that_is_installed_with_us_has_an_allowed_licence() -> None:
    installed = sorted(_needed(map(_name, PROJECT["dependencies"]), set()))

    licences = {name: licence_of(name) for name in installed}

    assert {name: one for name, one in licences.items() if not ALLOWED.fullmatch(one)} == {}


def licence_of(name: str) -> str:
    """Return the kind of licence that a package states, in the newest way of those it uses.

    Its own words if we don't allow that kind: packages name one licence in many ways.
    """
    stated = metadata(name)
    classifiers = stated.get_all("Classifier") or []
    named = [one.rpartition(" :: ")[2] for one in classifiers if one.startswith("License :: ")]
    words = ", ".join(stated.get_all("License-Expression") or stated.get_all("License") or named)
    found = ALLOWED.search(words)
    # Of two licences that both bind, the allowed one does not help.
    is_choice = "GPL" not in words or " or " in words.lower()
    return found[0] if found and is_choice else words


def _needed(names: Iterator[str], seen: set[str]) -> Iterator[str]:
    for name in names:
        if name in seen:
            continue
        seen.add(name)
        try:
            requires = distribution(name).requires or []
        except PackageNotFoundError:  # for another system or another version of Python
            continue
        yield name
        yield from _needed((_name(one) for one in requires if "extra ==" not in one), seen)


def _name(requirement: str) -> str:
    found = re.match(r"[\w.-]+", requirement)
    assert found is not None
    return re.sub(r"[-_.]+", "-", found[0]).lower()
