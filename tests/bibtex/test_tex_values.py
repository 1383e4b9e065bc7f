"""Values of records as TeX: what an export writes, and what reads back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.bibtex.items import BIBLATEX, BIBTEX, a_paper, a_person, an_item, entry_of
from tests.bibtex.test_export import EXAMPLES, HARD, ROOT, SHARED, items_of
from zoterodigest.bibtex.edit.edit import TEX_FIELDS, EditedBib, TexSlot, put_bib, tex_of
from zoterodigest.bibtex.export.bib_style import write_bib
from zoterodigest.bibtex.export.entry import BibEntry
from zoterodigest.bibtex.facts.rules import Style, bib_rules
from zoterodigest.bibtex.tiles.scanner import scan
from zoterodigest.core.values.record import EMPTY, Fields, Names, Value, is_empty
from zoterodigest.library.records.reading import read_item
from zoterodigest.library.records.zotero import ZoteroMapping

RULES = bib_rules()
HOMES = {
    "title": ("title",),
    "authors": ("author",),
    "venue": ("journal", "journaltitle", "booktitle"),
    "year": ("year", "date"),
    "pages": ("pages",),
    "doi": ("doi",),
}
PAPERS = [
    *HARD,
    a_paper(title="β-VAE: $L_0$ for 3D", proceedingsTitle="CVPR", pages="12–19", DOI="10.1/A_b"),
    a_paper(
        creators=[a_person("Garcia", "José"), a_person("OpenAI")], proceedingsTitle="Rare & Co"
    ),
    an_item(publicationTitle="TPAMI", date="2021-03-04", creators=[a_person("Li", "Fei, Jr.")]),
    *(item for name in EXAMPLES for item in items_of(ROOT / "examples" / f"{name}.md")),
]


def _fields(data: dict[str, object]) -> dict[str, Value]:
    """Return the fields of an item that an entry can show, those that say something."""
    fields = read_item(data, ZoteroMapping())[0]
    told = {name: value for name, value in fields.items() if not is_empty(value)}
    return {n: v for n, v in told.items() if n in TEX_FIELDS and (n, v) != ("venue", "arXiv")}


def _exported(entry: BibEntry, fields: Fields) -> Iterator[tuple[str, str]]:
    """Yield the fields that an export writes one by one, with their TeX."""
    texts = dict(entry.fields)
    for name in fields:
        home = next((home for home in HOMES[name] if home in texts), None)
        if home:
            yield name, texts[home][:4] if home == "date" else texts[home]


@pytest.mark.parametrize("style", [BIBTEX, BIBLATEX], ids=["bibtex", "biblatex"])
def test_a_value_is_written_as_an_export_writes_it(style: Style) -> None:
    for data in PAPERS:
        fields = _fields(data)
        year = fields.get("year", EMPTY)
        slot = TexSlot(style, RULES, year=year if isinstance(year, str) else "")

        written = {name: tex_of(name, value, slot) for name, value in fields.items()}

        for name, tex in _exported(entry_of(data, style), fields):
            assert written[name] == tex


@pytest.mark.parametrize("is_venue_short", [False, True])
def test_a_venue_stays_short_where_the_standing_one_is(is_venue_short: bool) -> None:
    names = ("ICCV", "Proceedings of the IEEE/CVF International Conference on Computer Vision")
    slot = TexSlot(BIBTEX, RULES, names[not is_venue_short], "2021")

    tex = tex_of("venue", "ICML", slot)

    assert tex == "ICML" if is_venue_short else tex.endswith("Conference on Machine Learning")


def test_a_truncated_list_ends_in_others_and_nothing_is_nothing() -> None:
    slot = TexSlot(BIBTEX, RULES)

    assert tex_of("authors", Names(("José van Berg", "OpenAI"), True), slot) == (
        r"van Berg, Jos{\'e} and {OpenAI} and others"
    )
    assert tex_of("authors", EMPTY, slot) == tex_of("pages", "", slot) == ""


@pytest.mark.skipif(not SHARED.is_dir(), reason="the digests lie beside the checkout")
@pytest.mark.parametrize(
    ("style", "step"),
    [
        (BIBTEX, 8),
        pytest.param(BIBTEX, 1, marks=pytest.mark.deep),
        pytest.param(BIBLATEX, 1, marks=pytest.mark.deep),
    ],
)
def test_what_digests_say_can_be_put_into_an_entry_and_is_in_step_then(
    style: Style, step: int
) -> None:
    paths = sorted(path for path in SHARED.glob("*.md") if path.stem.islower())
    values = [_fields(data) for path in paths for data in items_of(path)][::step]
    keys = [f"k{number}" for number in range(len(values))]
    empty = [BibEntry(_type_for(fields), key, ()) for key, fields in zip(keys, values, strict=True)]
    changes = dict(zip(keys, values, strict=True))

    edited = put_bib(scan(write_bib(empty).encode()), changes, style, RULES)

    assert [values[int(one.key[1:])][one.field] for one in edited.refusals] == []
    assert put_bib(scan(edited.source), changes, style, RULES) == EditedBib(edited.source)


def _type_for(fields: Fields) -> str:
    return "inproceedings" if "venue" in fields else "misc"
