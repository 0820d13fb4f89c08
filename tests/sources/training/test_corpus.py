"""Corpora: words of any script, files of any size, previews."""

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedviz.sources.training.corpus import BLOCK_BYTES, FileCorpus, TextsCorpus
from embedviz.sources.training.preview import estimated_seconds, preview_corpus
from embedviz.sources.training.settings import TrainingSettings
from embedviz.sources.training.tokens import words_of


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The cat's well-known hat, 3 times!", "the cat's well-known hat 3 times"),
        ("don\u2019t \u2018quote\u2019 'me'", "don't quote me"),
        ("new_york _x_ --y-- z-", "new_york x y z"),
        ("Größe, GRÖSSE; naïve\u0301", "größe grösse naïvé"),
        ("мама мыла раму", "мама мыла раму"),
        ("हिन्दी में शब्द", "हिन्दी में शब्द"),
        ("می\u200cخواهم", "می\u200cخواهم"),  # noqa: RUF001 - Persian, with a joiner
        ("我喜欢学习。好", "我喜欢学习 好"),
        ("e\u0301cole", "école"),
        ("soft\xadhyphen", "softhyphen"),
        ("", ""),
        ("… — ! \U0001f600", ""),
    ],
)
def test_words_are_found_in_every_script(text, words):
    assert words_of(text) == words.split()


def test_capitals_are_kept_where_asked_for():
    assert words_of("The CAT", lower_case=False) == ["The", "CAT"]


@given(st.text())
def test_words_have_no_blanks_and_are_found_again(text):
    words = words_of(text)
    assert all(word and not any(c.isspace() for c in word) for word in words)
    assert words_of(" ".join(words)) == words


@given(st.lists(st.text(alphabet="ab\u00e9\u6f22 .", max_size=40), max_size=20))
def test_a_file_has_the_texts_of_its_lines(tmp_path_factory, lines):
    path = tmp_path_factory.mktemp("corpus") / "x.txt"
    path.write_bytes("\n".join(["start", *lines]).encode())
    assert list(FileCorpus(path).texts()) == ["start", *lines]


@pytest.mark.parametrize("ending", [b"\n", b"\r\n"])
def test_blocks_are_not_seen(tmp_path, ending):
    lines = [f"line {number} é" + "x" * (number % 97) for number in range(12_000)]
    content = ending.join(line.encode() for line in lines)
    assert len(content) > 2 * BLOCK_BYTES
    path = tmp_path / "x.txt.gz"
    path.write_bytes(gzip.compress(content))
    assert [text for text in FileCorpus(path).texts() if text] == lines


def test_what_is_one_line_comes_in_pieces_at_spaces(tmp_path):
    path = tmp_path / "x.txt"
    path.write_text("word " * 200_000, "utf-8")
    texts = list(FileCorpus(path).texts())
    assert len(texts) > 5
    assert sum(len(words_of(text)) for text in texts) == 200_000


def test_a_preview_says_what_there_is():
    corpus = TextsCorpus(["The cat, the dog.", "", "A cat!"] * 3)
    found = preview_corpus(corpus)
    assert found.lines[:2] == (
        ("The cat, the dog.", ("the", "cat", "the", "dog")),
        ("A cat!", ("a", "cat")),
    )
    assert (found.n_words, found.n_texts, found.n_distinct) == (18, 6, 4)
    assert found.sizes[1] == 4
    assert found.sizes[5] == 2
    assert found.sizes[10] == 0
    assert found.most_frequent[0] in (("the", 6), ("cat", 6))
    assert found.is_complete
    assert found.remark == ""


def test_a_preview_of_a_large_file_guesses(tmp_path):
    path = tmp_path / "x.txt"
    path.write_text("one two three four\n" * 60_000, "utf-8")
    found = preview_corpus(FileCorpus(path), most_words=100_000)
    assert not found.is_complete
    assert found.n_words == pytest.approx(240_000, rel=0.3)


@pytest.mark.parametrize("text", ["我喜欢学习我喜欢", "日本語の文章です", "ภาษาไทยไม่มีช่องว่าง"])
def test_text_without_spaces_is_remarked_on(text):
    assert "without spaces" in preview_corpus(TextsCorpus([text] * 5)).remark


def test_no_words_are_remarked_on():
    assert "no words" in preview_corpus(TextsCorpus(["...", "!"])).remark


def test_more_work_takes_longer():
    usual = TrainingSettings(workers=1)
    seconds = estimated_seconds(1_000_000, usual)
    assert seconds > 2
    for more in ({"epochs": 10}, {"negative": 10}, {"dimensions": 300}, {"window": 10}):
        assert estimated_seconds(1_000_000, usual.with_options(more)) > seconds
    for less in ({"workers": 2}, {"algorithm": "cbow"}):
        assert estimated_seconds(1_000_000, usual.with_options(less)) < seconds
