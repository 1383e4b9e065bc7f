"""The layers and laws of the code, read from its syntax trees (docs/architecture.md)."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

import pytest

from benchmarks import structure
from benchmarks.structure import functions_of, length

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = "zoterodigest"

LAYERS = (
    "frozen",
    "regex",
    "errors",
    "core",
    "damaged",
    "foreign",
    "mapping",
    "digest",
    "notes",
    "bibtex",
    "library",
    "lookup",
    "project",
    "sync",
    "cli",
    "api",
)
"""The import table: a part of the package imports only parts that stand before it."""

PURE = ("errors", "core")
IMPURE_MODULES = frozenset(
    {"asyncio", "ctypes", "fileinput", "glob", "io", "locale", "logging", "multiprocessing", "os"}
    | {"pathlib", "platform", "random", "secrets", "shutil", "signal", "socket", "sqlite3"}
    | {"subprocess", "tempfile", "threading", "time", "urllib.request"}
)
IMPURE_CALLS = frozenset({"open", "print", "input", "breakpoint", "eval", "exec", "__import__"})
CLOCKS = frozenset({"now", "utcnow", "today", "uuid1", "uuid4"})

# Libraries that belong to one place: the layers or modules that may import them.
HOMES = {
    "pyzotero": ("library.http",),
    "httpx2": ("library.http",),
    "keyring": ("library.api_keys",),
    "requests": ("lookup.service",),
    "arxiv": (),  # ADR 21
    "bibtexparser": (),
    "sqlite3": ("damaged", "library", "lookup.cache", "project.values"),
    "pydantic": (
        "foreign",
        "mapping",
        "digest",
        "bibtex.facts.rules",
        "bibtex.tex.accents",
        "library",
        "lookup",
        "project",
    ),
    "typer": ("cli",),
    "yaml": ("digest.read.yaml_tree",),
    "watchfiles": ("sync.watching.noticing",),
    "rich": ("cli",),
    "jinja2": ("cli.review", "cli.show.stats_page"),
    "markupsafe": ("cli.review", "cli.show.stats_page"),
    "matplotlib": ("cli.show.stats_plots",),
}
# Steps of the protocol of a run: the modules that may take them.
STEPS_OF_A_RUN = {
    "send": ("sync.apply",),
    "running": ("sync.apply", "cli.commands.init"),
    "write_lock": ("sync.apply",),
    "prepare_memory": ("sync.apply",),
    "keep_memory": ("sync.apply",),
    "remember_version": ("sync.apply",),
    "settle_memory": ("sync.apply",),
    "begin_recording": ("sync.apply",),
    "write_run": ("sync.apply",),
    "note_run": ("sync.apply",),
    "Journal": ("sync.apply",),
    "discard_journal": ("sync.apply", "project.log.journal", "cli.commands.init"),
    "remove_leftovers": ("sync.apply", "project.log.history"),
}
# Values that stand for what was read: only their readers make them, nobody to ask a question.
READERS_OF = {
    "Item": ("core.values.record", "library.records.contents"),
    "Entry": ("core.values.record", "digest.read.document", "bibtex.edit.document"),
}
# A dialect of the API does not import the other one, and what both use imports neither.
SEPARATE = (
    ("library.web", "library.desktop"),
    ("library.desktop", "library.web"),
    ("library.http", "library.web"),
    ("library.http", "library.desktop"),
)
# The folders of the command line point one way: a folder imports only those before it.
FOLDERS_OF_CLI = ("base", "show", "review", "commands", "app", "main")
MOST_PARAMETERS = 8
# What is printed as JSON is encoded in one place; the others show a value, or keep a file.
ENCODERS = ("cli.show.encoder", "cli.show.history_text", "cli.base.allowed_paths")
# JSON from outside is read in `foreign`, and only adapters ask it to.
ADAPTERS = (
    *("foreign", "mapping", "cli.commands.exported_items", "cli.base.allowed_paths"),
    *("lookup.cache", "lookup.index", "digest.read.json_tree"),
    *(
        "library.key_file",
        "library.annotations",
        "library.embedded.tables",
        "library.embedded.outlines",  # the fields that SQLite takes out of its JSON
        "library.server",
        "library.http",
        "library.web.cache",
    ),
    *(
        "project.lock.lock",
        "project.lock.named",
        "project.lock.version1",
        "project.log",
    ),
    *(
        "library.desktop.state",
        "project.memory",
        "project.kept",
        "project.pending",
    ),
)
# What kind of file a name is of is asked where names come in; from then on its key's type says it.
NAMES_OF_FILES = {
    "names_bib": (
        *("core.values.file_keys", "project.config", "project.layout", "cli.base.project_context"),
        *("cli.commands.add", "cli.commands.export", "cli.commands.bib_files"),
    ),
    "source_key": (
        *("core.values.file_keys", "project.lock.parts"),
        *("project.lock.version1", "project.lock.version2"),
    ),
    "file_key": ("core.values.file_keys", "project.layout", "project.log.history"),
}
# How addresses and identities of libraries begin, and what asks how a text begins.
_LIBRARY_PREFIX = re.compile(r"(?:user|group|desktop|embedded):|(?:user|group)s/")
_LIBRARY_URI = re.compile(r"zotero\\?\.org/(?:\(\?:)?(?:user|group)s")
_ASKING = frozenset({"startswith", "removeprefix", "partition", "rpartition", "split", "index"})
# Each kind of run has one module that says how its links are after it, from what came of it.
LINKS_AFTER_A_RUN = frozenset(
    {
        "sync.syncing.rows_after",
        "sync.apply.applying",
        "sync.undo.lock_files",
        "sync.undo.remove_and_unlink",
    }
    | {"sync.exports.export_run", "sync.copying.links"}
)
# Properties of an item's JSON; library/item_json.py says what they mean.
ITEM_PROPERTIES = frozenset(
    {"archiveID", "citationKey", "creators", "itemType", "linkMode", "parentItem"}
    | {"publicationTitle", "reportNumber"}
)

_STEPS = "a row of steps; comments say why they have this order"
_KINDS = "one case for each kind"
_FIELDS = "one line for each field of a value"
_TEXT = "most of it is help or messages"

LONG = {
    "bibtex.reading.record": _FIELDS,
    "cli.base.project_context._require_digests": _TEXT,
    "cli.commands.add.add": _TEXT,
    "cli.commands.auth.auth": _TEXT,
    "cli.commands.feed.feed": _TEXT,
    "cli.commands.resolve.resolve": _TEXT,
    "cli.commands.undo._take_back": _STEPS,
    "cli.show.plan_lines._in_library": _KINDS,
    "core.collections.relocation.relocations": "one judgement over both memories of a placement",
    "core.plan.reversal.turn_back": _STEPS,
    "core.reconcile.following.fates_of": "rows join one item after another; each sees those before",
    "core.reconcile.last_seen.with_last_seen": _STEPS,
    "core.reconcile.reconcile.reconcile": _STEPS,
    "digest.read.report.entry_json": _FIELDS,
    "lookup.venue_tail.tail_at": "one pass over what follows a venue's name",
    "project.lock.fold.fold_rows": _KINDS,
    "project.lock.version2._row": _FIELDS,
    "project.recovery.decide": _KINDS,
    "sync.apply.applying._carried_out": _STEPS,
    "sync.apply.recording._object_changes": _KINDS,
    "sync.bibliographies.exporting.new_bib": _STEPS,
    "sync.gathering.foreseeing.contents_after": _STEPS,
    "sync.gathering.gather.gather": _STEPS,
    "sync.new_papers.feeding.feed": _STEPS,
    "sync.syncing.remembering.seen_by": "one judgement for each row, over all that the run did",
    "sync.syncing.rows_after.rows_over": _STEPS,
    "sync.undo.undo.prepare_undo": _STEPS,
}
"""The functions of more than 30 lines (without their docstring), each with the reason."""

NOT_OUR_WORDS = frozenset({"util", "utils", "helper", "helpers", "manager", "handle", "process"})


def violations(module: str, tree: ast.Module) -> list[str]:
    """Return every breach of the architecture in the tree of `module`, in reading order.

    `module` is a dotted name below the package, `core.merge`; the package itself is "".
    """
    layer = module.partition(".")[0]
    found = [*_against_layers(module, tree), *_against_homes(module, tree)]
    found += [*_against_other_protocols(module, tree), *_against_turning_back(module, tree)]
    found += [*_against_forgery(module, tree), *_against_mingling(module, tree)]
    found += _against_other_readers(module, tree)
    found += _against_kinds_by_name(module, tree)
    found += _against_comparing_intents(tree)
    if layer != "library":
        found += _against_prefixes(module, tree)
    found += _against_other_writers(module, tree)
    if layer == "cli":
        found += _against_many_parameters(module, tree)
        found += _against_other_encoders(module, tree)
    if layer in PURE:
        found += _against_purity(tree)
    if layer != "library":
        found += _against_own_reading(tree)
    if layer != "cli":
        found += _against_silence(tree)
    found += _against_vocabulary(module, tree)
    return [f"{PACKAGE}.{module}:{line}: {breach}" for line, breach in sorted(found)]


Breaches = Iterator[tuple[int, str]]


def _against_layers(module: str, tree: ast.Module) -> Breaches:
    layer = module.partition(".")[0]
    for line, name in _imports(module, tree):
        if not name.startswith(f"{PACKAGE}."):
            continue
        target = name.split(".")[1]
        if target in LAYERS and not _may_import(layer, target):
            yield line, f"{layer or 'the package'} imports {target}, which stands below it"


def _against_turning_back(module: str, tree: ast.Module) -> Breaches:
    """Yield where a folder of the command line imports one that stands after it."""
    own = _folder_of_cli(module)
    for line, name in _imports(module, tree):
        other = _folder_of_cli(name.removeprefix(f"{PACKAGE}."))
        if own and other and FOLDERS_OF_CLI.index(own) < FOLDERS_OF_CLI.index(other):
            yield line, f"cli.{own} imports cli.{other}, which stands below it"


def _against_many_parameters(module: str, tree: ast.Module) -> Breaches:
    """Yield functions with more than eight parameters."""
    for node in _nodes(tree):
        if not isinstance(node, ast.FunctionDef):
            continue
        given = node.args
        number = len([*given.posonlyargs, *given.args, *given.kwonlyargs])
        if number > MOST_PARAMETERS:
            yield node.lineno, f"{node.name} has {number} parameters: make values of them"


def _against_other_encoders(module: str, tree: ast.Module) -> Breaches:
    for line, name in _imports(module, tree):
        if name == "json" and module not in ENCODERS:
            yield line, "JSON is encoded outside cli.show.encoder: emit_json takes any value"


def _folder_of_cli(module: str) -> str:
    layer, folder, *_ = (*module.split("."), "")
    return folder if layer == "cli" and folder in FOLDERS_OF_CLI else ""


def _against_mingling(module: str, tree: ast.Module) -> Breaches:
    for line, name in _imports(module, tree):
        for one, other in SEPARATE:
            if f"{module}.".startswith(f"{one}.") and name.startswith(f"{PACKAGE}.{other}."):
                yield line, f"{one} imports {other}: what both need stands in library.http"
    for node in _nodes(tree):
        match node:
            case ast.Call(func=ast.Attribute(attr="post")) if module != "library.http.sending":
                yield node.lineno, ".post() is called outside library.http.sending"


def _against_prefixes(module: str, tree: ast.Module) -> Breaches:
    """Yield places that ask how an address or identity begins, to know a library's kind."""
    if (
        module == "digest.read.vault_identity"
    ):  # it reads the addresses of items as people copy them
        return
    for line, name in _imports(module, tree):
        if name.startswith(f"{PACKAGE}.library.") and name.endswith((".EMBEDDED", ".NAMED_HERE")):
            yield line, f"{name} is asked outside library: ask a predicate of library.address"
        # The configuration makes an address; whoever else asks for this kind forgets the next one.
        if name.endswith(".address.EmbeddedAddress") and module != "project.config":
            yield line, "a kind of library is asked: any Address says disk_path, needs_network …"
    for node in _nodes(tree):
        match node:
            case ast.Constant(value=str(text)) if _LIBRARY_URI.search(text):
                yield node.lineno, f"{text!r} stands outside library: library.relations has URIs"
                continue
            case ast.Call(func=ast.Attribute(attr=name), args=[*asked]) if name in _ASKING:
                pass
            case ast.Compare(comparators=asked):
                pass
            case ast.JoinedStr(values=[asked, *_]):
                asked = [asked]
            case _:
                continue
        for one in (part for root in asked for part in ast.walk(root)):
            match one:
                case ast.Constant(value=str(text)) if _LIBRARY_PREFIX.match(text):
                    yield one.lineno, f"{text!r} is asked outside library: ask library.address"


def _against_kinds_by_name(module: str, tree: ast.Module) -> Breaches:
    """Yield places that ask how a name ends, to know a bibliography."""
    for line, name in _imports(module, tree):
        asked = name.removeprefix(f"{PACKAGE}.core.values.file_keys.")
        if asked != name and not _is_in(module, NAMES_OF_FILES.get(asked, (module,))):
            yield line, f"{asked} is asked outside the edge: its key's type says what a file is"
    if module in (
        "core.values.file_keys",
        "bibtex.cited.cited",
    ):  # the latter knows how TeX names a .bib
        return
    for node in _nodes(tree):
        match node:
            case ast.Call(func=ast.Name(id="is_bib")):
                yield node.lineno, "is_bib() is called: its key's type says what a file is"
            case ast.Call(func=ast.Attribute(attr="endswith")) | ast.Compare():
                if any(getattr(part, "value", "") == ".bib" for part in ast.walk(node)):
                    yield node.lineno, "'.bib' is asked of a name: use core.values.file_keys"


def _against_comparing_intents(tree: ast.Module) -> Breaches:
    """Yield where an intent is compared with one that is known, and not asked what it may do."""
    for node in _nodes(tree):
        match node:
            case ast.Compare(left=ast.Name(id="intent") | ast.Attribute(attr="intent")):
                yield node.lineno, "an intent is compared: ask it what it may do, or match its type"


def _may_import(layer: str, target: str) -> bool:
    # The package itself offers the names of the API.
    if layer == "__main__" or (layer == "__init__" and target in ("api", "errors")):
        return True
    return layer in LAYERS and LAYERS.index(target) <= LAYERS.index(layer)


def _against_homes(module: str, tree: ast.Module) -> Breaches:
    for line, name in _imports(module, tree):
        homes = HOMES.get(name.partition(".")[0])
        if homes and not _is_in(module, homes):
            yield line, f"{name} is imported outside {', '.join(homes)}"


def _against_other_protocols(module: str, tree: ast.Module) -> Breaches:
    for line, name in _imports(module, tree):
        step = name.rpartition(".")[2]
        homes = STEPS_OF_A_RUN.get(step, (module,))
        if not _is_in(module, homes):
            yield line, f"{step} is called outside {', '.join(homes)}: make Changes and apply them"


def _against_forgery(module: str, tree: ast.Module) -> Breaches:
    for node in _nodes(tree):
        match node:
            case ast.Call(func=ast.Name(id=name)) if module not in READERS_OF.get(name, (module,)):
                yield node.lineno, f"{name} is made outside {', '.join(READERS_OF[name])}"


def _against_other_readers(module: str, tree: ast.Module) -> Breaches:
    if not _is_in(module, ADAPTERS):
        for line, name in _imports(module, tree):
            if name.startswith(f"{PACKAGE}.foreign."):
                yield line, "JSON from outside is read in an adapter"
    if module != "foreign":
        for node in _nodes(tree):
            match node:
                case ast.Attribute(value=ast.Name(id="json"), attr="load" | "loads"):
                    yield node.lineno, "json.loads is called outside foreign: use read_json"
                case ast.Attribute(attr="validate_json" | "from_json" as name):
                    yield node.lineno, f"{name} refuses half characters: use read_json_as"
        for line, name in _imports(module, tree):
            if name in ("json.load", "json.loads"):
                yield line, "json.loads is imported outside foreign: use read_json"


def _is_in(module: str, homes: tuple[str, ...]) -> bool:
    return any(module == home or module.startswith(f"{home}.") for home in homes)


def _against_other_writers(module: str, tree: ast.Module) -> Breaches:
    """Yield writes into a library, and lock files with other rows, outside of their homes."""
    if not module.startswith("sync.") and not module.startswith("cli."):
        return
    for node in _nodes(tree):
        match node:
            case ast.Call(func=ast.Attribute(value=whose, attr="write" | "write_collections")):
                is_library = ast.unparse(whose).rpartition(".")[2] == "library"
                if is_library and module != "sync.apply.sending":
                    yield node.lineno, "a library is written outside sync.apply.sending"
            case ast.Call(func=ast.Name(id="replace"), args=[whose, *_], keywords=named):
                is_lock = ast.unparse(whose).rpartition(".")[2] in ("lock", "present", "back")
                has_rows = any(one.arg == "rows" for one in named)
                if is_lock and has_rows and module not in LINKS_AFTER_A_RUN:
                    yield node.lineno, "a lock file gets other rows here: say so by Changes.end"


def _against_own_reading(tree: ast.Module) -> Breaches:
    for node in _nodes(tree):
        match node:
            case (
                ast.Call(
                    func=ast.Attribute(value=held, attr="get"),
                    args=[ast.Constant(value=str(name)), *_],
                )
                | ast.Subscript(value=held, slice=ast.Constant(value=str(name)), ctx=ast.Load())
            ):
                is_data = "data" in (getattr(held, "id", ""), getattr(held, "attr", ""))
                if is_data or name in ITEM_PROPERTIES:
                    yield node.lineno, f"{name} is taken out of an item's JSON: ask ItemJson"


def _against_purity(tree: ast.Module) -> Breaches:
    for line, name in _imports("", tree):
        top = name.partition(".")[0]
        if top != PACKAGE and top not in sys.stdlib_module_names:
            yield line, f"{name} is not of the standard library"
        if any(name == impure or name.startswith(f"{impure}.") for impure in IMPURE_MODULES):
            yield line, f"{name} does I/O or is not deterministic"
    for node in _nodes(tree):
        match node:
            case ast.Call(func=ast.Name(id=name)) if name in IMPURE_CALLS:
                yield node.lineno, f"{name}() is called"
            case ast.Attribute(attr=name) if name in CLOCKS:
                yield node.lineno, f".{name} is a hidden input"


def _against_silence(tree: ast.Module) -> Breaches:
    for line, name in _imports("", tree):
        if name in {"os.environ", "os.getenv", "sys.stdout", "sys.stderr", "sys.argv"}:
            yield line, f"{name} is imported outside cli"
    for node in _nodes(tree):
        match node:
            case ast.Call(func=ast.Name(id="print" | "input" as name)):
                yield node.lineno, f"{name}() is called outside cli"
            case ast.Attribute(value=ast.Name(id="os"), attr="environ" | "getenv" as name):
                yield node.lineno, f"os.{name} is read outside cli"
            case ast.Attribute(value=ast.Name(id="sys"), attr="stdout" | "stderr" | "argv" as name):
                yield node.lineno, f"sys.{name} is used outside cli"


def _against_vocabulary(module: str, tree: ast.Module) -> Breaches:
    named = [(1, part) for part in module.split(".")]
    for node in _nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            named.append((node.lineno, node.name))
    for line, name in named:
        words = {word.lower() for word in re.findall(r"[A-Z]?[a-z]+", name)}
        if words & NOT_OUR_WORDS:
            yield line, f"{name} has a word that is not in our vocabulary"


@cache
def _nodes(tree: ast.Module) -> tuple[ast.AST, ...]:
    """Return every node of a module: each rule looks at all of them."""
    return tuple(ast.walk(tree))


@cache
def _imports(module: str, tree: ast.Module) -> tuple[tuple[int, str], ...]:
    """Return line and absolute name of everything imported, `from a import b` as `a.b`."""
    return tuple(_imported(module, tree))


def _imported(module: str, tree: ast.Module) -> Breaches:
    for node in _nodes(tree):
        match node:
            case ast.Import(names=names):
                yield from ((node.lineno, alias.name) for alias in names)
            case ast.ImportFrom(module=origin, names=names, level=level):
                start = ".".join(filter(None, (_climb(module, level), origin)))
                yield from ((node.lineno, f"{start}.{alias.name}") for alias in names)


def _climb(module: str, level: int) -> str:
    if not level:
        return ""
    return ".".join((PACKAGE, *module.split(".")[:-level]))


def _modules() -> list[tuple[str, Path]]:
    """Return every module of the package by its dotted name below it, `a.__init__` for packages."""
    folder = ROOT / PACKAGE
    paths = sorted(folder.rglob("*.py"))
    return [(".".join(path.relative_to(folder).with_suffix("").parts), path) for path in paths]


MODULES = _modules()


@cache
def _read() -> Sequence[structure.Module]:
    return structure.modules()


@cache
def _trees() -> Mapping[str, ast.Module]:
    return {module.name: module.tree for module in _read()}


def test_every_module_keeps_the_architecture() -> None:
    found = {module: violations(module, tree) for module, tree in _trees().items()}

    assert {module: breaches for module, breaches in found.items() if breaches} == {}


def test_every_module_of_the_command_line_has_a_folder() -> None:
    folders = {module.split(".")[1] for module, _ in MODULES if module.startswith("cli.")}

    assert folders == {*FOLDERS_OF_CLI, "__init__"}


@pytest.mark.parametrize("package", ["cli.show", "lookup", "notes"])
def test_the_text_of_a_package_of_many_modules_names_each_of_them(package: str) -> None:
    folder = ROOT.joinpath(PACKAGE, *package.split("."))
    text = (folder / "__init__.py").read_text(encoding="utf-8")
    modules = {path.stem for path in folder.glob("*.py")} - {"__init__"}

    assert modules - {*re.findall(r"`(\w+)`", text)} == set()


def test_every_part_of_the_package_has_a_layer() -> None:
    parts = {module.partition(".")[0] for module, _ in MODULES}

    assert parts <= {*LAYERS, "__init__", "__main__"}


def test_what_speaks_http_has_names_of_its_own() -> None:
    """What both dialects need stands once; what differs between them is called differently."""
    owners: dict[str, list[str]] = {}
    for module, tree in _trees().items():
        for node in tree.body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
                owners.setdefault(node.name, []).append(module)

    speaking = tuple(f"{one}." for one, _ in SEPARATE)
    shared = [
        (name, modules)
        for name, modules in owners.items()
        if len(modules) > 1 and any(module.startswith(speaking) for module in modules)
    ]

    assert shared == []


def imports_between_folders() -> Mapping[str, set[str]]:
    """Return what each folder of a layer (or module beside folders) imports of that layer."""
    names = {module for module, _ in MODULES}
    imported: dict[str, set[str]] = {}
    for module, tree in _trees().items():
        for _, name in _imports(module, tree):
            target = name.removeprefix(f"{PACKAGE}.")
            target = target if target in names else target.rpartition(".")[0]
            one, other = (".".join(part.split(".")[:2]) for part in (module, target))
            if target in names and one != other and one.split(".")[0] == other.split(".")[0]:
                imported.setdefault(one, set()).add(other)
    return imported


def test_folders_depend_one_way() -> None:
    imported = imports_between_folders()

    circles = [folder for folder in imported if folder in _reached(folder, imported)]

    assert circles == []


def _reached(start: str, imported: Mapping[str, set[str]]) -> set[str]:
    found: set[str] = set()
    waiting = [*imported.get(start, ())]
    while waiting:
        if (one := waiting.pop()) not in found:
            found.add(one)
            waiting += imported.get(one, ())
    return found


def test_no_test_uses_mocks() -> None:
    paths = sorted((ROOT / "tests").rglob("*.py"))
    tests = [(path, path.read_text(encoding="utf-8")) for path in paths]

    mocking = [
        f"{path.relative_to(ROOT)}:{line}"
        for path, text in tests
        if "mock" in text  # to parse all of them took a second
        for line, name in _imports("", ast.parse(text))
        if name.startswith(("unittest.mock", "mock."))
    ]

    assert mocking == []


def test_a_function_is_short_or_has_a_reason() -> None:
    lengths = {
        f"{module.name}.{function.name}": length(function)
        for module in _read()
        for function in functions_of(module.tree)
    }

    assert sorted(name for name, lines in lengths.items() if lines > 30) == sorted(LONG)
    assert max(lengths.values()) <= 60


def test_a_name_has_one_owner() -> None:
    found = _read()

    assert structure.doubled_classes(found) == []
    assert structure.doubled_functions(found) == []


def test_a_frozen_class_is_made_the_fast_way() -> None:
    slow = [
        f"{module.name}.{one.name}"
        for module in _read()
        if module.name != f"{PACKAGE}.frozen"
        if ("dataclasses.dataclass" in {name for _, name in _imports(module.name, module.tree)})
        for one in ast.walk(module.tree)
        if isinstance(one, ast.ClassDef)
        and "frozen=True" in "".join(map(ast.unparse, one.decorator_list))
    ]

    assert slow == []


def test_a_regular_expression_of_a_module_is_compiled_when_it_is_used() -> None:
    early = [
        f"{module.name}:{one.lineno}: use zoterodigest.regex.lazy_regex"
        for module in _read()
        for one in _run_by_import(module.tree)
        if isinstance(one, ast.Call) and ast.unparse(one.func) == "re.compile"
    ]

    # Each command imports hundreds and uses few.
    assert early == []


def _run_by_import(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what is run when a module is imported: all but the bodies of functions."""
    for inner in ast.iter_child_nodes(node):
        if not isinstance(inner, ast.FunctionDef | ast.Lambda):
            yield inner
            yield from _run_by_import(inner)


def test_a_command_is_one_module() -> None:
    commands = ROOT / PACKAGE / "cli" / "commands"

    assert [path.name for path in sorted(commands.glob("*_run.py"))] == []


@pytest.mark.parametrize(
    ("module", "source", "breach"),
    [
        ("core.merge", "from zoterodigest.digest import edit", "core imports digest"),
        ("core.merge", "from ..library.port import Library", "core imports library"),
        ("errors", "import zoterodigest.core.values.record", "errors imports core"),
        ("digest.edit", "def get():\n    import zoterodigest.sync", "digest imports sync"),
        ("__init__", "from zoterodigest import sync", "imports sync"),
        ("core.names", "import pydantic", "pydantic is imported outside"),
        ("notes.html", "from pydantic import BaseModel", "pydantic.BaseModel is imported outside"),
        ("library.connect", "import pyzotero", "pyzotero is imported outside"),
        ("library.web.reading", "import httpx2", "httpx2 is imported outside library.http"),
        ("library.web.library", "session.post('items', [], '')", ".post() is called outside"),
        (
            "library.desktop.dialect",
            "from zoterodigest.library.web.dialect import garbled",
            "library.desktop imports library.web",
        ),
        (
            "library.http.session",
            "from zoterodigest.library.desktop.dialect import DesktopDialect",
            "library.http imports library.desktop",
        ),
        ("sync", "from rich.table import Table", "rich.table.Table is imported outside"),
        ("core.names", "import regex", "regex is not of the standard library"),
        ("core.names", "import random", "random does I/O or is not deterministic"),
        ("core.names", "from pathlib import Path", "pathlib.Path does I/O"),
        ("core.names", "from os.path import join", "os.path.join does I/O"),
        ("core.names", "from urllib.request import urlopen", "urllib.request.urlopen does I/O"),
        ("core.names", "text = open('names').read()", "open() is called"),
        ("core.plan", "import datetime\nstamp = datetime.date.today()", ".today is a hidden input"),
        ("digest.edit", "print('edited')", "print() is called outside cli"),
        ("project.config", "import os\nkey = os.environ['KEY']", "os.environ is read outside cli"),
        ("project.config", "from os import getenv", "os.getenv is imported outside cli"),
        ("lookup.cache", "import sys\nsys.stderr.write('miss')", "sys.stderr is used outside cli"),
        ("sync.run", "item = Item('KEY', 0, {}, {})", "Item is made outside"),
        ("sync.gather", "import json\njson.loads('1')", "json.loads is called outside foreign"),
        ("sync.gather", "from json import loads", "json.loads is imported outside foreign"),
        ("lookup.index", "SHAPE.validate_json('1')", "validate_json refuses half characters"),
        ("sync.gather", "from zoterodigest.foreign import read_json", "is read in an adapter"),
        ("cli.closing", "prepared.options.intent in (PUSH, SYNC)", "an intent is compared"),
        ("sync.carry", "bibs = [key for key in keys if is_bib(key)]", "is_bib() is called"),
        ("sync.carry", "key.lower().endswith('.bib')", "'.bib' is asked of a name"),
        ("cli.start", "file.suffix in ('.bib', '.md')", "'.bib' is asked of a name"),
        (
            "sync.run",
            "from zoterodigest.core.values.file_keys import names_bib",
            "outside the edge",
        ),
        ("cli.auth", "from zoterodigest.library.address import EMBEDDED", "EMBEDDED is asked"),
        (
            "sync.gather",
            "from zoterodigest.library.address import EmbeddedAddress",
            "a kind of library is asked",
        ),
        ("sync.gather", "linked.startswith(('group:', 'user:'))", "'user:' is asked"),
        ("cli.auth", "f'desktop:group:{number}'", "'desktop:group:' is asked"),
        ("sync.merging", "home = 'http://zotero.org/users/local/0'", "stands outside library"),
        ("sync.adding", "workspace.library.write(items)", "a library is written outside"),
        ("sync.adding", "library.write_collections(new)", "a library is written outside"),
        ("sync.adding", "lock = replace(gathered.lock, rows=rows)", "gets other rows here"),
        (
            "sync.adding",
            "from zoterodigest.project.log.journal import Journal",
            "Journal is called outside sync.apply",
        ),
        (
            "sync.copying.copy_run",
            "from zoterodigest.sync.apply.sending import Progress, send",
            "send is called outside sync.apply",
        ),
        ("sync.run", "doi = item.data.get('DOI')", "DOI is taken out of an item's JSON"),
        ("cli.show", "kind = one['itemType']", "itemType is taken out of an item's JSON"),
        (
            "cli.base.project_context",
            "from zoterodigest.cli.show import subjects",
            "cli.base imports cli.show",
        ),
        (
            "cli.show.report_names",
            "def told():\n    from zoterodigest.cli.commands.push import run",
            "cli.show imports cli.commands",
        ),
        (
            "cli.commands.push",
            "def run(a, b, c, d, *, e, f, g, h, i): ...",
            "run has 9 parameters",
        ),
        ("cli.commands.push", "import json", "JSON is encoded outside cli.show.encoder"),
        ("core.utils", "", "utils has a word"),
        ("sync", "class PlanManager: ...", "PlanManager has a word"),
        ("sync", "def _process_entries(): ...", "_process_entries has a word"),
    ],
)
def test_the_checker_finds(module: str, source: str, breach: str) -> None:
    assert any(breach in found for found in violations(module, ast.parse(source)))


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("core.merge", "import re\nfrom datetime import date\nfrom zoterodigest.core import link"),
        ("core.merge", "from .link import Link\nfrom ..errors import ZoterodigestError"),
        (
            "library.http",
            "from pyzotero import zotero\nfrom zoterodigest.core.values.record import Item",
        ),
        ("cli.main", "import os\nimport typer\nprint(os.environ['TERM'])"),
        ("library.server", "from http.server import BaseHTTPRequestHandler"),
        ("__init__", "__version__ = '1'"),
    ],
)
def test_the_checker_lets_pass(module: str, source: str) -> None:
    assert violations(module, ast.parse(source)) == []
