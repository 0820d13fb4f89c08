"""Folders that hold vectors but are not a file: what each is, and what to do instead."""

from __future__ import annotations

import os
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from embedviz.core.wording import shown_name

_MOST_NAMES = 10_000
_SETTINGS = ("projector_config.pbtxt", "projector_config.json")


class _FolderKind(NamedTuple):
    """A kind of folder: how its content shows it, what it is, and what to do."""

    mark: Callable[[str], bool]
    what: str
    advice: str


def describe_folder(path: Path) -> str:
    """Return the sentences about a folder that was to be opened as a file.

    Parameters
    ----------
    path : Path
        An existing folder.
    """
    try:
        with os.scandir(path) as entries:
            names = sorted(entry.name for entry in islice(entries, _MOST_NAMES))
    except OSError:
        names = []
    for kind in _KINDS:
        found = next(filter(kind.mark, names), None)
        if found is not None:
            advice = kind.advice.format(
                path=path.as_posix(),
                folder=path.parent.as_posix(),
                stem=path.stem,
                name=found,
                name_stem=found.rpartition(".")[0],
            )
            return f"{shown_name(path.name)} is {kind.what}. {advice}"
    name = path.name or path.as_posix()  # The root has no name.
    return f"{shown_name(name)} is a folder. Choose a file with vectors in it."


_AS_DATABASE = (
    "It opens as a database: drop it on the window, or give it on the command line; in Python, "
    "import embedviz; embedviz.open_collection({path!r})"
)
_KINDS = (
    _FolderKind(
        lambda name: name in _SETTINGS,
        "a folder with settings of the Embedding Projector",
        "Open {name} in it.",
    ),
    _FolderKind(
        lambda name: name == "chroma.sqlite3",
        "a Chroma database, which cannot be read",
        "Export it in Python: import chromadb, numpy; r = chromadb.PersistentClient({path!r})"
        ".get_collection('NAME').get(include=['embeddings']); "
        "numpy.savez('vectors.npz', vectors=r['embeddings'], labels=r['ids'])",
    ),
    _FolderKind(
        lambda name: name == "_versions",
        "a Lance table, which is no file of vectors",
        _AS_DATABASE,
    ),
    _FolderKind(
        lambda name: name.endswith(".lance"),
        "a LanceDB database, which is no file of vectors",
        _AS_DATABASE,
    ),
    _FolderKind(
        lambda name: name == "dataset_info.json",
        "a data set of Hugging Face, which is not read as a whole",
        "Export it in Python: import datasets; "
        "datasets.load_from_disk({path!r}).to_parquet('vectors.parquet')",
    ),
    _FolderKind(
        lambda name: name in (".zarray", ".zgroup", "zarr.json"),
        "a Zarr store, which cannot be read",
        "Export an array of it in Python: import numpy, zarr; "
        "numpy.save('vectors.npy', zarr.open({path!r}, mode='r')['NAME'][:])",
    ),
    _FolderKind(
        lambda name: name in ("checkpoint", "saved_model.pb"),
        "a TensorFlow model, which cannot be read",
        "Export the embedding in Python: import numpy, tensorflow as tf; "
        "numpy.save('vectors.npy', tf.train.load_variable({path!r}, 'NAME')). "
        "tf.train.list_variables({path!r}) says which names there are.",
    ),
    _FolderKind(
        lambda name: name.endswith(".safetensors"),
        "the folder of a model",
        "Open {name} in it for the vectors of its tokens.",
    ),
)
