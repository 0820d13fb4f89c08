"""Damaged and hostile files end in a set or in an error for the user, and in nothing else.

Mutated files, the files that failed once, and each known attack by itself.
"""

import io
import itertools
import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from random import Random

import h5py
import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

import embedviz
from embedviz.core.errors import UserError
from embedviz.formats import inspect

ROOT = Path(__file__).parent.parent
sys.path.append(str(ROOT / "tests"))

from fuzz import array_files, container_files  # noqa: E402
from fuzz.archive_files import zipped  # noqa: E402
from fuzz.attacks import (  # noqa: E402
    BOMBS,
    DEEP,
    HUGE,
    TRILLION,
    VECTORS,
    npy_header,
    parquet_of,
    zip_bomb,
)
from fuzz.container_files import hdf5_bytes  # noqa: E402
from fuzz.corpus import FAMILIES, family_of  # noqa: E402
from fuzz.judging import Judge, Violation, check_set, clear  # noqa: E402
from fuzz.mutations import make_case  # noqa: E402
from fuzz.runner import Case, Outcome, cases, kept_cases, summarize  # noqa: E402
from fuzz.watching import SECRET, Neighbors, Watch  # noqa: E402
from fuzz.worker import LIMIT_BYTES, peak_memory  # noqa: E402

TEXT = b"4 3\na 1 2 3\nb 4 5 6\nc 7 8 9\nd 1 1 2\n"
SHORTER = 64 << 20
"""Bytes that a bomb unpacks to: more would take a slow machine long where nothing stops it."""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Return an empty folder to work in, whose neighbors must be left alone."""
    (tmp_path / "case").mkdir()
    (tmp_path / "outside").mkdir()
    neighbors = Neighbors(tmp_path / "outside")
    monkeypatch.chdir(tmp_path / "case")
    yield tmp_path / "case"
    disturbed = neighbors.disturbed()
    neighbors.close()
    assert not disturbed


@pytest.fixture
def refusal(folder):
    """Return a function that writes a file and returns the message with which it is refused."""

    def refuse(name, data, **options):
        path = folder / name
        path.write_bytes(data)
        peak = peak_memory()
        for settings in ({}, {"on_bad_rows": "skip"}):
            with pytest.raises(UserError) as raised:
                embedviz.load(path, **options, **settings)
        with pytest.raises(UserError):
            inspect(path)
        assert peak_memory() - peak < LIMIT_BYTES
        assert SECRET not in str(raised.value)
        return str(raised.value)

    return refuse


def outcome_of(path, **options):
    """Return the set that a file holds, checked, or the message with which it is refused."""
    try:
        found = embedviz.load(path, **options)
    except UserError as error:
        return str(error)
    check_set(found)
    return found


@pytest.mark.parametrize(
    ("count", "workers"), [(60, 1), pytest.param(400, 2, marks=pytest.mark.slow)]
)
def test_mutated_files_end_well(count, workers):
    options = ["--count", str(count), "--workers", str(workers)]
    command = [sys.executable, "-m", "tests.fuzz", *options]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout + done.stderr
    table = {line[:20].strip(): line[20:].split() for line in done.stdout.splitlines()}
    assert set(FAMILIES) <= set(table)
    files, sets, refused, failed = (int(each.replace(",", "")) for each in table["all"][:4])
    assert files == sets + refused == count + len(kept_cases())
    assert sets > count // 5
    assert failed == 0


# Headers that claim more than there is.


@pytest.mark.parametrize("name", HUGE)
def test_headers_that_claim_a_trillion_rows_are_refused(name, refusal):
    assert len(refusal(name, HUGE[name])) > 20


def test_a_config_that_claims_a_trillion_rows_is_refused(folder, refusal):
    (folder / "tensors.bytes").write_bytes(VECTORS.tobytes())
    entry = {"tensorName": "x", "tensorPath": "tensors.bytes", "tensorShape": [TRILLION, 3]}
    refusal("projector_config.json", json.dumps({"embeddings": [entry]}).encode())


def test_rows_that_only_a_footer_claims_are_refused(refusal):
    assert f"claims {TRILLION:,} rows" in refusal("x.parquet", parquet_of(TRILLION))


@pytest.mark.parametrize("claimed", [b"%d 3" % TRILLION, b"%d %d" % (TRILLION, TRILLION)])
def test_a_header_with_rows_behind_it_that_claims_a_trillion_is_refused(refusal, claimed):
    assert f"claims {TRILLION:,} rows" in refusal("x.vec", TEXT.replace(b"4 3", claimed))


def test_dimensions_that_only_a_header_claims_are_said(folder):
    (folder / "x.vec").write_bytes(TEXT.replace(b"4 3", b"4 %d" % TRILLION))
    found = outcome_of(folder / "x.vec")
    assert found.vectors.shape == (4, 3)
    assert f"{TRILLION:,}" in " ".join(found.notes)


# Bombs: little on the disk, much in the memory.


@pytest.mark.parametrize(
    "unit",
    [
        b"\0",
        b"wrd 0.5 1.5 2.5\n",
        *(pytest.param(unit, marks=pytest.mark.slow) for unit in (b" ", b"\n", b"9")),
    ],
)
@pytest.mark.parametrize("suffix", BOMBS)
def test_bombs_are_refused(suffix, unit, folder):
    path = folder / f"bomb{suffix}"
    path.write_bytes(BOMBS[suffix](unit, SHORTER))
    peak = peak_memory()
    assert isinstance(outcome_of(path), str)
    assert peak_memory() - peak < LIMIT_BYTES


def test_a_bomb_in_an_archive_of_arrays_is_refused(refusal):
    data = zip_bomb(b"\0", SHORTER, "vectors.npy")
    refusal("bomb.npz", data)
    data = zipped(
        {"a.npy": array_files.saved(VECTORS), "labels.npy": npy_header((4,), "<U99999999")}
    )
    found = outcome_of(Path("bomb.npz"))
    assert isinstance(found, str)


def test_an_archive_in_which_a_file_lies_about_its_size_is_no_bomb(folder):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.vec", TEXT)
        archive.filelist[0].file_size = TRILLION
    (folder / "x.zip").write_bytes(buffer.getvalue())
    outcome_of(folder / "x.zip")


# What would run code.


@pytest.mark.parametrize("protocol", range(6))
@pytest.mark.parametrize("name", ["model.kv", "x.npy", "x.npz", "model.pt", "x.h5"])
def test_pickles_are_never_loaded(name, protocol, refusal):
    refusal(name, array_files.trap(protocol))


def test_arrays_of_objects_are_never_loaded(folder, refusal):
    seeds = range(40)
    files = [FAMILIES["refused"]["pickled_in_array"](Random(seed)).files for seed in seeds]
    for name, data in itertools.chain.from_iterable(file.items() for file in files):
        assert "Python objects" in refusal(name, data)
    labels = np.empty(4, object)
    labels[:] = array_files._Runs()
    np.savez(folder / "labels.npz", vectors=VECTORS, labels=labels)
    found = outcome_of(folder / "labels.npz")
    np.testing.assert_array_equal(found.vectors, VECTORS)
    assert "Python objects" in " ".join(found.notes)


def test_models_of_pytorch_are_never_loaded(refusal):
    data = zipped({"archive/data.pkl": array_files.trap(2), "archive/data/0": bytes(64)})
    assert "pickle" in refusal("model.pt", data)


def test_modules_beside_a_file_are_never_imported(folder, write_trap):
    """A child process must not look for modules where the file is, or where this process is."""
    for name in ("numpy", "pyarrow", "h5py", "psutil", "embedviz", "struct", "sitecustomize"):
        write_trap(folder / f"{name}.py")
    parquet.write_table(pa.table({"a": VECTORS[:, 0], "b": VECTORS[:, 1]}), folder / "x.parquet")
    (folder / "x.h5").write_bytes(
        hdf5_bytes(lambda file: file.create_dataset("vectors", data=VECTORS))
    )
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    code = "import embedviz; print(*(len(embedviz.load(name)) for name in ('x.parquet', 'x.h5')))"
    done = subprocess.run(
        [sys.executable, "-P", "-c", code], env=environment, capture_output=True, text=True
    )
    assert (done.stdout.split(), done.stderr) == (["4", "4"], "")


@pytest.fixture
def write_trap():
    """Return a function that writes a module that leaves a trace when it is imported."""

    def write(path):
        executed = path.parent.parent / "outside" / "executed"
        path.write_text(f"open({str(executed)!r}, 'w').close()\nraise SystemExit(9)\n")

    return write


# What would make another file be read.


def only_links(file):
    container_files.add_links(file, (8, 4))


def test_links_out_of_hdf5_are_not_followed(folder, refusal):
    refusal("x.h5", hdf5_bytes(only_links))
    for key in ("external", "soft", "loop", "raw", "virtual"):
        assert isinstance(outcome_of(folder / "x.h5", key=key), str)

    def beside_vectors(file):
        file["vectors"] = VECTORS
        only_links(file)

    (folder / "y.h5").write_bytes(hdf5_bytes(beside_vectors))
    found = outcome_of(folder / "y.h5")
    np.testing.assert_array_equal(found.vectors, VECTORS)


@pytest.mark.parametrize("group", ["obs", "obsm", "X"])
def test_links_out_of_anndata_are_not_followed(group, folder):
    def fill(file):
        file.attrs["encoding-type"] = "anndata"
        file["X"] = VECTORS
        if group == "X":
            del file["X"]
        elif group == "obsm":
            file.create_group("obsm")
            group_ = file["obsm"]
            group_["X_pca"] = h5py.ExternalLink("../outside/secret.h5", "/vectors")
            return
        file[group] = h5py.ExternalLink("../outside/secret.h5", "/vectors")

    (folder / "x.h5ad").write_bytes(hdf5_bytes(fill))
    outcome_of(folder / "x.h5ad")


ELSEWHERE = (
    "/etc/passwd", "../outside/secret.bytes", "../outside/secret.tsv", "../outside/secret.txt",
    "sub/../../outside/secret.bytes", "./../outside/secret.bytes", "..", "", "a\nb", "a\0b",
    "//outside/secret.bytes", "C:\\secret.bytes", "file:///etc/passwd", "~/secret.bytes", "pipe",
)  # fmt: skip


@pytest.mark.parametrize("path", ELSEWHERE)
@pytest.mark.parametrize("what", ["tensorPath", "metadataPath", "bookmarksPath", "imagePath"])
def test_a_config_reads_nothing_elsewhere(path, what, folder):
    (folder / "link").symlink_to("../outside/secret.bytes")
    os.mkfifo(folder / "pipe")
    (folder / "tensors.bytes").write_bytes(VECTORS.tobytes())
    entry = {"tensorName": "x", "tensorPath": "tensors.bytes", "tensorShape": [4, 3]}
    entry |= (
        {"sprite": {"imagePath": path, "singleImageDim": [4, 4]}}
        if what == "imagePath"
        else {what: path}
    )
    config = folder / "projector_config.json"
    config.write_text(json.dumps({"embeddings": [entry]}))
    found = outcome_of(config)
    assert isinstance(found, str) or what != "tensorPath"
    entry = f"embeddings {{ tensor_path: {json.dumps(path)} metadata_path: {json.dumps(path)} }}"
    (folder / "projector_config.pbtxt").write_text(entry)
    assert isinstance(outcome_of(folder / "projector_config.pbtxt"), str)


def test_names_in_archives_lead_nowhere(folder):
    names = ("../outside/secret.txt", "/etc/passwd", "..\\..\\x.vec", "C:\\x.vec", "a\nb.vec", "")
    for number, name in enumerate(names):
        path = folder / f"{number}.zip"
        path.write_bytes(zipped({name or "-": TEXT, "other.vec": TEXT}))
        outcome_of(path)
        found = outcome_of(path, key=name or "-")
        if not isinstance(found, str):
            assert len(found) == 4
    assert sorted(each.name for each in folder.iterdir()) == [f"{i}.zip" for i in range(len(names))]


def test_a_symbolic_link_in_an_archive_is_not_followed(folder):
    info = zipfile.ZipInfo("link.vec")
    info.external_attr = 0o120777 << 16
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(info, "../outside/secret.txt")
    (folder / "x.zip").write_bytes(buffer.getvalue())
    assert isinstance(outcome_of(folder / "x.zip"), str)


@pytest.mark.parametrize(
    "name", ["line\nbreak.vec", "cr\rhere.npy", "tab\there.tsv", "\x1b[31m.vec"]
)
def test_names_with_control_characters_do_no_harm(name, folder):
    (folder / name).write_bytes(TEXT)
    found = outcome_of(folder / name)
    shown = [found] if isinstance(found, str) else [found.name, *found.notes]
    assert not re.search("[\n\r\x1b]", " ".join(shown))
    (folder / name).write_bytes(b"no vectors")
    assert not re.search("[\n\r\x1b]", outcome_of(folder / name))
    assert "\n" not in outcome_of(folder / "there\nis none.vec")


# What is not a file, or not only one.


def test_what_is_no_ordinary_file_is_refused(folder, monkeypatch):
    os.mkfifo(folder / "pipe.vec")
    (folder / "folder.npy").mkdir()
    (folder / "nowhere.vec").symlink_to("missing")
    (folder / "loop.vec").symlink_to("loop.vec")
    # Whoever names a folder names what is in it, so `..` is one without neighbors.
    (folder / "deeper").mkdir()
    monkeypatch.chdir(folder / "deeper")
    files = [folder / name for name in ("pipe.vec", "folder.npy", "nowhere.vec", "loop.vec")]
    for path in (*files, "/dev/zero", "/proc/self/mem",
                 folder, "", ".", "..", "a" * 5000, "\0"):  # fmt: skip
        assert len(outcome_of(path)) > 20
    (folder / "x.vec").write_bytes(TEXT)
    for path in ("pipe.vec", "folder.npy", "nowhere.vec", "loop.vec"):
        assert len(outcome_of(folder / "x.vec", labels=folder / path)) > 20
        assert len(outcome_of(folder / "x.vec", metadata=folder / path)) > 20


def test_a_link_that_a_person_chose_is_followed(folder):
    (folder / "data").write_bytes(TEXT)
    (folder / "link.vec").symlink_to("data")
    assert len(outcome_of(folder / "link.vec")) == 4


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir, lambda path: path.symlink_to(path)])
def test_companions_that_are_no_files_are_left_alone(make, folder):
    (folder / "tensors.tsv").write_bytes(b"1\t2\n3\t4\n")
    np.save(folder / "x.npy", VECTORS)
    for name in ("metadata.tsv", "x.npy.metadata.tsv", "tensors.tsv.metadata.tsv", "vocab.txt"):
        make(folder / name)
    assert len(outcome_of(folder / "tensors.tsv")) == 2
    assert len(outcome_of(folder / "x.npy")) == 4


@pytest.mark.parametrize("name", DEEP)
def test_what_is_nested_deeply_is_refused(name, refusal):
    refusal(name, DEEP[name])


# The fuzzing itself.


# What is right for these is a message.
REFUSED = {"assigned", "printed_by_python", "pieces", "yaml", "sparse_pairs"}
BUILDERS = {
    name: make
    for family, builders in FAMILIES.items()
    for name, make in builders.items()
    if family != "refused" and name not in REFUSED
}


@pytest.mark.parametrize("name", BUILDERS)
def test_files_of_the_corpus_are_valid(name, folder, tmp_path):
    """Else nothing but recognition would be fuzzed."""
    (tmp_path / "saved").mkdir()
    for seed in range(8):
        sample = BUILDERS[name](Random(seed))
        assert sample.files == BUILDERS[name](Random(seed)).files
        clear(folder)
        found = Judge(sample, folder, seed, lambda name, work: work()).judge()
        if found is not None:
            return
    pytest.fail("no file of eight can be opened")


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_text_of_programs_in_the_corpus_is_refused(name, folder, tmp_path):
    (tmp_path / "saved").mkdir()
    n_refused = 0
    for seed in range(8):
        sample = FAMILIES["program text"][name](Random(seed))
        clear(folder)
        found = Judge(sample, folder, seed, lambda name, work: work()).judge()
        n_refused += found is None
        # Of what is JSON, as Python prints lists of lists, the numbers are the right ones.
        assert found is None or "JSON" in found.source
    assert n_refused > 4


def test_a_case_is_determined_by_its_seed():
    assert [case.family for case in cases(5, 100)] == [family_of(seed) for seed in range(100, 105)]
    for case in cases(60, 7000):
        assert make_case(case.seed, case.family).files == make_case(case.seed, case.family).files
    only = cases(4, 0, ["JSON"])
    assert {case.family for case in only} == {"JSON"}
    with pytest.raises(ValueError, match="no family is named x"):
        cases(1, 0, ["x"])


def test_what_is_opened_elsewhere_is_seen(folder, tmp_path):
    (tmp_path / "watched").mkdir()
    neighbors = Neighbors(tmp_path / "watched")
    watch = Watch([folder], neighbors)
    (folder / "own").touch()
    with watch() as seen:
        (folder / "own").read_bytes()
    assert seen == []
    with watch() as seen:
        Path("/etc/passwd").read_bytes()
    assert seen == ["/etc/passwd was opened"]
    if sys.platform.startswith("linux"):
        subprocess.run(
            ["cat", tmp_path / "watched" / "secret.txt"], check=True, capture_output=True
        )
        assert neighbors.disturbed() == ["the neighbor 'secret.txt' was opened"]
    neighbors.close()


def test_the_summary_counts():
    case = Case(3, "JSON")
    outcomes = [
        Outcome(case, "set", seconds=0.5),
        Outcome(case, "failed", "it broke", n_bytes=5 << 20),
    ]
    header, json_line, all_line = summarize(outcomes)
    assert header.split() == ["files", "sets", "refused", "failed", "worst", "memory"]
    assert json_line.split() == ["JSON", "2", "1", "0", "1", "0.50", "s", "5", "MB"]
    assert all_line.split()[1:] == json_line.split()[1:]
    assert str(outcomes[1]).splitlines() == [
        "JSON, seed 3: it broke",
        '    python -m tests.fuzz --seed 3 --formats "JSON"',
    ]


def test_a_set_that_is_none_is_seen(toy):
    with pytest.raises(Violation, match="came from"):
        check_set(toy)
    with pytest.raises(Violation, match="not finite"):
        check_set(embedviz.VectorSet(np.array([[1, np.nan]], np.float32)))
