"""Heads that were written to files do what they did, read by whoever has NumPy."""

import json
import runpy
import subprocess
import sys

import numpy as np
import pytest

from embedviz.core.contrastive.heads import Head, head_from_arrays
from embedviz.core.errors import UserError
from embedviz.formats import open_file
from embedviz.formats.writing.heads import write_head


def head_of(n_hidden=0, activation="tanh", n_inputs=6, n_outputs=3):
    random = np.random.default_rng(n_hidden)
    last = random.normal(size=(n_hidden or n_inputs, n_outputs)), random.normal(size=n_outputs)
    if not n_hidden:
        return Head(*last, activation=activation)
    first = random.normal(size=(n_inputs, n_hidden)), random.normal(size=n_hidden)
    return Head(*last, *first, activation)


HEADS = (head_of(), head_of(4), head_of(5, "relu"), head_of(n_outputs=1))
VECTORS = np.vstack([np.random.default_rng(1).normal(size=(9, 6)), np.zeros((1, 6))])


def same(one, other):
    arrays, others = one.arrays(), other.arrays()
    assert arrays.keys() == others.keys()
    assert one.activation == other.activation
    for name, array in arrays.items():
        np.testing.assert_array_equal(array, others[name])
        assert others[name].dtype == np.float64


def tensors_of(path):
    """Read safetensors by their definition."""
    data = path.read_bytes()
    start = 8 + int.from_bytes(data[:8], "little")
    assert start % 8 == 0
    header = json.loads(data[8:start])
    about = header.pop("__metadata__")
    assert all(type(value) is str for value in about.values())
    found, end = {}, 0
    for name, each in header.items():
        assert each["dtype"] == "F64"
        first, last = each["data_offsets"]
        assert first == end  # No holes: readers refuse them.
        found[name] = np.frombuffer(data[start + first : start + last]).reshape(each["shape"])
        end = last
    assert start + end == len(data)
    return {**found, **about}


@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize("suffix", [".npz", ".NPZ", ".safetensors", ".py"])
def test_a_written_head_is_the_same(tmp_path, monkeypatch, head, suffix):
    path = tmp_path / f"it's a head{suffix}"
    arrays, script = write_head(path, head)
    assert path in (arrays, script)
    assert sorted(tmp_path.iterdir()) == sorted([arrays, script])
    if arrays.suffix == ".safetensors":
        same(head_from_arrays(tensors_of(arrays)), head)
    else:
        with np.load(arrays) as found:
            same(head_from_arrays(found), head)
    monkeypatch.chdir("/")  # The script finds its arrays from anywhere.
    embed = runpy.run_path(str(script))["embed"]
    np.testing.assert_allclose(embed(VECTORS), head.apply(VECTORS), atol=1e-6)


def test_the_script_needs_numpy_alone(tmp_path):
    _, script = write_head(tmp_path / "head.safetensors", HEADS[1])
    code = (
        f"import runpy, sys; runpy.run_path({str(script)!r}); "
        "assert not any(name.startswith('embedviz') for name in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


@pytest.mark.parametrize("head", HEADS)
def test_other_readers_of_safetensors_read_it(tmp_path, head):
    reader = pytest.importorskip("safetensors.numpy")
    arrays, _ = write_head(tmp_path / "head.safetensors", head)
    same(head_from_arrays(reader.load_file(arrays), head.activation), head)


def test_the_matrix_can_be_opened_as_vectors(tmp_path):
    from embedviz.core.origin import ReadSettings

    for suffix in (".npz", ".safetensors"):
        arrays, _ = write_head(tmp_path / f"head{suffix}", head_of())
        found = open_file(arrays, ReadSettings(key="matrix"))
        np.testing.assert_allclose(found.vectors, head_of().matrix, rtol=1e-6)


@pytest.mark.parametrize("name", ["head", "head.npy", "head.pt", "head.npz.gz", "head.json"])
def test_another_suffix_is_refused(tmp_path, name):
    with pytest.raises(UserError, match=r"Use \.npz or \.safetensors"):
        write_head(tmp_path / name, head_of())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "beside", "content"),
    [
        ("head.npz", "head.py", b"print('mine')"),
        ("head.safetensors", "head.py", b""),
        ("head.py", "head.npz", b"no archive"),
    ],
)
def test_what_nobody_has_chosen_is_not_replaced(tmp_path, name, beside, content):
    (tmp_path / beside).write_bytes(content)
    with pytest.raises(UserError, match=f"{beside} would be written"):
        write_head(tmp_path / name, head_of())
    assert (tmp_path / beside).read_bytes() == content
    assert not (tmp_path / name).exists()


def test_other_arrays_are_not_replaced(tmp_path):
    np.savez(tmp_path / "head.npz", vectors=np.eye(3))
    with pytest.raises(UserError, match=r"head\.npz would be written"):
        write_head(tmp_path / "head.py", head_of())


def test_an_earlier_head_is_replaced(tmp_path):
    for name in ("head.npz", "head.safetensors", "head.py", "head.npz"):
        write_head(tmp_path / name, head_of())
        write_head(tmp_path / name, head_of(4))
        embed = runpy.run_path(str(tmp_path / "head.py"))["embed"]
        np.testing.assert_allclose(embed(VECTORS), head_of(4).apply(VECTORS), atol=1e-6)


def test_what_cannot_be_written_leaves_what_was_there(tmp_path):
    (tmp_path / "head.safetensors").mkdir()
    with pytest.raises(UserError, match="is a folder"):
        write_head(tmp_path / "head.safetensors", head_of())
    assert [each.name for each in tmp_path.iterdir()] == ["head.safetensors"]
    with pytest.raises(UserError, match="cannot be written"):
        write_head(tmp_path / "nowhere" / "head.npz", head_of())
