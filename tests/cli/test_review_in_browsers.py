"""`review` as a person uses it, in a real browser, with what stands in the files; also `stats`."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from threading import Timer

import pytest

from tests.cli.browsers import CHROMIUM, DRIVER, FIREFOX, Browser, chromium, firefox
from tests.cli.conftest import Zoterodigest, a_digest, edited_item, in_library
from tests.cli.test_push import ATTENTION, RESNET
from tests.cli.test_resolve import BY_ADA, BY_BEN, edit
from zoterodigest.library.connect import connect
from zoterodigest.library.port import LibraryItem

AXE = os.environ.get("AXE_CORE", "")
"""The path of axe.min.js (npm's package axe-core), if accessibility is to be checked too."""

CONFIGURATION = """
[[digest]]
path = "papers.md"

[[digest]]
path = "Notes/*.md"
entry = "file"

[sync]
hold = 0
"""
ALEXNET = "ImageNet Classification with Deep Networks", "1404.5997"
NAMED_BY_BEN = "AlexNet, as Ben Calls It"
HEAD = "---\ntitle: A Careful Note on Networks\ncitekey: ada2020\ndoi: 10.1000/182\n---\n\n"

pytestmark = pytest.mark.deep

Opened = Callable[[Path], AbstractContextManager[Browser]]


@pytest.fixture(
    params=[
        pytest.param(chromium, marks=pytest.mark.skipif(not (DRIVER and CHROMIUM), reason="none")),
        pytest.param(firefox, marks=pytest.mark.skipif(not FIREFOX, reason="none")),
    ]
)
def browser(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Browser]:
    opened: Opened = request.param
    with opened(tmp_path_factory.mktemp("browser")) as browser:
        browser.resize(1100, 1000)
        yield browser


@pytest.fixture
def project(zoterodigest: Zoterodigest, tmp_path: Path) -> Path:
    """A project with a conflict, a diverged field, a held file, and a change that is pending."""
    in_library(
        tmp_path,
        LibraryItem(
            "AAAABBBB",
            0,
            {
                "itemType": "preprint",
                "title": NAMED_BY_BEN,
                "url": f"https://arxiv.org/abs/{ALEXNET[1]}",
            },
        ),
    )
    (tmp_path / "zoterodigest.toml").write_text(CONFIGURATION, encoding="utf-8")
    digest = tmp_path / "papers.md"
    digest.write_text(a_digest(ATTENTION, RESNET, ALEXNET), encoding="utf-8")
    (tmp_path / "Notes").mkdir()
    note = tmp_path / "Notes" / "ada2020.md"
    paragraphs = [f"A paragraph of my own about the paper, number {n}.\n" for n in range(6)]
    note.write_text(HEAD + "\n".join(paragraphs), encoding="utf-8")
    assert zoterodigest("sync", "--yes", "--offline").code == 0
    note.write_text(f"{HEAD}One line is left.\n", encoding="utf-8")
    edit(digest, RESNET[0], BY_ADA)
    edited_item(tmp_path, RESNET[0], title=f"{BY_BEN} <script>document.title = 'owned'</script>")
    edited_item(tmp_path, ATTENTION[0], date="2018-01-01")
    return tmp_path


@contextmanager
def reviewing(folder: Path) -> Iterator[str]:
    """Run `review` in a folder and give the link that it prints; end it by Ctrl-C."""
    with subprocess.Popen(
        [sys.executable, "-m", "zoterodigest", "review", "--no-browser"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as program:
        never_longer = Timer(120, program.kill)
        never_longer.start()
        try:
            assert program.stdout
            yield next(line.strip() for line in program.stdout if line.startswith("http://"))
            program.send_signal(signal.SIGINT)
            assert program.wait(20) in (0, -signal.SIGINT)
        finally:
            never_longer.cancel()
            program.kill()


def faults(browser: Browser) -> list[str]:
    """Return what axe finds wrong on the page; nothing if it is not here."""
    if not AXE:
        return []
    browser.run(Path(AXE).read_text(encoding="utf-8"))
    found = browser.await_script(
        "const done = arguments[arguments.length - 1];"
        "axe.run().then(it => done(JSON.stringify(it.violations.map(one => one.id))))"
    )
    return list(json.loads(found))


def titles(folder: Path) -> set[str]:
    """Return the titles of the items in the library."""
    with connect("embedded:.zoterodigest/library.sqlite", base=folder) as library:
        return {str(one.data["title"]) for one in library.read().items if "title" in one.data}


@pytest.mark.skipif(not AXE, reason="AXE_CORE names no axe.min.js: accessibility is not checked")
def test_axe_is_here() -> None:
    assert Path(AXE).is_file()


def tab(browser: Browser, name: str) -> None:
    browser.click(f'nav a[href$="/{name}"]')
    assert faults(browser) == []


def test_a_conflict_a_diverged_field_and_a_held_file_are_decided_and_undone_to_the_byte(
    project: Path, browser: Browser
) -> None:
    digest, note = project / "papers.md", project / "Notes" / "ada2020.md"
    before = digest.read_bytes(), note.read_bytes()
    by_ben = f"{BY_BEN} <script>document.title = 'owned'</script>"
    with reviewing(project) as link:
        browser.open(link)
        assert faults(browser) == []
        assert BY_ADA in browser.text()
        assert browser.run("return document.title") == "To decide · zoterodigest"

        # A conflict and a diverged field, each by its own side.
        browser.click('legend + input[name="shown-0"] ~ .sides input[value="zotero"]')
        browser.click('input[name="choice-1"][value="markdown"]')
        browser.click(".bar button")
        assert faults(browser) == []
        assert digest.read_bytes() == before[0]
        browser.click("form.bar button")
        browser.await_text("Done: ")
        assert faults(browser) == []
        written = by_ben.replace("<", "&lt;")
        assert digest.read_bytes() == before[0].replace(BY_ADA.encode(), written.encode())
        assert {by_ben, ALEXNET[0]} <= titles(project), "the diverged title is the digest's now"

        # Back again.
        browser.click(".bar form button")
        assert faults(browser) == []
        browser.click("form.bar button")
        browser.await_text("is undone")
        assert digest.read_bytes() == before[0]
        assert {by_ben, NAMED_BY_BEN} <= titles(project)

        # A page of what is no more.
        old = browser.url
        browser.click(".bar a.button")
        browser.open(f"{old}x")
        assert "This page is old" in browser.text()
        assert faults(browser) == []

        # A held file, and what else is pending.
        browser.click(".bar a.button")
        tab(browser, "held")
        browser.click("main form button")
        assert "What a sync of Notes/ada2020.md writes" in browser.text()
        assert faults(browser) == []
        browser.click("form.bar button")
        browser.await_text("Done: 1 note written.")
        assert note.read_bytes() == before[1]

        browser.click(".bar a.button")
        for name in ("held", "reports", "runs", "changes"):
            tab(browser, name)
        browser.click("form.bar button")
        browser.await_text("1 digest changed")


def test_the_page_is_used_by_keyboard_alone(project: Path, browser: Browser) -> None:
    tab_key, enter, blank = "\ue004", "\ue007", " "
    focus = "return document.activeElement.name || document.activeElement.textContent"
    with reviewing(project) as link:
        browser.open(link)

        browser.press(tab_key)
        assert browser.run(focus) == "Skip to the content"
        browser.press(enter, tab_key)
        assert browser.run(focus) == "choice-0"
        browser.press("\ue012")  # the arrow to the left: from "leave" to the side before it
        assert browser.run("return document.activeElement.checked")
        browser.run("document.querySelector('.bar button').focus()")
        browser.press(blank)

        browser.await_text("Your decisions")


def test_a_narrow_window_needs_no_scrolling_to_the_side(project: Path, browser: Browser) -> None:
    with reviewing(project) as link:
        browser.open(link)
        browser.resize(500, 900)  # the narrowest that a browser allows
        for name in ("decide", "held", "reports", "changes"):
            tab(browser, name)
            wide = browser.run(
                "const it = document.documentElement; return it.scrollWidth - it.clientWidth"
            )
            assert wide <= 0


def test_the_page_of_stats_is_accessible_and_fits_a_narrow_window(
    zoterodigest: Zoterodigest, project: Path, browser: Browser
) -> None:
    pytest.importorskip("matplotlib")
    assert zoterodigest("stats", "--html", "stats.html").code == 0

    browser.open((project / "stats.html").as_uri())
    assert "Papers in digests and library" in browser.text()
    assert faults(browser) == []
    browser.resize(500, 900)
    wide = browser.run(
        "const it = document.documentElement; return it.scrollWidth - it.clientWidth"
    )
    assert wide <= 0
    assert faults(browser) == []
