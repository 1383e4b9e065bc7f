"""How large the package is and how its parts repeat: `python -m benchmarks.structure`.

Prints one line a figure; `docs/adr/` keeps them from time to time. Nothing here is timed: the
figures are read from syntax trees and, for the runs, from the functions that are entered.
"""

from __future__ import annotations

import ast
import io
import json
import os
import subprocess
import sys
import tempfile
import tokenize
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "zoterodigest"
LONG, TOO_LONG, TOO_COMPLEX, TOO_MANY = 30, 60, 15, 8
SHORT_MODULE, SHORT_FUNCTION = 60, 4

_Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Module:
    """A module of the package: its name below it, its text and its tree."""

    name: str
    text: str
    tree: ast.Module


def modules() -> list[Module]:
    """Return all modules of the package, by name."""
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        name = ".".join(path.relative_to(PACKAGE).with_suffix("").parts)
        found.append(Module(name, text, ast.parse(text)))
    return found


def figures(found: list[Module]) -> Iterator[tuple[str, object]]:
    """Yield each figure with its name."""
    lines = sum((lines_of(module) for module in found), Counter[str]())
    lengths = [len(module.text.splitlines()) for module in found]
    functions = [(module, one) for module in found for one in functions_of(module.tree)]
    yield "modules", len(found)
    yield "median lines of a module", round(median(lengths))
    yield f"modules under {SHORT_MODULE} lines", sum(one < SHORT_MODULE for one in lengths)
    yield "lines of code (no blanks, comments, docstrings, imports)", lines["code"]
    yield "lines of docstrings", lines["docstring"]
    yield "comments", lines["comment"]
    yield "comments per 1,000 lines", round(1000 * lines["comment"] / sum(lengths), 1)
    yield "names of classes with two owners", len(doubled_classes(found))
    yield "names of public functions with two owners", len(doubled_functions(found))
    yield "private helpers of four lines, used once", len(list(one_use_helpers(found)))
    for limit in (LONG, TOO_LONG):
        yield f"functions over {limit} lines", sum(length(one) > limit for _, one in functions)
    yield f"functions of complexity over {TOO_COMPLEX}", too_complex()
    wide = [
        one for module, one in functions if not is_command(module, one) and width(one) > TOO_MANY
    ]
    yield f"functions over {TOO_MANY} parameters, but for commands", len(wide)


def lines_of(module: Module) -> Counter[str]:
    """Return how many lines of a module are code, docstrings and comments.

    A comment is one `#` token, also behind code; code is a line with any token of a statement that
    is no import and no docstring.
    """
    docs, imports = set[int](), set[int]()
    for node in ast.walk(module.tree):
        match node:
            case ast.Expr(value=ast.Constant(value=str())):
                docs |= set(range(node.lineno, (node.end_lineno or node.lineno) + 1))
            case ast.Import() | ast.ImportFrom():
                imports |= set(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    code, comments = set[int](), 0
    blank = {tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}
    for token in tokenize.generate_tokens(io.StringIO(module.text).readline):
        if token.type == tokenize.COMMENT:
            comments += 1
        elif token.type not in blank:
            code |= set(range(token.start[0], token.end[0] + 1))
    counted = {"code": len(code - docs - imports), "docstring": len(docs), "comment": comments}
    return Counter(counted)


def functions_of(tree: ast.AST) -> Iterator[_Function]:
    """Yield every function and method, nested ones too."""
    return (node for node in ast.walk(tree) if isinstance(node, _Function))


def length(function: _Function) -> int:
    """Return the lines of a function from `def`, without its docstring."""
    first = function.body[0]
    doc = 0
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
        doc = (first.end_lineno or first.lineno) - first.lineno + 1
    return (function.end_lineno or function.lineno) - function.lineno + 1 - doc


def too_complex() -> int:
    """Return how many functions are of McCabe complexity over the limit, by ruff's rule C901."""
    limit = f"lint.mccabe.max-complexity={TOO_COMPLEX}"
    asked = ["-m", "ruff", "check", "--select=C901", "--output-format=json", "--config", limit]
    told = subprocess.run([sys.executable, *asked, PACKAGE], capture_output=True, check=False)
    return len(json.loads(told.stdout))


def width(function: _Function) -> int:
    """Return how many parameters a function has."""
    given = function.args
    return len([*given.posonlyargs, *given.args, *given.kwonlyargs])


def is_command(module: Module, function: _Function) -> bool:
    """Whether the parameters of a function are the options of a command."""
    return module.name.startswith("cli.commands.") and bool(function.decorator_list)


def doubled_classes(found: Iterable[Module]) -> list[str]:
    """Return the names of classes that two modules define, private ones without underscore too."""
    return _doubled(
        (node.name.lstrip("_"), module.name)
        for module in found
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ClassDef)
    )


def doubled_functions(found: Iterable[Module]) -> list[str]:
    """Return the names of public functions that two modules define at their top."""
    return _doubled(
        (node.name, module.name)
        for module in found
        for node in module.tree.body
        if isinstance(node, _Function) and not node.name.startswith("_")
    )


def _doubled(named: Iterable[tuple[str, str]]) -> list[str]:
    owners = defaultdict[str, set[str]](set)
    for name, owner in named:
        owners[name].add(owner)
    return sorted(name for name, those in owners.items() if len(those) > 1)


def one_use_helpers(found: Iterable[Module]) -> Iterator[str]:
    """Yield private functions of a body of up to four lines that are named once in their module."""
    for module in found:
        uses = Counter(
            node.id if isinstance(node, ast.Name) else node.attr
            for node in ast.walk(module.tree)
            if isinstance(node, ast.Name | ast.Attribute)
        )
        for function in functions_of(module.tree):
            short = length(function) - 1 <= SHORT_FUNCTION and not function.decorator_list
            private = function.name.startswith("_") and not function.name.startswith("__")
            if short and private and uses[function.name] == 1:
                yield f"{module.name}:{function.lineno} {function.name}"


# --- what a run goes through ---------------------------------------------------------------------

_PAPERS = """# Papers

- **A first paper about maps** [[paper](https://arxiv.org/abs/2101.00001)] Maps are drawn.
- **A second paper about roads** [[paper](https://arxiv.org/abs/2101.00002)] Roads are found.
"""
_BIBLIOGRAPHY = """
[[bibliography]]
path = "papers.bib"
push = true
pull = true
"""


def run_figures() -> Iterator[tuple[str, str]]:
    """Yield how many modules and distinct functions of the package some runs go through."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        digest, bibliography = folder / "papers.md", folder / "papers.bib"
        digest.write_text(_PAPERS, encoding="utf-8")
        _run(folder, "init", "papers.md")
        yield "first push of two entries", _run(folder, "push", "--yes", "--offline")
        yield "settled sync", _run(folder, "sync", "--offline")
        item = json.loads(_output(folder, "ls", "--json"))[0]["key"]
        (folder / "note.md").write_text("Maps are drawn by hand.\n", encoding="utf-8")
        _run(folder, "set", item, "--note", "note.md")
        yield "pulled note edit", _run(folder, "pull", "--offline")
        with (folder / "zoterodigest.toml").open("a", encoding="utf-8") as config:
            config.write(_BIBLIOGRAPHY)
        _run(folder, "sync", "--offline")
        text = bibliography.read_text(encoding="utf-8")
        bibliography.write_text(text.replace("about roads", "about streets"), encoding="utf-8")
        yield "sync of a .bib edit", _run(folder, "sync", "--offline")


_WATCHED = """
import sys
package, out = sys.argv[1:3]
seen = set()
def watch(frame, event, argument):
    code = frame.f_code
    # Bodies of modules and classes are not optimized; generators and lambdas have no name.
    is_function = code.co_flags & 1 and not code.co_name.startswith("<")
    if event == "call" and is_function and code.co_filename.startswith(package):
        seen.add((code.co_filename, code.co_name, code.co_firstlineno))
sys.setprofile(watch)
from zoterodigest.cli.main import main
try:
    code = main(sys.argv[3:])
finally:
    sys.setprofile(None)
    with open(out, "w") as file:
        file.writelines(f"{one[0]}\\n" for one in seen)
sys.exit(code)
"""


def _run(folder: Path, *command: str) -> str:
    """Return how many modules and functions `command` goes through; fails if it does."""
    with tempfile.NamedTemporaryFile("r", suffix=".txt") as out:
        _output(folder, *command, watched=("-c", _WATCHED, str(PACKAGE), out.name))
        entered = Path(out.name).read_text(encoding="utf-8").splitlines()
    return f"{len(set(entered)):,} modules, {len(entered):,} functions"


def _output(folder: Path, *command: str, watched: tuple[str, ...] = ("-m", "zoterodigest")) -> str:
    asked = [sys.executable, *watched, *command]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(asked, cwd=folder, env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}: exit {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def main() -> None:
    """Print all figures."""
    for name, value in chain(figures(modules()), run_figures()):
        print(f"{name}: {value:,}" if isinstance(value, int) else f"{name}: {value}", flush=True)


if __name__ == "__main__":
    main()
