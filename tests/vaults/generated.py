"""Vaults of any size as people and integrations write them, with the library that they are about.

A seed decides everything. Every value of a note that an edit may change has a name: `render()`
gives the bytes of a note for any values, so a test knows what a file must be after each edit.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from tests.builders import a_key
from zoterodigest.library.port import LibraryItem

Value = str | tuple[str, ...]
Values = Mapping[str, Value]
Spelling = Callable[[Value], str]


@dataclass(frozen=True, slots=True)
class Slot:
    """The place of a value in a note, and how the value is spelled there."""

    name: str
    spelled: Spelling


Piece = str | Slot


@dataclass(frozen=True, slots=True)
class GeneratedNote:
    """A note about the item `key`, by the bytes of its text and the values in it."""

    path: str
    key: str
    form: str
    pieces: tuple[Piece, ...]
    values: Values
    encoded: Callable[[str], bytes]

    @property
    def editable(self) -> tuple[str, ...]:
        """The names of the values that stand in the note."""
        names = (piece.name for piece in self.pieces if isinstance(piece, Slot))
        return tuple(dict.fromkeys(names))

    def render(self) -> bytes:
        """Return the bytes of the note."""
        return self.encoded("".join(map(self._text, self.pieces)))

    def with_value(self, name: str, value: Value) -> GeneratedNote:
        """Return the note after an edit of one value."""
        return replace(self, values={**self.values, name: value})

    def _text(self, piece: Piece) -> str:
        return piece if isinstance(piece, str) else piece.spelled(self.values[piece.name])


@dataclass(frozen=True, slots=True)
class Paper:
    """What the library and the notes say of a paper."""

    number: int
    key: str
    citekey: str
    values: Values

    def item(self) -> LibraryItem:
        """Return the item of the library."""
        data = {"itemType": "journalArticle", "citationKey": self.citekey}
        fields = {name: item_value(name, value) for name, value in self.values.items()}
        return LibraryItem(self.key, 0, {**data, **{FIELDS[k]: v for k, v in fields.items()}})


FIELDS = {
    "title": "title",
    "authors": "creators",
    "year": "date",
    "venue": "publicationTitle",
    "doi": "DOI",
}
"""The field of an item for each value of a record."""


def item_value(name: str, value: Value) -> object:
    """Return a value as the item holds it."""
    if name != "authors":
        return value
    named = (one.rsplit(" ", 1) for one in value)
    return [
        {"creatorType": "author", "firstName": first, "lastName": last} for first, last in named
    ]


# --- spellings -----------------------------------------------------------------------------------


def plain(value: Value) -> str:
    assert isinstance(value, str)
    return value


def in_signs(before: str, after: str) -> Spelling:
    return lambda value: f"{before}{plain(value)}{after}"


def joined(between: str, each: str = "{}", before: str = "", after: str = "") -> Spelling:
    return lambda value: before + between.join(each.format(one) for one in value) + after


def last_first(value: Value) -> str:
    return "; ".join(", ".join(reversed(one.rsplit(" ", 1))) for one in value)


QUOTED = in_signs('"', '"')
SINGLE = in_signs("'", "'")
FLOW = joined(", ", '"{}"', "[", "]")
BARE_FLOW = joined(", ", "{}", "[", "]")
BLOCK = joined("", "\n  - {}")
LINKED = joined("", '\n  - "[[{}]]"')
COMMAS = joined(", ")
LINKS = joined(", ", "[[{}]]")


# --- papers and paragraphs -----------------------------------------------------------------------

# fmt: off
WORDS = (
    "attention", "memory", "graphs", "images", "proteins", "weather", "markets", "speech", "robots",
    "proofs", "languages", "molecules", "networks", "galaxies", "rivers", "crowds", "signals",
)
PEOPLE = (
    "Ada Lovelace", "Grace Hopper", "Kurt Gödel", "Emmy Noether", "Alan Mathison Turing",
    "Sofja Kowalewskaja", "Claude Shannon", "Barbara Liskov", "Fei-Fei Li", "Chien-Shiung Wu",
    "José Álvarez", "Marie Curie",
)
# fmt: on


def a_paper(number: int, rng: random.Random) -> Paper:
    people = tuple(rng.sample(PEOPLE, rng.randint(1, 4)))
    year = str(rng.randint(1950, 2026))
    about = " and ".join(rng.sample(WORDS, 2))
    citekey = f"{people[0].split()[-1].lower()}{year}{about.split()[0]}{number}"
    values: Values = {
        "title": f"On the Study of {about.title()} by Method {number}",
        "authors": people,
        "year": year,
        "venue": f"Journal of {rng.choice(WORDS).title()} Research",
        "doi": f"10.{4000 + number}/{about.split()[-1]}.{number}",
    }
    ascii_key = citekey.encode("ascii", "ignore").decode()
    return Paper(number, a_key(number), ascii_key, values)


PARAGRAPHS = (
    "What I take from it: § is the point, and the rest follows.",
    "See [[Other notes]] and [[@else2020|this]], where § stands in *another* light.",
    "- The first point\n- The second point with § in it\n\t- and one below",
    "- [ ] Try § at home\n- [x] Read the appendix",
    "> [!note] Mine\n> A callout that says § to me.",
    "> A quotation with § in it.",
    "1. First §\n2. Then the others",
    "```python\nvalue = compute('§')\n```",
    "With $x_1 + y^2$ and § beside it. ^block",
    "| Model | Score |\n|---|---|\n| § | 1.0 |",
    "A sentence with a #topic/sub and §, as [@else2020, p. 3] has it.",
    "![[figure.png]]\nThe figure shows § well.",
)
"""Paragraphs of a person; the sign stands for the words that an edit changes."""


def paragraph(name: str, kind: str) -> list[Piece]:
    """Return a paragraph whose words have a name."""
    first, _, rest = kind.partition("§")
    return [first, Slot(name, plain), rest]


def paragraphs(numbers: Sequence[int], rng: random.Random, between: str = "\n\n") -> list[Piece]:
    found: list[Piece] = []
    for place, number in enumerate(numbers):
        found += [between] if place else []
        found += paragraph(f"text {number}", rng.choice(PARAGRAPHS))
    return found


# --- the forms of notes --------------------------------------------------------------------------

Built = tuple[str, list[Piece]]
Form = Callable[[Paper, random.Random], Built]


def front(*pairs: tuple[str, str | Slot], end: str = "---") -> list[Piece]:
    """Return front matter of keys and values."""
    found: list[Piece] = ["---\n"]
    for key, value in pairs:
        is_block = isinstance(value, Slot) and value.spelled in (BLOCK, LINKED)
        found += [f"{key}:" if is_block else f"{key}: ", value, "\n"]
    return [*found, f"{end}\n"]


def zotero_integration(paper: Paper, rng: random.Random) -> Built:
    quote = rng.choice([QUOTED, SINGLE])
    head = front(
        (rng.choice(["citekey", "citeKey", "Citation Key", "cite-key"]), paper.citekey),
        ("title", Slot("title", quote)),
        ("authors", Slot("authors", rng.choice([FLOW, BLOCK, LINKED, COMMAS]))),
        ("first-author", plain(paper.values["authors"][0]).split()[-1]),
        ("year", Slot("year", rng.choice([plain, QUOTED, in_signs('"[[', ']]"')]))),
        ("journal", Slot("venue", plain)),
        ("tags", "[one, to-read]"),
        ("status", "reading  # my own"),
    )
    return f"Literature/@{paper.citekey}.md", [
        *head,
        "# ",
        Slot("title", plain),
        "\n\n> [!abstract]-\n> What the publisher says of it.\n\n",
        "## My notes\n%% begin notes %%\n",
        *paragraphs(range(rng.randint(2, 5)), rng),
        "\n%% end notes %%\n\n# Annotations%% begin annotations %%\n\n",
        "### Imported on 2026-03-02\n\n",
        f"> “a mark” Yellow Highlight [Page 2]({annotation(paper, 2)})\n",
        "%% end annotations %%\n\n%% Import Date: 2026-03-02T10:15:33.120+01:00 %%\n",
    ]


def annotation(paper: Paper, page: int) -> str:
    file, mark = a_key(7000 + paper.number), a_key(8000 + paper.number)
    return f"zotero://open-pdf/library/items/{file}?page={page}&annotation={mark}"


def by_zotero_link(paper: Paper, rng: random.Random) -> Built:
    key, shape = rng.choice(
        [
            ("zotero", '"[Open](zotero://select/library/items/{})"'),
            ("desktopLink", "zotero://select/library/items/{}"),
            ("Zotero URI", "zotero://select/items/1_{}"),
            ("zotero-link", "https://www.zotero.org/users/5512345/items/{}"),
        ]
    )
    return f"Papers/{plain(paper.values['title']).replace(' ', '_')}.md", [
        *front(
            ("title", Slot("title", plain)),
            ("aliases", f'["@{paper.citekey}"]'),
            (key, shape.format(paper.key)),
            ("author", Slot("authors", rng.choice([last_first, BARE_FLOW, BLOCK]))),
            ("DOI", Slot("doi", rng.choice([plain, in_signs("https://doi.org/", "")]))),
            ("publication", Slot("venue", QUOTED)),
            ("date", Slot("year", plain)),
        ),
        *paragraphs(range(rng.randint(1, 4)), rng),
        "\n\n```bibtex\n@article{x,\n  title = {Nothing}\n}\n```\n\n![[paper.pdf]]\n",
    ]


def zotlit(paper: Paper, rng: random.Random) -> Built:
    block = f"^{a_key(8000 + paper.number)}a{a_key(7000 + paper.number)}p4"
    return f"ZotLit/{paper.citekey}.md", [
        *front(
            ("zotero-key", paper.key),
            ("zt-attachments", '["17"]'),
            ("title", Slot("title", QUOTED)),
            ("citekey", paper.citekey),
        ),
        *paragraphs([0, 1], rng),
        f"\n\n> [!note] Page 4\n> \n> a mark\n> \n> ---\n> its comment\n> {block}\n\n",
        *paragraphs([2], rng),
        "\n",
    ]


def zotlit_managed(paper: Paper, rng: random.Random) -> Built:
    return f"ZotLit/{paper.citekey}.md", [
        *front(("zotero-key", paper.key), ("citekey", paper.citekey)),
        *paragraphs([0, 1], rng),
        "\n\n%%zt-managed%%\nWhat the tool writes.\n%%/zt-managed%%\n\n",
        *paragraphs([2], rng),
        "\n",
    ]


def citations(paper: Paper, rng: random.Random) -> Built:
    """Front matter that no YAML reader takes: it is never written."""
    return f"Reading notes/@{paper.citekey}.md", [
        f"---\ntitle: {paper.values['title']}\nauthors: Somebody, Somebody Else\nyear: 2001\n---\n",
        *paragraphs(range(rng.randint(1, 3)), rng),
        "\n",
    ]


def bibnotes(paper: Paper, rng: random.Random) -> Built:
    link = f"zotero://select/library/items/{paper.key}"
    return f"Bib/{paper.citekey}.md", [
        "## Metadata\n- **CiteKey**: ", paper.citekey,
        "\n- **Type**: preprint\n- **Title**: ", Slot("title", plain),
        ",\n- **Author**: ", Slot("authors", last_first),
        "\n- **Journal**: ", Slot("venue", plain), ",\n- **Year**: ", Slot("year", plain),
        f"\n\n## Files and Links\n- **zotero entry**: [Zotero]({link})\n\n----\n## Comments\n\n",
        *paragraphs(range(rng.randint(1, 4)), rng),
        "\n\n----\n## Extracted Annotations\n"
        f"- *“a mark”* [(p. 3)]({annotation(paper, 3)})\n",
    ]  # fmt: skip


def mdnotes(paper: Paper, rng: random.Random) -> Built:
    return f"Mdnotes/{paper.citekey}.md", [
        "# ", Slot("title", plain), "\n\n* Item Type: [[Article]]\n* Authors: ",
        Slot("authors", LINKS), "\n* Cite key: ", paper.citekey, "\n* Tags: #a-b #c\n\n",
        "## Notes\n\n",
        *paragraphs(range(rng.randint(1, 4)), rng),
        "\n",
    ]  # fmt: skip


def zotflow(paper: Paper, rng: random.Random) -> Built:
    key = a_key(8000 + paper.number)
    return f"Source/My Library/@{paper.citekey}.md", [
        *front(
            ("zotflow-locked", "true"),
            ("citationKey", paper.citekey),
            ("title", Slot("title", QUOTED)),
            ("creators", Slot("authors", BARE_FLOW)),
            ("publication", Slot("venue", plain)),
            ("year", Slot("year", plain)),
            ("doi", Slot("doi", plain)),
            ("library-id", "5512345"),
            ("zotero-key", paper.key),
            ("item-version", "812"),
        ),
        "<!-- ZF_PERSIST_BEG_reading -->\n",
        *paragraphs([0, 1], rng),
        f"\n<!-- ZF_PERSIST_END_reading -->\n\n<!-- ZF_NOTE_BEG_{key} -->\nA note in Zotero.\n",
        f"<!-- ZF_NOTE_END_{key} -->\n",
    ]


def logseq(paper: Paper, rng: random.Random) -> Built:
    link = f"[Local library](zotero://select/library/items/{paper.key})"
    return f"pages/@{paper.citekey}.md", [
        f"title:: @{paper.citekey}\noriginal-title:: ", Slot("title", plain),
        "\nauthors:: ", Slot("authors", LINKS), "\ndoi:: ", Slot("doi", plain),
        "\npublication-title:: ", Slot("venue", rng.choice([QUOTED, plain])),
        f"\nitem-type:: [[journalArticle]]\nlinks:: {link}\n\n",
        "- [[Abstract]]\n\t- What the publisher says.\n- ## Reading\n  collapsed:: true\n\t- One ",
        Slot("text 0", plain), " here.\n\t- Two ", Slot("text 1", plain),
        "\n\t  background-color:: yellow\n",
    ]  # fmt: skip


def dataview(paper: Paper, rng: random.Random) -> Built:
    return f"Dataview/{paper.citekey} notes.md", [
        "# ", Slot("title", plain), "\n\n> [!info]\n> **Citekey**:: ", paper.citekey,
        "\n> **Year**:: ", Slot("year", plain), "\n> **Venue**:: ", Slot("venue", plain),
        "\n\n## Notes\n\n",
        *paragraphs(range(rng.randint(1, 4)), rng),
        "\n",
    ]  # fmt: skip


def zettlr(paper: Paper, rng: random.Random) -> Built:
    return f"zettel/2026{paper.number:08}.md", [
        *front(
            ("# of my Zettelkasten\ntitle", Slot("title", QUOTED)),
            ("citekey", f'"@{paper.citekey}"'),
            ("author", Slot("authors", BLOCK)),
            ("keywords", "\n  - one\n  - two"),
            end=rng.choice(["---", "..."]),
        ),
        "\n",
        *paragraphs(range(rng.randint(1, 4)), rng),
        "\n\n---\n\nBelow a rule.\n",
    ]


def hugo(paper: Paper, rng: random.Random) -> Built:
    return f"content/papers/{paper.number}.md", [
        "+++\ntitle = ", Slot("title", QUOTED), "\ndate = 2026-01-05T09:00:00Z\ndraft = false\n",
        "authors = ", Slot("authors", FLOW), f'\ncitekey = "{paper.citekey}"\n+++\n\n',
        *paragraphs(range(rng.randint(1, 4)), rng),
        "\n",
    ]  # fmt: skip


FORMS: tuple[Form, ...] = (
    zotero_integration, by_zotero_link, zotlit, zotlit_managed, citations, bibnotes, mdnotes,
    zotflow, logseq, dataview, zettlr, hugo,
)  # fmt: skip

OTHERS = {
    "Templates/Literature.md": "---\ntitle: {{title}}\ncitekey: {{citekey}}\n---\n{{abstract}}\n",
    "Daily/2026-01-05.md": "Read two papers, https://doi.org/10.4001/x.1 and [@else2020].\n",
    "Maps/Reading MOC.md": "- [[@lovelace2001graphs1]]\n- zotero://select/library/items/ABCD2345\n",
    "Authors/Ada Lovelace.md": "---\ntags: [person]\n---\n\nShe wrote notes.\n",
    "Ideas.md": "# Ideas\n\nNothing here is about one paper.\n",
}
"""Files that are no notes of a paper."""


def in_bytes(rng: random.Random, has_front: bool) -> Callable[[str], bytes]:
    """Return how a text becomes the bytes of a file: ends of lines, and a byte order mark."""
    end = "\r\n" if rng.random() < 0.2 else "\n"
    mark = b"\xef\xbb\xbf" if has_front and rng.random() < 0.1 else b""
    return lambda text: mark + text.replace("\n", end).encode()


def a_vault(count: int, seed: int) -> tuple[tuple[Paper, ...], tuple[GeneratedNote, ...]]:
    """Return papers and one note of each, of all forms in turn."""
    rng = random.Random(seed)
    papers, notes = [], []
    for number in range(1, count + 1):
        paper = a_paper(number, rng)
        form = FORMS[number % len(FORMS)]
        if form is citations:
            paper = replace(paper, values={**paper.values, "title": f"Title: Part {number}"})
        path, pieces = form(paper, rng)
        texts = {
            piece.name: f"thought {number}q{place} of mine"
            for place, piece in enumerate(pieces)
            if isinstance(piece, Slot) and piece.name.startswith("text")
        }
        encoded = in_bytes(rng, str(pieces[0]).startswith(("---", "+++")))
        values = {**paper.values, **texts}
        papers.append(paper)
        notes.append(GeneratedNote(path, paper.key, form.__name__, tuple(pieces), values, encoded))
    return tuple(papers), tuple(notes)


def other_value(name: str, value: Value) -> Value:
    """Return what a person makes of a value; of that again another one."""
    if name == "authors":
        return (*value[1:], f"Hannah {'Maria ' * value.count('Hannah Arendt')}Arendt")
    text = plain(value)
    match name:
        case "title":
            return text.replace("Study", "New Study").replace("Part", "New Part")
        case "year":
            return str(int(text) - 1)
        case "venue":
            return f"New {text}"
        case "doi":
            return f"{text}.b"
        case _:
            return f"über & under {text}"
