"""Venues as DBLP, Crossref and Semantic Scholar really name them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.growth import LINEAR, growth
from zoterodigest.lookup.index_venues import are_one, has_separate_papers, index_venue, is_host
from zoterodigest.mapping import venue_table

KNOWN = {
    # DBLP
    "CVPR": "CVPR",
    "CVPR Workshops": "CVPRW",
    "ECCV (14)": "ECCV",
    "ECCV Workshops (3)": "ECCVW",
    "WACV (Workshops)": "WACVW",
    "ICLR (Poster)": "ICLR",
    "ICLR (Workshop)": "ICLR Workshop",
    "ACL (1)": "ACL",
    "ACL/IJCNLP (Findings)": "ACL Findings",
    "NAACL-HLT (Findings)": "NAACL Findings",
    "EMNLP/IJCNLP (1)": "EMNLP",
    "MICCAI (8)": "MICCAI",
    "SIGGRAPH (Conference Paper Track)": "SIGGRAPH",
    "AAAI/IAAI": "AAAI",
    "NeurIPS Datasets and Benchmarks": "NeurIPS D&B",
    "IEEE Trans. Pattern Anal. Mach. Intell.": "TPAMI",
    "Trans. Mach. Learn. Res.": "TMLR",
    "Pattern Recognit.": "Pattern Recognition",
    "IEEE Robotics Autom. Lett.": "RA-L",
    "IEEE Trans. Neural Networks Learn. Syst.": "TNNLS",
    "IEEE ACM Trans. Audio Speech Lang. Process.": "TASLP",
    "Trans. Assoc. Comput. Linguistics": "TACL",
    "Comput. Graph. Forum": "CGF",
    # Crossref
    "2024 IEEE/CVF Conference on Computer Vision and Pattern Recognition (CVPR)": "CVPR",
    "2024 IEEE/CVF Conference on Computer Vision and Pattern Recognition Workshops (CVPRW)": (
        "CVPRW"
    ),
    "2017 IEEE International Conference on Computer Vision (ICCV)": "ICCV",
    "Computer Vision – ECCV 2022": "ECCV",
    "Proceedings of the 31st ACM International Conference on Multimedia": "ACM MM",
    "Proceedings of the AAAI Conference on Artificial Intelligence": "AAAI",
    "Proceedings of the Thirty-First International Joint Conference on Artificial Intelligence": (
        "IJCAI"
    ),
    "Proceedings of the 61st Annual Meeting of the Association for Computational Linguistics"
    " (Volume 1: Long Papers)": "ACL",
    "Findings of the Association for Computational Linguistics: EMNLP 2023": "EMNLP Findings",
    "ICASSP 2023 - 2023 IEEE International Conference on Acoustics, Speech and Signal Processing"
    " (ICASSP)": "ICASSP",
    "2023 IEEE/RSJ International Conference on Intelligent Robots and Systems (IROS)": "IROS",
    "Proceedings of the ACM Web Conference 2023": "WWW",
    "SIGGRAPH Asia 2023 Conference Papers": "SIGGRAPH Asia",
    # Semantic Scholar
    "Computer Vision and Pattern Recognition": "CVPR",
    "Neural Information Processing Systems": "NeurIPS",
    "IEEE Workshop/Winter Conference on Applications of Computer Vision": "WACV",
    "IEEE/RJS International Conference on Intelligent RObots and Systems": "IROS",
    "North American Chapter of the Association for Computational Linguistics": "NAACL",
    "Knowledge Discovery and Data Mining": "KDD",
    "Journal of machine learning research": "JMLR",
    "IEEE transactions on circuits and systems for video technology (Print)": "TCSVT",
}
PARTS = (
    "WWW (Companion Volume)",
    "Companion Proceedings of the ACM Web Conference 2023",
    "CHI Extended Abstracts",
    "Extended Abstracts of the 2023 CHI Conference on Human Factors in Computing Systems",
    "EMNLP (Industry Track)",
    "ACL (demo)",
    "EMNLP (Demos)",
    "Proceedings of the 61st Annual Meeting of the Association for Computational Linguistics"
    " (Volume 3: System Demonstrations)",
    "SIGGRAPH Asia 2023 Technical Communications",
    "ACM SIGGRAPH 2023 Posters",
    "Medical Image Computing and Computer Assisted Intervention – MICCAI 2023 Workshops",
    "ICLR (Workshop Poster)",
    "Tiny Papers @ ICLR",
    "CIKM Workshops",
    "Adjunct Proceedings of the 36th Annual ACM Symposium on User Interface Software and"
    " Technology",
)
VENUES = venue_table()


@pytest.mark.parametrize(("text", "expected"), KNOWN.items())
def test_a_venue_is_known_by_what_an_index_calls_it(text: str, expected: str) -> None:
    assert index_venue(text, VENUES).name == expected


@pytest.mark.parametrize("text", PARTS)
def test_a_part_of_a_conference_is_not_the_conference(text: str) -> None:
    found = index_venue(text, VENUES)

    assert (found.name, found.venue) == (text, None)


def test_the_year_in_a_name_is_told() -> None:
    assert index_venue("Computer Vision – ECCV 2022", VENUES).year == "2022"
    assert index_venue("ICASSP 2023 - 2023 IEEE Conference", VENUES).year == "2023"
    assert index_venue("From 1990 to 2023", VENUES).year == ""


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("Expert Syst. Appl.", "Expert Systems with Applications", True),
        ("Inf. Fusion", "Information Fusion", True),
        ("Displays", "displays", True),
        ("ConfT", "2023 Conference on Things (ConfT)", True),
        ("ConfT", "Conference on Things", False),
        ("CVPR", "Computer Vision and Pattern Recognition", True),
        ("CVPR", "CVPR Workshops", False),
        ("AI", "AI Magazine", False),
    ],
)
def test_names_that_the_table_lacks_are_one_if_one_is_short_for_the_other(
    one: str, other: str, expected: bool
) -> None:
    assert are_one(index_venue(one, VENUES), index_venue(other, VENUES)) is expected


def test_a_conference_is_told_from_its_parts() -> None:
    acl, findings, cvpr, workshop = (
        index_venue(text, VENUES) for text in ("ACL", "ACL Findings", "CVPR", "CVPRW")
    )

    assert is_host(acl, findings)
    assert is_host(cvpr, workshop)
    assert not is_host(findings, acl)
    assert not is_host(cvpr, findings)
    assert not is_host(acl, acl)
    assert acl.venue is not None
    assert cvpr.venue is not None
    assert has_separate_papers(acl.venue, VENUES)
    assert not has_separate_papers(cvpr.venue, VENUES)


@given(st.text(min_size=1, max_size=400))
def test_any_text_is_a_venue_of_some_name(text: str) -> None:
    assert index_venue(text, VENUES).name


@pytest.mark.parametrize("part", ["A. ", "2023 ", "(", "Proceedings of "])
def test_hostile_names_take_linear_time(part: str) -> None:
    assert growth(lambda size: index_venue(part * size, VENUES), 500) < LINEAR
