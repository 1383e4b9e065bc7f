"""docs/watch.md: what starts `watch` when a person logs in is what systemd and launchd read."""

from __future__ import annotations

import plistlib
import re
import shutil
import subprocess
from configparser import RawConfigParser
from pathlib import Path

import pytest

from tests.cli.conftest import Zoterodigest

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "watch.md").read_text(encoding="utf-8")


def _fence(language: str) -> str:
    (text,) = re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.M | re.S)
    return str(text)


def test_the_unit_of_systemd_starts_watch_in_its_folder(zoterodigest: Zoterodigest) -> None:
    unit = RawConfigParser(interpolation=None)
    unit.read_string(_fence("ini"))

    program, command = unit["Service"]["ExecStart"].split()

    assert program.endswith("/zoterodigest")
    assert zoterodigest(command, "--help").code == 0
    assert unit["Service"]["WorkingDirectory"] == "%f"
    assert unit["Install"]["WantedBy"] == "default.target"


@pytest.mark.deep
@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="there is no systemd here")
def test_systemd_finds_nothing_wrong_with_the_unit(tmp_path: Path) -> None:
    unit = tmp_path / "zoterodigest@.service"
    unit.write_text(_fence("ini").replace("%h/.local/bin/zoterodigest", "/bin/true"), "utf-8")

    ran = subprocess.run(
        ["systemd-analyze", "--user", "verify", str(unit)],
        capture_output=True,
        text=True,
        check=False,
    )

    assert [line for line in ran.stderr.splitlines() if unit.name in line] == []


def test_the_recipe_of_launchd_starts_watch_and_only_after_a_failure_again() -> None:
    recipe = plistlib.loads(_fence("xml").encode())

    assert recipe["ProgramArguments"][1:] == ["watch"]
    assert recipe["RunAtLoad"] is True
    assert recipe["KeepAlive"] == {"SuccessfulExit": False}
    assert f"{recipe['Label']}.plist" in PAGE
