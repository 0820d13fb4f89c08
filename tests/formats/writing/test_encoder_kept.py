"""Parquet and Feather remember which encoder made the vectors."""

import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from embedviz.core.derivation.named_encoder import NamedEncoder
from embedviz.core.derivation.recipes import Truncated, Whitened
from embedviz.core.texts.encoder_of import encoder_of
from embedviz.core.texts.encoder_settings import EncoderSettings
from embedviz.core.vector_set import VectorSet
from embedviz.formats import load, save

SETTINGS = EncoderSettings("sentence-transformers", model="a/model", dimensions=8, prompt="p: ")


@pytest.fixture
def named():
    rows = np.random.default_rng(0).normal(size=(20, 8))
    made = VectorSet(rows, [f"w{i}" for i in range(20)])
    return NamedEncoder(SETTINGS, 8).derive(made)


@pytest.mark.parametrize("suffix", ["parquet", "feather", "arrow"])
def test_the_encoder_is_read_again(named, tmp_path, suffix):
    save(named, tmp_path / f"a.{suffix}")
    found = load(tmp_path / f"a.{suffix}")
    assert encoder_of(found) == SETTINGS
    save(found, tmp_path / f"b.{suffix}")
    assert encoder_of(load(tmp_path / f"b.{suffix}")) == SETTINGS


def test_of_derived_rows_only_a_prefix_keeps_it(named, tmp_path):
    save(Truncated(4).derive(named), tmp_path / "cut.parquet")
    assert encoder_of(load(tmp_path / "cut.parquet")).dimensions == 4
    save(Whitened().derive(named), tmp_path / "white.parquet")
    assert encoder_of(load(tmp_path / "white.parquet")) is None


def test_a_key_is_in_no_file(tmp_path):
    settings = EncoderSettings("service", address="https://h/v1", key_variable="CANARY_VARIABLE")
    named = NamedEncoder(settings, 4).derive(VectorSet(np.eye(4)))
    save(named, tmp_path / "a.parquet")
    assert b"CANARY_VARIABLE" not in (tmp_path / "a.parquet").read_bytes()


@pytest.mark.parametrize(
    "said",
    [
        {"encoder": "wordllama", "dimensions": 7},  # The vectors have another length.
        {"encoder": "service", "address": "ftp://x"},
        {"encoder": {"encoder": "x"}},
        "wordllama",
        ["wordllama"],
        None,
    ],
)
def test_what_a_stranger_wrote_is_not_believed(tmp_path, said):
    mark = {"label_column": "label", "vector_column": "vector", "encoder": said}
    schema = pa.schema(
        [("label", pa.string()), ("vector", pa.list_(pa.float32(), 8))],
        {b"embedviz": json.dumps(mark)},
    )
    rows = np.random.default_rng(0).normal(size=(5, 8)).astype("f4").tolist()
    pq.write_table(pa.table([list("abcde"), rows], schema=schema), tmp_path / "a.parquet")
    found = load(tmp_path / "a.parquet")
    assert encoder_of(found) is None
    assert found.labels == tuple("abcde")
