"""The pictures of the documentation: what the program shows in a real terminal, as SVG.

`make pictures` makes them anew.
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

from tests.terminal import Terminal, colored
from tests.test_readme import README

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "pictures"

_COLUMNS = 80
_FONT = re.compile(r" *@font-face \{.*?\}\n", re.S)
"""A font that rich takes from the network: a picture of ours must not ask anybody."""


def pictures(folder: Path) -> Mapping[str, str]:
    """Return the pictures by file name, made of a short session in an empty `folder`."""
    digest = folder / "papers.md"
    (text,) = re.findall(r"^```markdown\n(.*?)^```$", README, re.M | re.S)
    digest.write_text(text, encoding="utf-8")
    terminal = Terminal(folder, _environment(folder), _COLUMNS)
    made = {
        "inspect.svg": _picture(terminal, "inspect papers.md"),
        "push.svg": _picture(terminal, "push papers.md --offline"),
    }
    changed = text.replace("Attention alone,", "Attention alone is enough,")
    digest.write_text(changed, encoding="utf-8")
    terminal.run(_command("set diffusion title='Denoising Diffusion Models'"))
    made["status.svg"] = _picture(terminal, "status")
    made["plan.svg"] = _picture(terminal, "plan --diff --offline")
    return made


def _command(line: str) -> list[str]:
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
    shown = terminal.run(_command(line))
    assert shown.code == 0, shown.text
    console = Console(record=True, width=_COLUMNS, file=StringIO(), color_system="standard")
    console.print(Text.assemble(("$ ", "dim"), f"zoterodigest {line}"))
    console.print(Text.from_ansi(colored(shown.raw).rstrip()))
    console.print()  # else the letters of the last line lose their lower ends
    svg = _FONT.sub("", console.export_svg(title="", unique_id="terminal"))
    return "".join(f"{one.rstrip()}\n" for one in svg.splitlines())


def main() -> None:
    """Write the pictures into the documentation."""
    FOLDER.mkdir(exist_ok=True)
    with TemporaryDirectory() as folder:
        for name, svg in pictures(Path(folder)).items():
            (FOLDER / name).write_text(svg, encoding="utf-8")


if __name__ == "__main__":
    main()
