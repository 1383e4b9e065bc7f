"""Make once what each part of the tests would make for itself in a fresh clone.

Hypothesis keeps tables of characters, and of the constants in the program, in `.hypothesis`: 4 s.
"""

from __future__ import annotations

import importlib
import pkgutil

from hypothesis import given, settings
from hypothesis import strategies as st

import zoterodigest


def main() -> None:
    """Have Hypothesis make its tables: it does so for the first examples."""
    for module in pkgutil.walk_packages(zoterodigest.__path__, f"{zoterodigest.__name__}."):
        if not module.name.endswith(".__main__"):
            importlib.import_module(module.name)
    _made()


# One value in twenty is a constant of the program, and the first such makes their table.
@settings(max_examples=100, database=None, deadline=None, derandomize=True)
@given(st.text(), st.characters(codec="utf-8"))
def _made(_text: str, _character: str) -> None:
    """Take an example."""


if __name__ == "__main__":
    main()
