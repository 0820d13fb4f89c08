"""Recipes applied to all rows: the numbers of a set in memory, and nothing is written over."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

import embedviz
from embedviz.core.adapter import ContrastiveAdapter
from embedviz.core.anisotropy.exported import exported_transform
from embedviz.core.derivation.recipes import Adapted, Truncated, Whitened
from embedviz.core.errors import UserError
from embedviz.core.progress import Cancelled
from embedviz.formats.writing.heads import write_head
from embedviz.formats.writing.transforms import write_transform
from tests.sources.copying.many_rows import folder_of, lists, many_rows, vectors_in

ROOT = Path(__file__).parents[3]


@pytest.fixture
def rows(tmp_path):
    """Return a folder of six parts, its table, and the vectors."""
    table, vectors = many_rows()
    return folder_of(tmp_path / "in", table), table, vectors


def read(place):
    """Return what was written as one table, in its order."""
    if place.suffix == ".lance":
        lance = pytest.importorskip("lance")
        return lance.dataset(str(place)).to_table()
    return pa.concat_tables([parquet.read_table(each) for each in sorted(place.iterdir())])


def others(table):
    return table.drop_columns(["embedding"]).replace_schema_metadata(None)


def map_file(recipe, vectors, path):
    """Write what a pane exports of a recipe that was fitted on vectors."""
    if isinstance(recipe, Whitened):
        transform = recipe.transform_of(embedviz.VectorSet(vectors))
        return write_transform(path, exported_transform(transform))[0]
    return write_head(path, recipe.head)[0]


@pytest.mark.parametrize("target", ["out", "out.lance"])
@pytest.mark.parametrize("kind", ["prefix", "whitened", "white.npz", "head.safetensors", "adapted"])
def test_all_rows_are_what_the_recipe_makes_of_a_set(rows, tmp_path, target, kind):
    if target.endswith(".lance"):
        pytest.importorskip("lance")
    folder, table, vectors = rows
    head = ContrastiveAdapter(n_outputs=5, n_epochs=1, prefixes=(2,)).fit(vectors).head_
    recipe = {
        "prefix": Truncated(5, layer_norm=True),
        "whitened": Whitened(n_components=7),
        "white.npz": Whitened(0.5, method="zca"),
    }.get(kind, Adapted(head))
    given = recipe
    if "." in kind:
        given = map_file(recipe, vectors, tmp_path / kind)
    found = embedviz.apply(given, folder, tmp_path / target, prefixes=[2])
    expected = recipe.derive(embedviz.VectorSet(vectors)).vectors
    written = read(tmp_path / target)
    assert (found.n_rows, found.dimensions) == expected.shape
    np.testing.assert_allclose(vectors_in(written), expected, atol=2e-6)
    np.testing.assert_array_equal(vectors_in(written, "embedding_2"), vectors_in(written)[:, :2])
    kept = others(written).drop_columns(["embedding_2"])
    assert kept.equals(others(table))
    assert sorted(each.name for each in tmp_path.iterdir() if "unfinished" in each.name) == []


def test_a_dry_run_says_how_much_and_writes_nothing(rows, tmp_path):
    before = sorted(tmp_path.rglob("*"))
    found = embedviz.apply(Truncated(3), rows[0], tmp_path / "out", dry_run=True)
    assert sorted(tmp_path.rglob("*")) == before
    assert (found.n_rows, found.n_inputs, found.n_outputs, found.n_done) == (600, 12, 3, 0)
    said = " ".join(found.lines)
    assert "in: 600 rows × 12 → 3, first 3 dimensions." in said
    embedviz.apply(Truncated(3), rows[0], tmp_path / "out")
    n_bytes = sum(each.stat().st_size for each in (tmp_path / "out").iterdir())
    assert 0.5 * n_bytes < found.n_bytes < 2 * n_bytes


def test_what_is_there_is_never_written_over(rows, tmp_path):
    for name in ("out", "out.lance"):
        (tmp_path / name).write_text("mine")
        with pytest.raises(UserError, match="is there already, and nothing is ever written over"):
            embedviz.apply(Truncated(3), rows[0], tmp_path / name)
        assert (tmp_path / name).read_text() == "mine"


_CHILD = """
import sys, time
import embedviz
from embedviz.core.derivation.recipes import Truncated, Whitened

def report(fraction, message):
    time.sleep(float(sys.argv[3]))

recipe = Whitened(n_components=7) if sys.argv[4] == "whitened" else Truncated(5)
found = embedviz.apply(recipe, sys.argv[1], sys.argv[2], prefixes=[3], report=report)
print(found.n_taken_up)
"""


def started(source, target, seconds, kind):
    command = [sys.executable, "-c", _CHILD, str(source), str(target), str(seconds), kind]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no process is killed this way here")
@pytest.mark.parametrize("target", ["out", "out.lance"])
@pytest.mark.parametrize("kind", ["whitened", "truncated"])
def test_a_process_that_was_killed_is_gone_on_from(tmp_path, target, kind):
    if target.endswith(".lance"):
        pytest.importorskip("lance")
    folder = folder_of(tmp_path / "in", many_rows()[0], 12)
    killed, whole = tmp_path / "killed" / target, tmp_path / "whole" / target
    killed.parent.mkdir()
    whole.parent.mkdir()
    child = started(folder, killed, 0.3, kind)
    work = killed.with_name(f"{target}.unfinished")
    try:
        deadline = time.monotonic() + 100
        while len(list(work.glob("done-*.json"))) < 3:
            assert child.poll() is None, "it ended before it could be killed"
            assert time.monotonic() < deadline
            time.sleep(0.02)
    finally:
        os.kill(child.pid, signal.SIGKILL)
        child.communicate()
    assert not killed.exists()
    n_done = len(list(work.glob("done-*.json")))
    assert 3 <= n_done < 12
    # What it was writing when it was killed.
    (work / "rows" / ".part-000009.parquet.tmp").write_bytes(b"PAR1 half")
    said, _ = started(folder, killed, 0, kind).communicate(timeout=200)
    assert int(said) == 50 * n_done
    said, _ = started(folder, whole, 0, kind).communicate(timeout=200)
    assert int(said) == 0
    assert read(killed).equals(read(whole), check_metadata=True)
    assert [each.name for each in killed.parent.iterdir()] == [target]
    if target == "out":
        files = [
            {each.name: each.read_bytes() for each in place.iterdir()} for place in (killed, whole)
        ]
        assert files[0] == files[1]


def stop_after(count):
    """Return a report that raises after so many calls."""
    calls = []

    def report(fraction, message):
        calls.append(fraction)
        if len(calls) > count:
            raise Cancelled

    return report


def test_stop_keeps_what_is_done_for_the_next_try(rows, tmp_path):
    with pytest.raises(Cancelled):
        embedviz.apply(Truncated(3), rows[0], tmp_path / "out", report=stop_after(4))
    assert not (tmp_path / "out").exists()
    found = embedviz.apply(Truncated(3), rows[0], tmp_path / "out", dry_run=True)
    assert 0 < found.n_done < 600
    assert "of them are written already" in found.lines[0]
    copied = embedviz.apply(Truncated(3), rows[0], tmp_path / "out")
    assert (copied.n_rows, copied.n_taken_up) == (600, found.n_done)


@pytest.mark.parametrize("change", ["map", "prefix", "rows"])
def test_unfinished_work_becomes_nothing_else(rows, tmp_path, change):
    folder, table, _ = rows
    with pytest.raises(Cancelled):
        embedviz.apply(Truncated(3), folder, tmp_path / "out", report=stop_after(3))
    recipe, prefixes = Truncated(4 if change == "map" else 3), [2] if change == "prefix" else []
    if change == "rows":
        parquet.write_table(table.slice(0, 90), folder / "000.parquet")
    with pytest.raises(UserError, match=r"out\.unfinished is there from work .*Remove it"):
        embedviz.apply(recipe, folder, tmp_path / "out", prefixes=prefixes)
    assert not (tmp_path / "out").exists()


def with_bad_rows(table, vectors):
    """Return a table in which row 7 has NaN, and 150 and 151 have no vector or a short one."""
    vectors = vectors.copy()
    vectors[7, 2] = np.nan
    values = vectors.tolist()
    values[150], values[151] = None, values[151][:3]
    place = table.schema.get_field_index("embedding")
    return table.set_column(place, "embedding", pa.array(values, pa.list_(pa.float32())))


def test_rows_that_are_no_vectors_are_an_error_or_left_out(tmp_path):
    table, vectors = many_rows()
    folder = folder_of(tmp_path / "in", with_bad_rows(table, vectors))
    with pytest.raises(UserError, match=r"the row 7 holds NaN .*skip_bad_rows=True"):
        embedviz.apply(Truncated(3), folder, tmp_path / "out")
    found = embedviz.apply(Truncated(3), folder, tmp_path / "out", skip_bad_rows=True)
    assert (found.n_rows, found.n_without, found.n_not_finite) == (597, 2, 1)
    assert "3 rows left out: 2 without a vector of this length, 1 with NaN" in found.notes[0]
    assert "7, 150 (from 0), 151 (from 0)" in found.notes[0]
    kept = [i for i in range(600) if i not in (7, 150, 151)]
    assert read(tmp_path / "out")["title"].to_pylist() == [f"row {i}" for i in kept]


def test_folders_named_by_values_become_columns(tmp_path):
    table, _ = many_rows(60)
    for year, part in ((2019, table.slice(0, 20)), (2020, table.slice(20))):
        (tmp_path / "in" / f"year={year}").mkdir(parents=True)
        parquet.write_table(part, tmp_path / "in" / f"year={year}" / "x.parquet")
    embedviz.apply(Truncated(3), tmp_path / "in", tmp_path / "out")
    assert read(tmp_path / "out")["year"].to_pylist() == [2019] * 20 + [2020] * 40


def test_a_column_without_values_in_one_part_keeps_its_type(tmp_path):
    table, _ = many_rows(40)
    (tmp_path / "in").mkdir()
    place = table.schema.get_field_index("price")
    empty = table.slice(0, 20).set_column(place, "price", pa.nulls(20))
    parquet.write_table(empty, tmp_path / "in" / "a.parquet")
    parquet.write_table(table.slice(20), tmp_path / "in" / "b.parquet")
    embedviz.apply(Truncated(3), tmp_path / "in", tmp_path / "out")
    assert read(tmp_path / "out")["price"].to_pylist() == [None] * 20 + [
        i / 4 for i in range(20, 40)
    ]


def test_a_map_for_other_vectors_and_a_file_that_is_none_are_refused(rows, tmp_path):
    other = map_file(Whitened(), np.random.default_rng(0).normal(size=(50, 4)), tmp_path / "m.npz")
    with pytest.raises(UserError, match="vectors of 12 dimensions; this map is for 4"):
        embedviz.apply(other, rows[0], tmp_path / "out")
    np.savez(tmp_path / "x.npz", a=np.zeros(3))
    with pytest.raises(UserError, match="holds no map: there are the arrays a"):
        embedviz.apply(tmp_path / "x.npz", rows[0], tmp_path / "out")
    with pytest.raises(UserError, match="The first 13 of 12 dimensions"):
        embedviz.apply(Truncated(13), rows[0], tmp_path / "out")
    with pytest.raises(UserError, match="cannot be fitted on all rows"):
        embedviz.apply(Whitened(shrinkage=True), rows[0], tmp_path / "out")
    with pytest.raises(UserError, match=r"a table of LanceDB, OUT\.lance, or to a folder"):
        embedviz.apply(Truncated(3), rows[0], tmp_path / "out.npy")
    assert sorted(each.name for each in tmp_path.iterdir()) == ["in", "m.npz", "m.py", "x.npz"]


def test_one_file_is_read_by_its_reader(tmp_path):
    _, vectors = many_rows(60)
    np.save(tmp_path / "x.npy", vectors)
    embedviz.apply(Truncated(3), tmp_path / "x.npy", tmp_path / "out")
    written = read(tmp_path / "out")
    assert written["id"].to_pylist() == list(range(60))
    expected = Truncated(3).derive(embedviz.VectorSet(vectors)).vectors
    np.testing.assert_array_equal(vectors_in(written, "vector"), expected)


def test_parts_with_other_columns_are_refused(tmp_path):
    table, vectors = many_rows(40)
    (tmp_path / "in").mkdir()
    parquet.write_table(table, tmp_path / "in" / "a.parquet")
    other = pa.table({"title": pa.array(range(40)), "embedding": lists(vectors)})
    parquet.write_table(other, tmp_path / "in" / "b.parquet")
    with pytest.raises(UserError, match="do not have the same columns"):
        embedviz.apply(Truncated(3), tmp_path / "in", tmp_path / "out")
