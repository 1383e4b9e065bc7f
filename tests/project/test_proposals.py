"""What `init` proposes: for digests of programs, for twins, and for nothing else."""

from __future__ import annotations

import tomllib

import pytest

from tests.cli.conftest import EXAMPLES, a_digest
from zoterodigest.digest.format.format import builtin_formats
from zoterodigest.digest.read.detect import read_document
from zoterodigest.mapping import venue_table
from zoterodigest.project.initial import initial_config
from zoterodigest.project.proposals import DigestProposal, Proposal, propose

PAPERS = tuple((f"A Paper on the Number {n}", f"2401.{n:05}") for n in range(1, 11))
PULL_NOT = "pull = false"
SUMMARY_ONLY = 'push = ["summary"]'


def a_candidate(path: str, text: str, *beside: str) -> DigestProposal:
    document = read_document(path, text.encode(), builtin_formats(), venue_table())
    return DigestProposal(path, document, frozenset({path, *beside}))


def rules(*candidates: DigestProposal) -> list[tuple[str, str]]:
    return [(one.path, one.rule) for one in propose(candidates)]


def test_nothing_is_proposed_for_a_digest_that_a_person_writes() -> None:
    names = ("quoted-notes.md", "awesome-list.md", "awesome-tables.md", "world-models.zh.md")

    found = rules(*(a_candidate(name, (EXAMPLES / name).read_text("utf-8")) for name in names))

    assert found == []


@pytest.mark.parametrize(
    "name", ["daily-bullets-2025-01-15.md", "papers-for-2024-12-09.md", "generation-daily.md"]
)
def test_a_format_that_programs_write_is_not_pulled_into(name: str) -> None:
    text = (EXAMPLES / name).read_text("utf-8")

    (proposal,) = propose([a_candidate("papers.md", text)])

    assert proposal.rule == PULL_NOT
    assert proposal.reason.startswith("programs write its format, ")


@pytest.mark.parametrize(
    "line",
    [
        "This list is automatically generated.",
        "_Auto-generated: do not edit by hand_",
        "Updated daily by a bot",
        "本列表每日自动更新",
    ],
)
def test_a_file_that_says_a_program_writes_it_is_not_pulled_into(line: str) -> None:
    text = f"# Papers\n\n{line}\n\n{a_digest(*PAPERS[:2])}"

    assert rules(a_candidate("papers.md", text)) == [("papers.md", PULL_NOT)]


def test_what_an_entry_says_of_itself_does_not_count() -> None:
    text = a_digest(("Pictures that are Automatically Generated", "2401.00001"))

    assert rules(a_candidate("papers.md", text)) == []


@pytest.mark.parametrize(
    ("name", "beside", "is_program"),
    [
        ("papers-2025-04-07.md", (), True),
        ("papers-2025-04.md", ("papers-2025-01.md", "papers-2025-02.md"), False),
        ("papers-2025-04.md", tuple(f"papers-2025-0{n}.md" for n in (1, 2, 3)), True),
        ("papers-2025-04.md", tuple(f"other-2025-0{n}.md" for n in (1, 2, 3)), False),
        ("papers.md", ("papers-2025-01.md", "papers-2025-02.md", "papers-2025-03.md"), False),
    ],
)
def test_a_file_with_a_day_in_its_name_or_of_a_series_is_not_pulled_into(
    name: str, beside: tuple[str, ...], is_program: bool
) -> None:
    candidate = a_candidate(name, a_digest(*PAPERS[:2]), *beside)

    assert rules(candidate) == ([(name, PULL_NOT)] if is_program else [])


@pytest.mark.parametrize("twin", ["papers.zh.md", "papers_zh-CN.md", "papers.ja.md"])
def test_a_digest_in_another_language_pushes_its_summary_only(twin: str) -> None:
    candidates = (
        a_candidate(twin, a_digest(*PAPERS[:4])),
        a_candidate("papers.md", a_digest(*PAPERS)),
    )

    (proposal,) = propose(candidates)

    assert (proposal.path, proposal.rule) == (twin, SUMMARY_ONLY)
    assert proposal.reason == "40% of its works are those of papers.md, which has the say"


def test_of_two_digests_with_mostly_the_same_works_the_later_is_the_twin() -> None:
    candidates = (
        a_candidate("first.md", a_digest(*PAPERS)),
        a_candidate("second.md", a_digest(*PAPERS[:7])),
        a_candidate("third.md", a_digest(*PAPERS[:5])),
    )

    found = rules(*candidates)

    assert found == [("second.md", SUMMARY_ONLY), ("third.md", SUMMARY_ONLY)]


def test_digests_that_share_few_works_are_no_twins() -> None:
    candidates = (
        a_candidate("first.md", a_digest(*PAPERS)),
        a_candidate("second.md", a_digest(*PAPERS[:6])),
        a_candidate("notes.zh.md", a_digest(("Something Else Entirely", "2402.00001"))),
        a_candidate("notes.md", a_digest(("Another Thing Entirely", "2402.00002"))),
    )

    assert rules(*candidates) == []


def test_a_proposal_stands_in_the_configuration_with_its_reason() -> None:
    proposals = (
        Proposal("b.md", PULL_NOT, "it says “do not\nedit”"),
        Proposal("b.md", SUMMARY_ONLY, "of a.md"),
    )

    text = initial_config(["a.md", "b.md"], proposals)

    assert tomllib.loads(text)["digest"] == [
        {"path": "a.md"},
        {"path": "b.md", "pull": False, "push": ["summary"]},
    ]
    assert "# Proposed, as it says “do not?edit”.\npull = false\n" in text


def test_a_key_that_is_proposed_is_not_shown_a_second_time() -> None:
    text = initial_config(["a.md"], [Proposal("a.md", PULL_NOT, "of its name")])
    text, _, _ = text.partition("# One [[bibliography]]")

    assert text.count("\n# pull =") == 0
    assert text.count("\npull = false") == 1
    assert text.count("\n# push =") == 1
