import gzip
from decimal import Decimal
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.feather as pf
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from embedviz.core.errors import ChoiceRequired, UserError
from embedviz.formats import inspect, load

RNG = np.random.default_rng(8)
VECTORS = RNG.normal(size=(60, 5)).astype(np.float32)
WORDS = [f"wörd {i}" for i in range(60)]
LISTS = VECTORS.tolist()
FLOATS = pa.list_(pa.float32())


def write_parquet(path, table, **options):
    pq.write_table(table, path, **options)


def write_feather(path, table, **options):
    pf.write_feather(table, path, **options)


def write_stream(path, table):
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_stream(sink, table.schema) as writer:
        for batch in table.to_batches(max_chunksize=9):
            writer.write_batch(batch)


WRITERS = {"Parquet": write_parquet, "Arrow file": write_feather, "Arrow stream": write_stream}


@pytest.fixture
def parquet(tmp_path):
    """Return a function that writes a Parquet file."""

    def write(columns, **options):
        path = tmp_path / "x.parquet"
        write_parquet(path, pa.table(columns), **options)
        return path

    return write


def words_and(**columns):
    return {"word": WORDS, **columns}


def flat(kind=None):
    return pa.array(VECTORS.reshape(-1), kind)


@pytest.mark.parametrize("kind", WRITERS)
@pytest.mark.parametrize(
    "column",
    [
        pa.array(LISTS, FLOATS),
        pa.array(LISTS, pa.large_list(pa.float64())),
        pa.array(LISTS, pa.list_(pa.float32(), 5)),
        pa.array([{"values": row} for row in LISTS]),
        pa.array([{"a": {"list": row}} for row in LISTS]),
        pa.array([str(row) for row in LISTS]),
        pa.array([str(row) for row in LISTS]).dictionary_encode(),
    ],
    ids=["list", "large list", "fixed-size", "structure", "structures", "text", "dictionary"],
)
def test_every_kind_of_column_of_vectors(tmp_path, kind, column):
    path = tmp_path / "x"
    WRITERS[kind](path, pa.table({"word": WORDS, "embedding": column, "n": range(60)}))
    found = load(path)
    np.testing.assert_array_equal(found.vectors, VECTORS)
    assert list(found.labels) == WORDS
    assert found.metadata["n"].to_pylist() == list(range(60))
    assert found.source == f"{kind} · {path}"
    facts = found.opened.facts
    assert (facts.vector_column, facts.label_column) == ("embedding", "word")
    assert facts.vector_columns == ("embedding",)
    assert facts.label_columns == ("word", "n")
    assert found.opened.n_rows == 60


@pytest.mark.parametrize("dtype", ["f2", "f8", "i1", "i8", "u2"])
def test_numbers_of_any_width(parquet, dtype):
    numbers = RNG.integers(0, 99, (60, 5)).astype(dtype)
    column = pa.FixedSizeListArray.from_arrays(pa.array(numbers.reshape(-1)), 5)
    found = load(parquet(words_and(embedding=column)))
    np.testing.assert_array_equal(found.vectors, numbers)
    assert found.opened.facts.dtype == numbers.dtype.name
    assert f"Converted from {numbers.dtype.name} to float32." in found.notes


def test_decimals(parquet):
    column = pa.array([[Decimal("1.5"), Decimal("-2.25")]] * 3)
    np.testing.assert_array_equal(load(parquet({"v": column})).vectors, [[1.5, -2.25]] * 3)


def test_list_views_and_runs(tmp_path):
    views = pa.ListViewArray.from_arrays(
        pa.array(range(295, -5, -5), pa.int32()), pa.array([5] * 60, pa.int32()), flat()
    )
    runs = pa.compute.run_end_encode(pa.array(["x"] * 60))
    table = pa.table({"word": pa.array(WORDS, pa.string_view()), "v": views, "kind": runs})
    with pa.OSFile(str(tmp_path / "x"), "wb") as sink, pa.ipc.new_file(sink, table.schema) as file:
        file.write_table(table)
    found = load(tmp_path / "x")
    np.testing.assert_array_equal(found.vectors, VECTORS[::-1])
    assert list(found.labels) == WORDS
    assert found.metadata["kind"].to_pylist() == ["x"] * 60


@pytest.mark.parametrize(
    "options", [{"compression": "zstd", "chunksize": 7}, {"compression": "lz4"}]
)
def test_compressed_feather(tmp_path, options):
    path = tmp_path / "x.feather"
    write_feather(path, pa.table(words_and(v=pa.array(LISTS, FLOATS))), **options)
    np.testing.assert_array_equal(load(path).vectors, VECTORS)


def test_columns_of_numbers(parquet):
    columns = {f"d{i}": VECTORS[:, i] for i in range(5)}
    found = load(parquet({"id": range(60), "year": range(60), **words_and(**columns)}))
    np.testing.assert_array_equal(found.vectors, VECTORS)
    assert found.metadata.column_names == ["id", "year", "word"]
    assert found.notes[0] == "Vectors from the 5 columns d0 to d4."
    assert found.opened.facts.vector_column is None


def test_several_row_groups_and_an_index_of_pandas(parquet):
    columns = {str(i): VECTORS[:, i].astype("f8") for i in range(5)}
    found = load(parquet({**columns, "__index_level_0__": WORDS}, row_group_size=7))
    np.testing.assert_array_equal(found.vectors, VECTORS)
    assert list(found.labels) == WORDS
    assert found.opened.facts.label_column == "index"


def test_the_usual_name_wins_and_others_can_be_chosen(parquet):
    path = parquet(
        words_and(
            title_vec=pa.array(LISTS, FLOATS),
            embedding=pa.array((2 * VECTORS).tolist(), FLOATS),
            tokens=pa.array([[1, 2]] * 60),
        )
    )
    found = load(path)
    np.testing.assert_array_equal(found.vectors, 2 * VECTORS)
    assert found.opened.facts.vector_columns == ("title_vec", "embedding", "tokens")
    others = "title_vec (lists of 5 numbers), tokens (lists of 2 numbers)"
    assert f"Vectors from column 'embedding'; there is also {others}." in found.notes
    assert found.metadata.column_names == ["word"]
    np.testing.assert_array_equal(load(path, vector_column="title_vec").vectors, VECTORS)
    assert load(path, vector_column="tokens").dimensions == 2


def test_lists_of_one_length_win_over_others(parquet):
    found = load(
        parquet({"a": pa.array([[1.0] * (i % 7) for i in range(60)]), "b": pa.array(LISTS, FLOATS)})
    )
    np.testing.assert_array_equal(found.vectors, VECTORS)


def test_several_are_a_question(parquet):
    path = parquet({"a": pa.array(LISTS, FLOATS), "b": pa.array(LISTS, FLOATS)})
    with pytest.raises(ChoiceRequired, match="several columns of vectors") as caught:
        load(path)
    assert caught.value.option == "vector_column"
    assert caught.value.choices == dict.fromkeys("ab", "lists of 5 numbers")


def test_types_of_metadata(tmp_path):
    moment = 1_600_000_000
    write_feather(
        tmp_path / "x",
        pa.table(
            {
                "v": pa.array([[1.0, 2.0]] * 3),
                "kind": pa.array(["a", None, "b"]).dictionary_encode(),
                "ok": [True, None, False],
                "half": np.array([1, 2, 3], "f2"),
                "price": [Decimal("1.50"), None, Decimal("2")],
                "when": pa.array([moment, None, 2**60], pa.timestamp("s", "Europe/Berlin")),
                "exact": pa.array([moment * 10**9 + 1] * 3, pa.timestamp("ns")),
                "day": pa.array([1, None, 2**30], pa.date32()),
                "date": pa.array([86_400_000] * 3, pa.date64()),
                "time": pa.array([1, 2, None], pa.time32("s")),
                "lasted": pa.array([5, 6, None], pa.duration("s")),
                "nothing": pa.nulls(3),
                "blob": pa.array([b"\xff"] * 3),
                "nested": pa.array([[{"x": 1}]] * 3),
            }
        ),
    )
    found = load(tmp_path / "x")
    values = found.metadata.to_pydict()
    assert values["kind"] == ["a", None, "b"]
    assert values["ok"] == [True, None, False]
    assert values["half"] == [1, 2, 3]
    assert values["price"] == [1.5, None, 2]
    assert [str(v) for v in values["when"]] == ["2020-09-13 12:26:40", "None", "None"]
    assert values["exact"][0].year == 2020
    assert [str(v) for v in values["day"]] == ["1970-01-02", "None", "None"]
    assert values["date"][0].day == 2
    assert str(values["time"][1]) == "00:00:02"
    assert values["lasted"] == [5, 6, None]
    assert values["nothing"] == [None] * 3
    assert "2 columns of nested or binary values not read ('blob', 'nested')." in found.notes


BAD = pa.array([LISTS[0], None, LISTS[1][:4], [1, 2, None, 4, 5], [1, 2, float("nan"), 4, 5], []])


@pytest.mark.parametrize("kind", WRITERS)
def test_bad_rows(tmp_path, kind):
    WRITERS[kind](tmp_path / "x", pa.table({"word": WORDS[:6], "v": BAD}))
    with pytest.raises(ChoiceRequired, match=r"row 1 \(from 0\): no vector") as caught:
        load(tmp_path / "x")
    assert caught.value.option == "on_bad_rows"
    found = load(tmp_path / "x", on_bad_rows="skip")
    np.testing.assert_array_equal(found.vectors, VECTORS[:1])
    assert found.labels == ("wörd 0",)
    assert found.opened.facts.n_bad == 5
    assert found.notes[0] == (
        "5 bad rows skipped (row 1 (from 0): no vector; row 2: 4 numbers instead of 5; "
        "row 3: a number is missing; …)."
    )


def test_bad_rows_of_columns_and_texts(parquet):
    columns = {"d0": [1.0, None, 3], "d1": [1.0, 2, 3], "d2": [1.0, 2, float("inf")]}
    found = load(parquet(columns), on_bad_rows="skip")
    assert len(found) == 1
    problems = "row 1 (from 0): no number in column 'd0'; row 2: a number is NaN or infinite"
    assert problems in found.notes[0]
    found = load(parquet({"v": ["[1, 2]"] * 9 + [None, "[1]"]}), on_bad_rows="skip")
    problems = "row 9 (from 0): no list of numbers in column 'v'; row 10: 1 number instead of 2"
    assert problems in found.notes[0]


def test_fixed_size_lists_that_are_missing(parquet):
    column = pa.array([[1.0, 2.0], None, [3.0, 4.0]], pa.list_(pa.float32(), 2))
    found = load(parquet({"v": column}), on_bad_rows="skip")
    np.testing.assert_array_equal(found.vectors, [[1, 2], [3, 4]])


def test_vectors_after_many_missing_ones(parquet):
    found = load(parquet({"v": [None] * 500 + LISTS}), on_bad_rows="skip")
    np.testing.assert_array_equal(found.vectors, VECTORS)


def test_too_large_for_32_bits(parquet):
    with pytest.raises(UserError, match=r"row 0 \(from 0\): a number is too large for 32 bits"):
        load(parquet({"v": [[1e39, 0.0]]}))


@pytest.mark.parametrize("kind", WRITERS)
def test_first_rows_and_samples(tmp_path, kind):
    WRITERS[kind](tmp_path / "x", pa.table({"word": WORDS, "v": pa.array(LISTS, FLOATS)}))
    found = load(tmp_path / "x", max_rows=7)
    assert list(found.labels) == WORDS[:7]
    assert "Only the first 7 rows of the file." in found.notes
    found = load(tmp_path / "x", sample=7, seed=3)
    rows = [WORDS.index(label) for label in found.labels]
    np.testing.assert_array_equal(found.vectors, VECTORS[rows])
    assert found.metadata["word"].to_pylist() == list(found.labels)


def test_columns_of_rows_out_of_the_sample_are_dropped_on_the_way(parquet):
    vectors = np.zeros((30_000, 300), np.float32)
    vectors[:, 0] = range(30_000)
    column = pa.FixedSizeListArray.from_arrays(pa.array(vectors.reshape(-1)), 300)
    found = load(parquet({"n": range(30_000), "v": column}), sample=10)
    assert found.metadata["n"].to_pylist() == found.vectors[:, 0].tolist()


@pytest.mark.parametrize("kind", WRITERS)
def test_preview(tmp_path, kind):
    table = pa.table({"word": WORDS * 10, "v": pa.array(LISTS * 10, FLOATS)})
    WRITERS[kind](tmp_path / "x", table)
    found = inspect(tmp_path / "x")
    assert found.format_name == kind
    assert len(found.vectors) == 50
    assert found.labels[0] == WORDS[0]
    if kind == "Arrow stream":
        assert found.is_estimated
        assert 400 < found.n_rows < 800
    else:
        assert found.n_rows == 600


def test_an_arrow_file_of_lists_alone(tmp_path):
    write_feather(tmp_path / "x", pa.table({"v": LISTS * 9}), chunksize=50)
    found = inspect(tmp_path / "x")
    assert found.is_estimated
    assert found.n_rows == pytest.approx(540, rel=0.2)


def test_label_column(parquet):
    path = parquet(words_and(other=[f"o{i}" for i in range(60)], v=pa.array(LISTS, FLOATS)))
    assert load(path, label_column="other").labels[2] == "o2"
    assert load(path, labels=[f"l{i}" for i in range(60)]).labels[2] == "l2"
    with pytest.raises(UserError, match="no column 'nowhere'"):
        load(path, label_column="nowhere")
    with pytest.raises(UserError, match="no column 'nowhere'"):
        load(path, vector_column="nowhere")
    with pytest.raises(UserError, match=r"'other' of x\.parquet holds no lists"):
        load(path, vector_column="other")


def test_numbers_as_labels(parquet):
    path = parquet({"key": [5, 7, None], "v": pa.array([[1.0, 2]] * 3)})
    assert load(path).labels == ("5", "7", "")


def test_printed_by_numpy(parquet):
    path = parquet({"v": [str(row) for row in VECTORS]})
    with pytest.raises(UserError, match="as NumPy prints them"):
        load(path)
    with pytest.raises(UserError, match="as NumPy prints them"):
        load(path, vector_column="v")


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({"word": WORDS, "n": range(60)}, "no column of lists of numbers"),
        ({"v": pa.array([], FLOATS)}, "no rows"),
        ({"v": pa.array([[1.0]] * 3)}, "1 number per row"),
        ({"v": pa.array([None] * 3, FLOATS)}, "0 numbers per row"),
        ({"v": pa.array([None], FLOATS), "w": pa.array([[1.0, 2]])}, None),
    ],
)
def test_no_vectors(parquet, columns, reason):
    if reason is None:
        assert load(parquet(columns)).dimensions == 2
        return
    with pytest.raises(UserError, match=reason):
        load(parquet(columns))


def test_names_that_are_there_twice(parquet):
    table = pa.table([WORDS, LISTS, range(60)], ["a", "v", "a"])
    found = load(parquet(table))
    assert found.metadata.to_pydict() == {"a": WORDS, "a (3)": list(range(60))}


def test_bytes_that_are_no_characters(tmp_path):
    raw = pa.array([b"ok", b"\xff!", b"", None] * 3)
    column = pa.Array.from_buffers(pa.string(), len(raw), raw.buffers())
    for kind, write in WRITERS.items():
        path = tmp_path / f"{kind}.x"
        write(path, pa.table({"text": column, "v": pa.array([[1.0, 2.0]] * 12)}))
        found = load(path)
        assert found.metadata["text"].to_pylist()[:4] == [
            "ok",
            "\N{REPLACEMENT CHARACTER}!",
            "",
            None,
        ]
        assert any(note.startswith("3 texts are not valid UTF-8") for note in found.notes)


def test_bytes_that_are_text(parquet):
    vectors = pa.array(LISTS, FLOATS)
    column = pa.array(WORDS).cast(pa.binary())
    found = load(parquet({"v": vectors, "word": column, "image": [b"\x89PNG\0"] * 60}))
    assert list(found.labels) == WORDS
    assert "1 column of nested or binary values not read ('image')." in found.notes


def test_long_texts_come_in_short_blocks(tmp_path):
    texts = ["x" * 500_000] * 90
    table = pa.table({"v": pa.array([[1.0, 2.0]] * 90), "text": texts})
    for kind, write in WRITERS.items():
        write(tmp_path / kind, table)
        assert load(tmp_path / kind).metadata["text"].to_pylist() == texts


def test_packed(tmp_path, parquet):
    path = tmp_path / "x.parquet.gz"
    path.write_bytes(gzip.compress(parquet(words_and(v=pa.array(LISTS, FLOATS))).read_bytes()))
    found = load(path)
    np.testing.assert_array_equal(found.vectors, VECTORS)
    assert found.name == "x"


@pytest.mark.parametrize("kind", WRITERS)
def test_cut_short(tmp_path, kind):
    path = tmp_path / "x"
    WRITERS[kind](path, pa.table({"word": WORDS, "v": pa.array(LISTS, FLOATS)}))
    path.write_bytes(path.read_bytes()[:-100])
    if kind == "Arrow stream":
        with pytest.raises(UserError, match=r"x cannot be read: .*copy or download it again"):
            load(path)
    else:
        with pytest.raises(UserError, match="its end is missing"):
            load(path)


def test_claims_that_no_file_can_hold(parquet):
    zeros = pa.array(np.zeros(20_000_000, np.float32))
    path = parquet({"v": pa.FixedSizeListArray.from_arrays(zeros, 1000)})
    assert path.stat().st_size < 50_000
    with pytest.raises(UserError, match=r"20,000 rows of 1,000 numbers, which its .* cannot hold"):
        load(path)


def test_the_old_feather_and_encrypted_parquet(write):
    with pytest.raises(UserError, match="Feather table of version 1"):
        load(write("x", b"FEA1" + bytes(99)))
    with pytest.raises(UserError, match="encrypted"):
        load(write("x", b"PARE" + bytes(99)))


def test_glove(data_folder):
    found = load(data_folder / "glove50/glove_list.parquet")
    golden = np.load(data_folder / "glove50/golden_5050x50.f4.npy")
    np.testing.assert_array_equal(found.vectors, golden)
    words = (data_folder / "glove50/golden_words.txt").read_text("utf-8").split("\n")
    assert list(found.labels) == words[:5050]


NUMBERS = st.floats(width=32, allow_nan=False, allow_infinity=False)


@settings(
    deadline=None, max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    rows=st.lists(
        st.tuples(st.text(st.characters(codec="utf-8")), st.lists(NUMBERS, min_size=3, max_size=3)),
        min_size=1,
        max_size=9,
    ),
    kind=st.sampled_from(sorted(WRITERS)),
)
def test_what_arrow_writes_comes_back(tmp_path, rows, kind):
    words, vectors = zip(*rows, strict=True)
    path = Path(tmp_path) / "x"
    WRITERS[kind](path, pa.table({"word": words, "v": pa.array(vectors, FLOATS)}))
    found = load(path, label_column="word")
    assert list(found.labels) == list(words)
    np.testing.assert_array_equal(found.vectors, np.array(vectors, np.float32))
