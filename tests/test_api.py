"""The Python API does what docs/api.md says, and its names stay."""

from __future__ import annotations

import ast
import contextlib
import inspect
import io
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import zoterodigest
from tests.golden_files import GoldenFiles
from zoterodigest import Project, ZoterodigestError
from zoterodigest.project.files import SourceChanged

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
NOTEBOOK = ROOT / "docs" / "papers-as-a-table.ipynb"
DIGEST = re.findall(r"^```markdown\n(.*?)^```$", PAGE, re.M | re.S)[0]
EXAMPLES = re.findall(r"^```python\n(.*?)^```\n\n```text\n(.*?)^```$", PAGE, re.M | re.S)


@pytest.fixture
def papers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The digest of the page, in the current folder."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "papers.md"
    path.write_text(DIGEST, encoding="utf-8")
    return path


@pytest.mark.usefixtures("papers")
def test_the_examples_print_what_the_page_shows() -> None:
    names: dict[str, object] = {}
    for code, shown in EXAMPLES:
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(code, names)
        assert printed.getvalue() == shown
    assert PAGE.count("```python\n") == len(EXAMPLES)


def test_the_notebook_shows_what_its_cells_give(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, golden: GoldenFiles
) -> None:
    pytest.importorskip("pandas")
    monkeypatch.chdir(tmp_path)
    notebook = json.loads(NOTEBOOK.read_text(encoding="utf-8"))
    names: dict[str, object] = {}

    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"] = outputs("".join(cell["source"]), names)

    golden.check(NOTEBOOK, json.dumps(notebook, indent=1, ensure_ascii=False) + "\n")


def outputs(source: str, names: dict[str, object]) -> list[dict[str, Any]]:
    """Return what a notebook keeps of a cell: what it prints, and its last expression as text."""
    tree = ast.parse(source)
    last = tree.body[-1]
    value, printed = None, io.StringIO()
    with contextlib.redirect_stdout(printed):
        if isinstance(last, ast.Expr):
            exec(compile(ast.Module(tree.body[:-1], []), "cell", "exec"), names)
            value = eval(compile(ast.Expression(last.value), "cell", "eval"), names)
        else:
            exec(compile(tree, "cell", "exec"), names)
    kept: list[dict[str, Any]] = []
    if printed.getvalue():
        text = printed.getvalue().splitlines(keepends=True)
        kept.append({"name": "stdout", "output_type": "stream", "text": text})
    if value is not None:
        text = repr(value).splitlines(keepends=True)
        result = {"data": {"text/plain": text}, "execution_count": None, "metadata": {}}
        kept.append({**result, "output_type": "execute_result"})
    return kept


def test_an_edit_on_either_side_arrives_by_a_plan(papers: Path) -> None:
    with Project.open(digests=[papers]) as project:
        project.apply(project.plan("push"))
        papers.write_text(DIGEST.replace("Attention alone, no", "Attention alone: no"), "utf-8")

        plan = project.plan()

        assert [one["kind"] for one in plan.actions] == ["change-note"]
        assert project.status().pending == 1
        assert project.apply(plan).failures == ()
        assert project.plan().is_settled


def test_a_digest_that_changed_since_the_plan_is_not_overwritten(papers: Path) -> None:
    with Project.open(digests=[papers]) as project:
        plan = project.plan("push")
        papers.write_text(DIGEST + "\nMore.\n", encoding="utf-8")

        with pytest.raises(SourceChanged):
            project.apply(plan)


@pytest.mark.usefixtures("papers")
def test_a_plan_that_asks_is_not_applied_without_consent(tmp_path: Path) -> None:
    many = "".join(f"- [Paper number {n}](https://arxiv.org/abs/2401.{n:05})\n" for n in range(40))
    (tmp_path / "many.md").write_text(f"# Many\n\n{many}", encoding="utf-8")
    with Project.open(digests=["many.md"]) as project:
        plan = project.plan("push")

        with pytest.raises(ZoterodigestError, match="consent"):
            project.apply(plan)
        assert project.apply(plan, agree=True).failures == ()


@pytest.mark.usefixtures("papers")
def test_a_word_that_is_no_direction_plans_nothing() -> None:
    with Project.open(digests="papers.md") as project:
        with pytest.raises(ZoterodigestError, match="direction is 'Push'"):
            project.plan("Push")  # type: ignore[arg-type]  # as a caller without a type checker
        with pytest.raises(ZoterodigestError, match="to is 'csl'"):
            project.export("csl")  # type: ignore[arg-type]  # as above


@pytest.mark.usefixtures("papers")
def test_a_value_of_another_kind_is_refused_where_it_is_given() -> None:
    with pytest.raises(ZoterodigestError, match=r"papers\.md is a file, not a folder"):
        Project.open("papers.md")
    with pytest.raises(ZoterodigestError, match="nowhere is no folder"):
        Project.open("nowhere")
    with Project.open(digests="papers.md") as project:
        for limit in (-1, "3"):
            with pytest.raises(ZoterodigestError, match="max_changes is"):
                project.plan(max_changes=limit)  # type: ignore[arg-type]  # as above
        with pytest.raises(ZoterodigestError, match="'push' is no plan"):
            project.apply("push")  # type: ignore[arg-type]  # as above


@pytest.mark.usefixtures("papers")
def test_a_closed_project_writes_nothing() -> None:
    with Project.open(digests=["papers.md"]) as project:
        plan = project.plan("push")

    with pytest.raises(ZoterodigestError, match="closed"):
        project.apply(plan)
    with pytest.raises(ZoterodigestError, match="closed"):
        project.status()


def test_the_public_names_are_these() -> None:
    assert set(zoterodigest.__all__) == {
        *(
            "ListedPaper",
            "PlannedRun",
            "Project",
            "RunResult",
            "ProjectStatus",
            "ZoterodigestError",
            "__version__",
        )
    }
    members = {
        name: sorted(one for one in dir(getattr(zoterodigest, name)) if not one.startswith("_"))
        for name in ("ListedPaper", "PlannedRun", "Project", "RunResult", "ProjectStatus")
    }
    assert members == {
        "ListedPaper": sorted(
            [
                "arxiv_id",
                "authors",
                "date",
                "doi",
                "file",
                "headings",
                "line",
                "summary",
                "title",
                "urls",
                "venue",
                "year",
            ]
        ),
        "PlannedRun": ["actions", "is_settled", "json", "needs_consent", "reports"],
        "Project": ["apply", "close", "entries", "export", "open", "plan", "status"],
        "RunResult": ["failures", "json"],
        "ProjectStatus": ["conflicts", "is_settled", "pending", "reports"],
    }
    assert str(inspect.signature(Project.plan)) == (
        "(self, direction: 'Direction' = 'sync', *, max_changes: 'int | None' = None,"
        " allow_removals: 'bool' = False) -> 'PlannedRun'"
    )


def test_the_program_starts_without_the_api() -> None:
    script = "import sys, zoterodigest.cli.main; print('zoterodigest.api' in sys.modules)"

    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert ran.stdout == "False\n"
