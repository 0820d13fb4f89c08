"""Results of benchmarks as tables, read again."""

import numpy as np
import pytest

from embedviz.core.analogies import compare_reports, evaluate_methods, relation_questions
from embedviz.core.analogies.benchmark import (
    comparison_columns,
    question_columns,
    section_columns,
)
from embedviz.core.errors import UserError
from embedviz.core.progress import Cancelled
from embedviz.core.vector_set import VectorSet
from embedviz.formats.writing.result_tables import RESULT_SUFFIXES, save_results


def as_text(value):
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


COLUMNS = {
    "word": ["plain", 'with "quotes", a comma', "tab\there\nand a line", None],
    "number": [1, -2, None, 3],
    "share": [0.5, None, 1e-300, 0.1],
    "right": [True, False, None, True],
}


@pytest.mark.parametrize("suffix", RESULT_SUFFIXES)
def test_tables_are_read_as_they_were_written(tmp_path, suffix, read):
    path = tmp_path / f"results{suffix}"
    save_results(COLUMNS, path)
    lines = [dict(zip(COLUMNS, line, strict=True)) for line in zip(*COLUMNS.values(), strict=True)]
    if suffix in (".parquet", ".feather", ".arrow"):
        assert read(path) == lines
    else:
        assert read(path) == [{k: as_text(v) for k, v in line.items()} for line in lines]


def test_a_file_is_written_whole_or_not_at_all(tmp_path):
    path = tmp_path / "results.csv"
    path.write_text("old")

    def stop(fraction, words):
        raise Cancelled

    with pytest.raises(Cancelled):
        save_results(COLUMNS, path, stop)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]
    with pytest.raises(UserError, match=r"results\.txt: results are written as \.csv"):
        save_results(COLUMNS, tmp_path / "results.txt")


def reports():
    rng = np.random.default_rng(1)
    stems, offset = rng.normal(size=(8, 5)), rng.normal(size=5)
    labels = [f"s{i}" for i in range(8)] + [f"t{i}" for i in range(8)]
    vector_set = VectorSet(np.vstack([stems, stems + offset]), labels)
    pairs = [(f"s{i}", f"t{i}") for i in range(8)]
    questions = relation_questions({"one": pairs, "two": [*pairs[:2], ("x", "y")], "empty": []})
    return evaluate_methods(vector_set, questions)


def test_each_question_is_a_line(tmp_path, read):
    found = reports()
    save_results(question_columns(found), tmp_path / "questions.parquet")
    lines = read(tmp_path / "questions.parquet")
    assert len(lines) == 3 * (56 + 6)
    for report in found:
        own = [line for line in lines if line["method"] == report.method]
        assert sum(line["correct"] or False for line in own) == report.correct
        assert sum(not line["asked"] for line in own) == report.skipped == 4
        for place in range(report.n_asked):
            result = report.result(place)
            line = own[result.number]
            assert (line["a"], line["b"], line["c"]) == result.question[1:4]
            assert line["right_answers"] == "/".join(result.question.answers)
            assert (line["answer"], line["answer_row"]) == (result.answer, result.row)
            assert line["rank"] == result.rank
            near = [name for name in "abc" if line[f"near_{name}"]]
            assert "".join(near) == result.near
            assert line["nearest_of_c"] == result.is_nearest_of_c
        unknown = next(line for line in own if not line["asked"])
        assert unknown["answer"] is unknown["correct"] is unknown["rank"] is None


def test_sections_kinds_and_bands_are_lines(tmp_path, read):
    found = reports()
    save_results(section_columns(found), tmp_path / "sections.csv")
    lines = read(tmp_path / "sections.csv")
    for report in found:
        own = [line for line in lines if line["method"] == report.method]
        sections = [line for line in own if line["level"] == "section"]
        assert [
            (line["name"], *(int(line[each]) for each in ("correct", "total", "skipped")))
            for line in sections
        ] == report.sections
        (whole,) = (line for line in own if line["level"] == "all")
        assert float(whole["accuracy"]) == report.accuracy
        assert sections[-1]["accuracy"] == ""
        assert sum(int(line["total"]) for line in own if "band" in line["level"]) == report.total


def test_a_comparison_is_a_line_a_section(tmp_path, read):
    first, second, _ = reports()
    comparison = compare_reports(first, second)
    save_results(comparison_columns(comparison), tmp_path / "comparison.feather")
    lines = read(tmp_path / "comparison.feather")
    assert [line["name"] for line in lines] == ["one", "two", "empty", "all"]
    assert lines[0]["p_value"] == comparison.sections[0].p_value
    assert lines[2]["first_accuracy"] is None


def test_results_without_a_line_keep_their_columns(tmp_path, read):
    save_results(question_columns([]), tmp_path / "none.csv")
    assert read(tmp_path / "none.csv") == []
    assert (tmp_path / "none.csv").read_text().startswith("method,number,section")
