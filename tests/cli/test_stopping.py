"""Ctrl-C: the person hears how far the run came, and the same command goes on from there."""

from __future__ import annotations

import re
import signal
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Zoterodigest, a_digest
from tests.terminal import readable
from zoterodigest.library.connect import connect
from zoterodigest.library.embedded.embedded import EmbeddedLibrary

Effect = Callable[..., Any]

UNFINISHED = "unfinished a run was stopped before it ended; the next run that writes"


@pytest.fixture(autouse=True)
def _ctrl_c_is_heard() -> Iterator[None]:
    # A shell that runs the tests in the background has them ignore the signal.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def before(effect: Effect, is_moment: Callable[..., bool]) -> Effect:
    """Return `effect`, before which a person presses Ctrl-C at the moment."""

    def pressed(*arguments: Any, **options: Any) -> Any:
        if is_moment(*arguments):
            signal.raise_signal(signal.SIGINT)
        return effect(*arguments, **options)

    return pressed


def while_reading(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(EmbeddedLibrary, "read", before(EmbeddedLibrary.read, lambda *_: True))


def while_writing(batch: int, patch: pytest.MonkeyPatch) -> None:
    number = count(1)
    write = before(EmbeddedLibrary.write, lambda *_: next(number) == batch)
    patch.setattr(EmbeddedLibrary, "write", write)


def while_making(name: str, patch: pytest.MonkeyPatch) -> None:
    links = before(Path.hardlink_to, lambda path, _: path.name == name)
    patch.setattr(Path, "hardlink_to", links)


PAPERS = [pytest.param(2, id="few"), pytest.param(150, id="300 writes", marks=pytest.mark.deep)]
MOMENTS: dict[str, tuple[Callable[[pytest.MonkeyPatch], None], str]] = {
    "reading": (while_reading, "Stopped."),
    "the first items": (partial(while_writing, 1), "Stopped: 1 of {all} written; {advice}"),
    "the first notes": (partial(while_writing, 2), "Stopped: {some} of {all} written; {advice}"),
    "the .bib": (partial(while_making, "papers.bib"), "Stopped: {all} of {all} written; {advice}"),
    "the lock file": (
        partial(while_making, "zoterodigest.lock"),
        "Stopped: {all} of {all} written; {advice}",
    ),
}


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("papers", PAPERS)
def test_a_sync_that_is_stopped_says_where_and_the_next_one_finishes_it(
    zoterodigest: Zoterodigest,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    papers: int,
    moment: str,
) -> None:
    titles = [f"Paper {number} of many" for number in range(papers)]
    digest = a_digest(*((title, f"1706.{number:05d}") for number, title in enumerate(titles, 1)))
    (tmp_path / "papers.md").write_text(digest, encoding="utf-8")
    (tmp_path / "zoterodigest.toml").write_text(
        '[[digest]]\npath = "papers.md"\n[[bibliography]]\npath = "papers.bib"\n'
    )
    press, said = MOMENTS[moment]

    with monkeypatch.context() as patch:
        patch.setattr(sys.stderr, "isatty", lambda: True)
        press(patch)
        stopped = zoterodigest("sync", "--offline", "--yes")
    status = zoterodigest("status")
    again = zoterodigest("sync", "--offline", "--yes")

    total = 2 * papers + 1
    assert stopped.code == 130
    assert readable(stopped.err).splitlines()[-1] == said.format(
        all=total, some=1 + min(papers, 50), advice="run the same command to go on."
    )
    assert (UNFINISHED in status.out) == (moment != "reading")
    assert (again.code, again.err) == (0, "")
    with connect("embedded:.zoterodigest/library.sqlite", base=tmp_path) as library:
        contents = library.read()
    kinds = Counter(item.json.item_type for item in contents.items)
    assert kinds == {"conferencePaper": papers, "note": papers}
    assert len(contents.collections) == 1
    bibliography = (tmp_path / "papers.bib").read_text(encoding="utf-8")
    assert sorted(re.findall(r"\btitle += {(.*)}", bibliography)) == sorted(titles)
    assert zoterodigest("status").out.endswith("\nAlready up to date.\n")
