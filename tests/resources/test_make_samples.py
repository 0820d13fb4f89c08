"""The tables of the samples follow from their sources, and the words from the rule."""

import importlib.util
import shutil
import sys

import numpy as np
import pytest

from embedviz.core.samples import load_sample, resource_path


@pytest.fixture
def tool(tmp_path, monkeypatch):
    """Return the script as a module that writes to an empty folder with its sources in it."""
    monkeypatch.setattr(sys, "dont_write_bytecode", True)  # Or a cache would lie in resources/.
    path = resource_path("make_samples.py")
    spec = importlib.util.spec_from_file_location("make_samples", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    names = ("categories.txt", "relations.tsv", "words.tsv", "sentences.tsv", "sentence-pairs.tsv")
    for name in names:
        shutil.copy(resource_path(name), tmp_path)
    monkeypatch.setattr(module, "HERE", tmp_path)
    return module


@pytest.mark.parametrize("entry", ["the", "aardvark", "of", "mrs", "may", "ivy", "usa"])
def test_words_are_taken(tool, entry):
    assert tool.is_word(entry)


@pytest.mark.parametrize(
    "entry",
    ["[CLS]", "##ing", "a", "1999", "!", "ü", "naïve", "xiv", "bbc", "km", "didn", "[unused3]", ""],
)
def test_what_is_no_word_is_left_out(tool, entry):
    assert not tool.is_word(entry)


def test_the_first_words_are_taken_in_order(tool, monkeypatch):
    monkeypatch.setattr(tool, "COUNT", 2)
    assert tool.common_words(["[PAD]", "the", "##s", "of", "and"]) == ["the", "of"]
    with pytest.raises(SystemExit, match="only 1 words"):
        tool.common_words(["the"])


def test_the_labels_follow_the_rule(tool):
    labels, _ = tool.read_words()
    assert all(map(tool.is_word, labels))


def test_the_shipped_table_is_what_the_sources_make(tool, capsys, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["make_samples.py", "--tables"])
    tool.main()
    written = (tool.HERE / "words.tsv").read_bytes()
    assert written == resource_path("words.tsv").read_bytes()
    assert "left out" not in capsys.readouterr().out  # Every word used is among the labels.


def test_the_sentences_are_encoded_in_the_order_of_their_table(tool, capsys, monkeypatch):
    given = []

    def encode(texts, number):
        given.append((texts, number))
        rows = np.eye(len(texts), 3, dtype=np.float32)
        return rows, rows, [1] * len(texts)

    monkeypatch.setattr(tool, "encode", encode)
    monkeypatch.setattr(sys, "argv", ["make_samples.py", "--sentences"])
    tool.main()
    ((texts, number),) = given
    assert tuple(texts) == load_sample("sentences").labels
    assert number == 5
    for name in ("sentences-layer5.npy", "sentences-final.npy"):
        written = np.load(tool.HERE / name)
        assert (written.shape, written.dtype) == ((len(texts), 3), np.float16)
    assert "left out" not in capsys.readouterr().out  # Every pair is of two of the sentences.
    assert not (tool.HERE / "words-final.npy").exists()


def test_a_sentence_that_stands_twice_is_refused(tool):
    text = "sentence\ttopic\tform\nIt rains.\tweather\tstatement\n"
    (tool.HERE / "sentences.tsv").write_text(text + text.splitlines()[1] + "\n", encoding="utf-8")
    with pytest.raises(SystemExit, match=r"sentences\.tsv: more than once: It rains\."):
        tool.read_sentences()


def test_a_word_in_two_categories_is_refused(tool, tmp_path):
    path = tmp_path / "c.txt"
    path.write_text("# comment\n[animals]\ndog cat  # pets\n\n[foods]\nhot dog\n", encoding="utf-8")
    with pytest.raises(SystemExit, match=r"c\.txt, line 6: 'dog' is in animals already"):
        tool.read_categories(path)


def test_a_word_before_the_first_category_is_refused(tool, tmp_path):
    path = tmp_path / "c.txt"
    path.write_text("dog\n[animals]\n", encoding="utf-8")
    with pytest.raises(SystemExit, match="line 1: 'dog' stands before the first category"):
        tool.read_categories(path)


def test_words_that_are_not_in_the_sample_are_reported(tool, capsys):
    tool.report_missing("x.tsv", ["the", "zebra", "aardvark"], ["the"])
    assert capsys.readouterr().out.endswith("left out: aardvark zebra\n")
