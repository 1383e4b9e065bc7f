"""What the tests of the command line share: a runner, a terminal of 80 columns, real digests."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from zoterodigest.cli.main import main

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"

ENTRY = """\
> **{title}**
> *CVPR 2025*, [arxiv](https://arxiv.org/abs/{arxiv})
> Task: image restoration
>
> - What it does.

"""


def a_digest(*papers: tuple[str, str]) -> str:
    """Return a digest of quoted notes on `papers`, each a title and an arXiv id."""
    return "\n".join(ENTRY.format(title=title, arxiv=arxiv) for title, arxiv in papers)


@dataclass(frozen=True, slots=True)
class Ran:
    """What a run of the program came to."""

    code: int
    out: str
    err: str


Zoterodigest = Callable[..., Ran]


@pytest.fixture
def zoterodigest(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Zoterodigest:
    """Run the program in `tmp_path`, 80 columns wide, and give what it printed."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    for name in ("ZOTERODIGEST_LIBRARY", "ZOTERODIGEST_DEBUG", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)

    def run(*arguments: str | Path) -> Ran:
        code = main([str(argument) for argument in arguments])
        out, err = capfd.readouterr()
        return Ran(code, out, err)

    return run
