"""Citation keys that notes state, in a library whose items have none."""

from __future__ import annotations

from tests.sync.trouble import silent
from tests.sync.world import World
from tests.vaults.test_laws import RULES, only, planned, sync
from zoterodigest.core.plan.reports import DivergedField
from zoterodigest.sync.exports.keying import lasting_keys, read_keys, write_keys

NOTE = '---\ntitle: "{title}"\n{more}authors: [Ada Lovelace]\nyear: 2015\n---\n\nMine.\n'
FILES = {
    "@lovelace2015.md": NOTE.format(title="On the Analytical Engine of Babbage", more=""),
    "A plain name.md": NOTE.format(title="On Numbers of Bernoulli", more="citekey: numbers\n"),
    "Without a key.md": NOTE.format(title="On Engines That Weave Patterns", more="doi: 10.1/x\n"),
}


def test_items_without_a_citation_key_get_the_one_that_their_note_states(world: World) -> None:
    world.configure(RULES)
    for name, text in FILES.items():
        (world.root / "Papers").mkdir(exist_ok=True)
        (world.root / "Papers" / name).write_text(text)
    sync(world)
    keys = read_keys(world.workspace())

    write_keys(keys, lasting_keys(keys), silent)

    given = {data["title"]: data["citationKey"] for data in world.items().values()}
    assert given["On the Analytical Engine of Babbage"] == "lovelace2015"
    assert given["On Numbers of Bernoulli"] == "numbers"
    assert given["On Engines That Weave Patterns"].startswith("lovelace")
    sync(world)
    assert not only(planned(world).plan, DivergedField)
    assert planned(world).is_settled


def test_a_first_sync_writes_a_bib_under_the_keys_that_notes_state(world: World) -> None:
    world.configure(f'{RULES}[[bibliography]]\npath = "refs.bib"\n')
    for name, text in FILES.items():
        (world.root / "Papers").mkdir(exist_ok=True)
        (world.root / "Papers" / name).write_text(text)

    sync(world)

    bib = (world.root / "refs.bib").read_text()
    assert [key in bib for key in ("{lovelace2015,", "{numbers,")] == [True, True]
    assert planned(world).is_settled
