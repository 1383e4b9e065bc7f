"""A new user's first hour: the wheel, a real terminal, an editor, the page of `review`, LaTeX."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.cli.browsers import CHROMIUM, DRIVER, chromium
from tests.cli.conftest import Ran, a_digest
from tests.cli.test_review import Page
from tests.pictures import FOLDER, pictures
from tests.screenshots import screenshots
from tests.terminal import CTRL_C, Terminal
from tests.test_readme import README, RECIPES, STEP, Reader

ROOT = Path(__file__).resolve().parents[1]
TEX = shutil.which("pdflatex")
PATIENCE = 300

EDITOR = """\
#!{python}
# An editor in which a person replaces one text by another: $EDIT is "old -> new".
import os, sys, pathlib
file = pathlib.Path(sys.argv[-1])
old, new = os.environ["EDIT"].split(" -> ")
text = file.read_text(encoding="utf-8")
assert text.count(old) == 1
file.write_text(text.replace(old, new), encoding="utf-8")
"""
DOCUMENT = r"""
\documentclass{article}
\begin{document}
\cite{%s}
\bibliographystyle{plain}
\bibliography{papers}
\end{document}
"""

pytestmark = pytest.mark.deep

BROWSER = pytest.mark.skipif(not (DRIVER and CHROMIUM), reason="needs Chromium and its driver")


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder into which pip has installed the wheel of this checkout, as a user does."""
    folder = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "--no-input"]
    build = ["wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder), str(ROOT)]
    subprocess.run([*pip, *build], check=True, timeout=PATIENCE)
    (wheel,) = folder.glob("zoterodigest-*.whl")
    install = ["install", "--no-deps", "--no-index", "--target", str(folder / "site"), str(wheel)]
    subprocess.run([*pip, *install], check=True, timeout=PATIENCE)
    return folder / "site"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who has just installed zoterodigest and sits at a terminal."""

    terminal: Terminal
    program: Path

    @property
    def digest(self) -> Path:
        return self.terminal.folder / "papers.md"

    def types(self, line: str, *answers: tuple[str, str]) -> Ran:
        """Type a command after `zoterodigest`, answer its questions, and read what it shows."""
        shown = self.terminal.run(self.command(line), *answers)
        return Ran(shown.code, shown.text, "")

    def edits(self, paper: str, old: str, new: str) -> str:
        """Open the entry of a paper in the editor, and replace one text by another there."""
        env = {**self.terminal.environment, "EDIT": f"{old} -> {new}"}
        shown = Terminal(self.terminal.folder, env).run(self.command(f"open {paper} --file"))
        assert shown.code == 0
        return shown.text

    def command(self, line: str) -> list[str]:
        return [str(self.program), *shlex.split(line)]


@pytest.fixture
def person(installed: Path, tmp_path: Path) -> Person:
    """A person with an empty home, an editor, the README's digest, and no network."""
    home, folder = tmp_path / "home", tmp_path / "papers"
    home.mkdir()
    folder.mkdir()
    editor = home / "editor"
    editor.write_text(EDITOR.format(python=sys.executable), encoding="utf-8")
    editor.chmod(0o755)
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(installed),
        "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
        "HOME": str(home),
        "TERM": "xterm-256color",
        "LANG": "C.UTF-8",
        "EDITOR": str(editor),
        "PAGER": "cat",  # nobody turns its pages
        # A proxy that nobody runs: whatever asks the network is refused at once.
        "ALL_PROXY": "http://127.0.0.1:9",
        "HTTP_PROXY": "http://127.0.0.1:9",
        "HTTPS_PROXY": "http://127.0.0.1:9",
        "NO_PROXY": "127.0.0.1",
    }
    (digest,) = re.findall(r"^```markdown\n(.*?)^```$", README, re.M | re.S)
    (folder / "papers.md").write_text(digest, encoding="utf-8")
    return Person(Terminal(folder, environment), installed / "bin" / "zoterodigest")


@pytest.mark.parametrize("page", [README, RECIPES], ids=["README", "recipes"])
def test_whoever_follows_a_page_at_a_terminal_sees_what_it_shows(person: Person, page: str) -> None:
    def zoterodigest(*arguments: str | Path) -> Ran:
        return person.types(shlex.join(map(str, arguments)))

    for step in STEP.finditer(page):
        Reader(person.terminal.folder, zoterodigest).follow(step)


def test_the_pictures_show_what_the_program_shows_and_ask_nobody(tmp_path: Path) -> None:
    """Run `make pictures` if what they show has changed."""
    kept = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.svg")}

    made = pictures(tmp_path)

    assert kept == made
    for svg in made.values():
        assert len(svg) < 40_000
        assert re.findall(r"url\((?!#)|href|@import|<script", svg) == []


@BROWSER
def test_the_pictures_of_pages_can_be_made_anew(tmp_path_factory: pytest.TempPathFactory) -> None:
    pytest.importorskip("matplotlib", reason="the page of stats has plots")

    made = screenshots(tmp_path_factory.mktemp("browser"))  # it takes no long path

    assert {*made} == {path.name for path in FOLDER.glob("*.webp")}
    # A page without its plots or cards would be far smaller.
    assert all(10_000 < len(picture) < 80_000 for picture in made.values())


def over_http(link: str, folder: Path) -> None:
    """Decide the only conflict for Zotero, as a browser would."""
    page = Page(link)
    page.enter()
    assert ("Attention by Ada" in page.text, "Ben</ins>" in page.text) == (True, True)
    assert page.send("/decide", **{page.field(): "zotero"}) == 200
    assert page.send("/write") == 200
    assert "Done: 1 digest changed." in page.text


def in_chromium(link: str, folder: Path) -> None:
    """Decide the only conflict for Zotero in a browser."""
    with chromium(folder) as browser:
        browser.resize(1100, 1000)
        browser.open(link)
        browser.await_text("Attention by Ada")
        browser.click('input[name="choice-0"][value="zotero"]')
        browser.click(".bar button")
        browser.click("form.bar button")
        browser.await_text("Done: 1 digest changed.")


@pytest.mark.parametrize("decide", [over_http, pytest.param(in_chromium, marks=BROWSER)])
def test_a_new_user_syncs_decides_a_conflict_undoes_and_cites(
    person: Person, tmp_path_factory: pytest.TempPathFactory, decide: Callable[[str, Path], None]
) -> None:
    digest = person.digest
    as_written = digest.read_bytes()

    # Install, look, set up, push.
    assert re.search(r"^zoterodigest \d[\w.]*$", person.types("--version").out, re.M)
    assert "2 entries in the format papers" in person.types("inspect papers.md").out
    assert "Wrote zoterodigest.toml." in person.types("init papers.md").out
    pushed = person.types("push --offline")
    assert "a trial library, not your Zotero" in pushed.out
    assert "Done: 2 items, 2 notes and 1 collection written." in pushed.out
    assert person.types("status").out.endswith("\nAlready up to date.\n")
    key = person.types("show attention").out.splitlines()[1].partition(",")[0]

    # Edit both sides, look, pull, push.
    assert "papers.md" in person.edits(key, "no recurrence, no convolution", "nothing else")
    person.types("set diffusion title='Denoising Diffusion Models'")
    seen = person.types("plan --diff --offline").out
    assert "Planned: 1 note written, 1 digest changed." in seen
    assert "Done: 1 digest changed." in person.types("pull --offline").out
    assert "Done: 1 note written." in person.types("push --offline").out
    assert person.types("sync").out.endswith("\nAlready up to date.\n")
    in_sync = digest.read_bytes()
    assert in_sync == as_written.replace(b"no recurrence, no convolution", b"nothing else").replace(
        b"Denoising Diffusion Probabilistic Models", b"Denoising Diffusion Models"
    )

    # A conflict.
    person.edits(key, "Attention Is All You Need", "Attention by Ada")
    person.types(f"set {key} title='Attention by Ben'")
    stopped = person.types("sync --offline")
    assert stopped.code == 3
    assert "Nothing to write; 1 entry needs your attention" in stopped.out
    assert "needs you  1 conflict" in person.types("status").out
    by_ada = digest.read_bytes()
    by_ben = by_ada.replace(b"Attention by Ada", b"Attention by Ben")
    assert by_ada == in_sync.replace(b"Attention Is All You Need", b"Attention by Ada")

    # Decided on the page, and taken back in the terminal.
    with person.terminal.running(person.command("review --no-browser")) as program:
        decide(program.until(r"http://\S+(?=\n)"), tmp_path_factory.mktemp("browser"))
        program.type(CTRL_C)
        assert program.end().code == 0
    assert digest.read_bytes() == by_ben
    refused = person.types("undo", ("[y/N]", "n"))
    assert (refused.code, digest.read_bytes()) == (7, by_ben)
    assert "Nothing was written." in refused.out
    with person.terminal.running(person.command("undo")) as program:
        program.until(r"\[y/N\]")
        program.type(CTRL_C)
        stopped_there = program.end()
    assert (stopped_there.code, digest.read_bytes()) == (130, by_ben)
    assert stopped_there.text.endswith("\nStopped.\n")
    assert "is undone" in person.types("undo", ("[y/N]", "y")).out
    assert digest.read_bytes() == by_ada

    # Decided in the terminal.
    resolved = person.types("resolve", ("[", "m"))
    assert "Done: 1 item written." in resolved.out
    assert person.types("status").out.endswith("\nAlready up to date.\n")
    assert digest.read_bytes() == by_ada
    assert "Attention by Ada" in person.types(f"show {key}").out

    # Cite.
    assert "papers.bib: 2 entries added" in person.types("export -o papers.bib").out
    bib = (person.terminal.folder / "papers.bib").read_text(encoding="utf-8")
    document = DOCUMENT % ",".join(re.findall(r"^@\w+{(.+),$", bib, re.M))
    (person.terminal.folder / "paper.tex").write_text(document, encoding="utf-8")
    assert person.types("check-cites paper.tex papers.bib").code == 0
    if TEX:
        _typeset(person.terminal.folder)


def test_ctrl_c_stops_a_run_of_many_writes_and_the_next_one_finishes_it(person: Person) -> None:
    # So many that a person is quicker than the program.
    papers = [(f"Paper {number} of many", f"1706.{number:05d}") for number in range(1, 1_501)]
    person.digest.write_text(a_digest(*papers), encoding="utf-8")
    person.types("init papers.md")

    with person.terminal.running(person.command("sync --offline --yes")) as program:
        program.until(r"\d+/3001")
        program.type(CTRL_C)
        stopped = program.end()
    status = person.types("status").out
    again = person.types("sync --offline --yes")

    assert stopped.code == 130
    assert re.search(
        r"\nStopped: \d+ of 3,001 written; run the same command to go on\.\n$", stopped.text
    )
    assert "unfinished a run was stopped before it ended" in status
    assert again.code == 0
    assert person.types("ls").out.endswith(
        "\n1,500 items, 1,500 notes (n), 0 attachments (a), 1 collection\n"
    )
    assert person.types("status").out.endswith("\nAlready up to date.\n")


def _typeset(folder: Path) -> None:
    for command in ("pdflatex paper", "bibtex paper", "pdflatex paper", "pdflatex paper"):
        words = [*command.split(), *(["-interaction=nonstopmode"] if "latex" in command else [])]
        subprocess.run(words, cwd=folder, check=True, stdout=subprocess.DEVNULL, timeout=PATIENCE)
    # The style `plain` writes a title that is in title case as a sentence.
    assert "\\newblock Attention by ada." in (folder / "paper.bbl").read_text(encoding="utf-8")
