"""Files of other families, compressed and in zip archives."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zipfile
from collections.abc import Callable, Mapping
from random import Random

from .corpus import FAMILIES, Sample, builder

PACKERS: dict[str, Callable[[bytes], bytes]] = {
    ".gz": lambda data: gzip.compress(data, 1, mtime=0),
    ".bz2": lambda data: bz2.compress(data, 1),
    ".xz": lambda data: lzma.compress(data, preset=0),
}
_PACKED = (
    "word2vec text", "word2vec binary", "table", "Projector tensors", "JSON", "NumPy array",
    "safetensors", "fastText", "HDF5", "Parquet",
)  # fmt: skip
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
_BAD_NAMES = (
    "../outside/secret.txt", "/etc/passwd", "a\nb.txt", "C:\\x.vec", "..\\up.txt", "a\0b",
    "x" * 300, ".", "",
)  # fmt: skip
_MEMBER_TIME = (2020, 1, 1, 0, 0, 0)


def zipped(files: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a zip archive."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name, _MEMBER_TIME), data, method)
    return buffer.getvalue()


def _of_another_family(rng: Random) -> Sample:
    builders = FAMILIES[rng.choice(_PACKED)]
    return builders[rng.choice(sorted(builders))](rng)


@builder("compressed")
def packed(rng: Random) -> Sample:
    sample = _of_another_family(rng)
    suffix = rng.choice(sorted(PACKERS))
    first, *others = sample.files
    data = PACKERS[suffix](sample.files[first])
    files = {f"{first}{suffix}": data, **{name: sample.files[name] for name in others}}
    return Sample(files, sample.options)


@builder("zip", 1.5)
def zip_of_one(rng: Random) -> Sample:
    sample = _of_another_family(rng)
    files = {f"{rng.choice(('', 'folder/'))}{name}": data for name, data in sample.files.items()}
    if rng.random() < 0.3:
        files = {
            "folder/": b"",
            **files,
            "__MACOSX/._x.txt": b"\0\5\26\7",
            "README.md": b"# Read\n",
        }
    return Sample({"archive.zip": zipped(files, rng.choice(_METHODS))})


@builder("zip")
def zip_of_several(rng: Random) -> Sample:
    members = [_of_another_family(rng) for _ in range(rng.choice((2, 3)))]
    files: dict[str, bytes] = {}
    for number, sample in enumerate(members):
        name = rng.choice(_BAD_NAMES) if rng.random() < 0.15 else f"{number} {sample.name}"
        files[name or "-"] = sample.files[sample.first]
    return Sample({"several.zip": zipped(files, rng.choice(_METHODS))})
