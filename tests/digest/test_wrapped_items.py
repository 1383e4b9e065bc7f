"""Entries that go on behind their first line: titles over two lines, quotes below titles."""

from __future__ import annotations

import pytest

from tests.digest.corpus import read
from zoterodigest.core.values.record import Names
from zoterodigest.digest.read.document import Document
from zoterodigest.digest.write.edit import put_digest

URL = "https://arxiv.org/abs/2303.08268"
HEADS = {
    "quotes": f'* **Nick**: "Chat with the Environment:\n  A Title", *IROS 2023*. [[Paper]({URL})]',
    "curly quotes": f"- “Chat with the Environment:\n  A Title”, IROS 2023. [[Paper]({URL})]",
    "a link": f"1. [Chat with the\n   Environment: A\n   Title]({URL}), IROS 2023.",
    "a reference": (
        f"- Zhao, X., & Li, M. (2023).\n  Chat with the Environment: A Title.\n  In *IROS*. {URL}"
    ),
    "bold": f"+ **Chat with the Environment: A\nTitle** [[IROS 2023]({URL})]",
}


def entries(text: str) -> Document:
    return read(f"# Papers\n\n{text}\n".encode())


@pytest.mark.parametrize("name", HEADS)
def test_a_title_over_several_lines_is_read(name: str) -> None:
    (entry,) = entries(HEADS[name]).entries

    assert entry.title == "Chat with the Environment: A Title"
    assert (entry.first, entry.last) == (2, 2 + HEADS[name].count("\n"))
    assert entry.reading.fields["arxiv"] == "2303.08268"
    assert entry.problems == ()


@pytest.mark.parametrize("name", HEADS)
def test_an_edit_of_its_title_changes_the_words_alone(name: str) -> None:
    document = entries(HEADS[name].replace("\n", "\r\n"))

    edited = put_digest(document, {0: {"title": "Chat with the Environment: A Story"}}, read)

    assert edited.refusals == ()
    assert edited.source == document.source.replace(b"Title", b"Story")


def test_an_edit_over_the_break_takes_it_away() -> None:
    document = entries(HEADS["quotes"])

    edited = put_digest(document, {0: {"title": "Chat with Robots in a Title"}}, read)

    assert b'"Chat with Robots in a Title", *IROS' in edited.source


def test_what_is_read_on_one_line_is_read_so() -> None:
    text = f'- **[A title of a paper]({URL})** says "this\n  and that" of it\n'

    (entry,) = entries(text).entries

    assert entry.title == "A title of a paper"
    assert b"\n" not in entry.slots[0].text.data


@pytest.mark.parametrize(
    "text",
    [
        # a hard break, a blank line, another item, a heading
        f'- "Chat with the  \n  Environment", IROS 2023. [[Paper]({URL})]',
        f'- "Chat with the\n\n  Environment", IROS 2023. [[Paper]({URL})]',
        f'- "Chat with the\n- Environment", IROS 2023. [[Paper]({URL})]',
        f'- "Chat with the\n# Environment", IROS 2023. [[Paper]({URL})]',
    ],
)
def test_a_line_that_ends_is_not_joined(text: str) -> None:
    assert "Chat with the Environment" not in [it.title for it in entries(text).entries]


QUOTED_BELOW = """\
# Papers

**Counting Owls by Ear**
> *Ada Lovelace<sup>1</sup>, Kurt Gödel* \\
> arXiv 2022. [[Paper](https://arxiv.org/abs/2210.13695)] \\
> 24 Oct 2022

**Counting Mice by Ear**
> *Grace Hopper, Kurt Gödel* \\
> ICML 2022. [[Paper](https://arxiv.org/abs/2210.05274)] \\
> 11 Oct 2022

A text by nobody.
> A quotation of [somebody](https://example.org/) in 2022.
"""


def test_the_quote_right_below_a_title_belongs_to_it() -> None:
    first, second = read(QUOTED_BELOW.encode()).entries
    assert (first.title, second.title) == ("Counting Owls by Ear", "Counting Mice by Ear")
    assert first.reading.fields["authors"] == Names(("Ada Lovelace", "Kurt Gödel"))
    assert (second.reading.fields["venue"], second.reading.fields["date"]) == ("ICML", "2022-10-11")


def test_an_edit_in_a_quote_below_a_title_changes_its_line_alone() -> None:
    document = read(QUOTED_BELOW.encode())
    new = Names(("Grace Hopper", "Emmy Noether"))
    edited = put_digest(document, {1: {"authors": new}}, read)
    assert edited.refusals == ()
    expected = QUOTED_BELOW.replace("Grace Hopper, Kurt Gödel", "Grace Hopper, Emmy Noether")
    assert edited.source.decode() == expected


CITED = """\
# Papers

- <a name="Ada24"></a>Lovelace, A., Gödel, K.,  
*[Counting Owls by Ear in the Dark](https://doi.org/10.1000/1)*,  
IEEE Trans. Biomed. Circuits Syst. (TBCAS), 12(4):860-870, 2024. [PDF](https://a.org/1.pdf)
    - [Code](https://github.com/ada/owls)
    - <a name="Ada22"></a>Lovelace, A.  
*[Counting Mice by Ear in the Dark](https://doi.org/10.1000/2)*,  
Int. Conf. Owls, Mice and Machines (OMM), 2022, pp. 12-14.
- [Lovelace et al., TBCAS 2024](#Ada24),  
*Counting Owls by Ear in the Dark*.
- Hopper, G., Noether, E.,<br/>
[Compilers for Birds of the Night](https://doi.org/10.1000/3),<br/>
Front. Neurosci. (2016), 10:115.
"""


def test_authors_title_and_venue_may_each_have_a_line_of_an_item() -> None:
    owls, mice, birds = read(CITED.encode()).entries

    assert owls.title == "Counting Owls by Ear in the Dark"
    assert owls.reading.fields["authors"] == Names(("Lovelace, A.", "Gödel, K."))
    assert owls.reading.fields["venue"] == "IEEE Trans. Biomed. Circuits Syst. (TBCAS)"
    assert mice.reading.fields["venue"] == "Int. Conf. Owls, Mice and Machines (OMM)"
    assert mice.reading.fields["year"] == "2022"
    assert birds.reading.fields["authors"] == Names(("Hopper, G.", "Noether, E."))
    assert (birds.reading.fields["venue"], birds.reading.fields["year"]) == (
        "Front. Neurosci.",
        "2016",
    )


def test_a_paper_below_another_is_an_entry_if_its_authors_come_first_too() -> None:
    owls, mice, _ = read(CITED.encode()).entries

    assert (owls.first, owls.last) == (2, 5)
    assert (mice.first, mice.last) == (6, 8)


def test_a_link_to_a_place_in_the_file_is_no_title() -> None:
    assert "et al" not in " ".join(it.title for it in read(CITED.encode()).entries)


def test_an_edit_of_a_line_of_an_item_changes_that_line_alone() -> None:
    document = read(CITED.encode())

    edited = put_digest(document, {1: {"title": "Counting Rats by Ear in the Dark"}}, read)

    assert edited.refusals == ()
    assert edited.source.decode() == CITED.replace("Mice by Ear", "Rats by Ear")
