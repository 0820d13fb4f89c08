"""`embedviz moments`, run as a user does."""

import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from embedviz.__main__ import main
from embedviz.core.isotropy import effective_rank, iso_score, mean_cosine


@pytest.fixture
def folder(tmp_path):
    vectors = np.random.default_rng(1).normal(1, 1, (300, 6)).astype(np.float32)
    lists = [*vectors, np.full(6, np.nan, np.float32), np.ones(5, np.float32)]
    for place in range(2):
        column = pa.array(lists[place::2], pa.list_(pa.float32()))
        pq.write_table(pa.table({"emb": column}), tmp_path / f"{place}.parquet")
    return tmp_path, vectors


def test_numbers_are_those_of_the_vectors(folder, capsys):
    place, vectors = folder
    assert main(["moments", str(place), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["n_rows"], found["n_not_finite"], found["n_left_out"]) == (300, 1, 1)
    assert found["mean_cosine"] == pytest.approx(mean_cosine(vectors), rel=1e-6)
    assert found["iso_score"] == pytest.approx(iso_score(vectors), rel=1e-6)
    assert found["effective_rank"] == pytest.approx(effective_rank(vectors), rel=1e-6)


def test_what_was_not_counted_is_said(folder, capsys):
    assert main(["moments", str(folder[0])]) == 0
    said = capsys.readouterr().out
    assert "all 300 rows × 6" in said
    assert "1 row with NaN" in said
    assert "1 row without a vector of this length" in said


def test_a_folder_without_parquet_is_refused(tmp_path, capsys):
    assert main(["moments", str(tmp_path)]) == 2
    assert "no Parquet file" in capsys.readouterr().err
