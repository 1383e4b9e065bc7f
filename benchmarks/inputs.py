"""Digests, vaults and items that are made up, the same in every run.

`python -m benchmarks.inputs KIND SIZE PATH` writes one file, or the folder of a vault, so that the
process that measures holds none of it.
"""

from __future__ import annotations

import json
import random
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_WORDS = re.findall(
    r"\S+",
    "deep learning of image diffusion models with adversarial priors for 3D scene splatting"
    " norms stable noise towards efficient transformers wild bridges zero-shot text-to-image"
    " adapters radiance fields flow matching",
)
_VENUES = ("CVPR 2024", "NeurIPS 2023", "ICML 2022", "ECCV 2024", "ICLR 2025")
_FIRSTS = ("Ada", "Jörg", "Íris", "Xiao-Ming", "Émile", "Wei", "Ana Maria")
_LASTS = ("Müller", "García", "Nguyễn", "van der Berg", "Li", "Wang", "Šimić", "Łukasz", "O'Brien")
_SENTENCES = (
    "The model learns {0} and {1} from pairs of a picture and its caption.",
    "At test time, {0} is solved without labels, and {1} needs a few steps only.",
    "The authors measure $L_{{2}}$ errors of {0} on three sets, and [compare](https://example.org/"
    "{2}) them with {1}.",
    "Most of the gain comes from **{0}**; without it, {1} falls by a third.",
)


def digest(kind: str, size: int) -> Iterator[str]:
    """Yield the text of a digest of `size` entries: a `list`, a `table` or a `long` one."""
    chance = random.Random(f"{kind} {size}")
    match kind:
        case "list":
            yield "# List\n\n## Papers\n\n"
            line = _list_line
        case "table":
            yield "# Table\n\n| Title | Venue | Date | Paper | Code |\n|---|---|---|---|---|\n"
            line = _table_line
        case "long":
            yield "### World models\n\n#### Works\n\n"
            line = _long_entry
        case _:
            raise ValueError(kind)
    for number in range(size):
        yield line(number, chance)


def _title(number: int, chance: random.Random) -> str:
    return f"{' '.join(word.capitalize() for word in chance.choices(_WORDS, k=6))} {number}"


def _arxiv(number: int) -> str:
    return (
        f"{19 + number // 60_000:02}{1 + number // 5_000 % 12:02}.{10_000 + number % 5_000 * 3:05}"
    )


def _date(number: int) -> str:
    """Return a day in the month that the arXiv ID names."""
    return f"20{_arxiv(number)[:2]}-{_arxiv(number)[2:4]}-{1 + number % 28:02}"


def _list_line(number: int, chance: random.Random) -> str:
    paper, code = _arxiv(number), f"https://github.com/made-up/r{number}"
    venue = chance.choice(_VENUES)
    return (
        f"- **{_title(number, chance)}** ({venue}) [[paper](https://arxiv.org/abs/{paper})]"
        f" [[code]({code})]\n"
    )


def _table_line(number: int, chance: random.Random) -> str:
    return (
        f"| {_title(number, chance)} | {chance.choice(_VENUES)} | {_date(number)}"
        f" | [arXiv](https://arxiv.org/abs/{_arxiv(number)})"
        f" | [code](https://github.com/made-up/r{number}) |\n"
    )


def _long_entry(number: int, chance: random.Random) -> str:
    paper = f"https://arxiv.org/abs/{_arxiv(number)}"
    people = ", ".join(_person(chance) for _ in range(chance.randint(2, 12)))
    points = "".join(f"    * {_sentence(chance)}\n" for _ in range(4))
    return (
        f"<details>\n<summary><b>{_title(number, chance)}</b></summary>\n\n"
        f"* **Authors:** {people}\n* **arXiv ID:** {_arxiv(number)}\n"
        f"* **One-liner:** {_sentence(chance)}\n* **Published in:** {chance.choice(_VENUES)}\n"
        f"* **Links:** [[Paper]]({paper}) | [[Code]](https://github.com/made-up/r{number})\n\n"
        f"> **Core idea**  \n> {_text(chance, 3)}\n\n"
        f"<details>\n    <summary>Abstract</summary>\n    {_text(chance, 8)}\n</details>\n\n"
        f"<details>\n    <summary>Key points</summary>\n{points}</details>\n</details>\n\n---\n\n"
    )


def _person(chance: random.Random) -> str:
    return f"{chance.choice(_FIRSTS)} {chance.choice(_LASTS)}"


def _sentence(chance: random.Random) -> str:
    words = chance.choices(_WORDS, k=2)
    return chance.choice(_SENTENCES).format(*words, chance.randint(1, 999))


def _text(chance: random.Random, count: int) -> str:
    return " ".join(_sentence(chance) for _ in range(count))


_TITLES = re.findall(
    r"\S+",
    "deep learning of image diffusion models with GANs for 3D scene Gaussian splatting BERT CLIP"
    " via $L_0$ norms over α-stable noise towards efficient transformers R&D in the wild: 50% less"
    " Schrödinger bridges zero-shot text-to-image LoRA adapters NeRF and flow matching",
)
_PLACES = ("CVPR", "NeurIPS 2023", "ICML", "ECCV", "Findings of EMNLP 2022", "Workshop on Things")


def items(size: int, *, with_abstracts: bool) -> Iterator[dict[str, Any]]:
    """Yield items as a library of papers holds them: many words, names and venues are shared."""
    chance = random.Random(3)
    for number in range(size):
        one = _item(number, chance)
        yield one | ({"abstractNote": _text(chance, 8)} if with_abstracts else {})


def _item(number: int, chance: random.Random) -> dict[str, Any]:
    creators = [
        {
            "creatorType": "author",
            "lastName": f"{chance.choice(_LASTS)}{chance.choice(('', 'son', 'a', 'ová'))}",
            "firstName": chance.choice(_FIRSTS),
        }
        for _ in range(chance.randint(1, 7))
    ]
    year = chance.randint(2015, 2025)
    arxiv = f"{year % 100:02}{chance.randint(1, 12):02}.{number % 100_000:05}"
    data = {
        "key": f"K{number:07}",
        "title": f"{' '.join(chance.choices(_TITLES, k=chance.randint(4, 12)))} {number}",
        "creators": creators,
        "date": f"{year}-0{chance.randint(1, 9)}",
        "tags": [{"tag": f"task:{chance.choice(_TITLES)}"}],
    }
    if number % 3 == 0:
        return data | {"itemType": "preprint", "archiveID": f"arXiv:{arxiv}", "repository": "arXiv"}
    venue = {"proceedingsTitle": chance.choice(_PLACES), "pages": f"{number}-{number + 9}"}
    return data | venue | {"itemType": "conferencePaper", "extra": f"arXiv: {arxiv} [cs.CV]"}


def vault(size: int) -> Iterator[tuple[str, str]]:
    """Yield the files of a vault by path: notes in folders, and some daily ones."""
    chance = random.Random(f"vault {size}")
    for number in range(size):
        folder = f"Papers/{number % 20:02}"
        yield f"{folder}/@person{number}.md", _note(number, chance)
        if number % 10 == 0:
            year, month, day = 2010 + number // 3360, 1 + number // 280 % 12, 1 + number // 10 % 28
            yield f"{folder}/{year}-{month:02}-{day:02}.md", f"Read [[@person{number}]].\n"


def _note(number: int, chance: random.Random) -> str:
    people = "".join(f"  - {_person(chance)}\n" for _ in range(chance.randint(1, 6)))
    title, year = _title(number, chance), _date(number)[:4]
    # With its number: what stands in two notes relates them.
    points = "".join(f"- In study {number}.{at}: {_sentence(chance)}\n" for at in range(4))
    return (
        f'---\ntitle: "{title}"\ncitekey: person{number}\nauthors:\n{people}year: {year}\n'
        f"doi: 10.5555/made.{number}\nstatus: read\ntags: [paper, made-up]\n---\n# {title}\n\n"
        f"> [!abstract]-\n> {_text(chance, 4)}\n\n## Notes\n\n{number}. {_text(chance, 3)}\n\n"
        f"Compare with [[@person{number // 2}]].\n\n{points}\n## Doubts\n\nNone so far.\n"
    )


def write(kind: str, size: int, path: Path) -> None:
    """Write a digest of this kind, a `vault`, `items` or items with `abstracts` (a JSON array)."""
    if kind == "vault":
        for name, text in vault(size):
            note = path / name
            note.parent.mkdir(parents=True, exist_ok=True)
            note.write_text(text, encoding="utf-8", newline="")
        return
    with path.open("w", encoding="utf-8", newline="") as file:
        if kind in ("items", "abstracts"):
            made = items(size, with_abstracts=kind == "abstracts")
            file.write("[\n" + ",\n".join(map(json.dumps, made)) + "\n]\n")
        else:
            file.writelines(digest(kind, size))


if __name__ == "__main__":
    write(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))
