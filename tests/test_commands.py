"""`embedviz convert` and `embedviz info`, and the options of reading."""

import io
import json
import sys

import numpy as np
import pytest

from embedviz.__main__ import main
from embedviz.commands import terminal
from embedviz.core.errors import ChoiceRequired, UserError
from embedviz.core.vector_set import VectorSet
from embedviz.formats import load, save


@pytest.fixture
def run(capsys):
    """Return a function that runs a command, and gives its code and what it printed."""

    def run_command(*arguments):
        capsys.readouterr()
        code = main(list(map(str, arguments)))
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run_command


@pytest.fixture
def bad(tmp_path):
    """Return a text file with bad rows, a row of zeros, a repeated vector and label."""
    path = tmp_path / "bad.txt"
    path.write_text("a 1 2 3\nb 0 0 0\nc 1 2\nd 1 2 3\ne nan 1 2\na 4 5 6\nf 7 8 9.5\n")
    return path


@pytest.mark.parametrize("suffix", [".vec", ".bin", ".npy", ".csv", ".parquet", ".tsv.gz"])
def test_a_file_is_converted(tmp_path, toy, run, suffix):
    save(toy, tmp_path / "x.npy")
    target = tmp_path / f"y{suffix}"
    code, told, error = run("convert", tmp_path / "x.npy", target)
    assert (code, error) == (0, "")
    assert told.startswith(f"50 × 32 written to {target} (")
    found = load(target)
    assert found.labels == toy.labels
    assert found.vectors.tobytes() == toy.vectors.tobytes()
    is_poor = suffix in (".vec", ".bin")
    assert is_poor == ("holds labels and vectors only: group, number." in told)


def test_what_was_written_beside_is_named(tmp_path, toy, run):
    save(toy, tmp_path / "x.csv")
    _, told, _ = run("convert", tmp_path / "x.csv", tmp_path / "y.npy")
    assert "y.npy.metadata.tsv (" in told
    assert "Vectors from the" in told


def test_files_are_read_as_asked(tmp_path, toy, run):
    np.savez(tmp_path / "x.npz", first=toy.vectors, second=2 * toy.vectors)
    (tmp_path / "labels.txt").write_text("name\n" + "".join(f"{x}!\n" for x in toy.labels))
    code, told, error = run("convert", tmp_path / "x.npz", tmp_path / "y.vec")
    assert code == 2
    assert "embedviz: x.npz" in error
    assert "--key" in error
    assert not (tmp_path / "y.vec").exists()
    options = ("--key", "second", "--labels", tmp_path / "labels.txt", "--labels-header", "yes")
    rows = ("--sample", 7, "--seed", 3, "--max-rows", 20)
    code, told, _ = run("convert", tmp_path / "x.npz", tmp_path / "y.csv", *options, *rows)
    assert code == 0
    assert "7 × 32 written" in told
    wanted = load(
        tmp_path / "x.npz",
        key="second",
        labels=tmp_path / "labels.txt",
        labels_header=True,
        sample=7,
        seed=3,
        max_rows=20,
    )
    assert wanted.labels[0].endswith("!")
    found = load(tmp_path / "y.csv")
    assert found.labels == wanted.labels
    np.testing.assert_array_equal(found.vectors, wanted.vectors)


def test_columns_and_keys_are_chosen(tmp_path, run):
    lines = ["id,name,first,second", 'p,one,"[1, 2]","[3, 4]"', 'q,two,"[5, 6]","[7, 8]"']
    (tmp_path / "x.csv").write_text("\n".join(lines) + "\n")
    (tmp_path / "more.tsv").write_text("who\tkind\nq\tlast\np\tfirst\n")
    columns = ("--label-column", "id", "--vector-column", "second")
    joined = ("--metadata", tmp_path / "more.tsv", "--metadata-key", "who")
    code, _, error = run("convert", tmp_path / "x.csv", tmp_path / "y.npy", *columns, *joined)
    assert (code, error) == (0, "")
    found = load(tmp_path / "y.npy")
    assert found.labels == ("p", "q")
    assert found.vectors.tolist() == [[3, 4], [7, 8]]
    assert found.metadata["kind"].to_pylist() == ["first", "last"]


def test_bad_rows_are_an_error_unless_skipped(tmp_path, bad, run):
    code, _, error = run("convert", bad, tmp_path / "y.npy")
    assert code == 2
    assert "line 3" in error
    assert "--skip-bad-rows" in error
    code, told, _ = run("convert", bad, tmp_path / "y.npy", "--skip-bad-rows")
    assert code == 0
    assert "2 bad rows skipped" in told


@pytest.mark.parametrize("target", ["x.npy", "./x.npy", "link.npy", "z.npy"])
def test_what_is_read_is_not_replaced(tmp_path, toy, run, target):
    save(toy, tmp_path / "x.npy")
    (tmp_path / "link.npy").symlink_to("x.npy")
    (tmp_path / "x.npy.metadata.tsv").rename(tmp_path / "z.npy.metadata.tsv")
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    second = ("--metadata", tmp_path / "z.npy.metadata.tsv")
    code, _, error = run("convert", tmp_path / "x.npy", tmp_path / target, *second)
    assert code == 2
    assert "is read and would be replaced" in error
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_an_unknown_suffix_is_refused_before_anything_is_read(tmp_path, run):
    code, _, error = run("convert", tmp_path / "missing.npy", tmp_path / "y.xyz")
    assert code == 2
    assert "the suffix says no format to write" in error
    code, _, error = run("convert", tmp_path / "missing.npy", tmp_path / "y.npy")
    assert code == 2
    assert "There is no file missing.npy" in error


def test_a_file_is_diagnosed(bad, run):
    code, told, error = run("info", bad)
    assert (code, error) == (0, "")
    lines = told.splitlines()
    assert lines[0] == str(bad)
    assert lines[1] == "  format      GloVe text, numbers as text"
    assert "  vectors     7 × 3" in lines
    (rows,) = (line for line in lines if line.startswith("  rows "))
    assert "2 bad rows, " in rows
    assert "1 repeated label, 1 row of zeros, 1 repeated vector" in rows
    assert any(line.endswith("        1        2        3     a") for line in lines)
    assert any("2 bad rows skipped (line 3" in line for line in lines)


def test_a_diagnosis_as_json(tmp_path, bad, toy, run):
    save(toy, tmp_path / "x.csv")
    code, told, error = run("info", "--json", bad, tmp_path / "x.csv")
    assert (code, error) == (0, "")
    first, second = map(json.loads, told.splitlines())
    assert (first["rows_in_file"], first["dimensions"]) == (7, 3)
    assert (first["bad_rows"], first["zero_rows"], first["repeated_vectors"]) == (2, 1, 1)
    assert first["repeated_labels"] == 1
    assert first["first_rows"][0] == {"label": "a", "numbers": [1, 2, 3]}
    assert set(first) == set(second)
    assert {"name": "number", "type": "int64"} in second["metadata"]
    assert second["bytes_on_disk"] == (tmp_path / "x.csv").stat().st_size
    assert second["bytes_in_memory"] == toy.vectors.nbytes


def test_a_quick_look(tmp_path, toy, run):
    save(toy, tmp_path / "x.vec", rows=np.arange(50).repeat(1))
    code, told, _ = run("info", "--quick", "--json", tmp_path / "x.vec")
    found = json.loads(told)
    assert code == 0
    assert found["is_quick"]
    assert found["bad_rows"] is None
    assert found["rows_in_file"] == 50
    _, told, _ = run("info", "--quick", tmp_path / "x.vec")
    assert "looked at" in told
    assert "repeated" not in told


def test_mapped_arrays_are_counted_too(tmp_path, run):
    vectors = np.arange(12, dtype=np.float32).reshape(4, 3)
    vectors[1], vectors[2], vectors[3, 0] = 0, vectors[0], np.nan
    np.save(tmp_path / "x.npy", vectors)
    code, told, _ = run("info", "--json", tmp_path / "x.npy")
    found = json.loads(told)
    assert code == 0
    assert (found["bad_rows"], found["zero_rows"], found["repeated_vectors"]) == (1, 1, 1)
    if found["is_mapped"]:
        assert found["bytes_in_memory"] == 0


def test_files_that_cannot_be_read_do_not_hide_the_others(tmp_path, toy, run):
    save(toy, tmp_path / "x.vec")
    np.savez(tmp_path / "x.npz", first=toy.vectors, second=toy.vectors)
    files = tmp_path / "missing", tmp_path / "x.npz", tmp_path / "x.vec"
    code, told, error = run("info", *files)
    assert code == 2
    assert told.startswith(f"\n{tmp_path / 'x.vec'}")
    assert error.count("embedviz: ") == 2
    code, told, error = run("info", "--json", *files)
    assert (code, error) == (2, "")
    missing, undecided, good = map(json.loads, told.splitlines())
    assert missing == {"path": str(files[0]), "error": missing["error"]}
    assert undecided["option"] == "key"
    assert set(undecided["choices"]) == {"first", "second"}
    assert good["rows_in_file"] == 50


def test_letters_that_move_the_cursor_are_not_printed(tmp_path, run):
    save(VectorSet(np.eye(2), ["\x1b[2Jgone", "b\a"]), tmp_path / "x.csv")
    _, told, _ = run("info", tmp_path / "x.csv")
    assert "\x1b" not in told
    assert "\a" not in told
    assert "\\x1b[2Jgone" in told
    _, _, error = run("info", tmp_path / "no\x1b[2J")
    assert "\x1b" not in error


def test_terminals_without_the_letters(monkeypatch):
    shown = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", shown)
    terminal.say("5 × 3")
    shown.seek(0)
    assert shown.read() == "5 ? 3\n"


def test_errors_name_the_option_that_decides(capsys):
    terminal.tell_error(ChoiceRequired("Which one?", "vector_column", {}))
    terminal.tell_error(ChoiceRequired("Use --key.", "key", {}))
    terminal.tell_error(ChoiceRequired("Strange.", "unheard_of", {}))
    terminal.tell_error(UserError("Broken."))
    assert capsys.readouterr().err.splitlines() == [
        "embedviz: Which one? (--vector-column)",
        "embedviz: Use --key.",
        "embedviz: Strange.",
        "embedviz: Broken.",
    ]


def test_progress_is_one_line_that_goes_away(tmp_path, toy, run, monkeypatch):
    save(toy, tmp_path / "x.vec")
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    _, _, error = run("convert", tmp_path / "x.vec", tmp_path / "y.npy")
    assert error.startswith("\r")
    assert error.endswith("\r")


@pytest.mark.parametrize(
    "options", [["--max-rows", "0"], ["--sample", "x"], ["--seed", "-1"], ["--labels-header", "so"]]
)
def test_numbers_that_are_none(options, capsys):
    with pytest.raises(SystemExit) as ended:
        main(["info", "x.npy", *options])
    assert ended.value.code == 2
    assert options[0] in capsys.readouterr().err


def test_the_help_names_the_commands(capsys):
    with pytest.raises(SystemExit):
        main(["--help"])
    told = capsys.readouterr().out
    for name in ("embedviz info", "embedviz convert", "embedviz figure"):
        assert name in told


def test_a_packed_format_is_named_whole(tmp_path, toy, run):
    save(toy, tmp_path / "x.csv")
    _, told, _ = run("convert", tmp_path / "x.csv", tmp_path / "a.b.vec.gz")
    assert "Not written, since .vec.gz holds labels and vectors only" in told
    _, told, _ = run("convert", tmp_path / "x.csv", tmp_path / "a.b.bin")
    assert "Not written, since .bin holds" in told


def test_labels_that_belong_to_something_else_are_not_replaced(tmp_path, toy, run):
    save(toy, tmp_path / "x.csv")
    target, own = tmp_path / "y.npy", tmp_path / "y.npy.metadata.tsv"
    own.write_text("precious\n")
    code, _, error = run("convert", tmp_path / "x.csv", target)
    assert code == 2
    assert "y.npy.metadata.tsv, where the labels of y.npy go, is there already" in error
    assert own.read_text() == "precious\n"
    assert not target.exists()
    np.save(target, np.eye(3))  # It has one line, for three vectors.
    assert run("convert", tmp_path / "x.csv", target)[0] == 2
    assert run("convert", "--overwrite", tmp_path / "x.csv", target)[0] == 0
    assert own.read_text().startswith("label\tgroup\tnumber\n")
    assert run("convert", tmp_path / "x.csv", target)[0] == 0  # Now they belong together.


def test_the_user_can_stop_it(tmp_path, toy, run, monkeypatch):
    save(toy, tmp_path / "x.csv")

    def stop(*given, **named):
        raise KeyboardInterrupt

    monkeypatch.setattr("embedviz.formats.open_file", stop)
    assert run("convert", tmp_path / "x.csv", tmp_path / "y.vec") == (
        130,
        "",
        "embedviz: stopped; y.vec is not written.\n",
    )
    (tmp_path / "y.vec").write_text("old")
    assert "; y.vec is as it was.\n" in run("convert", tmp_path / "x.csv", tmp_path / "y.vec")[2]
    monkeypatch.setattr("embedviz.formats.diagnosis.diagnose", stop)
    assert run("info", tmp_path / "x.csv") == (130, "", "embedviz: stopped.\n")
