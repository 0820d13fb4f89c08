"""Maps read back from the files that they were exported to."""

import json

import numpy as np
import pytest

from embedviz.core.anisotropy.exported import exported_transform
from embedviz.core.anisotropy.transform import Transform, TransformSettings, fit_rows
from embedviz.core.contrastive.heads import Head
from embedviz.core.errors import UserError
from embedviz.formats.binary.row_maps import read_row_map
from embedviz.formats.writing.heads import write_head
from embedviz.formats.writing.transforms import write_transform

ROWS = np.random.default_rng(0).normal(size=(80, 5)).astype(np.float32) + 3


@pytest.mark.parametrize("suffix", [".npz", ".safetensors", ".py"])
def test_whitening_is_read_back(tmp_path, suffix):
    transform = Transform(fit_rows(ROWS), TransformSettings(n_components=3))
    write_transform(tmp_path / f"m{suffix}", exported_transform(transform))
    found = read_row_map(tmp_path / f"m{suffix}")
    assert (found.n_inputs, found.n_outputs) == (5, 3)
    assert found.description == "whitened, 3 components"
    expected = transform.map().apply(ROWS, unit_length=True)
    np.testing.assert_array_equal(found.apply(ROWS), expected)
    assert found.digest == read_row_map(tmp_path / f"m{suffix}").digest


@pytest.mark.parametrize("suffix", [".npz", ".safetensors"])
def test_heads_are_read_back(tmp_path, suffix):
    random = np.random.default_rng(1)
    sizes = {"matrix": (4, 2), "bias": 2, "hidden_matrix": (5, 4), "hidden_bias": 4}
    head = Head(
        **{name: random.normal(size=size) for name, size in sizes.items()}, activation="relu"
    )
    write_head(tmp_path / f"h{suffix}", head)
    np.testing.assert_array_equal(
        read_row_map(tmp_path / f"h{suffix}").apply(ROWS), head.apply(ROWS)
    )


def safetensors(header):
    text = json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"PK\x03\x04 no archive",
        b"\xff" * 100,
        safetensors({"mean": {"dtype": "F64", "shape": [5], "data_offsets": [0, 40]}}),
        safetensors({"mean": {"dtype": "I8", "shape": [0], "data_offsets": [0, 0]}}),
        safetensors([1, 2]),
    ],
)
def test_what_is_damaged_is_refused(tmp_path, data):
    (tmp_path / "m.npz").write_bytes(data)
    with pytest.raises(UserError, match=r"m\.npz cannot be read as a map"):
        read_row_map(tmp_path / "m.npz")


@pytest.mark.parametrize(
    ("arrays", "said"),
    [
        ({"mean": np.zeros(3), "matrix": np.eye(4)}, "does not fit"),
        ({"mean": np.zeros(2), "matrix": np.array([[np.nan], [1]])}, "NaN"),
        ({"bias": np.zeros(3), "matrix": np.eye(4)}, "no head"),
        ({"x": np.zeros(3)}, "there are the arrays x"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(tmp_path, arrays, said):
    np.savez(tmp_path / "m.npz", **arrays)
    with pytest.raises(UserError, match=said):
        read_row_map(tmp_path / "m.npz")


def test_nothing_is_unpickled(tmp_path):
    np.savez(tmp_path / "m.npz", mean=np.array([object()]), matrix=np.eye(1))
    with pytest.raises(UserError, match="cannot be read as a map"):
        read_row_map(tmp_path / "m.npz")
