"""Manners of lists in the wild: what each entry says is read, and no more."""

from __future__ import annotations

from typing import Any

import pytest

from tests.digest.corpus import read
from zoterodigest.core.values.record import is_empty
from zoterodigest.digest.read.report import entry_json

U = "https://arxiv.org/abs/1706.03762"
DOI = "https://doi.org/10.1145/142750.142769"


def stated(text: str) -> list[dict[str, Any]]:
    """What is read of the entries of a list: title, authors, venue, year, summary, short title."""
    found = [entry_json(entry) for entry in read(f"## Birds\n\n{text}\n".encode()).entries]
    names = ("title", "short_title", "authors", "venue", "year", "summary")
    return [{name: one[name] for name in names if one[name]} for one in found]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        # A year in parentheses before the venue.
        (
            f"- **Counting Owls with Code** (2023), MSR'23, Wren, Ada, et al. [[pdf]]({U})",
            {"title": "Counting Owls with Code", "authors": ["Wren, Ada"]}
            | {"venue": "MSR", "year": 2023},
        ),
        (
            "- **Counting Owls with Code** (2024), TOSEM, Sun et al.",
            {"title": "Counting Owls with Code", "authors": ["Sun"], "venue": "TOSEM"}
            | {"year": 2024},
        ),
        # "by" on the line of authors.
        (
            f"* **A Calculus for Owls** (LMCS 2024)  \n  by Ada Wren, Bo van den Berg, and Cy Kite"
            f"  \n  ([doi]({DOI}))\n  ([pdf]({U}))",
            {"title": "A Calculus for Owls", "venue": "LMCS", "year": 2024}
            | {"authors": ["Ada Wren", "Bo van den Berg", "Cy Kite"]},
        ),
        # Last names and a year behind a dash.
        (
            f"- [A Crash Course in Owls]({U}) - Wren, Finch, de Kite (2022)",
            {"title": "A Crash Course in Owls", "authors": ["Wren", "Finch", "de Kite"]}
            | {"year": 2022},
        ),
        (
            f"- [A Crash Course in Owls]({U}) - Wren et al. (2022) [[Video](https://y.example)]",
            {"title": "A Crash Course in Owls", "authors": ["Wren"], "year": 2022},
        ),
        (
            f"- [Causal Owls in the Presence of Herons]({DOI}) - Tern Tern, VanderWren (2012)",
            {"title": "Causal Owls in the Presence of Herons", "year": 2012}
            | {"authors": ["Tern Tern", "VanderWren"]},
        ),
        # A journal in italics with its year, in parentheses.
        (
            f"- [Basic Models of Owls]({DOI}) (_Statistics Surveys_, 2017).",
            {"title": "Basic Models of Owls", "venue": "Statistics Surveys", "year": 2017},
        ),
        (
            f"- [From Owls to Networks]({DOI}) (*Programming Historian*, 2015)",
            {"title": "From Owls to Networks", "venue": "Programming Historian", "year": 2015},
        ),
        # The year before the venue, in two digits.
        (
            f"- Counting Owls in Time Series | **[19-IJCAI]** | [`[pdf]`]({U})",
            {"title": "Counting Owls in Time Series", "venue": "IJCAI", "year": 2019},
        ),
        # Names as medical journals write them.
        (
            f"- [Smart Pools for Owls]({U}). Wren L, Finch Y, Kite J, Heron P. OSDI '17.",
            {"title": "Smart Pools for Owls", "venue": "OSDI", "year": 2017}
            | {"authors": ["Wren L", "Finch Y", "Kite J", "Heron P"]},
        ),
        # A name in quotation marks before a linked title.
        (
            f'- "Strix": [A Next-Generation Owl Platform]({U}). Ada Wren, Bo Finch.',
            {"title": "A Next-Generation Owl Platform", "authors": ["Ada Wren", "Bo Finch"]},
        ),
        # Journals of any name behind authors.
        (
            f"3. **Transfer Learning of Owls**, *Ada Wren, Bo Finch*, Theoretical and Applied Owl"
            f" Mechanics, 2020. [[paper]({U})]",
            {"title": "Transfer Learning of Owls", "authors": ["Ada Wren", "Bo Finch"]}
            | {"venue": "Theoretical and Applied Owl Mechanics", "year": 2020},
        ),
        (
            f"4. **Owls in Power**, *Ada Wren, Bo Finch*,  Electric Owl Systems Research, 2022."
            f" [[paper]({U})]",
            {"title": "Owls in Power", "authors": ["Ada Wren", "Bo Finch"]}
            | {"venue": "Electric Owl Systems Research", "year": 2022},
        ),
        (
            f"5. **Owls in Space**, *Ada Wren, Yi-fan Chen*, **NIPS**, 2021. [[paper]({U})]",
            {"title": "Owls in Space", "authors": ["Ada Wren", "Yi-fan Chen"]}
            | {"venue": "NIPS", "year": 2021},
        ),
        # The number of an article in the place of its pages.
        (
            f'Ada Wren, Bo Finch. "Ten Rules for Owls" PLOS Comp Bio 13: e1005412 (2017). {U}',
            {"title": "Ten Rules for Owls", "authors": ["Ada Wren", "Bo Finch"]}
            | {"venue": "PLOS Comp Bio", "year": 2017},
        ),
        # Citations as the ACM has them, with editors and the publisher's place.
        (
            "- Ada Wren and Bo Finch. 1992. **Beyond Being Owls**. In Proceedings of the SIGBIRD"
            " Conference on Wings in Computing Systems (BIRD '92), Cy Kite, and Di Heron (Eds.)."
            f" ACM, New York, NY, USA, 119-125. DOI: {DOI}",
            {"title": "Beyond Being Owls", "authors": ["Ada Wren", "Bo Finch"], "year": 1992}
            | {"venue": "Proceedings of the SIGBIRD Conference on Wings in Computing Systems"},
        ),
        (
            "- Ada Wren. 1993. **Interacting with Owls**. Commun. ACM 36, 7 (July 1993), 87-96."
            f" DOI={DOI}",
            {"title": "Interacting with Owls", "authors": ["Ada Wren"], "year": 1993}
            | {"venue": "Commun. ACM"},
        ),
        # Citations as GB/T 7714 has them.
        (
            "* Wren A, Finch B, et al. <b>A Survey on Owls[J]</b>. arXiv preprint"
            f" arXiv:1706.03762, 2024. [Link]({U})",
            {"title": "A Survey on Owls", "authors": ["Wren A", "Finch B"], "year": 2024}
            | {"venue": "arXiv preprint"},
        ),
        (
            f"* Wren A, Finch B. <b>Owl Networks[J]</b>. Applied Owls, 2023, 11(13): 2867-2870."
            f" [Link]({DOI})",
            {"title": "Owl Networks", "authors": ["Wren A", "Finch B"], "year": 2023}
            | {"venue": "Applied Owls"},
        ),
        (
            "* Wren A, Finch B. <b>Owl Data: A Dataset[C]</b>//2022 IEEE International Conference"
            f" on Big Data (Big Data). IEEE, 2022: 6676-6677. [Link]({DOI})",
            {"title": "Owl Data: A Dataset", "authors": ["Wren A", "Finch B"], "year": 2022}
            | {"venue": "IEEE International Conference on Big Data"},
        ),
        # A linked short name before the title, and one in brackets within the link.
        (
            f"- [DynaOwl]({U}) : Optimizing Multi-Task Training through Nests | EuroSys '24",
            {"title": "Optimizing Multi-Task Training through Nests", "short_title": "DynaOwl"}
            | {"venue": "EuroSys", "year": 2024},
        ),
        (
            f"* [[UCT] Exploration in Owls (IJCAI 2016)]({U})",
            {"title": "Exploration in Owls", "short_title": "UCT", "venue": "IJCAI", "year": 2016},
        ),
        # Authors before a title in quotation marks, and commas between all.
        (
            f'* Ada Wren, Bo Finch, Cy Kite, "Owl Tables for Birds", ICCV, 2015, [[Paper]({U})]',
            {"title": "Owl Tables for Birds", "authors": ["Ada Wren", "Bo Finch", "Cy Kite"]}
            | {"venue": "ICCV", "year": 2015},
        ),
        # Authors, title and venue parted by nothing but commas.
        (
            f"* Ada Wren, Bo M. Finch and Cy Kite, Owl Learning: A Survey, JAIR, 1996. [pdf]({U})",
            {"title": "Owl Learning: A Survey", "authors": ["Ada Wren", "Bo M. Finch", "Cy Kite"]}
            | {"venue": "JAIR", "year": 1996},
        ),
        # An arXiv id with its category and year is no venue.
        (
            f"8. **Owl Equations**, *Ada Wren, Bo Finch*, arXiv:1706.03762 [physics], 2021."
            f" [[paper]({U})]",
            {"title": "Owl Equations", "authors": ["Ada Wren", "Bo Finch"], "year": 2021},
        ),
        # A short name behind a bar.
        (
            "| Paper | Published in |\n|---|---|\n| Learning Owls for Search｜**DSSM** | CIKM |",
            {"title": "Learning Owls for Search", "short_title": "DSSM", "venue": "CIKM"},
        ),
        (
            "| Paper | Published in |\n|---|---|\n| Deep Owls for Search \\| **DeepOwl** | CIKM |",
            {"title": "Deep Owls for Search", "short_title": "DeepOwl", "venue": "CIKM"},
        ),
        # All names behind "by" are authors, also with two capitals in one of them.
        (
            f"* <[Learning to Hoot]({U})>, by Fang-I Hsiao, Jui-Hsuan Kuo, Min Sun, "
            "NIPS 2018 Workshop.",
            {"title": "Learning to Hoot", "venue": "NIPS Workshop", "year": 2018}
            | {"authors": ["Fang-I Hsiao", "Jui-Hsuan Kuo", "Min Sun"]},
        ),
        (
            f"* <[Learning to Hoot]({U})> by Pim de Haan, Ada Wren, 2019.",
            {"title": "Learning to Hoot", "authors": ["Pim de Haan", "Ada Wren"], "year": 2019},
        ),
        # Volume and number of a page belong to no venue.
        (
            f"- Wren A, Kite C. **Owls at Night**. Science 348: 1261359. [pdf]({U})",
            {"title": "Owls at Night", "authors": ["Wren A", "Kite C"], "venue": "Science"},
        ),
        (
            f"- Wren A, Kite C. **Owls at Night**. Nature 521: 436–444, 2015. [pdf]({U})",
            {"title": "Owls at Night", "authors": ["Wren A", "Kite C"], "venue": "Nature"}
            | {"year": 2015},
        ),
        # A short name before a quoted title, a sentence without capitals below.
        (
            f'* OWL-2: "Hearing Mice by Night" ICCV. [[Paper]]({U})\n\n    不同的模型，新的方法。',
            {"title": "Hearing Mice by Night", "short_title": "OWL-2", "venue": "ICCV"}
            | {"summary": "不同的模型，新的方法。"},
        ),
        # The month of arXiv is no year.
        (
            "#### [Owls Hear Mice at Night](https://arxiv.org/abs/2010.03072)\n\narXiv 2010\n\n"
            "They do.",
            {"title": "Owls Hear Mice at Night", "venue": "arXiv", "summary": "They do."},
        ),
        (
            "#### [Owls Hear Mice at Night](https://arxiv.org/abs/1909.09552)\n\n"
            "arXiv 1909; ICLR 2020\n\nThey do.",
            {"title": "Owls Hear Mice at Night", "venue": "ICLR", "year": 2020}
            | {"summary": "They do."},
        ),
        # A way back to the top of the page is no text of the last entry.
        (
            f"#### [Owls Hear Mice at Night]({U})\nECCV 2024\n\n[(back to the top)](#top)",
            {"title": "Owls Hear Mice at Night", "venue": "ECCV", "year": 2024},
        ),
        # A category of arXiv is no venue.
        (
            "- **Owls Carry Mice**\n  Ada Wren, Cy Kite\n"
            "  _2026-02-10_ · https://arxiv.org/abs/2602.09991v1 · `cs.RO`\n",
            {"title": "Owls Carry Mice", "authors": ["Ada Wren", "Cy Kite"], "year": 2026},
        ),
        # Tags in code font stand before the authors.
        (
            f"1. **Owls Change at Night.** SIGIR, 2022. [paper]({U})\n\n    `Night`, `Owl Life`\n\n"
            "    *Ada Wren, Cy Kite*",
            {"title": "Owls Change at Night", "authors": ["Ada Wren", "Cy Kite"]}
            | {"venue": "SIGIR", "year": 2022},
        ),
        # An abstract folded under a name in bold, and links that stand two blanks deep.
        (
            "### 9. Counting Owls by Ear\n**Authors**: Ada Wren, Cy Kite\n"
            "<details span>\n<summary><b>Abstract</b></summary>\nWe count.\n</details>\n\n"
            f"  [📄 Paper]({U}) | [💻 Code](https://github.com/a/b)",
            {"title": "Counting Owls by Ear", "authors": ["Ada Wren", "Cy Kite"]},
        ),
        # A short name in bold within the link of a title in a table.
        (
            f"| Date | Paper |\n| --- | --- |\n| 2023.11 | [**OWL** — Counting Owls by Ear]({U}) |",
            {"title": "Counting Owls by Ear", "short_title": "OWL", "year": 2023},
        ),
        # Named blanks before the badges below an entry, and badges at the end of its first line.
        (
            f"1. [**Counting Owls by Ear.**]({U}) _Ada Wren, Cy Kite, Eve Fox._ Arxiv 2024. "
            "[![Stars](https://img.shields.io/s)](https://github.com/a/b)\n"
            "    &nbsp;&nbsp; [![Badge](https://img.shields.io/p)](https://a.example.org/)",
            {"title": "Counting Owls by Ear", "authors": ["Ada Wren", "Cy Kite", "Eve Fox"]}
            | {"venue": "Arxiv", "year": 2024},
        ),
        (
            f"- [2023/08] **Owls by Ear.** *Ann Bee (ASU), Cy Kite (MIT). arXiv.* [[pdf]({U})]",
            {"title": "Owls by Ear", "authors": ["Ann Bee", "Cy Kite"]}
            | {"venue": "arXiv", "year": 2023},
        ),
        (
            "- [2023/08] **Counting Owls by Ear.** *Ann Bee (ASU, Amazon) et al. arXiv.* [[paper](https://arxiv.org/abs/2308.14296)]",
            {"title": "Counting Owls by Ear", "authors": ["Ann Bee"]}
            | {"venue": "arXiv", "year": 2023},
        ),
        # A date or a venue behind a title, or before it, with no marks.
        (
            f"- [Owls Hear Mice at Night. 2020-06-22]({U})",
            {"title": "Owls Hear Mice at Night", "year": 2020},
        ),
        (f"- [Owls Hear Mice Late. 2020]({U})", {"title": "Owls Hear Mice Late", "year": 2020}),
        (
            f"- [Owls - Mice at Night - CVPR - 2018]({U})",
            {"title": "Owls - Mice at Night", "venue": "CVPR", "year": 2018},
        ),
        (
            f"- [(2019-04) Owls Hear No Mice]({U})",
            {"title": "Owls Hear No Mice", "year": 2019},
        ),
        (
            f"- ACL'23 Oral Owls of the Far North [[arxiv]({U})]",
            {"title": "Owls of the Far North", "venue": "ACL", "year": 2023},
        ),
        (
            f"- [Herons Wait for Owls MLSys' 2022]({U})",
            {"title": "Herons Wait for Owls", "venue": "MLSys", "year": 2022},
        ),
        (
            f"| Paper | Code |\n|---|---|\n| [Owls of the North (CVPR 2023)]({U}) | - |",
            {"title": "Owls of the North", "venue": "CVPR", "year": 2023},
        ),
        # These are words of a title.
        (
            f"- [NIPS 2016 Tutorial: Owls in Trees]({U})",
            {"title": "NIPS 2016 Tutorial: Owls in Trees"},
        ),
        (f"- [Owls in Orwell's 1984]({U})", {"title": "Owls in Orwell's 1984"}),
        (
            f"- [Herons Wait for Owls. 2016-02. AISTATS 2017.]({U})",
            {"title": "Herons Wait for Owls", "venue": "AISTATS", "year": 2017},
        ),
        # What a title means in Chinese, behind it in brackets.
        (
            f"**Owls Hear Mice at Dusk(猫头鹰听老鼠 OWL)**<br>\n[paper]({U}) ｜ [a]({DOI})<br>",
            {"title": "Owls Hear Mice at Dusk"},
        ),
        (
            f"[2]Owls Hear Mice at Dusk(猫头鹰) (**Oral**)<br>\n[paper]({U})<br><br>",
            {"title": "Owls Hear Mice at Dusk"},
        ),
        # Authors and links on a line below that is not indented.
        (
            f"8. (2021 NeurIPS) **Causal Models of Herons.**\n_Ada Wren, Bo Finch_. [[pdf]({U})]",
            {"title": "Causal Models of Herons", "authors": ["Ada Wren", "Bo Finch"]}
            | {"venue": "NeurIPS", "year": 2021},
        ),
        # A short name before a title: plain before a link, in brackets before a bold one.
        (
            f"* 3D-OWL - [Owls in Three Dimensions]({U}) ([github](https://github.com/a/b))",
            {"title": "Owls in Three Dimensions", "short_title": "3D-OWL"},
        ),
        (
            f"- :fire: [OWL-3, 175B] **Owls are few-shot hunters**, NeurIPS 2020 [[paper]({U})]",
            {"title": "Owls are few-shot hunters", "short_title": "OWL-3, 175B"}
            | {"venue": "NeurIPS", "year": 2020},
        ),
        # Bold in HTML, an anchor, venues in italics or as the name of the link.
        (
            f"<b>Owls from One View (2018 CVPR)</b> [[Paper]]({U})",
            {"title": "Owls from One View", "venue": "CVPR", "year": 2018},
        ),
        (
            f'- <a name="todo"></a> Owls Learn All Day (**ICML 2026**) [[paper]({U})]',
            {"title": "Owls Learn All Day", "venue": "ICML", "year": 2026},
        ),
        (
            f"* Owls Hear Mice in Grass, in *IJCAI* 2022. [paper]({U})",
            {"title": "Owls Hear Mice in Grass", "venue": "IJCAI", "year": 2022},
        ),
        (
            f"* Owls Hear Mice in Trees, _ECCV_ 2022: [Paper]({U}) [Github](https://github.com/a/b)",
            {"title": "Owls Hear Mice in Trees", "venue": "ECCV", "year": 2022},
        ),
        (
            f"* Owls Hear Mice: A Study (best paper award): [NeurIPS19]({U})",
            {"title": "Owls Hear Mice: A Study", "venue": "NeurIPS", "year": 2019},
        ),
        # A whole citation as the name of the link.
        (
            '- [Wren, Ada A., and Bo Roe. "Causal owls." arXiv preprint arXiv:1706.03762 (2019)]'
            f"({U})",
            {"title": "Causal owls", "authors": ["Wren, Ada A.", "Bo Roe"]}
            | {"venue": "arXiv preprint", "year": 2019},
        ),
        (
            f'- [Ada Wren, Bo Finch. "Owls: A Survey", Bee Record Volume 51, Issue 4, 2022]({U})',
            {"title": "Owls: A Survey", "authors": ["Ada Wren", "Bo Finch"]}
            | {"venue": "Bee Record", "year": 2022},
        ),
        # What follows a quotation in a title is no person.
        (
            f"- Owls Do Not Hear 'Naturally' in Bird Dialog [[arXiv]({U})]",
            {"title": "Owls Do Not Hear 'Naturally' in Bird Dialog"},
        ),
        # A sentence about a numbered title in its cell, parted by two blanks.
        (
            "| **Paper** | **Links** |\n|---|---|\n"
            f"| 1) The Illusion of Owls  Looks into what owls can and cannot do. | [Paper]({U}) |",
            {"title": "The Illusion of Owls"}
            | {"summary": "Looks into what owls can and cannot do."},
        ),
        # Authors on a line above the title, which ends in a comma.
        (
            f'- <a name="wren22"></a>El Wren, Z., Finch, S.A.,  \n*[Owls at High Speed]({U})*,  \n'
            "Journal of Owls, 2022. [PDF](https://a.example/p.pdf).",
            {"title": "Owls at High Speed", "authors": ["El Wren, Z.", "Finch, S.A."]}
            | {"venue": "Journal of Owls", "year": 2022},
        ),
        # Names that publishers have, too.
        (
            f"- [Owls of the Night]({U}), Li Wren, Francis E.H.Roe, Otto Kaufmann, Tao Kite, 2019",
            {"title": "Owls of the Night", "year": 2019}
            | {"authors": ["Li Wren", "Francis E.H.Roe", "Otto Kaufmann", "Tao Kite"]},
        ),
        # A venue in italics right behind the last author.
        (
            f"- Owls and Labels in Forests.\n  [[pdf]]({U})\n  - Ada Wren, Bo Finch *IJCNN 2020*",
            {"title": "Owls and Labels in Forests", "authors": ["Ada Wren", "Bo Finch"]}
            | {"venue": "IJCNN", "year": 2020},
        ),
        # Quotation marks within a title, a name with a small word, a year that is no nickname.
        (
            f"- [Dont Just Chase “Lit Owls” in Dark Woods: A View]({U})",
            {"title": "Dont Just Chase “Lit Owls” in Dark Woods: A View"},
        ),
        (
            f"- Owls and Labels. Ada nath Wren, Bo Finch. [[pdf]({U})]",
            {"title": "Owls and Labels", "authors": ["Ada nath Wren", "Bo Finch"]},
        ),
        (f"- [2023 bioRxiv Owls] **Owls Hear All** [[pdf]({U})]", {"title": "Owls Hear All"}),
        # Authors first, the title below them, quoted before a venue or plain.
        (
            '- **FCA:** Ada Wren, Bo Finch.<br />\n\n  "FCA: A Full Owl." AAAI(2022)\n\n'
            f"  [[pdf]({U})]",
            {"title": "FCA: A Full Owl", "authors": ["Ada Wren", "Bo Finch"]}
            | {"venue": "AAAI", "year": 2022},
        ),
        (
            f"- Ada Wren, Bo Finch:\n\n  A Fusion Attack on Owls with Data.\n\n  [[paper]({U})]",
            {"title": "A Fusion Attack on Owls with Data", "authors": ["Ada Wren", "Bo Finch"]},
        ),
        (
            f"- Owls Are Not Bugs, They Are Birds\n\n  Ada Wren, Bo Finch\n\n  [[paper]({U})]",
            {"title": "Owls Are Not Bugs, They Are Birds", "authors": ["Ada Wren", "Bo Finch"]},
        ),
        # A year and a venue before a linked title, and a short name before one in angle brackets.
        (
            f"- 2019 CVPR workshop [Owls at Noon in Trees]({U})",
            {"title": "Owls at Noon in Trees", "venue": "CVPR workshop", "year": 2019},
        ),
        (
            f"* [OWL-D] <[Owls at Eve in Trees]({U})> by Ada Wren and Bo Finch, ICLR 2020.",
            {"title": "Owls at Eve in Trees", "short_title": "OWL-D", "year": 2020}
            | {"authors": ["Ada Wren", "Bo Finch"], "venue": "ICLR"},
        ),
    ],
)
def test_what_an_entry_says_is_read(text: str, wanted: dict[str, Any]) -> None:
    assert stated(text) == [wanted]


@pytest.mark.parametrize(
    ("text", "titles"),
    [
        # A year or a venue in bold right above a list of papers.
        (
            f"**2026**\n- [Owls Hear Mice at Night]({U})\n- [Herons Wait at Dawn]({DOI})\n\n"
            f"**ICRA**\n- Owls Carry Mice Home [[paper]({U})]\n- Terns Fly Far [[paper]({DOI})]",
            [
                "Owls Hear Mice at Night",
                "Herons Wait at Dawn",
                "Owls Carry Mice Home",
                "Terns Fly Far",
            ],
        ),
        # A list of links, above it a key that is unknown, below an entry that has none.
        (
            f"**Owls Hear Mice at Night**\n[{U}]({U})\n\n"
            f"**Herons Wait at Dawn**\n\n- intro: ICCV 2017\n- arxiv: [{U}]({U})\n\n"
            f"**Terns Fly Far**\n\n- intro: by Ada Wren\n- memo: long\n- arxiv: [{U}]({U})",
            ["Owls Hear Mice at Night", "Herons Wait at Dawn", "Terns Fly Far"],
        ),
        # Titles with their venues in parentheses, and no links.
        (
            "* Owl Learning: Toward a Database that Hears (SIGMOD 2017)\n"
            "* Logical Optimizations for Owl Queries (VLDB 2025)",
            ["Owl Learning: Toward a Database that Hears", "Logical Optimizations for Owl Queries"],
        ),
        # Linked titles on lines of their own below a topic.
        (
            f"- Owls by query\n\n    [REALM: Augmented Owls]({U})\n\n    [Nearest Owls]({DOI})",
            ["REALM: Augmented Owls", "Nearest Owls"],
        ),
        # Links in boxes, behind badges, in a column of another name.
        (
            "| Date | Paper | Links & More |\n|---|---|---|\n"
            f"| 07-29 | **Owls 3: Open Models for Birds**<br><sub>Moss</sub> |"
            f" <div style='x'>[![a](b.svg)]({U})</div><div>[![s](s.svg)](s/1.md) |",
            ["Owls 3: Open Models for Birds"],
        ),
        # Two addresses in one cell.
        (
            f"| Title | Means | preprint |\n|---|---|---|\n| *Owls I and II* | NN | {U} {DOI} |\n"
            "| *Owl Spectra from Networks* | NN | https://arxiv.org/abs/1203.1695 |",
            ["Owls I and II", "Owl Spectra from Networks"],
        ),
    ],
)
def test_entries_are_found(text: str, titles: list[str]) -> None:
    assert [one["title"] for one in stated(text)] == titles


@pytest.mark.parametrize(
    "text",
    [
        "* Information Retrieval (SIGIR)\n* Databases and Storage (SIGMOD)",
        "* A talk about owls that I gave, NeurIPS 2020\n* Another talk about owls, CVPR 2021",
        f"* Ada Wren, Bo Finch, Cy Kite, [slides]({U})",
        "* Invited talk (NeurIPS 2020)\n* Program committee (CVPR 2021)",
        f"* [Journal of Owl Software]({DOI})\n* [The Journal of Owls]({U})",
        "* Two papers of ours have been accepted (ICML 2024)\n* We gave a talk on owls (KDD 2023)\n"
        "* I am serving as an area chair (ECCV 2024)\n* Invited talk about our owls (ECML 2021)\n"
        "* Code of the third version released (May 2024)\n* Best reviewer award again (CVPR 2022)",
        # Links to the papers of each venue.
        f"- [COLT](https://d.example/1) [2023]({U})\n- [ICML](https://d.example/2) 2023",
        # Neither is a word for none.
        f"| Paper | Code |\n|---|---|\n| NA | [code]({U}) |\n| TBA | [code]({DOI}) |",
        f"- [PDF1]({U})\n- [PDF 2]({DOI})",
        # A badge is no title.
        "| Benchmark | Paper | Website |\n|---|---|---|\n"
        f"| OwlBench | [![arXiv](https://i.example/b.svg)]({U}) | [Link](https://a.example) |",
        # A table of contents in a quote.
        "> **CATALOGUE**\n>\n> [Quick links](#quick) :sparkles: [CCS](#ccs)",
        "* [Owl Science](https://www.springer.com/journal/10614)\n"
        "* [Owls and Data](https://www.springer.com/journal/10615)",
    ],
)
def test_what_is_no_paper_is_not_read(text: str) -> None:
    assert stated(text) == []


def test_a_text_folded_under_its_name_is_that_text() -> None:
    text = "<details><summary>Abstract</summary>\n\n  Owls carry mice.\n\n  </details>"
    source = f"## Birds\n\n- **Owls Carry Mice**\n  Ada Wren, Cy Kite\n  {U}\n  {text}\n"

    [entry] = [entry_json(one) for one in read(source.encode()).entries]

    assert (entry["abstract"], entry["summary"]) == ("Owls carry mice.", None)


@pytest.mark.parametrize("word", ["Non-AI", "AI-heavy"])
def test_a_word_with_a_hyphen_is_no_author(word: str) -> None:
    found = stated(f"- [Owls Hear Mice at Night](./owls.md) — {word} — [arXiv]({U})")

    assert not any("authors" in one for one in found)


@pytest.mark.parametrize("tail", ["ICCV.", "at night"])
def test_a_title_has_no_short_name_and_no_quotation_marks(tail: str) -> None:
    found = stated(f'* OWL: "Hearing Mice by Night" {tail} [[Paper]]({U})')

    assert not any('"' in one["title"] for one in found)


def test_a_text_that_says_that_there_is_none_is_empty_and_stays_as_it_stands() -> None:
    table = f"| Title | Summary |\n| --- | --- |\n| [Counting Owls by Ear]({U}) | N/A |\n"
    (entry,) = read(table.encode()).entries
    assert is_empty(entry.reading.fields["summary"])
    # What a link remembers of the raw text is the same as before: so it is no edit.
    assert entry.reading.raws["summary"] == "N/A"


def test_escaped_brackets_around_the_name_of_a_link_are_none_of_it() -> None:
    source = f"## Birds\n\n- **Owls Hear Mice**, *ICLR* 2024. [\\[official code\\]]({U})\n"

    [entry] = [entry_json(one) for one in read(source.encode()).entries]

    assert entry["urls"] == [["official code", U]]
