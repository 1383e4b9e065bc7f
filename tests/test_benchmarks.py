"""The benchmarks: the arithmetic of their figures, RESULTS.md, and that they run at all."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks import __main__ as program
from benchmarks.bars import BARS, bars_text, verdict
from benchmarks.figures import Figure, Usage, merged, read_results, results_text, worse

USAGE = Usage(cpu=1.0, wall=1.2, mebibytes=60.0)
SYNC = Figure("settled sync", "list 640", USAGE, loops=10.0)
READING = Figure("reading", "table 10,000", USAGE, 10.0, {"markdown-it-py": 2.0, "mistune": 4.0})


def slower(figure: Figure, factor: float) -> Figure:
    usage = replace(figure.usage, cpu=figure.usage.cpu * factor)
    rivals = {name: ratio * factor for name, ratio in figure.rivals.items()}
    return replace(figure, usage=usage, loops=figure.loops * factor, rivals=rivals)


def found(before: Figure, after: Figure) -> list[str]:
    return [str(one) for one in worse([before], [after])]


def test_what_takes_a_fifth_more_time_is_slower() -> None:
    assert found(SYNC, slower(SYNC, 1.2)) == ["settled sync, list 640: 20% more CPU time"]


def test_a_tenth_more_time_is_noise() -> None:
    assert found(SYNC, slower(SYNC, 1.1)) == []


def test_a_slower_machine_makes_nothing_slower() -> None:
    busy = replace(slower(SYNC, 2), loops=SYNC.loops)

    assert found(SYNC, busy) == []


def test_what_is_slower_than_before_only_beside_the_loop_is_noise() -> None:
    assert found(READING, replace(slower(READING, 1.3), rivals=READING.rivals)) == []
    assert found(READING, slower(READING, 1.3)) == ["reading, table 10,000: 30% more CPU time"]


def test_a_few_milliseconds_are_noise() -> None:
    quick = replace(SYNC, usage=replace(USAGE, cpu=0.03))

    assert found(quick, slower(quick, 1.5)) == []


def test_a_fifth_more_memory_is_reported() -> None:
    large = replace(SYNC, usage=replace(USAGE, mebibytes=72.0))

    assert found(SYNC, large) == ["settled sync, list 640: 20% more memory"]


def test_a_case_that_only_one_run_has_is_not_compared() -> None:
    assert found(SYNC, slower(READING, 3)) == []


NUMBERS = st.floats(0.001, 9000).map(lambda value: float(f"{value:.3g}"))
NAMES = st.sampled_from(["list 640", "list 5,000", "digests", "--help"])
RIVALS = st.dictionaries(st.sampled_from(["mistune", "a plain pyzotero script"]), NUMBERS)
USAGES = st.builds(Usage, NUMBERS, NUMBERS, NUMBERS)
FIGURES = st.builds(Figure, st.sampled_from(["reading", "status"]), NAMES, USAGES, NUMBERS, RIVALS)


@given(st.lists(FIGURES, unique_by=lambda one: (one.case, one.input)))
def test_results_are_read_as_they_were_written(figures: list[Figure]) -> None:
    ordered = sorted(figures, key=lambda one: one.case)

    text = results_text(ordered, {"reading": "Every field | of every entry."}, "# Results\n")

    assert [rounded(one) for one in read_results(text)] == [rounded(one) for one in ordered]


def rounded(figure: Figure) -> Figure:
    """Return a figure as RESULTS.md shows it: from a hundred on without decimals."""

    def shown(value: float) -> float:
        return float(f"{value:.0f}") if value >= 100 else value

    used = figure.usage
    return replace(
        figure,
        usage=Usage(shown(used.cpu), shown(used.wall), shown(used.mebibytes)),
        loops=shown(figure.loops),
        rivals={name: shown(ratio) for name, ratio in figure.rivals.items()},
    )


def test_a_run_of_one_case_keeps_the_figures_of_the_others() -> None:
    again = slower(READING, 1.5)

    assert merged([READING, SYNC], [again], ["settled sync", "reading"]) == [SYNC, again]


def test_figures_of_a_case_are_in_order_of_size() -> None:
    sizes = ["list 10,000", "digests", "list 640", "list 5,000"]
    figures = [replace(SYNC, input=size) for size in sizes]

    ordered = [one.input for one in merged(figures, [], ["settled sync"])]

    assert ordered == ["digests", "list 640", "list 5,000", "list 10,000"]


def test_figures_of_cases_that_are_no_more_are_left_out() -> None:
    assert merged([READING, SYNC], [], ["settled sync"]) == [SYNC]


@pytest.mark.deep
def test_every_case_runs(capsys: pytest.CaptureFixture[str]) -> None:
    assert program.main(["--size", "4", "--once"]) == 0

    printed = capsys.readouterr().out
    listed = {line[:36].strip() for line in printed.splitlines()}
    assert {one.name for one in program.CASES} - listed == {"start-up"}


@pytest.mark.deep
def test_figures_of_inputs_that_no_case_has_any_more_are_left_out(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(program, "RESULTS", tmp_path / "RESULTS.md")
    monkeypatch.setattr(program, "CURVES", tmp_path / "curves.svg")
    former = [SYNC, replace(SYNC, input="list 7")]
    program.RESULTS.write_text(results_text(former, {}, "# Results\n"), "utf-8")

    program.main(["start-up", "--once", "--write"])

    written = read_results(program.RESULTS.read_text("utf-8"))
    assert [one.input for one in written] == ["--help", "--version", "list 640"]


def test_a_case_that_is_unknown_is_refused_with_the_list(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert program.main(["reeding"]) == 2
    assert "settled sync" in capsys.readouterr().out


@pytest.mark.deep
def test_a_check_says_what_became_slower_since_the_results_were_written(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(program, "RESULTS", tmp_path / "RESULTS.md")
    monkeypatch.setattr(program, "CURVES", tmp_path / "curves.svg")
    assert program.main(["start-up", "--once", "--write"]) == 0
    written = read_results((tmp_path / "RESULTS.md").read_text("utf-8"))
    quicker = [slower(one, 0.1) for one in written]
    (tmp_path / "RESULTS.md").write_text(results_text(quicker, {}, "# Results"), "utf-8")

    assert program.main(["start-up", "--once", "--check"]) == 1

    assert "start-up, --help: " in capsys.readouterr().out.splitlines()[-1]


def test_a_bar_is_judged_by_seconds_of_the_machine_it_was_set_for() -> None:
    in_time, late = (
        replace(SYNC, usage=replace(USAGE, cpu=0.7), loops=loops) for loops in (24, 25)
    )

    assert verdict(in_time) == ", holds at most 0.4 s"
    assert verdict(late) == ", MISSES at most 0.4 s"


def test_a_bar_for_a_rate_is_a_least_number_each_second() -> None:
    export = Figure("export", "items 5,000", USAGE, loops=20.0)

    assert verdict(export) == ", holds at least 15,000 a second"
    assert verdict(slower(export, 1.1)) == ", MISSES at least 15,000 a second"


def test_a_part_that_was_measured_beside_the_whole_is_taken_off() -> None:
    inspect = Figure("inspect, cold", "digests", USAGE, loops=30.0, rivals={"reading": 2.0})

    assert verdict(inspect) == ", holds at most 0.25 s above reading"
    assert verdict(slower(inspect, 1.1)) == ", MISSES at most 0.25 s above reading"


def test_a_bar_for_growth_takes_both_inputs() -> None:
    small = Figure("first push", "list 10,000", USAGE, loops=1_000.0)
    large = replace(small, input="list 50,000", loops=5_500.0)
    line = "| first push | list 50,000 | at most 1.2 x list 10,000, for each entry | 1.1 | yes |"

    assert line in bars_text([small, large])
    assert line not in bars_text([large])


def test_every_bar_is_measured_in_a_usual_run() -> None:
    inputs = {(one.name, name) for one in program.CASES for name in one.inputs}

    assert {(bar.case, bar.input) for bar in BARS} <= inputs


def test_bars_are_no_figures() -> None:
    head = f"# Results\n\n{bars_text([SYNC])}\n"

    assert read_results(results_text([SYNC], {}, head)) == [SYNC]
