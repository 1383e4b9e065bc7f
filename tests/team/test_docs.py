"""Whoever follows docs/teams.md, command by command, gets what it says."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.team.member import git
from tests.team.program import ENVIRONMENT, REPOSITORY, serving

PAGE = (REPOSITORY / "docs" / "teams.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^<!-- in the (first|second) clone -->\n```console\n(.*?)^```$", re.M | re.S)
KEY = "a-key-of-everybody"
ENTRY = (
    "> **Attention Is All You Need**\n> *NeurIPS 2017*, [arxiv](https://arxiv.org/abs/1706.03762)\n"
)
PROGRAM = """\
#!{python}
import sys
from zoterodigest.library import address
address.ZOTERO_ORG = "{url}"
from zoterodigest.cli.main import main
sys.exit(main())
"""


def followed(block: str, clone: Path, path: str) -> None:
    """Run the commands of a block, and look that each prints what stands below it."""
    for step in re.split(r"^\$ ", block, flags=re.M)[1:]:
        command, _, shown = step.partition("\n")
        who = {"GIT_AUTHOR_NAME": clone.name, "GIT_COMMITTER_NAME": clone.name, "EMAIL": "a@b.c"}
        home = {"XDG_CACHE_HOME": f"{clone}-home", "XDG_DATA_HOME": f"{clone}-home", "PATH": path}
        ran = subprocess.run(
            ["sh", "-ec", command],
            cwd=clone,
            env={**ENVIRONMENT, **who, **home, "ZOTERO_API_KEY": KEY},
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == 0, f"{command}: {ran.stdout}{ran.stderr}"
        assert shown.strip() in ran.stdout


@pytest.mark.deep
def test_whoever_follows_it_shares_a_group(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet", "--bare", "--initial-branch=main", "origin.git")
    clones = {name: tmp_path / name for name in ("first", "second")}
    program = tmp_path / "bin" / "zoterodigest"
    program.parent.mkdir()
    with serving(tmp_path / "group.sqlite", {1: KEY}, 7) as url:
        program.write_text(PROGRAM.format(python=sys.executable, url=url))
        program.chmod(0o755)
        for clone in clones.values():
            git(tmp_path, "clone", "--quiet", "origin.git", clone.name)
        (clones["first"] / "notes.md").write_text(f"# Notes\n\n{ENTRY}", encoding="utf-8")

        for found in BLOCK.finditer(PAGE):
            followed(found[2], clones[found[1]], f"{program.parent}:{ENVIRONMENT['PATH']}")

    heads = {git(clone, "rev-parse", "origin/main").stdout for clone in clones.values()}
    assert len(heads) == 1
    assert len(BLOCK.findall(PAGE)) == 3
    assert (clones["second"] / "zoterodigest.lock").exists()
