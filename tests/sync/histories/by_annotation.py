"""What a person marks in the files of items, in Zotero, in the library of a clone."""

from __future__ import annotations

from tests.builders import a_file, a_highlight, a_key
from tests.sync.histories.by_markdown import Pick
from tests.sync.histories.stage import Clone, Stage, put

FIRST_FILE_KEY, FIRST_MARK_KEY = 3 * 10**9, 4 * 10**9
_ACTS_ON_ONE = 4


def annotate(stage: Stage, clone: Clone, pick: Pick) -> None:
    """Mark something in a file of an item; or change, trash, restore or erase an annotation."""
    held = clone.library.read().items
    marks = [one for one in held if one.json.item_type == "annotation"]
    number = next(stage.memory.numbers)
    if marks and pick[1] % 6 < _ACTS_ON_ONE:
        mark = marks[pick[0] % len(marks)]
        match pick[1] % 6:
            # Where there are copies, nothing tells the other one what was erased.
            case 0 if len(stage.libraries) == 1:
                clone.library.erase([mark.key])
            case 0 | 1:
                put(clone.library, mark, deleted=0 if mark.is_trashed else 1)
            case _:
                put(clone.library, mark, annotationComment=f"said {number}")
        stage.tell(f"zotero: annotation {mark.key} is another one or gone")
        return
    items = [one for one in held if not one.json.parent and not one.is_trashed]
    if not items:
        return
    item = items[pick[0] % len(items)]
    pdfs = [one for one in held if one.json.parent == item.key and "contentType" in one.data]
    file = pdfs[0].key if pdfs else a_key(FIRST_FILE_KEY + number)
    if not pdfs:
        clone.library.write([a_file(item.key, file)])
    key, place = a_key(FIRST_MARK_KEY + number), f"{number:05}|000000|00000"
    clone.library.write([a_highlight(file, key, text=f"marked {number}", sortIndex=place)])
    stage.tell(f"zotero: annotation {key} of {item.key}")
