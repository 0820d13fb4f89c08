"""`embedviz train`: options from the settings, progress, Ctrl-C, and what is written."""

import signal
from importlib import import_module

import pytest

import embedviz
from embedviz.__main__ import main
from embedviz.sources.training.made_up import MadeUpLanguage
from embedviz.sources.training.settings import TrainingSettings

command = import_module("embedviz.commands.train")  # The package has the function by this name.

QUICK = ("--dimensions", "12", "--epochs", "2", "--alpha", "0.025")


@pytest.fixture
def run(capsys):
    """Return a function that runs the command, and gives its code and what it printed."""

    def run_command(*arguments):
        capsys.readouterr()
        code = main(["train", *map(str, arguments)])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run_command


@pytest.fixture
def corpus(tmp_path):
    path = tmp_path / "language.txt"
    path.write_text("\n".join(MadeUpLanguage(n_sentences=2_000, n_pairs=8).texts()), "utf-8")
    return path


@pytest.mark.parametrize("suffix", [".vec", ".bin", ".parquet"])
def test_vectors_are_written(tmp_path, corpus, run, suffix):
    target = tmp_path / f"out{suffix}"
    code, told, error = run(corpus, "-o", target, *QUICK)
    assert (code, error) == (0, "")
    written = embedviz.load(target)
    assert written.dimensions == 12
    assert told.startswith(f"{len(written)} × 12 written to {target}.")
    assert "2 epochs" in told
    assert "by chance" in told
    assert ("Not written" in told) == (suffix != ".parquet")


def test_questions_of_a_file_are_asked(tmp_path, corpus, run):
    questions = tmp_path / "questions.txt"
    questions.write_text(MadeUpLanguage(n_sentences=1, n_pairs=8).questions.text(), "utf-8")
    _, told, _ = run(corpus, "-o", tmp_path / "x.vec", "--questions", questions, *QUICK)
    assert "of 280 analogies right" in told


def test_a_sample_brings_its_questions_and_settings(tmp_path, run):
    code, told, _ = run("made-up-language", "-o", tmp_path / "x.vec", *QUICK)
    assert code == 0
    assert "window 4" in told
    assert "of 1,900 analogies right" in told


def test_ctrl_c_keeps_what_was_learned(tmp_path, corpus, run, monkeypatch):
    note = command._note

    def interrupt(seen, snapshot):
        note(seen, snapshot)
        if snapshot.n_words and not interrupted:
            interrupted.append(True)
            signal.raise_signal(signal.SIGINT)

    interrupted = []
    monkeypatch.setattr(command, "_note", interrupt)
    before = signal.getsignal(signal.SIGINT)
    target = tmp_path / "out.vec"
    code, told, error = run(corpus, "-o", target, "--epochs", 3000, "--dimensions", 12)
    assert code == 130
    assert "% of the training are in out.vec" in error
    assert "Stopped after" in told
    assert embedviz.load(target).dimensions == 12
    assert signal.getsignal(signal.SIGINT) is before


def test_the_second_ctrl_c_ends_it(tmp_path, corpus, run, monkeypatch):
    def interrupt(seen, snapshot):
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(command, "_note", interrupt)
    code, told, error = run(corpus, "-o", tmp_path / "out.vec", "--epochs", 3000)
    assert (code, told) == (130, "")
    assert "out.vec is not written" in error
    assert not (tmp_path / "out.vec").exists()


def test_what_is_wrong_is_said_before_time_is_spent(tmp_path, corpus, run):
    assert "Name a file" in run(corpus)[2]
    assert "would be replaced" in run(corpus, "-o", corpus)[2]
    code, _, error = run(corpus, "-o", tmp_path / "out.xyz")
    assert code == 2
    assert ".vec" in error
    code, _, error = run(corpus, "-o", tmp_path / "x.vec", "--min-count", 100_000)
    assert code == 2
    assert "no word occurs 100,000 times" in error
    with pytest.raises(SystemExit):
        run(corpus, "-o", tmp_path / "x.vec", "--epochs", "0")


def test_every_setting_has_an_option(capsys):
    with pytest.raises(SystemExit):
        main(["train", "--help"])
    told = capsys.readouterr().out
    for name in vars(TrainingSettings()):
        assert f"-{name.replace('_', '-')}" in told
