"""Vocabulary of a corpus as gensim builds it, and what is wrong where there is none."""

from __future__ import annotations

from typing import Any

from embedviz.core.errors import UserError
from embedviz.core.notes import counted
from embedviz.core.processes.memory import available_memory
from embedviz.core.progress import Report
from embedviz.core.wording import in_words
from embedviz.sources.training.sentences import Sentences
from embedviz.sources.training.settings import TrainingSettings

_FEWEST_WORDS = 2


def build_vocabulary(
    model: Any, sentences: Sentences, settings: TrainingSettings, name: str, report: Report
) -> dict[str, Any]:
    """Let a model of gensim find its words, and return what there is to say of them.

    Parameters
    ----------
    model : gensim model
    sentences : Sentences
    settings : TrainingSettings
    name : str
        Of the corpus.
    report : Report

    Raises
    ------
    UserError
        When fewer than two words occur often enough, or their vectors need more memory than there
        is.
    """
    if not sentences.n_words:
        raise UserError(f"{name} holds no words. Choose a file of text.")
    report(1.0, "counting words")
    n_tokens, n_texts = model.scan_vocab(sentences)
    found = model.raw_vocab
    n_distinct = len(found)
    _require_words(found, settings, name)
    model.corpus_count, model.corpus_total_words = n_texts, n_tokens
    n_rows = sum(count >= settings.min_count for count in found.values())
    _require_memory(settings, n_rows)
    kept = model.prepare_vocab(keep_raw_vocab=False)
    kept["memory"] = model.estimate_memory(vocab_size=kept["num_retained_words"])
    model.prepare_weights()
    return {
        "n_tokens": n_tokens,
        "n_distinct": n_distinct,
        "n_texts": n_texts,
        "n_kept": kept["downsample_total"],
    }


def _require_words(found: dict[str, int], settings: TrainingSettings, name: str) -> None:
    if len(found) < _FEWEST_WORDS:
        raise UserError(
            f"{name} holds one word alone, {next(iter(found))!r}. At least two different words are "
            "needed to learn which is near which."
        )
    often = sum(count >= settings.min_count for count in found.values())
    if often >= _FEWEST_WORDS:
        return
    word, count = max(found.items(), key=lambda each: each[1])
    times = counted(settings.min_count, "time")
    said = "no word occurs" if not often else "only one word occurs"
    raise UserError(
        f"{name}: {said} {times}; the most frequent, {word!r}, occurs {counted(count, 'time')}. "
        "Lower the minimum count, or choose a longer text."
    )


def _require_memory(settings: TrainingSettings, n_rows: int) -> None:
    if settings.max_vocabulary is not None:
        n_rows = min(n_rows, settings.max_vocabulary)
    n_matrices = 3  # In, out, and the copy that is sent.
    if settings.algorithm == "fasttext":
        n_matrices += 2
    needed = 4 * settings.dimensions * (n_matrices * n_rows)
    if settings.algorithm == "fasttext":
        needed += 4 * settings.dimensions * settings.bucket
    free = available_memory()
    if needed > free:
        raise UserError(
            f"{n_rows:,} words of {settings.dimensions:,} numbers need about {in_words(needed)} "
            f"to train, and {in_words(free)} are free. Use fewer dimensions, a higher minimum "
            "count, or fewer words at most."
        )
