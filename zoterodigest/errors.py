"""The root of every error zoterodigest raises on purpose.

    ZoterodigestError
    ├── BadCall              2  a function of the Python API got a value that it does not know
    ├── UnknownFormat        2  no format has this name
    ├── OnlyRead             2  a format says not how an entry is written
    ├── NotInLibrary        10  the library has no such collection or item
    ├── SeveralItems         6  what a person typed fits several items
    ├── NoSuchRun           10  the history has no such run
    ├── NoSingleItem        10  a file links no item, or several
    ├── NothingToOpen       10  an item has no page, no PDF or no entry
    ├── NotRun               7  a person's editor or other program is not there
    ├── NotShownInZotero    14  Zotero does not have the library, or nothing opens its links
    ├── BadAddress           2  the address of a library cannot be understood
    ├── BadSelection         2  --only names an unknown kind
    ├── NotOpen              2  there is nothing to resolve here, or more than one thing
    ├── NotDecided           2  no choice was given, and nobody could be asked for one
    ├── UnknownField         2  no field has this name
    ├── UnclearDigest        2  no digest was chosen for a new paper
    ├── UnclearSection       2  no heading was chosen for new entries
    ├── NoNewFiles           2  a vault's table does not say how a new file is called
    ├── NoSuchFeed           2  the configuration has no such feed
    ├── NotAsked             2  a feed needs arXiv, but lookups are off
    ├── NoDigest             2  no digest was given, and no configuration names one
    ├── NothingToCheck       2  no document or no bibliography was given
    ├── NotADocument         2  a file of this type has no citations
    ├── RefusedKey           2  an item cannot have this citation key
    ├── SameLibrary          2  a library cannot be copied into itself
    ├── NothingLinked        2  no lock file has links with the library to copy
    ├── BadKey              19  this is no API key, or it opens nothing
    ├── BadServeKeys         2  a user to serve has no valid API key
    ├── BadOffer             2  a library to serve is not given as ID or ID=ADDRESS
    ├── TooMuch              5  the guard stopped a plan (law 5)
    ├── NotConfirmed         7  a run needs a person's consent
    ├── NotTaken             7  an editor or merge tool left no result
    ├── BadInput            10  a file has not the expected content
    ├── BadFormula          12  a formula for citation keys cannot be read
    ├── BadBlockTemplate    12  a template for annotations makes no block that can be found again
    ├── BadMapping          11  a format or table in mappings/ is wrong
    ├── BadConfiguration    12  zoterodigest.toml is wrong
    ├── BadLockFile         13  zoterodigest.lock cannot be used
    ├── OtherLibrary        13  zoterodigest.lock links with another library
    ├── NotSyncedYet        13  the Zotero on this computer has not synced yet
    ├── BadLibrary          14  the library cannot be opened or read
    │   ├── LibraryReadOnly 15  it can be read, but refuses every write
    │   ├── KeyRefused      19  the API key, or none, does not open it
    │   ├── NotReached      20  its server does not answer
    │   ├── ServerBusy      21  its server stays busy
    │   ├── ServerFailed    22  its server gives an answer unknown to the Zotero API
    │   ├── AnotherZotero   14  another Zotero than before runs on this computer
    │   └── NoLibraryYet    14  its file has not been created
    ├── CannotWrite         15  a file or folder cannot be written
    ├── SourceChanged       16  a file was changed since it was read
    ├── LibraryChanged      16  the library changed, so a person must see the new plan
    ├── AlreadyRunning      17  another run works on the same project
    ├── AlreadyWatching     17  another watcher runs on the same project
    ├── Unfinished          18  a run was killed, and its writes must be recorded first
    ├── BadJournal          18  the journal of a killed run cannot be read
    ├── PortTaken           24  the port to serve on cannot be used
    ├── NoKeyring           23  the system has no keyring for an API key
    ├── NewerFormat         26  a newer version wrote a file that this one cannot read
    ├── LeadsOutside        25  a project names paths outside of its folder
    └── KeyNotKept          23  the file for the running Zotero's key cannot be written

Each subclass is defined beside the code that raises it; this docstring lists them all.
"""

from __future__ import annotations


class ZoterodigestError(Exception):
    """A problem that a person can understand and act on.

    `str(error)` is one sentence, with `path:line:column` in front if there is a file. `hint` says
    what to do next and may be empty. `choices` are what a person may have meant, each on a line.
    `exit_code` belongs to the class.
    """

    exit_code = 10
    choices: tuple[str, ...] = ()

    def __init__(self, sentence: str, hint: str = "") -> None:
        super().__init__(sentence)
        self.hint = hint


class Stopped(Exception):
    """A person stopped a run (Ctrl-C) after `done` of `total`; the text says how to continue."""

    # Not a KeyboardInterrupt: typer would end the program without a word.

    def __init__(self, verb: str = "", done: int = 0, total: int = 0) -> None:
        reached = f": {done:,} of {total:,} {verb}" if total else ""
        super().__init__(f"Stopped{reached}; run the same command to go on.")


def counted(number: int, one: str, many: str = "") -> str:
    """Return a number with its noun, as sentences say it: `1 entry`, `2,310 entries`."""
    return f"{number:,} {noun_behind(number, one, many)}"


def noun_behind(number: int, one: str, many: str = "") -> str:
    """Return a noun as it stands behind a number: `item` or `items`, `entry` or `entries`."""
    if number == 1:
        return one
    is_changing = one.endswith("y") and one[-2:-1] not in "aeiou"
    return many or (f"{one[:-1]}ies" if is_changing else f"{one}s")
