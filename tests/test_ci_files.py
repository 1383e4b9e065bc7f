"""The hooks for pre-commit and the steps of the GitHub Action do what docs/ci.md says."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.lookup.answers import Paper
from tests.lookup.arxiv_site import answering
from tests.lookup.site import serving, status
from zoterodigest import __version__

ROOT = Path(__file__).resolve().parents[1]
HOOKS = {
    hook["id"]: hook
    for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
}
ACTION: Mapping[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
STEPS = {step["name"]: step for step in ACTION["runs"]["steps"] if "name" in step}
PAPER = "- [Attention](https://arxiv.org/abs/1706.03762). NeurIPS 2017.\n  - No recurrence.\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A clone with a list, a document and a library of its own; its origin is beside it."""
    folder = tmp_path / "clone"
    _run(["git", "init", "--quiet", "--bare", str(tmp_path / "origin.git")], tmp_path)
    _run(["git", "clone", "--quiet", str(tmp_path / "origin.git"), str(folder)], tmp_path)
    (folder / "papers.md").write_text(f"# Papers\n\n{PAPER}", "utf-8")
    (folder / "main.tex").write_text("\\cite{unknown}\n\\bibliography{refs}\n", "utf-8")
    (folder / "refs.bib").write_text("@misc{known,\n  title = {A}\n}\n", "utf-8")
    (folder / "zoterodigest.toml").write_text(
        '[[digest]]\npath = "papers.md"\n\n[lookup]\non_push = false\n', "utf-8"
    )
    (folder / ".gitignore").write_text(".zoterodigest/\n", "utf-8")
    return folder


def _run(words: list[str], folder: Path, **more: str) -> subprocess.CompletedProcess[str]:
    """Run a program; `python` and `zoterodigest` are those of this checkout."""
    programs = folder.parent / "bin"
    programs.mkdir(exist_ok=True)
    for name, module in (("python", ""), ("zoterodigest", " -m zoterodigest")):
        (programs / name).write_text(f'#!/bin/sh\nexec {sys.executable}{module} "$@"\n', "utf-8")
        (programs / name).chmod(0o755)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    environment = {
        **kept,
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "HOME": str(folder.parent),
        **more,
    }
    return subprocess.run(
        words, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def _step(
    name: str, folder: Path, runner: Mapping[str, str] | None = None, **given: str
) -> subprocess.CompletedProcess[str]:
    """Run the script of a step as GitHub does, with these inputs and the defaults of the others.

    `runner` has variables of the machine on which it runs.
    """
    inputs = {key: str(one["default"]) for key, one in ACTION["inputs"].items()}
    inputs |= {key.replace("_", "-"): value for key, value in given.items()}
    values = {f"${{{{ inputs.{key} }}}}": value for key, value in inputs.items()}
    variables = {key: values[value] for key, value in STEPS[name].get("env", {}).items()}
    script = folder.parent / "step.sh"
    script.write_text(STEPS[name]["run"], "utf-8")
    words = ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)]
    return _run(words, folder, **(runner or {}), **variables)


def _hook(name: str, project: Path, *files: str) -> subprocess.CompletedProcess[str]:
    """Run a hook as pre-commit does: its entry, its args, the files."""
    hook = HOOKS[f"zoterodigest-{name}"]
    return _run([*shlex.split(hook["entry"]), *hook.get("args", ()), *files], project)


def test_each_hook_runs_on_the_files_of_a_commit(project: Path) -> None:
    assert _hook("lint", project, "papers.md").returncode == 0
    assert "unknown" in _hook("check-cites", project, "main.tex").stdout
    assert _hook("status", project).returncode == 4  # nothing has been pushed yet


@pytest.mark.deep
@pytest.mark.parametrize("name", ["-d", "--help", " x"])
def test_hooks_take_every_name_of_a_file_as_a_file(project: Path, name: str) -> None:
    (project / f"{name}.md").write_text("# Papers\n\n- [A\n", "utf-8")
    (project / f"{name}.tex").write_text("\\cite{unknown}\n\\bibliography{refs}\n", "utf-8")

    linted = _hook("lint", project, f"{name}.md")
    checked = _hook("check-cites", project, f"{name}.tex")

    assert f"{name.strip()}.md" in linted.stdout
    assert (checked.returncode, f"{name.strip()}.tex:1" in checked.stdout) == (1, True)


def test_the_check_of_a_pull_request_annotates_and_fails(project: Path) -> None:
    found = _step("Check", project, documents="main.tex")

    assert found.returncode == 1
    assert "::error file=main.tex,line=1" in found.stdout


@pytest.mark.deep
def test_the_check_of_a_pull_request_shows_the_plan_without_a_library_or_a_key(
    project: Path,
) -> None:
    assert _run(["zoterodigest", "sync", "--yes"], project).returncode == 0
    _commit_all(project)
    pull_request = project.parent / "runner"
    origin = str(project.parent / "origin.git")
    assert _run(["git", "clone", "--quiet", origin, str(pull_request)], project).returncode == 0
    edited = f"# Papers\n\n{PAPER.replace('No recurrence', 'No loops')}"
    new = "- [Diffusion](https://arxiv.org/abs/2006.11239). NeurIPS 2020.\n  - Noise.\n"
    (pull_request / "papers.md").write_text(f"{edited}{new}", "utf-8")

    found = _step("Check", pull_request)

    assert (found.returncode, found.stderr) == (0, "")
    assert found.stdout.splitlines()[:3] == [
        "::notice file=papers.md,line=3::Edited since the last sync: summary",
        "::notice file=papers.md,line=5::New entry",
        "1 new entry, 1 edited entry. The next sync takes them to the library, or reports why not.",
    ]


def test_documents_may_stand_on_lines_of_their_own(project: Path) -> None:
    (project / "fine.tex").write_text("\\cite{known}\n\\bibliography{refs}\n", "utf-8")

    found = _step("Check", project, documents="fine.tex\nmain.tex\n")

    assert "::error file=main.tex,line=1" in found.stdout


@pytest.mark.deep
def test_a_document_is_never_taken_for_an_option_or_a_command(project: Path) -> None:
    found = _step("Check", project, documents="--help $(touch hacked)")

    assert found.returncode == 2
    assert not (project / "hacked").exists()


@pytest.mark.deep
def test_sync_commits_and_pushes_what_it_wrote_once(project: Path) -> None:
    first = _step("Sync or feed", project, command="sync")
    again = _step("Sync or feed", project, command="sync")

    assert (first.returncode, again.returncode) == (0, 0), first.stderr + again.stderr
    log = _run(["git", "log", "--format=%s", "@{upstream}"], project)
    assert log.stdout == "zoterodigest sync\n"
    assert "zoterodigest.lock" in _run(["git", "ls-files"], project).stdout


def _commit_all(project: Path) -> None:
    author = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org")
    for words in ("add --all", "commit --quiet --message all", "push --quiet"):
        assert _run(["git", *author, *words.split()], project).returncode == 0


@pytest.fixture
def installed(project: Path) -> Mapping[str, str]:
    """The variables of a machine on which the step Install put the program of this checkout.

    It has no network, so the dependencies are those of the tests.
    """
    site = project.parent / "site"
    # Of an option that says no, pip takes the value of the variable: 0 turns isolation off.
    pip = {"NO_INDEX": "1", "NO_DEPS": "1", "NO_BUILD_ISOLATION": "0", "TARGET": str(site)}
    pip |= {"DISABLE_PIP_VERSION_CHECK": "1"}
    runner = {f"PIP_{name}": value for name, value in pip.items()}

    done = _step("Install", project, {**runner, "GITHUB_ACTION_PATH": str(ROOT)})

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    path = f"{site / 'bin'}{os.pathsep}{os.environ['PATH']}"
    return {"PATH": path, "PYTHONPATH": str(site), "ZOTERODIGEST_OFFLINE": ""}


@pytest.mark.deep
def test_the_installed_program_checks_a_pull_request(
    project: Path, installed: Mapping[str, str]
) -> None:
    where = "import zoterodigest; print(zoterodigest.__file__)"
    assert _run([sys.executable, "-c", where], project, **installed).stdout.startswith(
        installed["PYTHONPATH"]
    )

    found = _step("Check", project, installed, documents="main.tex")

    assert found.returncode == 1
    assert "::error file=main.tex,line=1" in found.stdout


@pytest.mark.deep
def test_a_feed_commits_and_pushes_the_new_papers_once(
    project: Path, installed: Mapping[str, str]
) -> None:
    now = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
    paper = Paper("2501.09001", title="Diffusion for Everything", published=now)
    with serving(answering([paper])) as site:
        site.faults[1] = status(503, "busy", Retry_After="1")
        config = project / "zoterodigest.toml"
        feed = '[[feed]]\ndigest = "papers.md"\ncategories = ["cs.CV"]\n'
        config.write_text(
            f'[[digest]]\npath = "papers.md"\n\n{feed}\n[lookup]\narxiv = "{site.url}"\n', "utf-8"
        )
        _commit_all(project)

        ran = [_step("Sync or feed", project, installed, command="feed") for _ in range(2)]

        assert [one.returncode for one in ran] == [0, 0], [one.stderr for one in ran]
        assert len(site.requests) == 3, "the first run asks again, as the site was busy"
    pushed = _run(["git", "show", "--format=%s", "@{upstream}", "--", "papers.md"], project).stdout
    assert pushed.startswith("zoterodigest feed\n")
    (added,) = [line for line in pushed.splitlines() if line.startswith("+-")]
    assert added.startswith("+- [Diffusion for Everything](https://arxiv.org/abs/2501.09001).")
    log = _run(["git", "log", "--format=%s", "@{upstream}"], project)
    assert log.stdout == "zoterodigest feed\nall\n"


@pytest.mark.deep
def test_a_feed_that_arxiv_does_not_answer_fails_and_commits_nothing(
    project: Path, installed: Mapping[str, str]
) -> None:
    with serving(answering([])) as site:
        site.always = status(400, "no")
        feed = '[[feed]]\ndigest = "papers.md"\ncategories = ["cs.CV"]\n'
        (project / "zoterodigest.toml").write_text(
            f'{feed}\n[lookup]\narxiv = "{site.url}"\n', "utf-8"
        )
        _commit_all(project)

        ran = _step("Sync or feed", project, installed, command="feed")

    assert ran.returncode == 1
    assert "papers may be missing" in ran.stderr
    assert _run(["git", "log", "--format=%s"], project).stdout == "all\n"


def test_another_command_is_refused(project: Path) -> None:
    assert _step("Sync or feed", project, command="remove").returncode == 2


def test_no_input_is_put_into_the_text_of_a_script() -> None:
    assert not [name for name, step in STEPS.items() if "${{" in step["run"]]


def test_the_workflow_tests_each_version_of_python_that_the_package_names() -> None:
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "test.yml").read_text("utf-8"))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    python = "Programming Language :: Python :: 3."
    named = [one.removeprefix(python) for one in project["classifiers"] if one.startswith(python)]

    matrix = workflow["jobs"]["tests"]["strategy"]["matrix"]

    assert matrix["python"] == [f"3.{minor}" for minor in named]
    assert project["requires-python"] == f">={matrix['python'][0]}"
    assert {system.partition("-")[0] for system in matrix["os"]} == {"ubuntu", "macos", "windows"}


def test_the_citation_names_the_version_and_licence_of_the_package() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))

    assert (citation["version"], citation["license"]) == (__version__, "MIT")
    assert {"cff-version", "message", "title", "authors"} <= citation.keys()
