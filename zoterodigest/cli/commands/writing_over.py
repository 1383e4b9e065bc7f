"""Writing over a file: what goes is shown and kept, and a person at a terminal is asked."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from zoterodigest.cli.base.invocation import Invocation
from zoterodigest.cli.base.outside import loaded
from zoterodigest.cli.base.screen import counted, tell, visible
from zoterodigest.cli.base.talk import require_consent
from zoterodigest.cli.show.bib_text import dropped_text
from zoterodigest.core.values.file_keys import names_bib
from zoterodigest.project.files import replace_file
from zoterodigest.project.layout import Project, find_project
from zoterodigest.sync.apply.applying import apply_files
from zoterodigest.sync.apply.changes import FileChange


@dataclass(frozen=True, slots=True)
class Writing:
    """How files are to be written: as the person asked, and over others or not."""

    asked: Invocation
    may_overwrite: bool = False

    def require_agreement(self, name: str, before: bytes, after: bytes) -> None:
        """Show what of a file goes, and ask a person at a terminal for it.

        A script is not asked: `--overwrite` is asked for by name.
        """
        going = list(going_text(name, before, after))
        tell(going)
        if going and not self.asked.is_dry_run:
            may_ask = sys.stdin.isatty()
            question = f"Write {visible(name)} anew?"
            require_consent(question, is_agreed=self.asked.is_agreed or not may_ask)

    def write(self, output: Path, data: bytes, present: bytes | None) -> None:
        """Replace the file `output`, unless nothing is to be written.

        The history keeps what was there. A new file outside of any project is not in it: there is
        nothing to bring back, and no folder is made for that.
        """
        if self.asked.is_dry_run or data == (present or b""):
            return
        here = Path()
        config = find_project(here)
        project = loaded(config) if config else Project.implicit([here / output.name])
        change = FileChange(project.key_of(output), output, present, data)
        if present or config or project.state_folder.is_dir():
            apply_files(project, "export", [change])
        else:
            replace_file(output, data, present)

    def nothing_written(self) -> Iterator[str]:
        """Yield that nothing was written, if so."""
        if self.asked.is_dry_run:
            yield "Nothing was written."


def going_text(name: str, before: bytes, after: bytes) -> Iterator[str]:
    """Yield what a file holds that it will not hold when it is written anew."""
    if names_bib(name):
        yield from dropped_text(name, before, after)
    elif before and before != after:
        lines = counted(len(before.splitlines()), "line")
        yield f"{visible(name)}: the {lines} that stand there go"
