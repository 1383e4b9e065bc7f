"""Digests as people write them, made of the few words a test is about."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def quoted(
    title: str,
    arxiv: str,
    *,
    venue: str = "arXiv 2024",
    links: Sequence[str] = (),
    task: str = "image restoration",
    bullets: Sequence[str] = ("It restores images.", "It is fast."),
) -> str:
    """Return a reading note: a quote with title, venue, links, task and bullets."""
    pages = [f"[arxiv](https://arxiv.org/abs/{arxiv})", *links]
    lines = [
        f"**{title}**  ",
        f"*{venue}*, {', '.join(pages)}  ",
        f"Task: {task}  ",
        "",
        *(f"- {bullet}" for bullet in bullets),
    ]
    return "".join(f"> {line}".rstrip(" ") + "\n" if not line else f"> {line}\n" for line in lines)


def notes(*entries: str) -> str:
    """Return a digest of reading notes."""
    return "# Notes\n\n---\n\n" + "\n\n\n".join(entries)


def daily(rows: Iterable[str]) -> str:
    """Return a daily table of arXiv papers."""
    return (
        "## Image Generation\n\n"
        "| **Title** | **Date** | **Abstract** | **Comment** | **CodeRepository** |\n"
        "| --- | --- | --- | --- | --- |\n" + "".join(rows)
    )


def row(number: int) -> str:
    """Return the row of the synthetic paper with this number."""
    topic = ("samplers", "tokens", "priors", "flows", "latents", "masks", "edges")[number % 7]
    words = f"A Study of {topic.title()} in Model {number} for Images"
    abstract = f"Model {number} is looked at with respect to its {topic}; what helps is counted."
    code = f"[Code Link](https://github.com/lab/model-{number})" if number % 3 == 0 else "None"
    comment = f"{number} pages" if number % 2 else ""
    return (
        f"| **[{words}](http://arxiv.org/abs/24{1 + number % 12:02d}.{10000 + number}v1)** "
        f"| 2024-05-{1 + number % 28:02d} | <details><summary>Show</summary><p>{abstract}</p>"
        f"</details> | {comment} | {code} |\n"
    )


def folded(title: str, arxiv: str, *, sections: Sequence[tuple[str, Sequence[str]]]) -> str:
    """Return a folded entry of a survey with sections of bullets."""
    folds = "".join(
        f"\n<details>\n    <summary>{name}</summary>\n"
        + "".join(f"    * {bullet}\n" for bullet in bullets)
        + "</details>\n"
        for name, bullets in sections
    )
    return (
        f"<details>\n<summary><b>{title}</b></summary>\n\n"
        "* **Authors:** Ada Lovelace, Alan Turing\n"
        f"* **arXiv ID:** {arxiv}\n"
        f"* **One-liner:** {title} in one line\n"
        "* **Published in:** arxiv (24 Feb 2021)\n"
        f"* **Links:** [[Paper]](https://arxiv.org/abs/{arxiv})\n"
        f"{folds}</details>\n"
    )
