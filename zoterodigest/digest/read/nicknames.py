"""Nicknames: whether a text in marks before a title is what people call the work.

In the same place lists say what kind of paper it is, what it is about, or who wrote it.
"""

from __future__ import annotations

from zoterodigest.core.works.titles import begins_title
from zoterodigest.digest.read.edges import EMOJI
from zoterodigest.regex import lazy_regex

_MOST_LETTERS = 60
_MOST_WORDS = 6
_LEAD = lazy_regex(rf"{EMOJI}|:[a-z0-9_+-]+:")
_YEAR_FIRST = lazy_regex(r"(?:19|20)\d\d\s")
_PARTS = lazy_regex(r"[\s,;/&+|]+")


def is_nickname(text: str, title: str) -> bool:
    """Tell whether `text`, which stands in marks before `title`, is a name of the work.

    No label of a list is one (`Survey`, `Google`, `💬 3D`), unless the title begins with it.
    """
    words = [word.casefold().strip(".:!()") for word in _PARTS.split(text) if word]
    if not any(map(str.isalpha, text)) or _LEAD.match(text):
        return False
    # "2023 bioRxiv Diffusion": what kind of paper, of when.
    if _YEAR_FIRST.match(text) and not begins_title(text, title):
        return False
    if len(text) > _MOST_LETTERS or len(words) > _MOST_WORDS:
        return False
    return not all(map(_is_of_labels, words)) or begins_title(text, title)


def _is_of_labels(word: str) -> bool:
    return word in _LABELS or (len(word) > 4 and word[:-1] in _LABELS) or word.isdigit()


# Kinds of papers, awards, marks of the reader.
_KINDS = """
    analysis application archived article arxiv award benchmark best blog book challenge chapter
    classic code collection comment comparison competition course data database dataset demo
    documentation early editor essay evaluation extended featured findings foundation framework
    full highlight history hot important industry influential intro introduction journal keynote
    lecture letter library list long magazine manual mention method metric model must must-read
    new news no none note notable official old online opinion oral other outstanding overview page
    paper pdf perspective pick poster position post preprint presentation project proposal protocol
    read reading recommended release report resource review seminal short slide software source
    spotlight star study summary supplementary survey system talk tba tbd technical tech template
    theory thesis todo tool toolbox toolkit top track tutorial unknown unpublished untitled
    updated video vision website white wip work workshop 综述 必读 推荐 新 最新 精读 论文 代码
"""
# What a paper is about.
_TOPICS = """
    2d 3d 4d a action adversarial agent ai alignment an and animation attention audio autonomous
    avatar bias caption captioning chinese classification clustering compression continual control
    controllable cv deblurring deep denoising depth detection diffusion dl domain driving editing
    efficiency efficient embodied embedding english estimation explainability face fairness few-shot
    fine-tuning for foundation french gan general generation generative german gnn graph hardware
    human i2v image in inference inpainting interpretability japanese knowledge korean language
    large learning llm llms long-context machine manipulation matching medical memory mesh
    mllm ml model motion multi-modal multimodal music navigation nerf neural network nlp object ocr
    of on optimization others person planning point pose pre-training pretraining privacy prompt
    prompting pruning quantization rag re-identification real-time reasoning recognition
    recommendation reconstruction reinforcement rendering restoration retrieval rl robot robotic
    robotics robustness safety scene search security segmentation self-supervised simulation slam
    spanish speech stereo style super-resolution t2i t2v temporal text the to tracking training
    transfer translation understanding unlearning vae via visual vla vlm vqa with world zero-shot
"""
# Who wrote it.
_AUTHORS = """
    academia adobe alibaba amazon anthropic apple baidu berkeley bytedance cambridge cmu columbia
    cornell deepmind eth facebook fair google harvard huawei ibm intel lab meta microsoft mila mit
    msr nvidia openai oxford princeton pku qualcomm research salesforce samsung sensetime snap sony
    stanford tencent toyota tsinghua uber ucla university waymo yale
"""
_LABELS = frozenset(f"{_KINDS}{_TOPICS}{_AUTHORS}".split())
