"""The analogy questions of Google, all of one file, beside gensim's `evaluate_word_analogies`.

The file, and real vectors, are looked for in the folder of real data that the tests use too.
Made-up sets hold all words of the questions, in any order, and have the relations in them: for each
section a direction, so that most questions are answered right and some are not.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

from .framework import Benchmark, Missing
from .rows import Matrix

_FOLDER = Path(os.environ.get("EMBEDVIZ_TEST_DATA", "../shared/data"))


def questions_path() -> Path:
    """Return the file of questions."""
    path = _FOLDER / "questions-words.txt"
    if not path.is_file():
        raise Missing(f"{path.name} in EMBEDVIZ_TEST_DATA")
    return path


def glove() -> tuple[Matrix, list[str]]:
    """Return 5,050 words of GloVe, 50 dimensions, with their labels."""
    import numpy as np

    folder = _FOLDER / "glove50"
    if not folder.is_dir():
        raise Missing("glove50 in EMBEDVIZ_TEST_DATA")
    labels = (folder / "golden_words.txt").read_text(encoding="utf-8").split("\n")
    vectors = np.load(folder / "golden_5050x50.f4.npy")
    return vectors, labels[: len(vectors)]


def words_with_relations(n_vectors: int, dimensions: int) -> tuple[Matrix, list[str]]:
    """Return vectors of all words of the questions and of others, with relations in them."""
    import numpy as np

    random = np.random.default_rng(0)
    found: dict[str, Any] = {}
    offset = np.zeros(dimensions, np.float32)
    for line in questions_path().read_text(encoding="utf-8").split("\n"):
        if line.startswith(":"):
            offset = 0.8 * random.standard_normal(dimensions, np.float32)
            continue
        words = line.lower().split()
        for first, second in zip(words[::2], words[1::2], strict=True):
            if first not in found:
                found[first] = random.standard_normal(dimensions, np.float32)
            if second not in found:
                noise = 0.9 * random.standard_normal(dimensions, np.float32)
                found[second] = found[first] + offset + noise
    n_others = n_vectors - len(found)
    others = random.standard_normal((n_others, dimensions), np.float32)
    rows = np.concatenate([np.array(list(found.values()), np.float32), others])
    labels = [*found, *(f"other{i}" for i in range(n_others))]
    order = random.permutation(n_vectors)
    # Those of the questions are among the first, as frequent words are.
    order = np.concatenate([order[order < 300_000], order[order >= 300_000]])
    return rows[order], [labels[i] for i in order]


class Analogies(Benchmark):
    """All questions of the file; the counts of both sides are in the note.

    Parameters
    ----------
    n_vectors, dimensions : int
    peer_name : str or None
    is_real : bool
        Vectors of GloVe instead of made-up ones.
    """

    unit = "ms"

    def __init__(
        self, n_vectors: int, dimensions: int, peer_name: str | None, *, is_real: bool = False
    ) -> None:
        self.peer_name = peer_name
        self.name = f"analogies-{n_vectors}x{dimensions}" + ("-glove" if is_real else "")
        self._size, self._is_real = (n_vectors, dimensions), is_real
        self._note = ""

    def _made(self) -> tuple[Matrix, list[str]]:
        return glove() if self._is_real else words_with_relations(*self._size)

    def ours(self) -> list[float]:
        from embedviz.core.analogies import evaluate
        from embedviz.core.vector_set import VectorSet

        vector_set, path = VectorSet(*self._made()), questions_path()
        times: list[float] = []
        heard: list[float] = []
        n_runs = 8 if len(vector_set) <= 20_000 else 2
        for _ in range(n_runs):
            heard.clear()
            start = time.perf_counter()
            found = evaluate(
                vector_set, path, report=lambda done, words: heard.append(time.perf_counter())
            )
            sections = found.sections
            times.append(1000 * (time.perf_counter() - start))
        waits = [after - before for before, after in zip([start, *heard], heard, strict=False)]
        correct = ",".join(str(section.correct) for section in sections)
        self._note = (
            f"{found.correct} of {found.total} correct; by section {correct}; "
            f"{len(heard)} reports, at most {1000 * max(waits):.0f} ms apart"
        )
        return times[1:]  # The first compiles, or reads what was compiled.

    def peer(self) -> list[float]:
        from gensim.models import KeyedVectors

        vectors, labels = self._made()
        model = KeyedVectors(vectors.shape[1])
        model.add_vectors(labels, vectors)
        path, times = questions_path(), []
        for _ in range(3 if len(labels) <= 6_000 else 1):
            start = time.perf_counter()
            _, sections = model.evaluate_word_analogies(path)
            times.append(1000 * (time.perf_counter() - start))
        *parts, whole = sections
        correct = ",".join(str(len(part["correct"])) for part in parts)
        total = len(whole["correct"]) + len(whole["incorrect"])
        self._note = f"{len(whole['correct'])} of {total} correct; by section {correct}"
        return times

    def note(self) -> str:
        return self._note
