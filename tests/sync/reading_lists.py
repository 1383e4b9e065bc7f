"""Reading lists of some length to run over, and what people do to them at either end."""

from __future__ import annotations

from dataclasses import replace

from tests.sync.digests import folded, notes, quoted
from tests.sync.world import World
from zoterodigest.library.port import LibraryItem

CONFIGURATION = """
[[digest]]
path = "notes.md"
collection = "Reading/Notes"

[[digest]]
path = "survey.md"
collection = "Reading/Survey"

[[digest]]
path = "list.md"
collection = "Reading/List"
"""
OWN_SHELF = "MYSHELF2"


def study(number: int) -> str:
    """Return the title of a paper in the reading notes."""
    return f"A Study of Model {number} for Images"


def survey(number: int) -> str:
    """Return the title of a paper in the survey."""
    return f"Surveyed Method Number {number} for Video"


def lens(number: int) -> str:
    """Return the title of a paper in the list."""
    return f"Seeing Further with Lens {number} of Many"


def a_note(number: int) -> str:
    """Return an entry of the reading notes."""
    code = [f"[code](https://github.com/lab/model-{number})"] if number % 4 == 0 else []
    bullets = (f"Model {number} is looked at.", f"It has {number} layers.")
    return quoted(study(number), f"2401.{10000 + number}", links=code, bullets=bullets)


def a_fold(number: int) -> str:
    """Return an entry of the survey."""
    sections = [
        ("Key points", (f"Point {number}.", "It scales.")),
        ("Limits", (f"{number} GPUs.",)),
    ]
    return folded(survey(number), f"2403.{10000 + number}", sections=sections)


def a_line(number: int) -> str:
    """Return an entry of the list."""
    code = f" [[code]](https://github.com/lab/lens-{number})" if number % 4 == 1 else ""
    return f"- [{lens(number)}](https://arxiv.org/abs/2402.{number:05d}), CVPR 2024.{code}\n"


def a_list(size: int) -> str:
    """Return a list in three sections; one paper of the reading notes is in it as well."""
    lines = [*map(a_line, range(size - 1)), _twin()]
    third = (size + 2) // 3
    parts = [lines[:third], lines[third : 2 * third], lines[2 * third :]]
    named = zip(("Vision", "Language", "Robots"), parts, strict=True)
    return "# Papers\n\n" + "\n".join(f"## {name}\n\n{''.join(part)}" for name, part in named)


def _twin() -> str:
    return f"- [{study(1)}](https://arxiv.org/abs/2401.10001), CVPR 2024.\n"


def own(key: str, title: str, arxiv: str) -> LibraryItem:
    """Return a paper that was in the library before."""
    data = {"itemType": "preprint", "title": title, "archiveID": f"arXiv:{arxiv}"}
    return LibraryItem(key, 0, data | {"collections": [OWN_SHELF], "tags": [{"tag": "mine"}]})


def new(world: World, size: int) -> None:
    """Three digests of `size` entries each, never pushed; the library holds two of the papers."""
    world.configure(CONFIGURATION)
    world.markdown("notes.md", notes(*map(a_note, range(size))))
    world.markdown("survey.md", "## Survey\n\n" + "\n".join(map(a_fold, range(size))))
    world.markdown("list.md", a_list(size))
    world.put_shelf(OWN_SHELF, "To read")
    world.put(own("MYPAPER2", study(2), "2401.10002"), own("MYPAPER3", lens(0), "2402.00000"))


def edit_library(world: World) -> None:
    """Edit fields, a note, tags, collections, and put in a paper of the person's own."""
    world.change_note(study(0), lambda html: html.replace("0 layers", "0 wide layers"))
    world.change(world.key(survey(0)), title=f"{survey(0)}, Revised")
    world.change(world.key(study(1)), tags=[{"tag": "task:video restoration"}, {"tag": "mine"}])
    world.put(own("NEWPAPER", "Learning to Read Maps from Above", "2404.00077"))
    world.change("NEWPAPER", collections=[world.collections()["Reading/List/Vision"]])
    (collection_row,) = (one for one in world.library.read().collections if one.name == "Language")
    world.library.write_collections([replace(collection_row, name="Languages")])


def edit_digests(world: World) -> None:
    """Edit bullets, titles and venues, drop, move and add entries, rename a heading."""
    world.edit(
        "notes.md",
        ("Model 0 is looked at.", "Model 0 is looked at twice."),
        (f"**{study(2)}**", f"**{study(2)}, Again**"),
    )
    world.edit("survey.md", ("Point 1.", "Point 1, in short."))
    world.edit(
        "list.md",
        (a_line(1), ""),
        (a_line(0), ""),
        ("## Robots\n\n", f"## Robots and Animals\n\n{a_line(0).replace('CVPR', 'ICCV')}"),
    )
    text = (world.root / "notes.md").read_text(encoding="utf-8")
    world.markdown("notes.md", f"{text}\n\n\n{a_note(900)}\n\n\n{a_note(901)}")
