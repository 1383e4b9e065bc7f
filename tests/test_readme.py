"""README.md tells the truth: its commands and options exist, its console examples run."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from pathlib import Path

from tests.cli.conftest import Zoterodigest, zoterodigest
from tests.sync.world import World
from zoterodigest.project.config import load_configuration

__all__ = ["zoterodigest"]  # the fixture

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
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
                self._run_all(step["text"])
            case "diff", None:
                self._expect(step["text"])
            case "diff", _:
                self._edit(step["text"])
            case _:
                World(self.folder).change(step["key"], **{step["field"]: step["value"]})

    def _run_all(self, text: str) -> None:
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


def test_whoever_follows_it_sees_what_it_shows(zoterodigest: Zoterodigest, tmp_path: Path) -> None:
    (digest,) = re.findall(r"^```markdown\n(.*?)^```$", README, re.M | re.S)
    (tmp_path / "papers.md").write_text(digest, encoding="utf-8")
    steps = list(STEP.finditer(README))

    for step in steps:
        Reader(tmp_path, zoterodigest).follow(step)

    assert sum(README.count(f"```{language}\n") for language in ("console", "diff")) == sum(
        step["language"] is not None for step in steps
    )


def _help(zoterodigest: Zoterodigest, command: str = "") -> str:
    return zoterodigest(*([command] if command else []), "--help").out


def _commands(zoterodigest: Zoterodigest) -> list[str]:
    return re.findall(r"^  ([\w-]+)  ", _help(zoterodigest).partition("\nCommands:\n")[2], re.M)


def test_the_table_of_commands_is_complete(zoterodigest: Zoterodigest) -> None:
    table = "\n".join(line for line in README.splitlines() if line.startswith("| `"))

    named = {name for row in table.splitlines() for name in _named(row.split("|")[1])}

    assert sorted(named) == sorted(_commands(zoterodigest))


def _named(cell: str) -> list[str]:
    return re.findall(r"`([\w-]+)(?: [^`]*)?`", cell)


def test_every_option_it_names_exists(zoterodigest: Zoterodigest) -> None:
    options = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", README))

    helps = "".join(_help(zoterodigest, command) for command in _commands(zoterodigest))
    helps += zoterodigest("library", "copy", "--help").out + zoterodigest("--help").out

    assert options
    assert [option for option in sorted(options) if not re.search(rf"{option}\b", helps)] == []


def test_the_files_it_links_to_exist() -> None:
    targets = re.findall(r"\]\(([^)#:]+)\)", README)

    assert targets
    assert [target for target in targets if not (ROOT / target).exists()] == []


def test_the_configuration_it_shows_is_understood(tmp_path: Path) -> None:
    (text,) = re.findall(r"^```toml\n(.*?)^```$", README, re.M | re.S)
    (tmp_path / "zoterodigest.toml").write_text(text, encoding="utf-8")

    configuration = load_configuration(tmp_path / "zoterodigest.toml")

    assert configuration.digests[0].when_dropped == "archive"
    assert configuration.sync.prefer == {"venue": "zotero", "summary": "markdown"}
