import gzip
import io
import zipfile

import numpy as np
import pytest

from embedviz.core.errors import ChoiceRequired, UserError
from embedviz.core.wording import shown_name
from embedviz.formats import inspect, load

TEXT = b"a 1 2\nb 3 4\n"
BINARY = b"2 2\n" + b"".join(
    word + b" " + np.float32(row).tobytes() + b"\n"
    for word, row in ((b"a", [1, 2]), (b"b", [3, 4]))
)


def zipped(files, method=zipfile.ZIP_DEFLATED):
    """Return the bytes of an archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def npy(array):
    """Return the bytes of an `.npy` file."""
    out = io.BytesIO()
    np.save(out, array)
    return out.getvalue()


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2])
@pytest.mark.parametrize(
    "data",
    [
        TEXT,
        b"2 2\n" + TEXT,
        BINARY,
        b'{"a": [1, 2], "b": [3, 4]}',
        b"word,x,y\na,1,2\nb,3,4\n",
    ],
)
def test_one_file_is_read_straight_from_the_archive(write, data, method):
    found = load(write("x.zip", zipped({"glove/vectors.txt": data}, method)))
    assert found.labels == ("a", "b")
    assert found.vectors.tolist() == [[1, 2], [3, 4]]
    assert found.name == "vectors"
    assert found.opened.facts.key == "glove/vectors.txt"


def test_an_array_beside_labels(write):
    data = zipped({"x.npy": npy(np.float64([[1, 2], [3, 4]])), "embeddings.csv": TEXT})
    path = write("x.zip", data)
    with pytest.raises(ChoiceRequired, match="several files"):
        load(path)
    assert load(path, key="x.npy").vectors.tolist() == [[1, 2], [3, 4]]


def test_several_files_are_a_question(write):
    files = {"glove.50d.txt": TEXT, "glove.100d.txt": b"a 1 2 3\n" * 300}
    path = write("glove.zip", zipped(files))
    with pytest.raises(ChoiceRequired) as asked:
        load(path)
    assert asked.value.option == "key"
    assert asked.value.choices == {"glove.50d.txt": "12 bytes", "glove.100d.txt": "2.4 kB"}
    assert str(asked.value) == (
        "glove.zip has several files in it: glove.50d.txt (12 bytes), glove.100d.txt (2.4 kB). "
        'Choose the one with the vectors: --key NAME on the command line, key="NAME" in Python.'
    )
    assert asked.value.reason == str(asked.value).partition(" Choose")[0]
    found = load(path, key="glove.50d.txt")
    assert found.opened.facts.keys == asked.value.choices
    assert found.name == "glove.50d"
    with pytest.raises(ChoiceRequired):
        inspect(path)


def test_what_is_plainly_something_else_is_passed_over(write):
    files = {
        "folder/": b"",
        "__MACOSX/._glove.txt": b"x",
        "folder/.DS_Store": b"x",
        "folder/README": b"Dear all",
        "folder/LICENSE.txt": b"PDDL",
        "folder/notes.md": b"x",
        "folder/glove.txt": TEXT,
        "folder/metadata.tsv": b"x\ny\n",
    }
    path = write("x.zip", zipped(files))
    found = load(path)
    assert found.labels == ("a", "b")
    assert found.notes == (
        "Not read: folder/metadata.tsv in the same archive. Unpack it for that.",
    )
    assert load(path, key="glove.txt").opened.facts.key == "folder/glove.txt"
    with pytest.raises(UserError, match=r"no file 'nothing' in it\. Its files are folder/README, "):
        load(path, key="nothing")


def test_a_lone_file_may_have_any_name(write):
    assert load(write("x.zip", zipped({"words": TEXT}))).labels == ("a", "b")
    with pytest.raises(UserError, match="without a file in it that may hold vectors"):
        load(write("x.zip", zipped({"README": TEXT})))
    assert load(write("x.zip", zipped({"README": TEXT})), key="README").labels == ("a", "b")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (gzip.compress(TEXT, mtime=0), "compressed twice"),
        (zipped({"x.txt": TEXT}), "a zip archive"),
        (b"", r"x\.zip . x is empty \(0 bytes\)"),
    ],
)
def test_archives_in_archives(write, data, message):
    with pytest.raises(UserError, match=message):
        load(write("x.zip", zipped({"x": data})))
    if data:
        with pytest.raises(UserError, match=message):
            load(write("x.gz", gzip.compress(data)))


def test_files_of_other_programs_are_named(write):
    with pytest.raises(UserError, match=r"an Excel workbook.*as CSV"):
        load(write("x.xlsx", zipped({"[Content_Types].xml": b"<x/>", "xl/data.xml": b"<x/>"})))
    with pytest.raises(UserError, match="a PyTorch file"):
        load(write("x.pt", zipped({"x/data.pkl": b"x", "x/data/0": b"1234"})))
    head = bytearray(600)
    head[:5], head[257:262] = b"x.txt", b"ustar"
    for data in (bytes(head), gzip.compress(head)):
        with pytest.raises(UserError, match=r"a tar archive.*tar -xf x\.tgz"):
            load(write("x.tgz", data))


def patched(data, at, value):
    """Return an archive with another number in its list of files and before the file."""
    data = bytearray(data)
    for place, offset in ((data.index(b"PK\x01\x02"), at + 2), (0, at)):
        data[place + offset : place + offset + 2] = value.to_bytes(2, "little")
    return bytes(data)


def test_what_cannot_be_unpacked(write):
    data = zipped({"x.txt": TEXT})
    with pytest.raises(UserError, match=r"x\.zip . x\.txt is encrypted\. Unpack it with"):
        load(write("x.zip", patched(data, 6, 1)))
    with pytest.raises(UserError, match="packed with Deflate64, which is not read here"):
        load(write("x.zip", patched(data, 8, 9)))
    with pytest.raises(UserError, match="packed with method 77"):
        load(write("x.zip", patched(data, 8, 77)))


@pytest.mark.parametrize("end", [10, 40, 60, -30, -10, -1])
def test_archives_cut_short(write, end):
    data = zipped({"x.txt": TEXT})
    with pytest.raises(UserError, match=r"x\.zip"):
        load(write("x.zip", data[:end]))


def test_contents_that_are_damaged(write):
    lines = b"".join(b"w%d %d.5 %d.25\n" % (i, i, i) for i in range(20_000))
    data = bytearray(zipped({"x.txt": lines}))
    data[30_000:30_100] = bytes(100)
    with pytest.raises(UserError, match=r"x\.zip . x\.txt"):
        load(write("x.zip", bytes(data)))


def test_sizes_that_are_not_true(write):
    data = bytearray(zipped({"x.txt": TEXT * 10}))
    central = data.index(b"PK\x01\x02")
    data[central + 24 : central + 28] = (5).to_bytes(4, "little")
    with pytest.raises(UserError, match=r"x\.zip . x\.txt cannot be read \(Bad CRC"):
        load(write("x.zip", bytes(data)))
    data[central + 24 : central + 28] = (10**7).to_bytes(4, "little")
    assert load(write("x.zip", bytes(data))).labels == ("a", "b")
    data[central + 24 : central + 28] = (10**9).to_bytes(4, "little")
    with pytest.raises(UserError, match=r"x\.zip . x\.txt unpacks to more than 200 times its size"):
        load(write("x.zip", bytes(data)))


def test_names_stay_on_one_line(write):
    path = write("x\ty.zip", zipped({"a\nb.txt": TEXT, "c\u202e.txt": TEXT}))
    with pytest.raises(ChoiceRequired) as asked:
        load(path)
    assert str(asked.value).startswith("x\\ty.zip has several files in it: a\\nb.txt (12 bytes), ")
    assert "c\\u202e.txt" in str(asked.value)
    assert load(path, key="a\nb.txt").name == "a\\nb"
    assert shown_name("x\udcff") == "x\\udcff"
    assert len(shown_name("x" * 5000)) == 201


def test_files_without_a_name_are_left_alone(write):
    path = write("x.zip", "")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("x.txt", TEXT)
        info = zipfile.ZipInfo("y")
        archive.writestr(info, TEXT)
        info.filename = ""
    assert load(path).labels == ("a", "b")
