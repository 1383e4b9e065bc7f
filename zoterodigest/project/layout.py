"""A project: the folder that holds digests, their configuration, the lock file and the state."""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import Path

from zoterodigest.core.values.file_keys import (
    BibKey,
    DigestKey,
    FileKey,
    SourceKey,
    file_key,
    is_conflict_copy,
    names_bib,
)
from zoterodigest.frozen import dataclass
from zoterodigest.project.config import (
    CONFIG_FILE,
    FOLDER,
    PLACEHOLDER,
    BadConfiguration,
    BibliographyRules,
    Configuration,
    DigestRules,
    load_configuration,
)
from zoterodigest.project.dated_files import DatedFiles, date_in
from zoterodigest.project.files import STATE_FOLDER, BadInput, stand_in, without_stand_in
from zoterodigest.project.walks import Walks, real_path, real_paths


@dataclass(frozen=True, slots=True)
class Digest:
    """One digest file of a project, its rules applied to it.

    `key` is its path as the lock file and the plan name it: relative to the project, with `/` on
    every system. `collection` is the path of its collection, outermost first.
    """

    path: Path
    key: DigestKey
    name: str
    collection: tuple[str, ...]
    rules: DigestRules


@dataclass(frozen=True, slots=True)
class BibFile:
    """One .bib of a project, which need not exist yet; `key` names it as a digest's does."""

    path: Path
    key: BibKey
    rules: BibliographyRules

    @property
    def is_two_way(self) -> bool:
        """Whether its entries take part in a sync, beyond being exported."""
        return self.rules.push is not False or self.rules.pull is not False


@dataclass(frozen=True, slots=True)
class ProjectFolder:
    """A folder and its configuration; without a `zoterodigest.toml`, the defaults."""

    root: Path
    configuration: Configuration
    is_configured: bool

    @classmethod
    def load(cls, config_path: Path) -> ProjectFolder:
        """Read the project of the `zoterodigest.toml` at `config_path`."""
        path = _absolute(config_path)
        return cls(path.parent, load_configuration(path), is_configured=True)

    @classmethod
    def implicit(cls, digests: Sequence[Path]) -> ProjectFolder:
        """Return the project of digests without configuration: it lies in their common folder."""
        folders = [str(_absolute(path).parent) for path in digests]
        return cls(Path(os.path.commonpath(folders)), Configuration(), is_configured=False)

    @property
    def config_path(self) -> Path:
        """Where its configuration stands or would stand."""
        return self.root / CONFIG_FILE

    @property
    def lock_path(self) -> Path:
        """Where its lock file stands or will stand."""
        return self.root / self.configuration.lock

    @property
    def state_folder(self) -> Path:
        """What this machine alone keeps; it may not exist."""
        return self.root / STATE_FOLDER

    @property
    def journal_path(self) -> Path:
        """Where the journal of a run stands."""
        return self.state_folder / "journal.jsonl"

    @property
    def values_folder(self) -> Path:
        """Where the texts that bases stand for are kept."""
        return self.state_folder / "values"

    @property
    def format_folders(self) -> tuple[Path, ...]:
        """Where formats of the person's own lie."""
        return tuple(self.root / folder for folder in self.configuration.formats.folders)

    def paths_there(self, keys: Iterable[SourceKey]) -> list[Path]:
        """Return the paths of those of these digests whose files are there, in order of keys."""
        return [path for key in sorted(keys) if (path := self.root / key).is_file()]

    def digests(self, given: Sequence[Path] = (), walks: Walks | None = None) -> tuple[Digest, ...]:
        """Return the digests `given`, or all that are configured if none is, each once, in order.

        The first `[[digest]]` that names a file gives its rules; a file of a vault only one may
        name. A file without one has the defaults, and so has a file of a `[[feed]]`, which is
        configured as soon as it is there. A pattern passes over the .bib files that are configured,
        and one of lists over conflict copies: in a vault, readers know these by their names.
        A configured path that matches no file stands for the file that is missing. Of two names of
        one file, by a symbolic link, the first counts. What `walks` know of the disk is not asked
        of it again. Raises `BadConfiguration` if a digest's collection needs a date that its path
        does not show, or if a vault's file is named twice.
        """
        configured: dict[Path, DigestRules] = {}
        bibs = {bib.path for bib in self.bibliographies()}
        for rules in self.configuration.digests:
            for path in matching_files(self.root, rules.path, walks):
                if (path in bibs and glob.has_magic(rules.path)) or _is_copy(path, rules):
                    continue
                first = configured.setdefault(path, rules)
                if first is not rules and (first.is_vault or rules.is_vault):
                    raise self._named_twice(path, first, rules)
        # Behind the configured ones: a `[[digest]]` that names a feed's file gives its rules.
        for path in self._fed():
            configured.setdefault(path, DigestRules(path=_key(self.root, path)))
        found: dict[str, Digest] = {}
        for path in given:
            if path.name.isspace():  # a file may be called so, but no configuration can name it
                raise BadInput(path, "no name of a file", "Give the path of a Markdown file.")
        meant = [*map(_absolute, given)] if given else [*configured]
        for path, real in zip(meant, real_paths([*map(str, meant)]), strict=True):
            rules = configured.get(path) or DigestRules(path=_key(self.root, path))
            # By the real path: two names of one file must not become two digests of it.
            found.setdefault(real, self._digest(path, rules))
        return tuple(found.values())

    def conflict_copies(self) -> Iterator[Path]:
        """Yield the files that patterns of lists match, and that a cloud made of another file."""
        for rules in self.configuration.digests:
            found = matching_files(self.root, rules.path)
            yield from (path for path in found if _is_copy(path, rules))

    def _named_twice(self, path: Path, *rules: DigestRules) -> BadConfiguration:
        first, second = (f'"{one.path}"' for one in rules)
        reason = (
            f'{first} and {second} both name {_key(self.root, path)}; with entry = "file", a file '
            "belongs to one [[digest]]"
        )
        return BadConfiguration(self.config_path, "digest", reason)

    def _fed(self) -> Iterator[Path]:
        """Yield the files of feeds that are there."""
        for feed in self.configuration.feeds:
            files = DatedFiles(self.root, feed.digest)
            dated = [path for _, path in files.present()]
            yield from map(_absolute, dated)
            if not files.names and (self.root / feed.digest).is_file():
                yield _absolute(self.root / feed.digest)

    def bibliographies(self) -> tuple[BibFile, ...]:
        """Return the .bib files that are configured, each once, in order; the first rules count."""
        found: dict[Path, BibFile] = {}
        for rules in self.configuration.bibliographies:
            path = _absolute(self.root / rules.path)
            found.setdefault(real_path(path), BibFile(path, BibKey(_key(self.root, path)), rules))
        return tuple(found.values())

    def bib_file(self, path: Path) -> BibFile:
        """Return the .bib at `path` as it is configured; if it is not, all of the library is in it.

        `path` must end in .bib.
        """
        present = _absolute(path)
        for bib in self.bibliographies():
            if real_path(bib.path) == real_path(present):
                return bib
        key = BibKey(_key(self.root, present))
        return BibFile(present, key, BibliographyRules(path=key, items="library"))

    def key_of(self, path: Path) -> FileKey:
        """Return what the lock file, the plan and the history call the file at `path`."""
        return file_key(_key(self.root, _absolute(path)))

    def former_collection(self, key: str) -> tuple[str, ...]:
        """Return the collection of the digest `key` whose file is gone; empty if it had no name."""
        try:
            return self._digest(_absolute(self.root / key), self.former_rules(key)).collection
        except BadConfiguration:
            return ()

    def file_of_vault(self, rules: DigestRules, name: str) -> Digest | None:
        """Return a file of this name in a vault's folder, which need not be there.

        None if it would belong to no digest, or to another one.
        """
        path = _absolute(self.root / folder_before_pattern(rules.path) / name)
        is_own = self.former_rules(_key(self.root, path)) is rules
        return self._digest(path, rules) if is_own else None

    def former_rules(self, key: str) -> DigestRules:
        """Return the rules that held for the digest `key`, whose file is gone."""
        fitting = (one for one in self.configuration.digests if would_match(key, one.path))
        # Rules are made only where none fit: for 5,000 notes that took 40 ms.
        return next(fitting, None) or DigestRules(path=key)

    def _digest(self, path: Path, rules: DigestRules) -> Digest:
        key = DigestKey(_key(self.root, path))
        known = {"name": _shown(path.stem)}
        # The name first: a collection may be called by it.
        is_stem = rules.name == "{name}"
        name = known["name"] if is_stem else self._filled(rules.name, known | date_in(key), key)
        if rules.is_vault and rules.collection is None:
            return Digest(path, key, name, _collection_of_vault(self.root, rules.path), rules)
        known = {"name": name} | date_in(key)
        pattern = rules.collection or "{name}"
        levels = [self._filled(level, known, key).strip() for level in pattern.split("/")]
        if FOLDER in levels:
            at = levels.index(FOLDER)
            levels[at : at + 1] = self._folders(path, rules)
        return Digest(path, key, name, tuple(filter(None, levels)), rules)

    def _folders(self, path: Path, rules: DigestRules) -> list[str]:
        """Return the folders of a file below the one below which all files of its rules lie."""
        top = _absolute(self.root / folder_before_pattern(rules.path))
        folder = path.parent
        below = folder.relative_to(top).parts if folder.is_relative_to(top) else ()
        return [_shown(one).strip() for one in below]

    def _filled(self, pattern: str, known: dict[str, str], key: str) -> str:
        missing = [name for name in PLACEHOLDER.findall(pattern) if name not in known]
        if missing:
            reason = f"{{{missing[0]}}} needs a date in the file's path, and {key} has none"
            raise BadConfiguration(self.config_path, "digest", reason)
        return PLACEHOLDER.sub(lambda found: known[found[1]], pattern)


def _is_copy(path: Path, rules: DigestRules) -> bool:
    """Tell whether a pattern of lists matches a conflict copy."""
    return is_conflict_copy(path.name) and not rules.is_vault and glob.has_magic(rules.path)


def by_kind(files: Iterable[Path]) -> tuple[list[Path], list[Path]]:
    """Return the digests (or documents) and the bibliographies among files that were named."""
    digests: list[Path] = []
    bibs: list[Path] = []
    for file in files:
        (bibs if names_bib(file.name) else digests).append(file)
    return digests, bibs


def _absolute(path: Path | str) -> Path:
    return Path(os.path.abspath(path))  # noqa: PTH100  (symlinks in it stay as they are named)


def _shown(name: str) -> str:
    """Return a file's name as text; bytes in it that are no UTF-8 become replacement signs."""
    return re.sub("[\ud800-\udfff]", "\ufffd", name)


# Once for all files of a vault.
@lru_cache(maxsize=16)
def _collection_of_vault(root: Path, pattern: str) -> tuple[str, ...]:
    """Return the one collection of all files of a vault: it is called like their folder."""
    folder = _absolute(root / folder_before_pattern(pattern))
    return tuple(filter(None, [_shown(folder.name).strip()]))


def _key(root: Path, path: Path) -> str:
    # As text: to compare the parts of the paths takes 0.05 s for 5,000.
    text, inside = path.as_posix(), root.as_posix().rstrip("/") + "/"
    if text.startswith(inside):
        return text[len(inside) :] or "."
    return Path(os.path.relpath(path, root)).as_posix()


def matching_files(root: Path, pattern: str, walks: Walks | None = None) -> list[Path]:
    """Return the file named `pattern`, or else the files that match it, sorted.

    A file for which only a stand-in of iCloud is there is among them: reading it says so.
    """
    if not glob.has_magic(pattern) or (root / pattern).exists():
        return [_absolute(root / pattern)]
    walks = walks or Walks()
    found = {os.path.abspath(one.path) for one in walks.matches(root, pattern) if one.is_file}  # noqa: PTH100
    for one in walks.matches(root, pattern_of_stand_ins(pattern)):
        path = _absolute(one.path)
        found.add(str(path.with_name(without_stand_in(path.name))))
    return [Path(path) for path in sorted(found, key=_parts)]


def _parts(path: str) -> list[str]:
    """Return the parts of a path as `Path` compares them."""
    return os.path.normcase(path).split(os.sep)  # noqa: PTH206  (as above)


def pattern_of_stand_ins(pattern: str) -> str:
    """Return the pattern of the stand-ins that iCloud has for files that match `pattern`."""
    folder, sign, name = pattern.rpartition("/")
    return folder + sign + stand_in(name)


def folder_before_pattern(pattern: str) -> str:
    """Return the folder below which all files of a pattern lie; "" for the project's own."""
    levels = pattern.replace("\\", "/").split("/")[:-1]
    fixed = next((at for at, level in enumerate(levels) if glob.has_magic(level)), len(levels))
    return "/".join(levels[:fixed])


def would_match(key: str, pattern: str) -> bool:
    """Tell whether a file of this path in a project would match, if it were there."""
    # `**/` stands for no folder at all as well.
    return fnmatchcase(key, pattern) or fnmatchcase(key, pattern.replace("**/", ""))
