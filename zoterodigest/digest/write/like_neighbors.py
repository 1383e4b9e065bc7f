"""A new entry like its neighbors: its values stand where most have theirs, between the same signs.

Which values stand on which line, and in which order, most of those neighbors tell that show as much
of the new entry; what stands between them, `gap_votes`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence

from zoterodigest.core.values.record import Hyperlink, is_empty
from zoterodigest.core.values.venue_slot import parse_venue
from zoterodigest.digest.format.format import folded_label
from zoterodigest.digest.read.document import Document
from zoterodigest.digest.read.slots import decoded
from zoterodigest.digest.write.entry_rows import EntryRows, rows_of
from zoterodigest.digest.write.gap_votes import GapVotes, Layout, Texts
from zoterodigest.digest.write.house_style import is_code
from zoterodigest.digest.write.link_lists import LinkList, LinkWriter
from zoterodigest.digest.write.new_entry import NewEntryDraft, paper_url
from zoterodigest.digest.write.new_venue import is_arxiv
from zoterodigest.digest.write.values import words_in
from zoterodigest.frozen import dataclass


def like_neighbors(draft: NewEntryDraft, document: Document) -> str | None:
    """Return the lines of a new entry; None if no neighbor shows how it is written."""
    found = [rows_of(document, entry, slots) for entry, slots in draft.manner.models]
    inside = draft.manner.inside
    models = [it for at, it in enumerate(found) if it is not None and at in inside]
    others = [it for at, it in enumerate(found) if it is not None and at not in inside]
    return _Composer(draft, document, (models, others)).text() if models or others else None


class _Composer:
    """Composes a new entry of what its neighbors show: those of its section, then others."""

    def __init__(
        self,
        draft: NewEntryDraft,
        document: Document,
        models: tuple[Sequence[EntryRows], Sequence[EntryRows]],
    ) -> None:
        self._draft = draft
        self._document = document
        self._gaps = GapVotes(*models)
        self._models = (*models[0], *models[1])
        self._own = len(models[0])
        self._links = draft.links
        self._page = paper_url(draft.fields)
        # A text is the same in all layouts: not to write it for each is two thirds of the cost.
        self._known: dict[frozenset[str], dict[str, str]] = {}
        self._writers: dict[tuple[str, bool], LinkWriter] = {}

    def text(self) -> str | None:
        """Return the lines; None without a title, or without a place for the work's address."""
        layout, texts = self._chosen()
        roles = {role for row in layout for role in row}
        if not any(role.startswith("title") for role in roles):
            return None
        if self._page and not self._shows_page(texts):
            return None
        return self._gaps.text(layout, texts)

    # Which values stand where.

    def _chosen(self) -> tuple[Layout, Texts]:
        """Return the layout of most models that show as much, and the texts of its roles."""
        votes: defaultdict[Layout, list[_Vote]] = defaultdict(list)
        shown: dict[Layout, int] = {}
        known: dict[frozenset[str], Texts] = {}
        for at, model in enumerate(self._models):
            roles = frozenset(unit.role for unit in model.units)
            if roles not in known:
                known[roles] = self._texts(roles)
            texts = known[roles]
            layout = _projected(model, texts)
            is_whole = roles <= texts.keys()
            votes[layout].append(_Vote(at < self._own, is_whole, self._is_of_kind(model)))
            shown.setdefault(layout, self._count_shown(texts))
        return self._extended(max(votes, key=lambda it: (shown[it], *_weight(it, votes[it]))))

    def _is_of_kind(self, model: EntryRows) -> bool:
        """Whether both or none of the new entry and another appeared at arXiv alone."""
        venues = (words_in(it, "venue") for it in (self._draft.fields, model.entry.reading.fields))
        one, other = venues
        return bool(one and other) and is_arxiv(one) is is_arxiv(other)

    def _extended(self, layout: Layout) -> tuple[Layout, Texts]:
        """Return a layout with what other models show besides, where they show it."""
        texts = self._texts(_roles_in(layout))
        tried = set(_roles_in(layout))
        for model in self._models:
            for role in (unit.role for unit in model.units):
                if role in tried:
                    continue
                tried.add(role)
                wider = _with_role(layout, model, role)
                new = self._texts(_roles_in(wider))
                if role in new and self._count_shown(new) > self._count_shown(texts):
                    layout, texts = _filtered(wider, new), new
        return _filtered(layout, texts), texts

    def _count_shown(self, texts: Texts) -> int:
        """Return how many of the new entry's values stand in `texts`."""
        every = [text for each in texts.values() for text in each]
        ids = (words_in(self._draft.fields, name) for name in ("arxiv", "doi"))
        addresses = [*filter(None, ids), *(link.url for link in self._links)]
        names = {slot for role in texts for slot in role.split("+")}
        read = parse_venue(next((texts[role][0] for role in _VENUES if role in texts), ""))
        in_venue = {name for name in ("venue", "year", "award", "date") if getattr(read, name)}
        shown = names - {"venue"} | in_venue | ({"year"} if "date" in names else set())
        values = (
            not shown.isdisjoint(_SLOTS.get(name, (name,)))
            for name, value in self._draft.fields.items()
            if not is_empty(value) and name not in ("links", "arxiv", "doi", "url")
            # A date that is but a year is no value beside the year.
            if not (name == "date" and value == self._draft.fields.get("year"))
        )
        linked = (any(address in text for text in every) for address in addresses)
        return sum(values) + sum(linked) + self._shows_page(texts)

    def _shows_page(self, texts: Texts) -> bool:
        ids = (words_in(self._draft.fields, name) for name in ("arxiv", "doi"))
        marks = [it for it in (*ids, self._page) if it]
        return any(mark in text for each in texts.values() for text in each for mark in marks)

    # What stands there.

    def _texts(self, roles: Collection[str]) -> Texts:
        """Return the texts of those of `roles` that the new entry has a value for."""
        listed = [role for role in roles if _is_list(role)]
        single = [role for role in roles if not _is_list(role)]
        slots = {slot for role in single for slot in role.split("+")}
        values = self._values(slots)
        if year := parse_venue(values.get("venue", "")).year:
            values.pop("year", None)
        if words_in(self._draft.fields, "date") in (year, values.get("year")):
            values.pop("date", None)  # it says no more than the year beside it
        if values.get("task"):
            values.pop("tags", None)  # the same again
        nickname = words_in(self._draft.fields, "short_title")
        is_spelled = "`" in nickname or values.get("short_title", nickname) != nickname
        if is_spelled and self._gaps.is_in_code("short_title"):
            values.pop("short_title", None)  # entities would be shown as they are
        parts = {role: tuple(values.get(it, "") for it in role.split("+")) for role in single}
        texts = {role: each for role, each in parts.items() if all(each)}
        # A title may link to a DOI, and a list behind it to arXiv.
        arxiv = words_in(self._draft.fields, "arxiv")
        has_url = any(_links_title(role) for role in texts) and arxiv in values["url"]
        lists = self._list_texts(listed, has_url).items()
        return texts | {role: (text,) for role, text in lists if text}

    def _values(self, slots: Collection[str]) -> dict[str, str]:
        """Return the text of each slot; a venue without what has a slot of its own."""
        beside = frozenset(_BESIDE_VENUE.intersection(slots))
        known = self._known.setdefault(beside, {})
        known |= self._draft.texts([slot for slot in slots if slot not in known], beside)
        return {slot: known[slot] for slot in slots}

    def _list_texts(self, roles: Sequence[str], has_url: bool) -> Mapping[str, str]:
        """Return the links of each list; the work itself in the first where most have theirs."""
        writers = {role: self._writer(role, has_url) for role in roles}
        wanted: dict[str, list[Hyperlink]] = {role: [] for role in roles}
        for link in self._links:
            if (role := _place_of(link, writers)) is not None:
                is_named = link.label in self._keys(role)
                wanted[role].append(Hyperlink("" if is_named else link.label, link.url))
        places = [role for role in roles if writers[role].most_show_page]
        # The one address of a work stands in its title: what lists hold beside it is another one.
        if has_url and not words_in(self._draft.fields, "arxiv"):
            places = []
        places += [role for role in roles if role == "links" and not has_url]
        return {
            role: self._draft.listed(writer, wanted[role], is_page_shown=role in places[:1])
            for role, writer in writers.items()
        }

    def _keys(self, role: str) -> frozenset[str]:
        """Return the labels of the lines that a list stands on."""
        units = (unit for model in self._models for unit in model.units)
        return frozenset(unit.key for unit in units if unit.role == role and unit.key)

    def _writer(self, role: str, has_url: bool) -> LinkWriter:
        if (role, has_url) not in self._writers:
            # What a list holds depends on whether the title is linked.
            lists = [lists for is_linked, lists in self._lists(role) if is_linked is has_url]
            lists = lists or [lists for _, lists in self._lists(role)]
            self._writers[role, has_url] = self._draft.link_writer(lists)
        return self._writers[role, has_url]

    def _lists(self, role: str) -> Iterator[tuple[bool, LinkList]]:
        for model in self._models:
            units = [unit for unit in model.units if unit.role == role]
            is_linked = any(_links_title(unit.role) for unit in model.units)
            for unit in units:
                text = decoded(self._document.source[unit.span.start : unit.span.end])
                yield is_linked, LinkList(text, model.entry)


@dataclass(frozen=True, slots=True)
class _Vote:
    """A model for a layout: whether it stands in the section, has no other values, is alike."""

    is_of_section: bool
    is_whole: bool
    is_of_kind: bool


def _weight(layout: Layout, votes: Sequence[_Vote]) -> tuple[bool, bool, int, int]:
    """Return what decides between layouts that show as much.

    One neighbor in the section may be odd, two show how it is written, those first that have no
    other values than the new entry.
    """
    section = [vote for vote in votes if vote.is_of_section]
    # "arXiv preprint arXiv:…": what stands behind the venue of a preprint is of that alone.
    is_alike = any(vote.is_of_kind for vote in votes) or not {"venue", "arxiv"} <= _roles_in(layout)
    are_whole = sum(vote.is_whole for vote in section) > 1
    return is_alike, are_whole, len(section) if len(section) > 1 else 0, len(votes)


_BESIDE_VENUE = frozenset({"year", "award"})
_VENUES = ("venue", "venue+url")
_OF_ANY_LINKS = frozenset(f"links:{key}" for key in ("links", "urls", "resources", "链接"))
"""Lists whose labels say that any link may stand there: `Links:`, not `Project:`."""

_SLOTS = {
    "task": ("task", "tags"),
    "categories": ("categories", "chips", "tags"),
}


def _is_list(role: str) -> bool:
    return role == "links" or ":" in role


def _links_title(role: str) -> bool:
    return "url" in role.split("+")


def _place_of(link: Hyperlink, writers: Mapping[str, LinkWriter]) -> str | None:
    """Return the role of the list in which a link belongs."""
    label = folded_label(link.label)
    named = (role for role in writers if role.partition(":")[2] == label)
    known = (role for role, writer in writers.items() if label in writer.labels)
    code = (role for role in writers if is_code(link.url) and role.startswith("code"))
    any_list = (role for role in writers if role == "links" or role in _OF_ANY_LINKS)
    for found in (named, known, code, any_list):
        if (role := next(found, None)) is not None:
            return role
    return None


def _roles_in(layout: Layout) -> frozenset[str]:
    return frozenset(role for row in layout for role in row)


def _filtered(layout: Layout, roles: Collection[str]) -> Layout:
    rows = (tuple(role for role in row if role in roles) for row in layout)
    return tuple(row for row in rows if row)


def _projected(model: EntryRows, roles: Collection[str]) -> Layout:
    """Return the layout of a model without what the new entry has no value for."""
    seen: set[str] = set()
    rows: list[tuple[str, ...]] = []
    for row in model.rows:
        fresh = [role for role in row.roles if role not in seen]
        seen.update(fresh)
        rows.append(tuple(dict.fromkeys(fresh)))
    return _filtered(tuple(rows), roles)


def _with_role(layout: Layout, model: EntryRows, role: str) -> Layout:
    """Return a layout with a role of another model behind what stands before it there."""
    present = _roles_in(layout)
    rows = [list(row) for row in layout]
    for number, row in enumerate(model.rows):
        if role not in row.roles:
            continue
        at = row.roles.index(role)
        before = next((it for it in reversed(row.roles[:at]) if it in present), None)
        after = next((it for it in row.roles[at + 1 :] if it in present), None)
        if before or after:
            own = next(each for each in rows if (before or after) in each)
            spot = own.index(before) + 1 if before else own.index(after or "")
            # Where no entry has both, a venue stands behind the authors.
            if role == "venue" and not after and own[spot : spot + 1] == ["authors"]:
                spot += 1
            own.insert(spot, role)
        else:
            above = {it for each in model.rows[:number] for it in each.roles}
            spots = [at for at, each in enumerate(rows) if above.intersection(each)]
            rows.insert(spots[-1] + 1 if spots else 0, [role])
        break
    return tuple(map(tuple, rows))
