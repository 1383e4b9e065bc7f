"""Identifiers in URLs and text, and titles made comparable."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.growth import LINEAR, growth
from zoterodigest.core.values.identity import (
    Identifier,
    arxiv_in_text,
    arxiv_version,
    canonical_title,
    doi_in_text,
    identifier_of,
    is_paper_url,
    match_title,
)

TRUTH = Path(__file__).resolve().parents[2] / ".." / "shared" / "digests" / "truth"

HASH = "0123456789abcdef0123456789abcdef"
PAGES = {
    "https://arxiv.org/abs/2103.00020v2": ("arxiv", "2103.00020"),
    "http://www.arxiv.org/pdf/2103.00020.pdf": ("arxiv", "2103.00020"),
    "arxiv.org/pdf/1406.2661": ("arxiv", "1406.2661"),
    "https://arxiv.org/html/2103.00020v2": ("arxiv", "2103.00020"),
    "https://arxiv.org/src/2103.00020": ("arxiv", "2103.00020"),
    "https://arxiv.org/abs/2103.00020?context=cs.CV": ("arxiv", "2103.00020"),
    "https://arxiv.org/abs/math.GT/0309136": ("arxiv", "math/0309136"),
    "https://arxiv.org/pdf/cs/0112017v1.pdf": ("arxiv", "cs/0112017"),
    "https://export.arxiv.org/abs/hep-th/9901001": ("arxiv", "hep-th/9901001"),
    "https://arxiv.org/abs/q-bio/0309136": ("arxiv", "q-bio/0309136"),
    "https://ar5iv.labs.arxiv.org/html/1406.2661": ("arxiv", "1406.2661"),
    "https://ar5iv.org/abs/1406.2661": ("arxiv", "1406.2661"),
    "https://www.alphaxiv.org/abs/2103.00020": ("arxiv", "2103.00020"),
    "https://huggingface.co/papers/2412.02687": ("arxiv", "2412.02687"),
    "https://doi.org/10.48550/arXiv.2103.00020": ("arxiv", "2103.00020"),
    "arXiv:2103.00020 [cs]": ("arxiv", "2103.00020"),
    "https://doi.org/10.1109/CVPR.2020.1": ("doi", "10.1109/cvpr.2020.1"),
    "doi:10.1109/CVPR.2020.1": ("doi", "10.1109/cvpr.2020.1"),
    "https://dl.acm.org/doi/abs/10.1145/3072959.3073659": ("doi", "10.1145/3072959.3073659"),
    "https://www.biorxiv.org/content/10.1101/2021.10.04.463034v2.full.pdf": (
        "doi",
        "10.1101/2021.10.04.463034",
    ),
    "https://openreview.net/forum?id=aB_-1&noteId=x": ("openreview", "aB_-1"),
    "https://openreview.net/pdf?id=aB_-1": ("openreview", "aB_-1"),
    "https://aclanthology.org/P19-1001/": ("acl", "p19-1001"),
    "https://www.aclweb.org/anthology/P19-1001.pdf": ("acl", "p19-1001"),
    "https://aclanthology.org/2023.findings-emnlp.12.pdf": ("acl", "2023.findings-emnlp.12"),
    "http://openaccess.thecvf.com/content_cvpr_2018/html/A_B_CVPR_2018_paper.html": (
        "cvf",
        "a_b_cvpr_2018",
    ),
    "https://openaccess.thecvf.com/content/CVPR2018/papers/A_B_CVPR_2018_paper.pdf": (
        "cvf",
        "a_b_cvpr_2018",
    ),
    "https://www.ecva.net/papers/eccv_2022/papers_ECCV/papers/136780427.pdf": (
        "ecva",
        "eccv_2022/136780427",
    ),
    "https://proceedings.mlr.press/v139/radford21a.html": ("pmlr", "v139/radford21a"),
    "http://proceedings.mlr.press/v139/radford21a/radford21a.pdf": ("pmlr", "v139/radford21a"),
    f"https://proceedings.neurips.cc/paper_files/paper/2023/hash/{HASH}-Abstract.html": (
        "neurips",
        HASH,
    ),
    f"https://papers.nips.cc/paper/2017/file/{HASH}-Paper.pdf": ("neurips", HASH),
    "http://WWW.Github.com/a/B/?utm_source=x&q=1#readme": ("url", "https://github.com/a/B?q=1"),
    "https://huggingface.co/a/model": ("url", "https://huggingface.co/a/model"),
    "https://arxiv.org/list/cs.CV/recent": ("url", "https://arxiv.org/list/cs.CV/recent"),
}


@pytest.mark.parametrize(("url", "expected"), PAGES.items())
def test_a_page_names_its_work_in_one_spelling(url: str, expected: tuple[str, str]) -> None:
    assert identifier_of(url) == Identifier(*expected)


@pytest.mark.parametrize(
    "url",
    ["", "notes.md", "#a", "mailto:a@b.org", "javascript:alert(1)", "https://[x", "http://a b"],
)
def test_what_is_no_web_address_has_no_identifier(url: str) -> None:
    assert identifier_of(url) is None


def test_the_version_is_found_in_every_form_of_page() -> None:
    urls = [
        "https://arxiv.org/abs/2103.00020v2",
        "arxiv.org/pdf/cs/0112017v2.pdf",
        "arXiv:1406.2661v2",
    ]

    assert [arxiv_version(url) for url in urls] == ["v2"] * 3
    assert arxiv_version("https://arxiv.org/abs/2103.00020") is None


def test_ids_in_text_need_a_prefix_a_page_or_a_possible_date() -> None:
    text = "arXiv:2103.00020v2, arxiv.org/pdf/cs/0112017 and 1406.2661, not 1234.56789 or 3.14159"

    assert arxiv_in_text(text) == ("2103.00020", "cs/0112017", "1406.2661")


def test_dois_in_text_lose_the_punctuation_behind_them() -> None:
    text = "(doi:10.1109/CVPR.2020.1), 10.1000/a(b)c. 10.48550/arXiv.2103.00020"

    assert doi_in_text(text) == ("10.1109/cvpr.2020.1", "10.1000/a(b)c")


def test_paper_pages_are_told_from_other_pages() -> None:
    assert is_paper_url("https://ieeexplore.ieee.org/document/1")
    assert is_paper_url("https://bmva-archive.org.uk/bmvc/2024/papers/Paper_1/")
    assert is_paper_url("https://example.org/our-paper.pdf")
    assert not is_paper_url("https://github.com/openai/CLIP")
    assert not is_paper_url("https://openreview.net")
    assert not is_paper_url("https://www.springer.com/journal/10614")
    assert not is_paper_url("https://www.sciencedirect.com/journal/x/about/call-for-papers#graphs")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Reproducing &#34;ITI-GEN&#34;", "reproducing “ITI-GEN”"),
        ("{BERT}: Pre–training", 'BERT: <span class="nocase">Pre</span>-training'),
        ("A  Title\u200b of\u00a0Two", "a title of two"),
        ("Ｆull width", "full width"),
        ("Don’t \\& do", "Don't & do"),
    ],
)
def test_titles_written_differently_are_one_title(one: str, other: str) -> None:
    assert canonical_title(one) == canonical_title(other)


def test_titles_with_other_words_or_math_stay_apart() -> None:
    assert canonical_title("On $L_0$ norms") != canonical_title("On $L_1$ norms")
    assert canonical_title("C++ models") != canonical_title("C models")


@given(st.text(alphabet=st.characters(categories=["L", "N", "Zs", "Pd", "Pi", "Pf", "Ps", "Pe"])))
def test_a_canonical_title_is_its_own_canonical_form(title: str) -> None:
    canonical = canonical_title(title)

    assert canonical_title(canonical) == canonical
    assert match_title(canonical) == match_title(title)


@given(
    st.sampled_from(["arxiv.org", "WWW.Example.com", "localhost", "a_b.io.", "openreview.net"]),
    st.text("/abs2103.4vpdf?#&=;:@%[ é\x1f", max_size=25),
)
def test_the_usual_port_in_an_address_changes_nothing(host: str, rest: str) -> None:
    plain, with_port = f"https://{host}/{rest}", f"https://{host}:443/{rest}"

    assert identifier_of(plain) == identifier_of(with_port)


@given(st.text(max_size=300))
def test_any_text_is_read_without_an_error(text: str) -> None:
    identifier_of(text)
    is_paper_url("https://" + text)
    arxiv_in_text(text)
    doi_in_text(text)
    match_title(text)


@pytest.mark.deep
@pytest.mark.parametrize(
    "unit",
    ["a", "10.1000/", "10.1000/)", "(", "<span ", "&amp;", "arxiv:", "/", "2021-", "\\", "1"],
)
def test_hostile_input_takes_linear_time(unit: str) -> None:
    def work(size: int) -> None:
        text = unit * (size // len(unit))
        arxiv_in_text(text)
        doi_in_text(text)
        is_paper_url("https://aclanthology.org/" + text)
        match_title(text)

    assert growth(work, 25_000) < LINEAR


def test_every_id_of_the_shared_digests_is_found() -> None:
    if not TRUTH.is_dir():
        pytest.skip("the shared digests are not here")
    for path in sorted(TRUTH.glob("*.json")):
        for entry in json.loads(path.read_text(encoding="utf-8"))["entries"]:
            urls = [url for _, url in entry["urls"]] + [entry["title_url"] or ""]
            found = [each for url in urls if (each := identifier_of(url)) is not None]
            ids = {each.value for each in found if each.scheme == "arxiv"}
            versions = {version for url in urls if (version := arxiv_version(url))}
            if ids:
                assert ids == {entry["arxiv_id"]}
                assert versions == ({entry["version"]} if entry["version"] else set())
