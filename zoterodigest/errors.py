"""The root of every error zoterodigest raises on purpose.

    ZoterodigestError
    ├── UnknownFormat        2  no format has the name asked for
    ├── NotInLibrary        10  the library has no collection or item asked for
    ├── NoSuchRun           10  the history holds no run that was asked for
    ├── BadAddress           2  the address of a library cannot be understood
    ├── BadSelection         2  what --only names is none of its kinds
    ├── NotOpen              2  what is to be resolved is not open, or more than one thing
    ├── NotDecided           2  nobody said, or could be asked, what is to hold
    ├── UnknownField         2  what was given as the name of a field is none
    ├── UnclearDigest        2  nobody said which digest a new paper is to go into
    ├── UnclearSection       2  nobody said under which heading new entries are to stand
    ├── NoSuchFeed           2  the configuration has no feed of this name, or none at all
    ├── NotAsked             2  a feed needs arXiv, and nothing is to be looked up
    ├── NoDigest             2  no digest is given, and no file here names any
    ├── NothingToCheck       2  no document that cites is named, or no bibliography
    ├── NotADocument         2  a file to be read for citations is of a type that has none
    ├── RefusedKey           2  an item cannot be given this citation key
    ├── SameLibrary          2  a library was to be copied into itself
    ├── NothingLinked        2  no lock file links with the library that is to be copied
    ├── BadKey              19  what was given is no API key, or opens nothing
    ├── BadServeKeys         2  a user to be served has no API key, or it is none
    ├── BadOffer             2  what is to be served is not named as ID or ID=ADDRESS
    ├── TooMuch              5  the guard stopped a plan (law 5)
    ├── NotConfirmed         7  a run needs a person's consent and did not get it
    ├── NotTaken             7  an editor or merge tool left nothing to be taken
    ├── BadInput            10  a file cannot be read as what it should be
    ├── BadFormula          12  a formula for citation keys cannot be read
    ├── BadMapping          11  a format or table in mappings/ is wrong
    ├── BadConfiguration    12  zoterodigest.toml is wrong
    ├── BadLockFile         13  zoterodigest.lock cannot be used
    ├── OtherLibrary        13  zoterodigest.lock links with another library
    ├── NotSyncedYet        13  the Zotero on this computer does not tell its account yet
    ├── BadLibrary          14  the library cannot be opened or read
    │   ├── LibraryReadOnly 15  it can be read, but refuses every write
    │   ├── KeyRefused      19  the API key, or none, does not open it
    │   ├── NotReached      20  its server does not answer
    │   ├── ServerBusy      21  its server asks again and again to come back later
    │   ├── ServerFailed    22  its server answers what no server of Zotero's does
    │   ├── AnotherZotero   14  another Zotero runs on this computer than before
    │   └── NoLibraryYet    14  its file has not been created
    ├── CannotWrite         15  a file or folder refuses to be written
    ├── SourceChanged       16  a file is no longer as it was read
    ├── LibraryChanged      16  the library changed so much that the plan is to be shown anew
    ├── AlreadyRunning      17  another run is at work on the same project
    ├── Unfinished          18  a run was killed, and what it wrote must be recorded first
    ├── BadJournal          18  the journal of a killed run cannot be read
    ├── PortTaken           24  the port to serve on cannot be used
    ├── NoKeyring           23  the system has no keyring that keeps an API key
    ├── NewerFormat         26  a newer version wrote a file that this one cannot read
    ├── LeadsOutside        25  a project names paths outside of its folder that nobody allowed
    └── KeyNotKept          23  the file for the running Zotero's key cannot be written

Each subclass stands beside the code that raises it; this docstring is their register.
"""

from __future__ import annotations


class ZoterodigestError(Exception):
    """A problem that a person can understand and act on.

    `str(error)` is one sentence, with `path:line:column` in front where there is one; `hint` says
    what to do next and may be empty; `exit_code` belongs to the class.
    """

    exit_code = 10

    def __init__(self, sentence: str, hint: str = "") -> None:
        super().__init__(sentence)
        self.hint = hint


class Stopped(Exception):
    """A person stopped a run (Ctrl-C) after `done` of `total`; it says so and how to go on.

    It is no KeyboardInterrupt: the command line library ends the program on one, in silence.
    """

    def __init__(self, verb: str = "", done: int = 0, total: int = 0) -> None:
        reached = f": {done:,} of {total:,} {verb}" if total else ""
        super().__init__(f"Stopped{reached}; run the same command to go on.")
