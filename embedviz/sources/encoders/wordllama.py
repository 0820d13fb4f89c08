"""WordLlama: the mean of the vectors of a text's tokens, from a table that its package brings.

The model is a table of 32,000 token vectors, learned so that these means say what a text is about;
the first dimensions alone are a smaller model (Matryoshka). It needs no network, no PyTorch and
next to no time. The two files are read as they are and the package itself is never imported: its
loader looks for the tokenizer in a folder of another name and would download it, and importing it
brings a web client and compiled helpers along.

Tokens are as the package makes them: without a mark at the start, never cut off. Long texts are cut
between words, where no token of the vocabulary goes across, so that a book can be stopped in the
middle, and no more than a part of it is held as tokens.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import chain
from pathlib import Path
from threading import Lock
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from embedviz.core.arrays import Matrix
from embedviz.core.errors import UserError
from embedviz.core.notes import counted
from embedviz.core.progress import Report, silent
from embedviz.core.texts.encoder_settings import EncoderSettings
from embedviz.core.texts.plain_text import plain_text
from embedviz.sources.consent import Ask, refuse

_PACKAGES = ("wordllama", "tokenizers", "safetensors")
_TOKENIZER = Path("tokenizers", "l2_supercat_tokenizer_config.json")
_WEIGHTS = Path("weights", "l2_supercat_256.safetensors")
_TENSOR = "embedding.weight"

_BATCH_TEXTS = 1024
_BATCH_CHARACTERS = 100_000
"""Of texts that are tokenized at once: about 30,000 tokens, whose vectors take 30 MB."""
_PART_CHARACTERS = 20_000
_RUN_TOKENS = 256
# Blanks stand for themselves in the vocabulary, at the start of tokens only, and a text gets one
# before it: cut at a blank, the rest has the tokens that it had. Marks as "<s>" are kept whole.
_find_cut = re.compile(r"(?<=[^ >]) (?=[^ <])").search

_WITHOUT_MODEL = (
    "The installed package wordllama does not bring the files of its model ({name} is not there). "
    "Install it again: pip install --force-reinstall wordllama"
)


@dataclass(frozen=True, eq=False)
class _Model:
    """The two files, loaded.

    Attributes
    ----------
    tokenizer : tokenizers.Tokenizer
    vectors : float32 array of shape (n_tokens, n_dimensions)
    """

    tokenizer: Any
    vectors: Matrix


class WordLlamaEncoder:
    """Encoder of texts by the means of their tokens; see `Encoder`.

    May be used by several threads. The model is loaded when it is first used, in 0.2 s.
    """

    title: ClassVar[str] = "WordLlama"
    is_local: ClassVar[bool] = True

    def __init__(self, settings: EncoderSettings, ask: Ask = refuse) -> None:
        # Nothing is asked: it opens no connection.
        self._settings = settings
        self._model: _Model | None = None
        self._loading = Lock()

    @classmethod
    def what_lacks(cls) -> str:
        """Return what has to be installed to use it, with the command; empty: nothing."""
        lacking = [name for name in _PACKAGES if find_spec(name) is None]
        if not lacking:
            return ""
        return (
            f"WordLlama needs {_listed(lacking)}, which {_are(lacking)} not installed: "
            f"pip install {' '.join(lacking)}"
        )

    @property
    def settings(self) -> EncoderSettings:
        """Settings it was made with."""
        return self._settings

    @property
    def name(self) -> str:
        """Words for the model and how many dimensions are used."""
        wanted = self._settings.dimensions
        return self.title if wanted is None else f"{self.title}, {counted(wanted, 'dimension')}"

    @property
    def dimensions(self) -> int:
        """Length of the vectors.

        Raises
        ------
        UserError
            When more are wanted than the model has, or its files are missing.
        """
        has = self._loaded().vectors.shape[1]
        wanted = self._settings.dimensions
        if wanted is not None and wanted > has:
            raise UserError(
                f"WordLlama has {has} dimensions, and {wanted:,} are asked for. Ask for {has} or "
                "fewer: 64, 128 and 256 are what it was trained for."
            )
        return has if wanted is None else wanted

    def encode(
        self, texts: Sequence[str], report: Report = silent, *, as_queries: bool = False
    ) -> Matrix:
        """Return the means of the token vectors, of unit length; see `Encoder`."""
        means = self.token_means(self._prompted(texts, as_queries=as_queries), report)
        lengths = np.sqrt(np.einsum("ij,ij->i", means, means))[:, np.newaxis]
        means /= np.where(lengths > 0, lengths, 1)
        return means

    def token_means(self, texts: Sequence[str], report: Report = silent) -> Matrix:
        """Return the mean of the vectors of each text's tokens, as the package does.

        Returns
        -------
        float32 array of shape (n_texts, dimensions)
            Zeros for a text without tokens, which is only the empty one.

        Raises
        ------
        UserError
            When the model's files are missing.
        """
        model, dimensions = self._loaded(), self.dimensions
        vectors = np.ascontiguousarray(model.vectors[:, :dimensions])
        means = np.zeros((len(texts), dimensions), np.float32)
        counts = np.zeros(len(texts), np.int64)
        report(0.0, "embedding")
        for batch in _batches(texts):
            rows = np.array([row for row, _ in batch])
            found = model.tokenizer.encode_batch_fast(
                [part for _, part in batch], add_special_tokens=False
            )
            _add_means([each.ids for each in found], rows, vectors, means, counts)
            done = int(rows[-1]) + 1
            report(done / len(texts), f"{done:,} of {counted(len(texts), 'text')}")
        return means

    def close(self) -> None:
        """Give back the memory of the model; encoding again loads it again."""
        with self._loading:
            self._model = None

    def _prompted(self, texts: Sequence[str], *, as_queries: bool) -> Sequence[str]:
        prompt = self._settings.query_prompt if as_queries else self._settings.prompt
        return [prompt + text for text in texts] if prompt else texts

    def _loaded(self) -> _Model:
        with self._loading:
            if self._model is None:
                self._model = _load()
            return self._model


def _load() -> _Model:
    from safetensors import SafetensorError
    from safetensors.numpy import load_file
    from tokenizers import Tokenizer

    spec = find_spec("wordllama")
    places = [] if spec is None else [Path(each) for each in spec.submodule_search_locations or ()]
    paths = []
    for name in (_TOKENIZER, _WEIGHTS):
        found = next((place / name for place in places if (place / name).is_file()), None)
        if found is None:
            raise UserError(_WITHOUT_MODEL.format(name=name.name))
        paths.append(found)
    try:
        vectors = load_file(paths[1])[_TENSOR].astype(np.float32)
        tokenizer = Tokenizer.from_file(str(paths[0]))
    except (OSError, KeyError, SafetensorError) as error:
        raise UserError(_WITHOUT_MODEL.format(name=f"{error} in {paths[1].name}")) from None
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return _Model(tokenizer, vectors)


def _batches(texts: Sequence[str]) -> Iterator[list[tuple[int, str]]]:
    """Yield parts of texts with the numbers of these, so many as are tokenized at once."""
    batch: list[tuple[int, str]] = []
    size = 0
    for row, text in enumerate(texts):
        for part in _parts(plain_text(text)):
            batch.append((row, part))
            size += len(part)
            if size >= _BATCH_CHARACTERS or len(batch) >= _BATCH_TEXTS:
                yield batch
                batch, size = [], 0
    if batch:
        yield batch


def _parts(text: str) -> Iterator[str]:
    """Yield parts of a text that have together the tokens that it has as a whole."""
    start = 0
    while len(text) - start > _PART_CHARACTERS:
        cut = _find_cut(text, start + _PART_CHARACTERS)
        if cut is None:
            break
        yield text[start : cut.start()]
        start = cut.end()
    yield text[start:] if start else text


def _add_means(
    tokens: Sequence[list[int]],
    rows: NDArray[np.intp],
    vectors: Matrix,
    means: Matrix,
    counts: NDArray[np.int64],
) -> None:
    """Add the tokens of some parts of texts to the means of these texts.

    Parameters
    ----------
    tokens : sequence of list of int
        Of each part.
    rows : int array of shape (n_parts,)
        Which text each is from; ascending.
    vectors : float32 array of shape (n_tokens, n_dimensions)
    means : float32 array of shape (n_texts, n_dimensions)
        Of the tokens so far.
    counts : int64 array of shape (n_texts,)
        How many these are.
    """
    ends = np.cumsum([len(each) for each in tokens])
    n_tokens = int(ends[-1])
    if not n_tokens:
        return
    ids = np.fromiter(chain.from_iterable(tokens), np.intp, n_tokens)
    np.minimum(ids, len(vectors) - 1, out=ids)  # As the package does: no such token, the last one.
    # Runs of tokens of one text, so short that their sums are as exact as 32 bits can be.
    given = ends[np.diff(ends, prepend=0) > 0]
    edges = np.unique(np.concatenate([[0], given, np.arange(0, n_tokens, _RUN_TOKENS)]))
    of_runs = rows[np.searchsorted(ends, edges[:-1], side="right")]
    # A matrix of ones times the vectors: the sums, without a copy of each token's vector.
    ones = np.ones(n_tokens, np.float32)
    sums = csr_array((ones, ids, edges), (len(edges) - 1, len(vectors))) @ vectors
    starts = np.flatnonzero(np.diff(of_runs, prepend=-1))
    texts = of_runs[starts]
    before = counts[texts]
    counts[texts] += np.add.reduceat(np.diff(edges), starts)
    if len(starts) == len(sums) and not before.any():  # Short texts, each of them whole.
        means[texts] = sums / counts[texts][:, np.newaxis].astype(np.float32)
        return
    added = np.add.reduceat(sums, starts, axis=0, dtype=np.float64)
    totals = means[texts] * before[:, np.newaxis].astype(np.float64) + added
    means[texts] = totals / counts[texts][:, np.newaxis]


def _listed(names: Sequence[str]) -> str:
    noun = "package" if len(names) == 1 else "packages"
    return f"the {noun} {', '.join(names)}"


def _are(names: Sequence[str]) -> str:
    return "is" if len(names) == 1 else "are"
