"""Findings in files as annotations of GitHub Actions, which shows them in the diff."""

from __future__ import annotations

from enum import Enum
from typing import Any

from zoterodigest.cli.base.options import option
from zoterodigest.cli.base.screen import visible


class FindingForm(Enum):
    """How findings are printed."""

    TEXT = "text"
    GITHUB = "github"


def report_option(names: str = "--report") -> Any:
    """Declare the option that chooses how findings are printed."""
    return option(names, "Text, or annotations for GitHub Actions.", FindingForm.TEXT, shown=True)


# https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands
def github_annotation(level: str, file: str, line: int, message: str, *, column: int = 0) -> str:
    """Return the workflow command of a finding, of a `level` that GitHub knows.

    Nothing in the finding ends the command early.
    """
    name = _escaped(visible(file)).replace(":", "%3A").replace(",", "%2C")
    place = f"file={name},line={line}" + (f",col={column}" if column else "")
    return f"::{level} {place}::{_escaped(visible(message))}"


def _escaped(text: str) -> str:
    # The percent sign first, or it would escape the escapes.
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
