import re

import numpy as np
import pyarrow as pa
import pyarrow.feather as pf
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from embedviz.core.errors import UserError
from embedviz.core.origin import ReadSettings
from embedviz.core.progress import Cancelled
from embedviz.formats import inspect, load, open_file
from embedviz.formats.containers.parts import parts_in
from embedviz.formats.reading import stamp_of

RNG = np.random.default_rng(3)
VECTORS = RNG.normal(size=(60, 5)).astype(np.float32)
WORDS = [f"wörd {i}" for i in range(60)]
TABLE = pa.table({"word": WORDS, "n": range(60), "embedding": VECTORS.tolist()})


def write_stream(table, path):
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table, max_chunksize=7)


WRITERS = {"parquet": pq.write_table, "feather": pf.write_feather, "arrows": write_stream}


def write_parts(folder, sizes, table=TABLE, end="parquet", place=lambda part: ""):
    """Write consecutive rows of a table into files in a folder."""
    start = 0
    for part, size in enumerate(sizes):
        path = folder / place(part) / f"part-{part:03}.{end}"
        path.parent.mkdir(parents=True, exist_ok=True)
        WRITERS[end](table.slice(start, size), path)
        start += size
    return folder


@pytest.mark.parametrize("end", WRITERS)
@pytest.mark.parametrize("sizes", [[60], [20, 20, 20], [1, 58, 1], [30, 0, 30]])
def test_one_set_in_the_order_of_the_names(tmp_path, end, sizes):
    folder = write_parts(tmp_path / "vectors.parquet", sizes, end=end)
    found = load(folder)
    np.testing.assert_array_equal(found.vectors, VECTORS)
    assert list(found.labels) == WORDS
    assert found.metadata["n"].to_pylist() == list(range(60))
    assert found.name == "vectors"
    assert found.opened.n_rows == 60
    assert found.opened.path == folder


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(0, 12), min_size=1, max_size=6), st.integers(1, 9), st.integers(0, 3))
def test_rows_are_those_of_one_file(tmp_path_factory, sizes, sample, seed):
    folder = tmp_path_factory.mktemp("parts")
    table = TABLE.slice(0, sum(sizes))
    if not table.num_rows:
        return
    write_parts(folder / "parts", sizes)
    pq.write_table(table, folder / "one.parquet")
    for options in ({}, {"sample": sample, "seed": seed}, {"max_rows": sample}):
        one, many = load(folder / "one.parquet", **options), load(folder / "parts", **options)
        np.testing.assert_array_equal(many.vectors, one.vectors)
        assert many.labels == one.labels
        assert many.metadata.equals(one.metadata)


def test_folders_of_values_become_columns(tmp_path):
    places = ["year=2020/kind=a%2Fb", "year=2021/kind=c", "year=2021/kind=d"]
    write_parts(tmp_path / "x", [20] * 3, place=lambda part: places[part])
    found = load(tmp_path / "x")
    assert found.metadata["year"].to_pylist() == [2020] * 20 + [2021] * 40
    assert found.metadata["kind"].to_pylist() == ["a/b"] * 20 + ["c"] * 20 + ["d"] * 20
    np.testing.assert_array_equal(found.vectors, VECTORS)


def test_values_of_folders_keep_what_is_written(tmp_path):
    places = ["code=007", "code=7", "code=__HIVE_DEFAULT_PARTITION__"]
    write_parts(tmp_path / "x", [20] * 3, place=lambda part: places[part])
    codes = load(tmp_path / "x").metadata["code"].to_pylist()
    assert codes == ["007"] * 20 + [None] * 20 + ["7"] * 20 or codes[0] == "007"
    assert sorted(set(codes), key=str) == ["007", "7", None]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda t: t.drop_columns(["n"]), "part-001.parquet has no column 'n'"),
        (
            lambda t: t.append_column("more", pa.array(["x"] * 20)),
            "part-001.parquet has a column 'more'",
        ),
        (
            lambda t: t.set_column(1, "n", pa.array(["x"] * 20)),
            "part-001.parquet has text in column 'n', where part-000.parquet has int64",
        ),
    ],
)
def test_parts_that_differ_are_named(tmp_path, change, said):
    folder = write_parts(tmp_path / "x", [20, 20, 20])
    pq.write_table(change(TABLE.slice(20, 20)), folder / "part-001.parquet")
    with pytest.raises(UserError, match=re.escape(said)):
        load(folder)


def test_what_gives_the_same_columns_is_no_difference(tmp_path):
    folder = write_parts(tmp_path / "x", [20, 20, 20])
    other = TABLE.slice(20, 20).select(["embedding", "word", "n"])
    other = other.set_column(1, "word", other["word"].dictionary_encode())
    pq.write_table(other, folder / "part-001.parquet")
    last = TABLE.slice(40, 20).set_column(1, "n", pa.nulls(20))
    pq.write_table(last, folder / "part-002.parquet")
    found = load(folder)
    np.testing.assert_array_equal(found.vectors, VECTORS)
    assert list(found.labels) == WORDS
    assert found.metadata["n"].to_pylist() == [*range(40), *[None] * 20]


def test_bad_rows_have_the_name_of_their_part(tmp_path):
    rows = VECTORS.tolist()
    rows[23] = rows[23][:-1]
    table = pa.table({"word": WORDS, "v": rows})
    folder = write_parts(tmp_path / "x", [20, 20, 20], table)
    with pytest.raises(UserError, match=r"row 3 \(from 0\) of part-001\.parquet: 4 numbers"):
        load(folder)
    assert len(load(folder, on_bad_rows="skip")) == 59


def test_a_damaged_part_is_named(tmp_path):
    folder = write_parts(tmp_path / "x", [20, 20, 20])
    path = folder / "part-001.parquet"
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(UserError, match=r"x: part-001\.parquet cannot be read"):
        load(folder)


def test_what_is_not_read_is_said(tmp_path):
    folder = write_parts(tmp_path / "x", [30, 30])
    (folder / "_SUCCESS").touch()
    (folder / ".part-000.parquet.crc").touch()
    (folder / "README.md").touch()
    notes = " ".join(load(folder).notes)
    assert "2 files of the folder read" in notes
    assert "1 other file in it is not read (README.md)" in notes


def test_files_without_an_ending_are_known_by_their_content(tmp_path):
    folder = write_parts(tmp_path / "x", [30, 30])
    for path in list(folder.iterdir()):
        path.rename(path.with_suffix(""))
    np.testing.assert_array_equal(load(folder).vectors, VECTORS)


def test_data_sets_of_hugging_face_are_read_without_what_is_kept_beside(tmp_path):
    folder = write_parts(tmp_path / "x", [30, 30], end="arrows")
    write_stream(TABLE.slice(0, 5), folder / "cache-123.arrow")
    (folder / "dataset_info.json").write_text("{}")
    np.testing.assert_array_equal(load(folder).vectors, VECTORS)


@pytest.mark.parametrize("mark", [".zgroup", "_versions", "chroma.sqlite3"])
def test_other_folders_stay_what_they_are(tmp_path, mark):
    folder = write_parts(tmp_path / "x", [60])
    (folder / mark).touch()
    with pytest.raises(UserError):
        load(folder)


def test_looking_into_a_folder(tmp_path):
    folder = write_parts(tmp_path / "x", [30, 30])
    found = inspect(folder)
    assert (found.n_rows, found.dimensions, found.format_name) == (60, 5, "Folder of Parquet")
    assert found.n_bytes == sum(path.stat().st_size for path in folder.iterdir())


def test_a_part_that_is_written_again_changes_the_stamp(tmp_path):
    folder = write_parts(tmp_path / "x", [30, 30])
    before = stamp_of(folder)
    assert before is not None
    assert before[0] == parts_in(folder).size
    pq.write_table(TABLE, folder / "part-001.parquet")
    assert stamp_of(folder) != before


def test_stopped(tmp_path):
    folder = write_parts(tmp_path / "x", [20, 20, 20])

    def report(fraction, words):
        raise Cancelled

    with pytest.raises(Cancelled):
        open_file(folder, ReadSettings(), report)


@pytest.mark.parametrize("start", ["s3://", "gs://", "http://", "https://", "hdfs://", "file:///"])
def test_addresses_are_not_opened(start):
    with pytest.raises(UserError, match=f"{start}bucket/x.* address".replace("///", "//")):
        load(f"{start}bucket/x")


def test_links_to_folders_are_not_followed(tmp_path):
    folder = write_parts(tmp_path / "x", [60])
    (tmp_path / "x" / "loop").symlink_to(tmp_path / "x", target_is_directory=True)
    np.testing.assert_array_equal(load(folder).vectors, VECTORS)
