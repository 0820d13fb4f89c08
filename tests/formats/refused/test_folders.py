import re
from pathlib import Path

import pytest

from embedviz.formats.refused.folders import describe_folder


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["chroma.sqlite3"], "a Chroma database, .*get_collection"),
        (["data", "_versions"], r"a Lance table, .*open_collection\('.*it\.lance'\)"),
        (["words.v2.lance"], r"a LanceDB database, .*open_collection\('.*it\.lance'\)"),
        (["dataset_info.json", "data-0.arrow"], "a data set of Hugging Face, .*load_from_disk"),
        ([".zarray"], "a Zarr store"),
        (["checkpoint", "x.index"], "a TensorFlow model, .*load_variable"),
        (["config.json", "model.safetensors"], r"a model\. Open model\.safetensors in it"),
        (["checkpoint", "projector_config.pbtxt"], r"Open projector_config\.pbtxt in it"),
        (["a.txt"], r"a folder\. Choose a file"),
        ([], r"a folder\. Choose a file"),
    ],
)
def test_folders(tmp_path, names, message):
    folder = tmp_path / "it.lance"
    folder.mkdir()
    for name in names:
        (folder / name).touch()
    assert re.search(rf"^it\.lance is .*{message}", describe_folder(folder))


def test_folders_that_cannot_be_listed(tmp_path):
    assert (
        describe_folder(tmp_path / "none") == "none is a folder. Choose a file with vectors in it."
    )


def test_the_root_is_called_what_it_is():
    root = Path(Path.cwd().anchor)
    assert describe_folder(root).startswith(f"{root.as_posix()} is ")
