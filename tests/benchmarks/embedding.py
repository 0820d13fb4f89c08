"""Short texts made into vectors by WordLlama."""

from __future__ import annotations

import time
from importlib.util import find_spec
from pathlib import Path

from .framework import Benchmark, Missing

_WORDS = (
    *("a", "man", "woman", "child", "dog", "plays", "eats", "rides", "holds", "the", "guitar"),
    *("horse", "ball", "red", "small", "old", "street", "field", "water", "near", "slowly"),
    *("loudly", "with", "two", "some", "people", "are", "is", "sitting", "running", "music"),
)
_BATCH = 64
"""As the package has it."""


def short_texts(count: int) -> list[str]:
    """Return so many sentences of 5 to 15 words, nearly all of them different."""
    import numpy as np

    rng = np.random.default_rng(0)
    lengths = rng.integers(5, 16, count)
    return [" ".join(rng.choice(_WORDS, length)) for length in lengths]


class Embedding(Benchmark):
    """Beside a plain loop over the package, its tokenizer put where it is."""

    peer_name = "wordllama"
    unit = "s"

    def __init__(self, n_texts: int) -> None:
        self.name = f"embedding-{n_texts}"
        self._n_texts = n_texts

    def ours(self) -> list[float]:
        from embedviz.sources.embedding import embed

        embed(["one"])
        texts = short_texts(self._n_texts)
        start = time.perf_counter()
        embed(texts)
        return [time.perf_counter() - start]

    def peer(self) -> list[float]:
        if find_spec("wordllama") is None:
            raise Missing("wordllama")
        import wordllama
        from safetensors.numpy import load_file
        from tokenizers import Tokenizer
        from wordllama.inference import WordLlamaInference

        # Its own loader looks for the tokenizer in a folder of another name.
        folder = Path(wordllama.__file__).parent
        (tokenizer,) = (folder / "tokenizers").glob("*.json")
        (weights,) = (folder / "weights").glob("*_256.safetensors")
        (table,) = load_file(weights).values()
        model = WordLlamaInference(table, Tokenizer.from_file(str(tokenizer)))
        texts = short_texts(self._n_texts)
        start = time.perf_counter()
        for first in range(0, len(texts), _BATCH):
            model.embed(texts[first : first + _BATCH], norm=True)
        return [time.perf_counter() - start]
