"""Nothing is lost, doubled or silently different, whatever people, git and accidents do."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.sync.histories.annotating import annotated_history_of
from tests.sync.histories.lagging import lagging_history_of
from tests.sync.histories.many import played
from tests.sync.histories.play import History, Step, fast_and_alike, history_of, play

COUNT, CHUNKS = 1_000, 8
DEEP_COUNT = 100_000
LAGGING_COUNT, ANNOTATED_COUNT = 10_000, 4_000


def require_good(start: int, count: int, history_of: Callable[[int], History] = history_of) -> None:
    failures = played(start, count, history_of=history_of)
    assert not failures, "\n\n".join(failures[:5])


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_a_random_history_loses_nothing_doubles_nothing_and_settles(chunk: int) -> None:
    require_good(chunk * COUNT // CHUNKS, COUNT // CHUNKS)


def test_what_a_merge_left_at_the_item_comes_into_no_entry_of_another_clone() -> None:
    steps = (
        Step("merge items", 0, (3993, 5424, 8250)),
        Step("pull", 1, (0, 0, 0)),
        Step("edit zotero", 0, (5085, 2990, 6478)),
        Step("merge", 0, (918, 4899, 1473)),
    )
    with fast_and_alike() as room:
        assert play(History(steps, has_bib=True), room) is None


def test_an_entry_of_a_bib_is_not_exported_again_for_the_item_that_its_own_was_merged_into() -> (
    None
):
    steps = (
        Step("trash", 1, (1996, 5348, 8010)),
        Step("merge items", 0, (1382, 7841, 7658)),
        Step("edit markdown", 1, (8831, 9499, 9027)),
        Step("pull", 1, (0, 0, 0)),
    )
    with fast_and_alike() as room:
        assert play(History(steps, has_bib=True), room) is None


def test_an_export_follows_an_item_in_the_run_that_edits_it_after_a_merge() -> None:
    of_a_bib = (
        Step("merge items", 0, (5852, 3177, 3521)),
        Step("edit markdown", 0, (2291, 9462, 7990)),
    )
    of_a_table = (
        Step("merge items", 0, (187, 4902, 6371)),
        Step("edit markdown", 0, (1585, 6348, 4989)),
    )
    with fast_and_alike() as room:
        assert play(History(of_a_bib, has_bib=True), room) is None
        assert play(History(of_a_table, has_bib=True), room) is None


def test_a_shelving_that_a_wrong_cache_hid_moves_the_entry_once_the_cache_is_gone() -> None:
    steps = (
        Step("shelve", 0, (7985, 1964, 9078), ("as it is", 5012)),
        Step("sync, undo", 1, (7053, 3630, 350), ("wrong", 1139)),
    )
    with fast_and_alike() as room:
        assert play(History(steps, cache=("gone", 7817)), room) is None


@pytest.mark.parametrize("syncs", [0, 1])
def test_an_entry_restored_after_it_was_dropped_brings_its_older_words(syncs: int) -> None:
    steps = (
        Step("edit zotero", 0, (1957, 5918, 8650)),
        Step("sync", 0, (0, 0, 0)),
        Step("drop in markdown", 0, (1066, 5173, 3444)),
        *[Step("sync", 0, (0, 0, 0))] * syncs,
        Step("restore", 0, (5808, 4262, 3371)),
    )
    with fast_and_alike() as room:
        assert play(History(steps), room) is None


def test_a_link_that_one_entry_loses_after_a_killed_undo_leaves_all_in_one_sync() -> None:
    steps = (Step("sync, undo", 0, (8914, 833, 2749)), Step("restore", 0, (9257, 0, 0)))
    with fast_and_alike() as room:
        assert play(History(steps), room) is None


def test_an_entry_dropped_after_a_killed_push_comes_back_with_an_old_commit() -> None:
    steps = (
        Step("edit markdown", 1, (8449, 2411, 2620)),
        Step("be killed", 1, (2553, 4501, 3003)),
        Step("drop in markdown", 1, (9373, 157, 2373)),
        Step("check out", 1, (5718, 8858, 4278)),
    )
    with fast_and_alike() as room:
        assert play(History(steps, has_copies=True), room) is None


def test_a_removal_keeps_a_tag_that_was_edited_before_the_lock_file_was_lost() -> None:
    steps = (
        Step("edit zotero", 1, (2975, 4879, 5058)),
        Step("lose lock", 0, (0, 0, 0)),
        Step("sync", 0, (0, 0, 0)),
        Step("remove, undo", 0, (6440, 6135, 5172)),
    )
    with fast_and_alike() as room:
        assert play(History(steps), room) is None


def test_an_undo_goes_through_beside_an_item_whose_type_has_no_venue() -> None:
    steps = (
        Step("change type", 0, (1409, 7769, 2634)),
        Step("sync, undo", 1, (3555, 9266, 9808)),
    )
    with fast_and_alike() as room:
        assert play(History(steps, has_bib=True, has_lookups=True), room) is None


def test_an_export_keeps_the_year_that_an_entry_filled_in_beside_another_entrys_date() -> None:
    steps = (
        Step("merge items", 1, (1237, 4585, 1055)),
        Step("change date in markdown", 0, (2717, 3615, 7941)),
    )
    with fast_and_alike() as room:
        assert play(History(steps, has_bib=True), room) is None


@pytest.mark.deep
@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_many_random_histories_lose_nothing_double_nothing_and_settle(chunk: int) -> None:
    require_good(COUNT + chunk * DEEP_COUNT // CHUNKS, DEEP_COUNT // CHUNKS)


@pytest.mark.deep
@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_a_random_history_of_a_library_that_lags_loses_nothing_and_settles(chunk: int) -> None:
    require_good(
        chunk * LAGGING_COUNT // CHUNKS, LAGGING_COUNT // CHUNKS, history_of=lagging_history_of
    )


@pytest.mark.deep
@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_a_random_history_with_annotations_loses_nothing_and_settles(chunk: int) -> None:
    count = ANNOTATED_COUNT // CHUNKS
    require_good(chunk * count, count, history_of=annotated_history_of)


def test_a_new_entry_comes_with_its_annotations_in_one_sync() -> None:
    steps = (
        Step("insert in zotero", 0, (3394, 604, 9506)),
        Step("annotate", 0, (4865, 905, 5573)),
    )
    with fast_and_alike() as room:
        assert play(History(steps, has_copies=True, has_annotations=True), room) is None


def test_an_older_text_that_git_kept_beside_a_newer_lock_file_is_no_edit() -> None:
    steps = (
        Step("edit zotero", 1, (2850, 2998, 458)),
        Step("sync", 1, (1727, 2159, 8979)),
        Step("edit markdown", 0, (7704, 3776, 2081)),
        Step("drop in markdown", 1, (3268, 1619, 483)),
        Step("merge", 0, (618, 1997, 6628)),
    )
    with fast_and_alike() as room:
        assert play(History(steps), room) is None


def test_authors_cut_by_et_al_that_a_merge_brings_to_an_item_settle_in_a_bib_at_once() -> None:
    steps = (Step("merge items", 0, (7065, 433, 9790)),)
    with fast_and_alike() as room:
        assert play(History(steps, has_bib=True, has_lookups=True), room) is None


def test_a_sync_killed_after_a_merge_clears_nothing_that_the_survivor_lacks() -> None:
    steps = (
        Step("merge items", 1, (4089, 5363, 2105)),
        Step("be killed", 0, (7931, 4609, 8729)),
    )
    with fast_and_alike() as room:
        assert play(History(steps), room) is None


def test_a_library_that_lags_behind_undoes_nothing_although_its_item_was_merged() -> None:
    steps = (
        Step("sync, undo", 1, (2698, 6302, 9827)),
        Step("merge items", 0, (9336, 5740, 3427)),
        Step("push", 1, (9489, 8436, 4051)),
        Step("merge", 0, (3264, 4877, 7767)),
    )
    with fast_and_alike() as room:
        assert play(History(steps, has_copies=True), room) is None


def test_a_new_entry_of_a_merged_work_finds_the_item_that_stays_at_once() -> None:
    steps = (
        Step("edit zotero", 0, (1659, 7873, 6277)),
        Step("insert in markdown", 0, (8163, 4839, 3527)),
        Step("merge items", 1, (3064, 752, 8824)),
    )
    with fast_and_alike() as room:
        assert play(History(steps), room) is None


def test_a_note_edited_back_out_of_the_trash_of_one_copy_has_what_was_removed_in_the_other() -> (
    None
):
    steps = (
        Step("pull", 1, (0, 0, 0)),
        Step("take out in zotero", 0, (7423, 2372, 220)),
        Step("lose a note", 1, (3115, 2449, 547)),
    )
    with fast_and_alike() as room:
        assert play(History(steps, has_copies=True), room) is None


def test_a_note_edited_back_out_of_the_trash_has_what_another_clone_removed_and_did_not_sync() -> (
    None
):
    steps = (
        Step("push", 0, (8738, 9731, 647)),
        Step("edit markdown", 0, (3764, 9580, 7896)),
        Step("edit markdown", 1, (147, 6318, 7358)),
        Step("merge", 0, (2256, 8728, 1936)),
        Step("lose a note", 1, (3313, 2164, 2229)),
    )
    with fast_and_alike() as room:
        assert play(History(steps), room) is None


def test_what_an_undone_sync_had_carried_may_come_again_after_a_git_revert() -> None:
    steps = (
        Step("set bold", 0, (9663, 4530, 9467)),
        Step("add in zotero", 1, (5217, 8019, 766)),
        Step("sync, undo", 0, (9030, 4686, 3206)),
        Step("revert", 0, (3210, 1420, 4626)),
    )
    with fast_and_alike() as room:
        assert play(History(steps, has_lookups=True), room) is None


def test_a_bullet_from_git_is_new_to_a_clone_that_never_met_it_in_the_library() -> None:
    steps = (
        Step("add in markdown", 0, (8639, 5194, 5295)),
        Step("merge", 1, (8262, 3552, 7405)),
        Step("sync", 0, (0, 0, 0)),
        Step("take out in zotero", 1, (8317, 7437, 9888)),
    )
    with fast_and_alike() as room:
        assert play(History(steps), room) is None


def test_bullets_that_git_put_into_another_entry_stay_in_the_note_that_they_came_from() -> None:
    steps = (
        Step("set bold", 0, (8707, 3859, 6678)),
        Step("drop in markdown", 1, (4604, 5552, 2378)),
        Step("insert in markdown", 1, (9384, 2438, 9695)),
        Step("merge", 1, (115, 312, 5221)),
    )
    with fast_and_alike() as room:
        assert play(History(steps), room) is None


def test_a_bullet_that_was_set_and_then_taken_out_in_zotero_does_not_come_back() -> None:
    steps = (
        Step("set", 0, (6659, 3547, 8601)),
        Step("be killed", 1, (7127, 3779, 134)),
        Step("merge", 0, (8346, 6370, 3748)),
        Step("take out in zotero", 0, (7954, 9616, 1654)),
    )
    with fast_and_alike() as room:
        assert play(History(steps), room) is None


def test_a_link_that_git_kept_beside_its_edit_is_at_the_item_after_one_sync() -> None:
    steps = (
        Step("edit markdown", 1, (5750, 2011, 590)),
        Step("move in markdown", 0, (512, 8426, 9677)),
        Step("merge", 1, (6826, 5312, 1352)),
    )
    with fast_and_alike() as room:
        assert play(History(steps), room) is None


def test_an_item_restored_beside_the_one_that_it_was_merged_into_is_a_second_one_of_its_work() -> (
    None
):
    steps = (
        Step("merge items", 1, (5559, 1806, 8762)),
        Step("push", 1, (0, 0, 0)),
        Step("trash", 0, (9054, 7639, 1680)),
    )
    with fast_and_alike() as room:
        assert play(History(steps), room) is None


def test_an_item_restored_in_the_place_of_the_one_that_it_was_merged_into_keeps_its_links() -> None:
    steps = (
        Step("merge items", 0, (5892, 5948, 143)),
        Step("trash", 1, (1568, 8155, 6179)),
        Step("trash", 0, (874, 6092, 6103)),
    )
    with fast_and_alike() as room:
        assert play(History(steps), room) is None


def test_an_undo_brings_a_tag_back_beside_one_that_was_there_with_it_and_is_edited_since() -> None:
    steps = (
        Step("merge items", 0, (4730, 1413, 3163)),
        Step("edit zotero", 1, (2784, 6982, 6387)),
        Step("sync", 1, (0, 0, 0)),
        Step("remove, undo", 1, (5, 1690, 7129)),
    )
    with fast_and_alike() as room:
        assert play(History(steps), room) is None


def test_an_undo_brings_an_item_back_that_was_restored_after_a_merge_and_removed() -> None:
    steps = (
        Step("merge items", 0, (4117, 6710, 2908)),
        Step("trash", 1, (1651, 5272, 4455)),
        Step("remove, undo", 0, (2103, 598, 6894)),
    )
    with fast_and_alike() as room:
        assert play(History(steps), room) is None


def test_a_sync_remembers_where_an_item_is_again_as_an_undo_had_moved_it_meanwhile() -> None:
    steps = (
        Step("shelve", 0, (4222, 1228, 9494)),
        Step("remove, undo", 0, (149, 4390, 3060)),
        Step("shelve", 1, (5746, 7707, 9124)),
    )
    with fast_and_alike() as room:
        for cache in (("warm", 0), ("wrong", 0), ("wrong", 1)):
            assert play(History(steps, cache=cache), room) is None


def test_two_items_of_a_persons_own_without_an_identifier_are_not_one_work() -> None:
    steps = (
        Step("merge items", 0, (1883, 3120, 3476)),
        Step("merge items", 0, (5922, 5444, 356)),
        Step("remove, undo", 0, (5772, 8045, 6758)),
    )
    with fast_and_alike() as room:
        assert play(History(steps, has_copies=True), room) is None


def test_a_dropped_entry_stays_dropped_when_a_person_files_what_its_item_was_merged_into() -> None:
    steps = (
        Step("merge items", 0, (9598, 9554, 8979)),
        Step("drop in markdown", 0, (1022, 8383, 6682)),
        Step("shelve", 0, (6212, 6081, 9072)),
    )
    with fast_and_alike() as room:
        assert play(History(steps), room) is None
