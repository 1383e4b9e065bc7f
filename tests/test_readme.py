"""README.md and docs/ tell the truth: commands and options exist, console examples run."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.cli.conftest import Zoterodigest, zoterodigest
from tests.sync.world import World
from zoterodigest.cli.commands import watch
from zoterodigest.project.config import load_configuration
from zoterodigest.sync.watching.schedule import Pace

__all__ = ["zoterodigest"]  # the fixture

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = (DOCS / "commands.md").read_text(encoding="utf-8")
RECIPES = (DOCS / "recipes.md").read_text(encoding="utf-8")
GUIDES = {
    path.name: path.read_text(encoding="utf-8")
    for path in (ROOT / "README.md", *sorted(DOCS.glob("*.md")))
}
PROMPT = "$ zoterodigest "
STEP = re.compile(
    r"^<!-- in the library: (?P<key>\w{8}) (?P<field>\w+) = (?P<value>[^\n]+) -->$"
    r"|^(?P<do><!-- do -->\n)?```(?P<language>console|diff)\n(?P<text>.*?)^```$",
    re.M | re.S,
)
RANDOM = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d|^  [a-z2-9]{4}(?=  \S)", re.M)
"""What is another one in each run: times, and the IDs of conflicts."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Who follows the README in a folder, step by step."""

    folder: Path
    zoterodigest: Zoterodigest

    def follow(self, step: re.Match[str]) -> None:
        """Do what a step says, and look whether what it shows is true."""
        match step["language"], step["do"]:
            case "console", _:
                self.run_all(step["text"])
            case "diff", None:
                self._expect(step["text"])
            case "diff", _:
                self._edit(step["text"])
            case _:
                World(self.folder).change(step["key"], **{step["field"]: step["value"]})

    def run_all(self, text: str) -> None:
        """Run the commands of an example, and look whether they print what it shows."""
        for example in re.split(rf"^{re.escape(PROMPT)}", text, flags=re.M)[1:]:
            command, _, shown = example.partition("\n")
            output, _, code = shown.partition("$ echo $?\n")
            ran = self.zoterodigest(*shlex.split(command))

            assert (ran.code, ran.err) == (int(code or 0), ""), command
            lines = iter(RANDOM.sub("…", ran.out).splitlines())
            wanted = RANDOM.sub("…", output).splitlines()
            assert [line for line in wanted if line not in lines] == [], command

    def _expect(self, diff: str) -> None:
        digest = (self.folder / "papers.md").read_text(encoding="utf-8")
        assert [line for line in _lines(diff, "+") if line not in digest] == []
        assert [line for line in _lines(diff, "-") if line in digest] == []

    def _edit(self, diff: str) -> None:
        (old,), (new,) = _lines(diff, "-"), _lines(diff, "+")
        path = self.folder / "papers.md"
        digest = path.read_text(encoding="utf-8")
        assert digest.count(old) == 1
        path.write_text(digest.replace(old, new), encoding="utf-8")


def _lines(diff: str, sign: str) -> list[str]:
    return [f"{line[1:]}\n" for line in diff.splitlines() if line.startswith(sign)]


@pytest.mark.parametrize("page", [README, COMMANDS, RECIPES], ids=["README", "commands", "recipes"])
def test_whoever_follows_it_sees_what_it_shows(
    zoterodigest: Zoterodigest, tmp_path: Path, page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A watcher waits for 10 seconds without a change.
    monkeypatch.setattr(watch, "_pace", lambda place: Pace(quiet=0.1))
    (digest,) = re.findall(r"^```markdown\n(.*?)^```$", page, re.M | re.S)
    (tmp_path / "papers.md").write_text(digest, encoding="utf-8")
    steps = list(STEP.finditer(page))

    for step in steps:
        Reader(tmp_path, zoterodigest).follow(step)

    assert sum(page.count(f"```{language}\n") for language in ("console", "diff")) == sum(
        step["language"] is not None for step in steps
    )


def test_whoever_follows_the_page_of_formats_sees_what_it_shows(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    page = GUIDES["formats.md"]
    digest, form = (_first_block(page, language) for language in ("markdown", "toml"))
    (tmp_path / "papers.md").write_text(digest, encoding="utf-8")
    unfinished = 'name = "mine"\nabout = "mine"\ntemplates = ["- {title} {?({venue})"]\n'
    learn, inspect, mistaken = (step["text"] for step in STEP.finditer(page))
    reader = Reader(tmp_path, zoterodigest)

    reader.run_all(learn)
    (tmp_path / "bold-titles.format.toml").write_text(form, encoding="utf-8")
    reader.run_all(inspect)
    (tmp_path / "mine.format.toml").write_text(unfinished, encoding="utf-8")
    command, _, error = mistaken.partition("\n")
    ran = zoterodigest(*shlex.split(command.removeprefix(PROMPT)))

    assert ran.err.startswith(error)


def _first_block(page: str, language: str) -> str:
    (text, *_) = re.findall(rf"^```{language}\n(.*?)^```$", page, re.M | re.S)
    return str(text)


FOLLOWED = {
    "README.md": "tests/test_readme.py",
    "commands.md": "tests/test_readme.py",
    "formats.md": "tests/test_readme.py",
    "recipes.md": "tests/test_readme.py",
    "teams.md": "tests/team/test_docs.py",
    "vaults.md": "tests/vaults/test_page.py",
    # It goes on for hours: only its lines are compared.
    "watch.md": "tests/cli/test_watch.py",
}
"""The pages with commands and what they print, and where somebody follows them."""


def test_every_page_that_shows_what_commands_print_is_followed() -> None:
    showing = {name for name, page in GUIDES.items() if re.search(r"```console|\$ zotero", page)}

    assert showing == {*FOLLOWED}
    for page, test in FOLLOWED.items():
        assert page in (ROOT / test).read_text(encoding="utf-8")


def _help(zoterodigest: Zoterodigest, command: str = "") -> str:
    return zoterodigest(*([command] if command else []), "--help").out


def _commands(zoterodigest: Zoterodigest) -> list[str]:
    return re.findall(r"^  ([\w-]+)  ", _groups(zoterodigest), re.M)


def _groups(zoterodigest: Zoterodigest) -> str:
    """Return the groups of commands in the program's help."""
    return "Sync:\n" + _help(zoterodigest).partition("\nSync:\n")[2]


def test_the_page_of_commands_has_all_of_them(zoterodigest: Zoterodigest) -> None:
    groups = {
        title: re.findall(r"`([a-z-]+)`", names)
        for title, names in re.findall(r"^\| ([A-Z][a-z ]+) \| (`.*) \|$", COMMANDS, re.M)
    }
    helped = {name.split()[0] for name in re.findall(HELP, COMMANDS)}

    assert groups == {
        title: re.findall(r"^  ([\w-]+)  ", listed, re.M)
        for title, listed in re.findall(
            r"^([A-Z][a-z ]+):\n(.*?)(?:\n\n|\Z)", _groups(zoterodigest), re.M | re.S
        )
    }
    assert sorted(helped) == sorted(_commands(zoterodigest))


HELP = r"<!-- help: ([a-z -]+) -->"
SHOWN = re.compile(rf"{HELP}\n(?:<details>.*?</details>\n)?", re.S)


def test_the_page_of_commands_shows_their_help(
    zoterodigest: Zoterodigest, request: pytest.FixtureRequest
) -> None:
    def shown(found: re.Match[str]) -> str:
        told = zoterodigest(*found[1].split(), "--help").out
        summary = f"<summary><code>zoterodigest {found[1]} --help</code></summary>"
        return (
            f"<!-- help: {found[1]} -->\n<details>{summary}\n\n```text\n{told}```\n\n</details>\n"
        )

    page = SHOWN.sub(shown, COMMANDS)

    if request.config.getoption("--update-golden"):
        (DOCS / "commands.md").write_text(page, encoding="utf-8")
    else:
        assert page == COMMANDS


def test_every_option_they_name_exists(zoterodigest: Zoterodigest) -> None:
    named = {(page, option) for page in _ABOUT_OPTIONS for option in _options(GUIDES[page])}

    helps = "".join(_help(zoterodigest, command) for command in _commands(zoterodigest))
    for words in (["library", "copy"], ["formats", "learn"], []):
        helps += zoterodigest(*words, "--help").out

    assert named
    assert [one for one in sorted(named) if not re.search(rf"{one[1]}\b", helps)] == []


_ABOUT_OPTIONS = ("README.md", "commands.md", "configuration.md", "libraries.md", "safety.md")


def _options(page: str) -> list[str]:
    return re.findall(r"(?<![\w-])--[a-z][a-z-]+", page)


@pytest.mark.parametrize("page", sorted(GUIDES))
def test_the_files_and_headings_it_links_to_exist(page: str) -> None:
    folder = ROOT if page == "README.md" else DOCS
    prose = re.sub(r"^```.*?^```$|`[^`\n]*`", "", GUIDES[page], flags=re.M | re.S)
    targets = re.findall(r"\]\(([^)#:\s]*)(#[^)\s]*)?\)", prose)

    missing = [f"{target}{anchor}" for target, anchor in targets if not (folder / target).exists()]
    lost = [
        f"{target}{anchor}"
        for target, anchor in targets
        if anchor
        and (folder / target).exists()
        and anchor[1:] not in _anchors((folder / (target or page)).read_text(encoding="utf-8"))
    ]

    assert (missing, lost) == ([], [])


def _anchors(page: str) -> set[str]:
    headings = re.findall(r"^#+ (.*)$", page, re.M)
    return {re.sub(r"[^\w -]", "", one).strip().lower().replace(" ", "-") for one in headings}


def test_every_message_that_is_explained_is_one_of_ours() -> None:
    headings = re.findall(r'^## "(.*)"$', GUIDES["troubleshooting.md"], re.M)
    sources = "".join(path.read_text("utf-8") for path in (ROOT / "zoterodigest").rglob("*.py"))
    joined = re.sub(r'"\s*f?"', "", sources)  # texts in several lines

    assert headings
    assert [one for one in headings if one not in joined] == []


def test_the_configuration_it_shows_is_understood(tmp_path: Path) -> None:
    (text,) = re.findall(r"^```toml\n(.*?)^```$", GUIDES["configuration.md"], re.M | re.S)
    (tmp_path / "zoterodigest.toml").write_text(text, encoding="utf-8")

    configuration = load_configuration(tmp_path / "zoterodigest.toml")

    assert configuration.digests[0].when_dropped == "archive"
    assert configuration.sync.prefer == {"venue": "zotero", "summary": "markdown"}


def test_the_readme_fits_two_screens() -> None:
    assert len(README.splitlines()) <= 125
