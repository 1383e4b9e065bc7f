"""What the sources say of real papers, in short: where these were published in the end.

Venues and years as the services give them; of each paper the first authors.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from zoterodigest.core.values.record import Names
from zoterodigest.library.records.zotero import LinkHome, ZoteroMapping
from zoterodigest.lookup.agreement import WantedWork
from zoterodigest.lookup.publication import Published, publication
from zoterodigest.lookup.statements import StatedWork
from zoterodigest.lookup.work import IndexedWork, Looked, Source

ZOTERO = ZoteroMapping(LinkHome.OFF, categories=False)
CONFERENCE, JOURNAL, CHAPTER = "conferencePaper", "journalArticle", "bookSection"
Listed = tuple[str, str, str]
"""The venue, the year and the item type that an index gives."""


@dataclass(frozen=True)
class Said:
    """A paper and what is said of it."""

    title: str
    people: tuple[str, ...]
    first: str
    expected: tuple[str, str]
    comment: str = ""
    journal_ref: str = ""
    dblp: tuple[Listed, ...] = ()
    crossref: tuple[Listed, ...] = ()
    scholar: tuple[Listed, ...] = ()
    doi: str = ""

    def candidates(self) -> tuple[IndexedWork, ...]:
        by_source = {
            Source.DBLP: self.dblp,
            Source.CROSSREF: self.crossref,
            Source.SEMANTIC_SCHOLAR: self.scholar,
        }
        return tuple(
            IndexedWork(source, self.title, self.people, venue, year, item_type, self.doi)
            for source, listed in by_source.items()
            for venue, year, item_type in listed
        )


NOWHERE = ("", "")
CVPR = "Conference on Computer Vision and Pattern Recognition (CVPR)"
ACL_LONG = "Annual Meeting of the Association for Computational Linguistics"
PAPERS = (
    Said(
        "Deep Residual Learning for Image Recognition",
        ("Kaiming He", "Xiangyu Zhang", "Shaoqing Ren", "Jian Sun"),
        "2015-12-10",
        ("CVPR", "2016"),
        comment="Tech report",
        dblp=(("CVPR", "2016", CONFERENCE), ("CoRR", "2015", "preprint")),
        crossref=((f"2016 IEEE {CVPR}", "2016", CONFERENCE),),
        scholar=(("Computer Vision and Pattern Recognition", "2015", CONFERENCE),),
    ),
    Said(
        "Attention Is All You Need",
        ("Ashish Vaswani", "Noam Shazeer", "Niki Parmar"),
        "2017-06-12",
        ("NeurIPS", "2017"),
        comment="15 pages, 5 figures",
        dblp=(("NIPS", "2017", CONFERENCE),),
        scholar=(("Neural Information Processing Systems", "2017", CONFERENCE),),
    ),
    Said(
        "BERT: Pre-training of Deep Bidirectional Transformers for Language Understanding",
        ("Jacob Devlin", "Ming-Wei Chang", "Kenton Lee", "Kristina Toutanova"),
        "2018-10-11",
        ("NAACL", "2019"),
        dblp=(("NAACL-HLT (1)", "2019", CONFERENCE),),
        crossref=(("Proceedings of the 2019 Conference of the North", "2019", CONFERENCE),),
        doi="10.18653/v1/N19-1423",
    ),
    Said(
        "An Image is Worth 16x16 Words: Transformers for Image Recognition at Scale",
        ("Alexey Dosovitskiy", "Lucas Beyer"),
        "2020-10-22",
        ("ICLR", "2021"),
        dblp=(("ICLR", "2021", CONFERENCE),),
        scholar=(("International Conference on Learning Representations", "2020", CONFERENCE),),
    ),
    Said(
        "High-Resolution Image Synthesis with Latent Diffusion Models",
        ("Robin Rombach", "Andreas Blattmann"),
        "2021-12-20",
        ("CVPR", "2022"),
        comment="CVPR 2022",
        crossref=((f"2022 IEEE/CVF {CVPR}", "2022", CONFERENCE),),
        scholar=(("Computer Vision and Pattern Recognition", "2021", CONFERENCE),),
    ),
    Said(
        "NeRF: Representing Scenes as Neural Radiance Fields for View Synthesis",
        ("Ben Mildenhall", "Pratul P. Srinivasan"),
        "2020-03-19",
        NOWHERE,  # the conference paper, and an article two years later: a person chooses
        comment="ECCV 2020 (oral). Project page with videos and code: http://tancik.com/nerf",
        dblp=(("ECCV (1)", "2020", CONFERENCE), ("Commun. ACM", "2022", JOURNAL)),
        crossref=(("Computer Vision – ECCV 2020", "2020", CHAPTER),),
    ),
    Said(
        "Exploring the Limits of Transfer Learning with a Unified Text-to-Text Transformer",
        ("Colin Raffel", "Noam Shazeer"),
        "2019-10-23",
        ("JMLR", "2020"),
        journal_ref="Journal of Machine Learning Research, 21(140), 1-67, 2020",
        dblp=(("J. Mach. Learn. Res.", "2020", JOURNAL),),
        scholar=(("Journal of machine learning research", "2019", JOURNAL),),
    ),
    Said(
        "DINOv2: Learning Robust Visual Features without Supervision",
        ("Maxime Oquab", "Timothée Darcet"),
        "2023-04-14",
        ("TMLR", "2024"),
        dblp=(("Trans. Mach. Learn. Res.", "2024", JOURNAL),),
        scholar=(("Trans. Mach. Learn. Res.", "2023", JOURNAL),),
    ),
    Said(
        "CodeBERT: A Pre-Trained Model for Programming and Natural Languages",
        ("Zhangyin Feng", "Daya Guo"),
        "2020-02-19",
        ("EMNLP Findings", "2020"),
        comment="Accepted to Findings of EMNLP 2020. 12 pages",
        dblp=(("EMNLP (Findings)", "2020", CONFERENCE),),
        crossref=(
            (
                "Findings of the Association for Computational Linguistics: EMNLP 2020",
                "2020",
                CONFERENCE,
            ),
        ),
        scholar=(("Findings", "2020", JOURNAL),),
        doi="10.18653/v1/2020.findings-emnlp.139",
    ),
    Said(
        "BART: Denoising Sequence-to-Sequence Pre-training for Natural Language Generation",
        ("Mike Lewis", "Yinhan Liu"),
        "2019-10-29",
        ("ACL", "2020"),
        crossref=((f"Proceedings of the 58th {ACL_LONG}", "2020", CONFERENCE),),
        scholar=((ACL_LONG, "2019", CONFERENCE),),
    ),
    Said(
        "U-Net: Convolutional Networks for Biomedical Image Segmentation",
        ("Olaf Ronneberger", "Philipp Fischer", "Thomas Brox"),
        "2015-05-18",
        ("MICCAI", "2015"),
        comment="conditionally accepted at MICCAI 2015",
        dblp=(("MICCAI (3)", "2015", CONFERENCE),),
        crossref=(
            (
                "Medical Image Computing and Computer-Assisted Intervention – MICCAI 2015",
                "2015",
                CHAPTER,
            ),
        ),
    ),
    Said(
        "Adding Conditional Control to Text-to-Image Diffusion Models",
        ("Lvmin Zhang", "Anyi Rao", "Maneesh Agrawala"),
        "2023-02-10",
        ("ICCV", "2023"),
        comment="Codes and Supplementary Material: https://github.com/lllyasviel/ControlNet",
        crossref=(
            (
                "2023 IEEE/CVF International Conference on Computer Vision (ICCV)",
                "2023",
                CONFERENCE,
            ),
        ),
        scholar=(("IEEE International Conference on Computer Vision", "2023", CONFERENCE),),
    ),
    Said(
        "Informer: Beyond Efficient Transformer for Long Sequence Time-Series Forecasting",
        ("Haoyi Zhou", "Shanghang Zhang"),
        "2020-12-14",
        ("AAAI", "2021"),
        comment="8 pages (main), 5 pages (appendix) and to be appeared in AAAI2021",
        dblp=(("AAAI", "2021", CONFERENCE),),
        # Crossref takes the proceedings of AAAI for a journal.
        crossref=(
            ("Proceedings of the AAAI Conference on Artificial Intelligence", "2021", JOURNAL),
        ),
    ),
    Said(
        "3D Gaussian Splatting for Real-Time Radiance Field Rendering",
        ("Bernhard Kerbl", "Georgios Kopanas"),
        "2023-08-08",
        ("TOG", "2023"),
        dblp=(("ACM Trans. Graph.", "2023", JOURNAL),),
        crossref=(("ACM Transactions on Graphics", "2023", JOURNAL),),
        scholar=(("ACM Transactions on Graphics", "2023", JOURNAL),),
    ),
    Said(
        "RoBERTa: A Robustly Optimized BERT Pretraining Approach",
        ("Yinhan Liu", "Myle Ott"),
        "2019-07-26",
        NOWHERE,
        dblp=(("CoRR", "2019", "preprint"),),
        scholar=(("arXiv.org", "2019", "preprint"),),
    ),
    Said(
        "Denoising Diffusion Restoration Models",
        ("Bahjat Kawar", "Michael Elad", "Stefano Ermon", "Jiaming Song"),
        "2022-01-27",
        ("NeurIPS", "2022"),
        comment="NeurIPS 2022 camera-ready",
        dblp=(("NeurIPS", "2022", CONFERENCE), ("DGM4HSD@ICLR", "2022", CONFERENCE)),
        scholar=(("Neural Information Processing Systems", "2022", CONFERENCE),),
    ),
    Said(
        "Classifier-Free Diffusion Guidance",
        ("Jonathan Ho", "Tim Salimans"),
        "2022-07-26",
        NOWHERE,  # a short version is another text
        comment="A short version of this paper appeared in the NeurIPS 2021 Workshop on Deep"
        " Generative Models and Downstream Applications",
        scholar=(("arXiv.org", "2022", "preprint"),),
    ),
)


@pytest.mark.parametrize("paper", PAPERS, ids=lambda paper: paper.title[:30])
def test_a_paper_is_known_as_published_where_it_was(paper: Said) -> None:
    looked = Looked(
        "2001.00001",
        1,
        paper.title,
        paper.people,
        "",
        paper.first,
        paper.first,
        comment=paper.comment,
        journal_ref=paper.journal_ref,
    )
    work = StatedWork(WantedWork(paper.title, Names(paper.people), "2001.00001"), first=paper.first)

    found = publication(replace(work, looked=looked, candidates=paper.candidates()), ZOTERO)

    said = (found.venue, found.year) if isinstance(found, Published) else NOWHERE
    assert said == paper.expected, found
