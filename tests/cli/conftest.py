"""What the tests of the command line share: a runner, a terminal of 80 columns, real digests."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.library.web import KEY, Server, a_server
from zoterodigest.cli.main import main
from zoterodigest.library.connect import connect
from zoterodigest.library.port import LibraryItem, Unchanged, Written

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


@pytest.fixture
def server(zoterodigest: Zoterodigest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A server; its key is in the environment, which the runner has cleared before."""
    monkeypatch.setenv("ZOTERO_API_KEY", KEY)
    with a_server() as server:
        yield server


def in_library(folder: Path, item: LibraryItem) -> None:
    """Write `item` into the library of the digests in `folder`, as a person would."""
    (folder / ".zoterodigest").mkdir(exist_ok=True)
    with connect("embedded:.zoterodigest/library.sqlite", base=folder) as library:
        (outcome,) = library.write([item])
    assert isinstance(outcome, Written | Unchanged), outcome


def edited_item(folder: Path, titled: str, **data: Any) -> None:
    """Edit the item so `titled` in the library of the digests in `folder`."""
    with connect("embedded:.zoterodigest/library.sqlite", base=folder) as library:
        (item,) = (one for one in library.read().items if one.data.get("title") == titled)
    in_library(folder, LibraryItem(item.key, item.version, data))


def changed_object(folder: Path, key: str, **data: Any) -> None:
    """Change an item, note or attachment in the library of the digests in `folder`."""
    with connect("embedded:.zoterodigest/library.sqlite", base=folder) as library:
        (item,) = library.fetch([key])
    in_library(folder, LibraryItem(key, item.version, data))


def cache_of(folder: Path) -> Path:
    """Return where the program keeps its caches when a test runs it in `folder`."""
    return folder.with_name(f"{folder.name}-cache")


def config_of(folder: Path) -> Path:
    """Return where the program keeps what the user allowed when a test runs it in `folder`."""
    return folder.with_name(f"{folder.name}-config")


@dataclass(frozen=True, slots=True)
class Ran:
    """What a run of the program came to."""

    code: int
    out: str
    err: str


Zoterodigest = Callable[..., Ran]


def at_a_terminal(patch: pytest.MonkeyPatch, *, columns: int = 80) -> None:
    """Have the program write to a terminal from now on, as far as it can tell."""
    for stream in (sys.stdout, sys.stderr):
        patch.setattr(stream, "isatty", lambda: True)
    patch.setenv("TERM", "xterm-256color")
    patch.setenv("COLUMNS", str(columns))


@pytest.fixture
def zoterodigest(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Zoterodigest:
    """Run the program in `tmp_path`, 80 columns wide, and give what it printed."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    zotero = [f"ZOTERO_{name}" for name in ("API_KEY", "LIBRARY_ID", "LIBRARY_TYPE", "LOCAL")]
    for name in ("ZOTERODIGEST_LIBRARY", "ZOTERODIGEST_DEBUG", "NO_COLOR", *zotero):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache_of(tmp_path)))
    monkeypatch.setenv("XDG_DATA_HOME", str(cache_of(tmp_path) / "data"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(config_of(tmp_path)))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")

    def run(*arguments: str | Path) -> Ran:
        code = main([str(argument) for argument in arguments])
        out, err = capfd.readouterr()
        return Ran(code, out, err)

    return run
