"""Checks of this machine: the packages that are installed, and the cache of what was looked up."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

from zoterodigest.lookup.cache import cache_file, is_damaged
from zoterodigest.sync.doctor.finding import Finding
from zoterodigest.sync.doctor.site import Site

_NAME = "zoterodigest"
_REQUIREMENT = re.compile(r"(?P<name>[\w.-]+)(?P<bounds>[<>=0-9.,]*)$")
_BOUND = re.compile(r"(>=|<)(\d+(?:\.\d+)*)")
_NUMBER = re.compile(r"\d+")


def package_findings() -> Iterator[Finding]:
    """Yield the packages that are missing, or of a version that zoterodigest does not go with."""
    for name, bounds in _required():
        try:
            present = version(name)
        except PackageNotFoundError:
            present = ""
        if not present or not _is_within(present, bounds):
            have = f"{name} {present} is installed" if present else f"{name} is not installed"
            yield Finding(
                f"{have}, and zoterodigest needs {name}{bounds}",
                "Parts of zoterodigest fail, or do not do what they were tested to do.",
                f"`python -m pip install '{name}{bounds}'`",
            )


def _required() -> list[tuple[str, str]]:
    """Return the packages that an installed zoterodigest needs, with the bounds of their versions.

    What is needed under a condition only does not count. Run from its folder it needs nothing.
    """
    try:
        texts = requires(_NAME) or []
    except PackageNotFoundError:
        return []
    found = (_REQUIREMENT.match(text.replace(" ", "")) for text in texts if ";" not in text)
    return [(each["name"], each["bounds"]) for each in found if each]


def _is_within(present: str, bounds: str) -> bool:
    numbers = _numbers(present)
    for sign, bound in _BOUND.findall(bounds):
        is_before = numbers < _numbers(bound)
        if is_before == (sign == ">="):
            return False
    return True


def _numbers(text: str) -> tuple[int, ...]:
    """Return the numbers of a release, without zeros at its end: 2.0 is 2."""
    numbers = [int(found) for found in _NUMBER.findall(re.split(r"[a-z+!-]", text)[0])]
    while numbers and not numbers[-1]:
        numbers.pop()
    return tuple(numbers)


def cache_findings(site: Site) -> Iterator[Finding]:
    """Yield what is wrong with the folder and the file in which lookups are kept."""
    folder = site.chosen.access.cache_folder
    if folder is None:
        yield Finding(
            "this system tells no folder for caches",
            "What is looked up, and what is read of a library, is asked for again by each run.",
            "Set HOME, or XDG_CACHE_HOME, to a folder of yours.",
        )
        return
    above = next(path for path in (folder, *folder.parents) if path.exists())
    if not above.is_dir() or not os.access(above, os.W_OK | os.X_OK):
        yield Finding(
            f"{above} cannot be written",
            "What is looked up, and what is read of a library, is asked for again by each run.",
            "Change its permissions, or set XDG_CACHE_HOME to a folder of yours.",
        )
        return
    if is_damaged(cache_file(folder)):
        path: Path = cache_file(folder)
        yield Finding(
            f"{path}, the cache of what was looked up, is damaged",
            "The next lookup begins it anew and asks for everything again.",
            f"Delete it: `rm {path}`",
        )
