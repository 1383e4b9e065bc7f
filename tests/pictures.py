"""The pictures of the documentation: what the program shows in a real terminal, as SVG.

`make pictures` makes them anew, and those of `tests/screenshots.py`.
"""

from __future__ import annotations

import os
import re
import shlex
import sys
from collections.abc import Mapping
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.text import Text

from tests.cli.browsers import CHROMIUM, DRIVER
from tests.terminal import Terminal, colored
from tests.test_readme import README

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "pictures"

(DIGEST,) = re.findall(r"^```markdown\n(.*?)^```$", README, re.M | re.S)

_COLUMNS = 80
_FONT = re.compile(r" *@font-face \{.*?\}\n", re.S)
"""A font that rich takes from the network: a picture of ours must not ask anybody."""


def pictures(folder: Path) -> Mapping[str, str]:
    """Return the pictures by file name, made of a short session in an empty `folder`."""
    digest, terminal = folder / "papers.md", a_terminal(folder)
    digest.write_text(DIGEST, encoding="utf-8")
    made = {
        "inspect.svg": _picture(terminal, "inspect papers.md"),
        "push.svg": _picture(terminal, "push papers.md --offline"),
    }
    changed = DIGEST.replace("Attention alone,", "Attention alone is enough,")
    digest.write_text(changed, encoding="utf-8")
    terminal.run(command("set diffusion title='Denoising Diffusion Models'"))
    made["status.svg"] = _picture(terminal, "status")
    made["plan.svg"] = _picture(terminal, "plan --diff --offline")
    return made


def a_terminal(folder: Path) -> Terminal:
    """Return the terminal of a person who has nothing but this folder, and no network."""
    return Terminal(folder, _environment(folder), _COLUMNS)


def command(line: str) -> list[str]:
    """Return how a person's `line` after `zoterodigest` is run."""
    return [sys.executable, "-m", "zoterodigest", *shlex.split(line)]


def _environment(folder: Path) -> Mapping[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
        "HOME": str(folder),
        "TERM": "xterm-256color",
        "LANG": "C.UTF-8",
        "PAGER": "cat",
        "ZOTERODIGEST_OFFLINE": "1",
    }


def _picture(terminal: Terminal, line: str) -> str:
    shown = terminal.run(command(line))
    assert shown.code == 0, shown.text
    console = Console(record=True, width=_COLUMNS, file=StringIO(), color_system="standard")
    console.print(Text.assemble(("$ ", "dim"), f"zoterodigest {line}"))
    console.print(Text.from_ansi(colored(shown.raw).rstrip()))
    console.print()  # else the letters of the last line lose their lower ends
    svg = _FONT.sub("", console.export_svg(title="", unique_id="terminal"))
    return "".join(f"{one.rstrip()}\n" for one in svg.splitlines())


def main() -> None:
    """Write the pictures into the documentation; those of pages only where Chromium is found."""
    # It needs this module.
    from tests.screenshots import screenshots

    FOLDER.mkdir(exist_ok=True)
    with TemporaryDirectory() as folder:
        for name, svg in pictures(Path(folder)).items():
            (FOLDER / name).write_text(svg, encoding="utf-8")
    if not (DRIVER and CHROMIUM):
        print("Chromium and its driver are not here: the pictures of pages stay as they are.")
        return
    with TemporaryDirectory() as folder:
        for name, picture in screenshots(Path(folder)).items():
            (FOLDER / name).write_bytes(picture)


if __name__ == "__main__":
    main()
