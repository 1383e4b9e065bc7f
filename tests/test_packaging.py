"""What a person gets who installs zoterodigest: everything it needs, outside the checkout too."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tarfile
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path
from zipfile import ZipFile

import pytest

build = pytest.importorskip("hatchling.build", reason="the build backend is not installed")

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel and the source distribution of this checkout."""
    folder = tmp_path_factory.mktemp("dist")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        build.build_wheel(str(folder))
        build.build_sdist(str(folder))
    return folder


@pytest.fixture(scope="module")
def installed(dist: Path) -> Path:
    """A folder that holds what the wheel installs, and nothing of the checkout."""
    (wheel,) = dist.glob("*.whl")
    site = dist / "site"
    with ZipFile(wheel) as archive:
        archive.extractall(site)
    return site


def test_the_wheel_holds_every_mapping(installed: Path) -> None:
    written = _files_below(ROOT / "mappings")

    shipped = _files_below(installed / "zoterodigest" / "mappings")

    assert written
    assert [name for name in shipped if name.endswith(".toml")] == written


def test_the_wheel_holds_every_mapping_as_json_too(installed: Path) -> None:
    folder = installed / "zoterodigest" / "mappings"

    read = {path: tomllib.loads(path.read_text("utf-8")) for path in folder.rglob("*.toml")}

    made = {path.with_suffix(".toml"): path for path in folder.rglob("*.json")}
    assert {path: json.loads(one.read_bytes()) for path, one in made.items()} == read


def test_the_wheel_reads_no_mapping_as_toml(installed: Path, tmp_path: Path) -> None:
    script = (
        "from zoterodigest import mapping; from zoterodigest.digest.format import format\n"
        "mapping.read_toml = None; format.builtin_formats(); mapping.venue_table()\n"
        "print(mapping.folder())"
    )

    folder = _run(script, site=installed, folder=tmp_path)

    assert Path(folder).is_relative_to(installed)


def test_the_wheel_holds_every_template_of_the_page_of_review(installed: Path) -> None:
    folder = Path("zoterodigest", "cli", "review", "templates")

    assert _files_below(installed / folder) == _files_below(ROOT / folder) != []


def test_the_wheel_holds_the_pages_that_the_program_shows_and_no_others(installed: Path) -> None:
    pages = sorted(page.name for page in (ROOT / "docs").glob("*.md") if page.stem != "index")

    assert _files_below(installed / "zoterodigest" / "docs") == pages


def test_the_wheel_holds_the_package_its_licence_and_nothing_else(installed: Path) -> None:
    (metadata,) = installed.glob("zoterodigest-*.dist-info")

    assert sorted(path.name for path in installed.iterdir()) == ["zoterodigest", metadata.name]
    assert (installed / "zoterodigest" / "py.typed").is_file()
    assert (metadata / "licenses" / "LICENSE").read_bytes() == (ROOT / "LICENSE").read_bytes()


def test_the_wheel_is_small(dist: Path) -> None:
    (wheel,) = dist.glob("*.whl")

    assert wheel.stat().st_size < 2_000_000


def test_the_wheel_holds_the_template_of_the_page_of_stats(installed: Path) -> None:
    assert (installed / "zoterodigest" / "cli" / "show" / "templates" / "stats.html").is_file()


def test_everything_that_is_imported_is_declared() -> None:
    """What comes only because a dependency needs it may go with that dependency's next version."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    # What only plots need is an extra, which the person may not have installed, as may this test.
    needed = (*project["dependencies"], *project["optional-dependencies"]["stats"])
    declared = {re.split(r"[<>=!~ ]", one)[0].lower() for one in needed}
    owners = packages_distributions()

    imports = re.compile(r"^ *(?:import|from) ([A-Za-z]\w*)(?:[.\w]*)(?: import | as |$)", re.M)
    texts = [path.read_text(encoding="utf-8") for path in (ROOT / "zoterodigest").rglob("*.py")]
    imported = {name for text in texts for name in imports.findall(text)}
    foreign = imported - sys.stdlib_module_names - {"zoterodigest"}

    undeclared = [
        name for name in foreign if not declared & {one.lower() for one in owners.get(name, [name])}
    ]
    assert sorted(undeclared) == []


def test_the_wheel_offers_the_command(installed: Path) -> None:
    (entry_points,) = installed.glob("*.dist-info/entry_points.txt")

    assert "zoterodigest = zoterodigest.__main__:start" in entry_points.read_text()


def test_the_package_imports_outside_the_checkout(installed: Path, tmp_path: Path) -> None:
    script = "import zoterodigest; print(zoterodigest.__file__)"

    imported = _run(script, site=installed, folder=tmp_path)

    assert Path(imported).is_relative_to(installed)


def test_the_source_distribution_can_build_the_wheel(dist: Path) -> None:
    (source,) = dist.glob("*.tar.gz")
    with tarfile.open(source) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}

    needed = {
        "pyproject.toml",
        "hatch_build.py",
        "README.md",
        "LICENSE",
        "zoterodigest/__init__.py",
    }

    assert needed | {f"mappings/{name}" for name in _files_below(ROOT / "mappings")} <= names


def test_the_lock_names_an_exact_version_of_every_dependency() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    locked = (ROOT / "requirements.lock").read_text().splitlines()

    wanted = {
        _canonical(requirement)
        for requirement in (*project["dependencies"], *project["optional-dependencies"]["dev"])
    }

    assert all(re.fullmatch(r"[\w.-]+==[\w.]+", line) for line in locked)
    assert wanted <= {_canonical(line) for line in locked}


def _canonical(requirement: str) -> str:
    """Return the name in `requirement`, spelled as package indexes compare names."""
    name = re.split(r"[^\w.-]", requirement, maxsplit=1)[0]
    return re.sub(r"[-_.]+", "-", name).lower()


def _files_below(folder: Path) -> list[str]:
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return [path.relative_to(folder).as_posix() for path in paths]


def _run(script: str, *, site: Path, folder: Path) -> str:
    environment = {**os.environ, "PYTHONPATH": str(site)}
    command = [sys.executable, "-c", script]
    return subprocess.run(
        command, cwd=folder, env=environment, check=True, capture_output=True, text=True
    ).stdout.strip()
