"""The sample sets that come with embedviz, and the one function that finds bundled files.

The vectors of words and sentences are stored as float16: half the memory on disk, and no cosine
changes by more than 0.0002. Where a file is to be smaller still, the two bytes of each number are
packed apart: the upper ones, with sign, exponent and two digits, are far from random. What the
files hold and how they were made is in `resources/README.md`. The digits come with scikit-learn, so
they are not stored again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from embedviz.core.arrays import Matrix
from embedviz.core.blocks import scale_to_unit_length
from embedviz.core.errors import UserError
from embedviz.core.origin import SampleOrigin
from embedviz.core.texts.encoder_settings import EncoderSettings
from embedviz.core.thumbnails import ImageArray
from embedviz.core.vector_set import VectorSet

# A wheel carries the resources inside the package; in a checkout, and so in an editable install,
# they lie beside it.
_PACKAGE = Path(__file__).resolve().parents[1]
_FOLDERS = (_PACKAGE / "resources", _PACKAGE.parent / "resources")

_Columns = tuple[tuple[str, ...], dict[str, Sequence[object]]]


@dataclass(frozen=True)
class Sample:
    """One bundled vector set.

    Attributes
    ----------
    name : str
        What `load_sample` and the command line call it.
    title : str
        A line for a menu.
    description : str
        A sentence or two on what it is and what it is good for.
    set_name : str
        The name of the loaded vector set, short enough for a list.
    file : str
        The file of its vectors among the resources; nothing when a library brings them.
    table : str
        The file of its labels and columns among the resources, likewise.
    head : str
        The file of a linear map that these vectors go through; nothing when they are as stored.
    pairs : str
        The file of pairs of its rows that somebody has judged; nothing when there are none.
    encoder : EncoderSettings or None
        What made its vectors, where that can encode more texts here.
    """

    name: str
    title: str
    description: str
    set_name: str
    file: str = ""
    table: str = ""
    head: str = ""
    pairs: str = ""
    encoder: EncoderSettings | None = None


SAMPLES: tuple[Sample, ...] = (
    Sample(
        name="words",
        title="English words, MiniLM layer 2",
        description=(
            "The 10,000 most common words of all-MiniLM-L6-v2, each encoded alone and averaged "
            "over its tokens after layer 2. A narrow cone (mean cosine 0.69) in which directions "
            "carry meaning: five of six analogies come out right."
        ),
        set_name="words · layer 2",
        file="words-layer2.npy",
        table="words.tsv",
    ),
    Sample(
        name="words-final",
        title="English words, MiniLM final output",
        description=(
            "The same words as the sentence embeddings that all-MiniLM-L6-v2 was trained to give. "
            "Contrastive training has opened the cone (mean cosine 0.23)."
        ),
        set_name="words · final",
        file="words-final.npy",
        table="words.tsv",
    ),
    Sample(
        name="words-nested",
        title="English words, MiniLM layer 2, made nested",
        description=(
            "The words of layer 2 through a linear map that was trained with nested losses, so "
            "that short prefixes do alone (Matryoshka). At full length little is different."
        ),
        set_name="words · layer 2, nested",
        file="words-layer2.npy",
        table="words.tsv",
        head="words-nested.npz",
    ),
    Sample(
        name="words-wordllama",
        title="English words, WordLlama",
        description=(
            "The same words as the means of the token vectors of WordLlama, 256 dimensions. It was "
            "trained with nested losses, so that its first 64 or 128 dimensions alone are a "
            "smaller model (Matryoshka)."
        ),
        set_name="words · WordLlama",
        file="words-wordllama.npz",
        table="words.tsv",
        encoder=EncoderSettings("wordllama"),
    ),
    Sample(
        name="sentences",
        title="English sentences, MiniLM layer 5",
        description=(
            "1,266 sentences in 12 topics, written for embedviz, averaged over their tokens after "
            "layer 5 of all-MiniLM-L6-v2, the last but one. Still a narrow cone (mean cosine "
            "0.61). For 605 pairs of them it is judged how much they mean the same."
        ),
        set_name="sentences · layer 5",
        file="sentences-layer5.npy",
        table="sentences.tsv",
        pairs="sentence-pairs.tsv",
    ),
    Sample(
        name="sentences-final",
        title="English sentences, MiniLM final output",
        description=(
            "The same sentences as the embeddings that all-MiniLM-L6-v2 was trained to give (mean "
            "cosine 0.07). Topics lie apart; a denial lies where the claim does."
        ),
        set_name="sentences · final",
        file="sentences-final.npy",
        table="sentences.tsv",
        pairs="sentence-pairs.tsv",
    ),
    Sample(
        name="digits",
        title="Handwritten digits",
        description=(
            "1,797 scans of the digits 0 to 9 by 13 people, 8 × 8 pixels each: the vector of a "
            "digit is its image, so the map can show both."
        ),
        set_name="digits",
    ),
)


def resource_path(name: str) -> Path:
    """Return where a bundled file or folder is.

    Parameters
    ----------
    name : str
        Its path inside the resources, such as "words.tsv".

    Raises
    ------
    UserError
        When the installation lacks it.
    """
    for folder in _FOLDERS:
        path = folder / name
        if path.exists():
            return path
    raise UserError(
        f"The bundled file {name} is missing: it is neither in {_FOLDERS[0]} nor in {_FOLDERS[1]}. "
        "Install embedviz again."
    )


def load_sample(name: str) -> VectorSet:
    """Return a bundled vector set.

    The words have the columns rank, pieces and category: `rank` counts from 1, the most common
    word; `pieces` is the number of word pieces that MiniLM cuts the word into; `category` is null
    for words that have none. The sentences have the columns topic, form (statement, question or
    request) and words, their number. The digits have a column digit, as text since they are
    categories, and thumbnails.

    Parameters
    ----------
    name : str
        The name of one of `SAMPLES`.

    Raises
    ------
    UserError
        When there is no such sample, or its files are missing.
    """
    sample = _sample(name)
    return _load_texts(sample) if sample.file else _load_digits(sample)


def sample_pairs_path(name: str) -> Path:
    """Return the file of judged pairs that belongs to a bundled vector set.

    It is tab-separated, with a header: first and second, both labels of the set; score, from 0
    (nothing in common) to 5 (the same meaning); and kind.

    Parameters
    ----------
    name : str
        The name of one of `SAMPLES`.

    Raises
    ------
    UserError
        When there is no such sample, it has no judged pairs, or the file is missing.
    """
    sample = _sample(name)
    if not sample.pairs:
        having = ", ".join(sample.name for sample in SAMPLES if sample.pairs)
        raise UserError(f"The sample {name!r} has no judged pairs. Those that have: {having}.")
    return resource_path(sample.pairs)


def _sample(name: str) -> Sample:
    sample = next((sample for sample in SAMPLES if sample.name == name), None)
    if sample is None:
        known = ", ".join(sample.name for sample in SAMPLES)
        raise UserError(f"There is no sample named {name!r}. The samples are: {known}.")
    return sample


def _load_texts(sample: Sample) -> VectorSet:
    columns = _word_columns if sample.table == "words.tsv" else _sentence_columns
    labels, metadata = columns(_table(sample.table))
    path = resource_path(sample.file)
    vectors = _read_vectors(path)
    if sample.head:
        vectors = _through_head(vectors, resource_path(sample.head))
    return VectorSet(
        vectors,
        labels,
        metadata,
        sample.set_name,
        origin=SampleOrigin(sample.name, path, sample.encoder),
    )


def _read_vectors(path: Path) -> Matrix:
    """Return the float16 numbers of a file as float32."""
    if path.suffix == ".npy":
        plain: Matrix = np.load(path).astype(np.float32)
        return plain
    with np.load(path) as packed:
        pairs = np.stack([packed["lower"], packed["upper"]], axis=-1)
    vectors: Matrix = pairs.view("<f2")[..., 0].astype(np.float32)
    return vectors


def _through_head(vectors: Matrix, path: Path) -> Matrix:
    """Return vectors times the matrix of a file, plus its bias, at unit length."""
    with np.load(path) as head:
        mapped: Matrix = vectors @ head["matrix"].astype(np.float32)
        mapped += head["bias"].astype(np.float32)
    scale_to_unit_length(mapped)
    return mapped


def _word_columns(rows: list[list[str]]) -> _Columns:
    labels, ranks, pieces, categories = zip(*rows, strict=True)
    return labels, {
        "rank": [int(rank) for rank in ranks],
        "pieces": [int(count) for count in pieces],
        "category": [category or None for category in categories],
    }


def _sentence_columns(rows: list[list[str]]) -> _Columns:
    labels, topics, forms = zip(*rows, strict=True)
    return labels, {
        "topic": list(topics),
        "form": list(forms),
        "words": [len(label.split()) for label in labels],
    }


def _load_digits(sample: Sample) -> VectorSet:
    from sklearn.datasets import load_digits  # Takes a second to import.

    digits = load_digits()
    kinds = [str(kind) for kind in digits.target.tolist()]
    return VectorSet(
        digits.data.astype(np.float32),
        # Which digit it is, and which of them, since labels of equal digits would be equal.
        tuple(f"{kind} · #{number}" for number, kind in enumerate(kinds)),
        {"digit": kinds},
        sample.set_name,
        origin=SampleOrigin(sample.name),
        thumbnails=ImageArray(digits.images / 16.0, is_ink=True),
    )


@cache
def _pairs_by_relation() -> dict[str, tuple[tuple[str, str], ...]]:
    found: dict[str, list[tuple[str, str]]] = {}
    for relation, first, second in _table("relations.tsv"):
        found.setdefault(relation, []).append((first, second))
    return {relation: tuple(pairs) for relation, pairs in found.items()}


def load_relations() -> dict[str, tuple[tuple[str, str], ...]]:
    """Return pairs of words per relation, such as ("france", "paris") in "country → capital".

    Both words of every pair are labels of the bundled sets.

    Raises
    ------
    UserError
        When the file is missing.
    """
    return dict(_pairs_by_relation())


def _table(name: str) -> list[list[str]]:
    """Return the rows of a tab-separated file without its header."""
    text = resource_path(name).read_text(encoding="utf-8")
    return [line.split("\t") for line in text.splitlines()[1:]]
