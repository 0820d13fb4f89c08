"""Contents of a Python pickle, and the line that exports it, learned without running it.

A pickle is a program: opening it runs what its author put there. It is never opened here. Its first
instructions are listed, as a disassembler does, and the classes that they name tell which library
wrote it. The line that is offered is for the person who trusts the file, to be run by that person.
"""

from __future__ import annotations

import pickletools
import re
import struct
import zlib
from pathlib import Path
from typing import NamedTuple

from embedviz.core.notes import Note

_MOST_STEPS = 2000
_TORCH_NUMBER = b"\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19."
_is_binary_pickle = re.compile(rb"\x80[\x02-\x05]").match
_is_old_pickle = re.compile(
    rb"(?:\((?:dp|lp|tp|ip?)[0-9]*\n|c[A-Za-z_][\w.]*\n[A-Za-z_]\w*\n[(pq]|[\]}]q[\0-\x09][(.])"
).match
_sidecar = re.compile(
    r"(?P<model>.+?)(?P<part>(?:\.wv|\.dv|\.docvecs|\.trainables)?\."
    r"(?:vectors|vectors_norm|vectors_vocab|vectors_ngrams|vectors_lockf|syn0|syn0norm|syn0_lockf|"
    r"syn1|syn1neg|vectors_docs|doctag_syn0))\.npy",
).fullmatch


class Named(NamedTuple):
    """Description of a file, and what to do instead of opening it.

    Attributes
    ----------
    what, advice : str
    may_hold_vectors : bool
        Whether it is to be said that these cannot be read.
    """

    what: str
    advice: str
    may_hold_vectors: bool = True


def name_pickle(head: bytes, file_name: str) -> Named | None:
    """Return what a pickle is and how to export it; None where the bytes are not a pickle.

    Parameters
    ----------
    head : bytes
        The start of the file.
    file_name : str
        For the line that exports it.
    """
    file = repr(file_name)
    if _TORCH_NUMBER in head[:40]:
        return _name_torch(_Outline(b""), file)
    unpacked = _unpacked(head)
    if unpacked is not None:
        return _pickled("a compressed joblib file", *_JOBLIB, file)
    if not (_is_binary_pickle(head) or _is_old_pickle(head)):
        return None
    outline = _Outline(head)
    for part, what, modules, line in _WRITERS:
        if outline.first_of(part.partition(".")[0]).startswith(part):
            return _pickled(what, modules, line, file)
    if outline.has("torch"):
        return _name_torch(outline, file)
    what, modules, line = _PLAIN.get(outline.first, _OTHER)
    if what == _OTHER[0] and outline.first_of("numpy"):
        what = "a NumPy array"
    return _pickled(what, modules, line, file)


def name_torch_archive(head: bytes, file_name: str) -> Named | None:
    """Return what an archive of PyTorch is; None where it is another archive."""
    if b"data.pkl" not in head[30:300]:
        return None
    lengths = struct.unpack_from("<HH", head, 26)
    return _name_torch(_Outline(head[30 + sum(lengths) :]), repr(file_name))


def note_on_part(path: Path) -> list[Note]:
    """Return the sentence about an array that gensim wrote beside a model, if it is one."""
    found = _sidecar(path.name)
    if found is None:
        return []
    model = path.with_name(found["model"])
    try:
        with model.open("rb") as file:
            named = name_pickle(file.read(1 << 20), model.name)
    except (OSError, ValueError):
        return []
    if named is None or "gensim" not in named.what:
        return []
    kind = found["part"].rpartition(".")[2]
    is_all = kind in ("vectors", "syn0") and "dv" not in found["part"]
    what = "" if is_all else f" ({kind}, which is not the vectors of the words)"
    what = f"This is a part{what} of {model.name}, {named.what}, which has the words."
    return [Note(f"{what} {named.advice}")]


class _Outline:
    """The classes that a pickle names at its start, and what it begins with.

    Attributes
    ----------
    first : str
        The name of the first instruction.
    """

    def __init__(self, data: bytes) -> None:
        self.first = ""
        self._names: list[str] = []
        strings: list[str] = []
        try:
            for step, (operation, argument, _) in enumerate(pickletools.genops(data)):
                name = operation.name
                if not self.first and name not in ("PROTO", "FRAME", "MARK"):
                    self.first = name
                if name == "STACK_GLOBAL":
                    self._names.append(".".join(strings[-2:]))
                elif name in ("GLOBAL", "INST"):
                    self._names.append(str(argument).replace(" ", "."))
                elif isinstance(argument, str):
                    strings.append(argument)
                if step > _MOST_STEPS:
                    break
        except (ValueError, IndexError, struct.error, OverflowError, DeprecationWarning):
            pass  # The rest is beyond the start of the file, or damaged (escapes of no character).

    def has(self, part: str) -> bool:
        """Return whether a class is named with this in its name."""
        return any(part in name for name in self._names)

    def first_of(self, library: str) -> str:
        """Return the first class of a library, with its module; nothing where there is none."""
        return next((name for name in self._names if name.partition(".")[0] == library), "")

    @property
    def is_named_first(self) -> bool:
        """Whether it is an object of a class, and not a dictionary or list of such."""
        return self.first in ("GLOBAL", "STACK_GLOBAL", "SHORT_BINUNICODE", "BINUNICODE")


def _unpacked(head: bytes) -> bytes | None:
    """Return the start of a pickle that was compressed with zlib, as joblib does."""
    if head[:1] != b"x":
        return None
    try:
        start = zlib.decompressobj().decompress(head[:4096], 64)
    except zlib.error:
        return None
    return start if _is_binary_pickle(start) else None


def _pickled(what: str, modules: str, line: str, file: str) -> Named:
    return Named(
        f"{what} (a Python pickle)",
        "It could run any code when opened, so embedviz never does. Where you trust it, run this "
        f"in Python, in its folder: import {modules}; {line.format(file=file)}",
    )


def _name_torch(outline: _Outline, file: str) -> Named:
    loaded = "torch.load({file}, map_location='cpu', weights_only=True)"
    if outline.has("_rebuild_tensor") and outline.is_named_first and not outline.has("OrderedDict"):
        line = f"numpy.save('vectors.npy', {loaded}.detach().float().numpy())"
        return _pickled("a PyTorch tensor", "numpy, torch", line, file)
    line = f"safetensors.torch.save_file({loaded}, 'vectors.safetensors')"
    return _pickled("a PyTorch file", "torch, safetensors.torch", line, file)


_GENSIM = ".save_word2vec_format('vectors.bin', binary=True)"
_JOBLIB = ("joblib, numpy", "numpy.save('vectors.npy', joblib.load({file}))")
_WRITERS = (
    (
        "gensim.models.doc2vec",
        "a gensim Doc2Vec model",
        "gensim",
        "gensim.models.Doc2Vec.load({file}).dv" + _GENSIM,
    ),
    (
        "gensim.models.fasttext.FastTextKeyedVectors",
        "gensim's own file of fastText vectors",
        "gensim",
        "gensim.models.fasttext.FastTextKeyedVectors.load({file})" + _GENSIM,
    ),
    (
        "gensim.models.fasttext",
        "a gensim FastText model",
        "gensim",
        "gensim.models.FastText.load({file}).wv" + _GENSIM,
    ),
    (
        "gensim.models.word2vec",
        "a gensim Word2Vec model",
        "gensim",
        "gensim.models.Word2Vec.load({file}).wv" + _GENSIM,
    ),
    (
        "gensim",
        "gensim's own file of vectors",
        "gensim",
        "gensim.models.KeyedVectors.load({file})" + _GENSIM,
    ),
    ("joblib", "a joblib file", *_JOBLIB),
    (
        "pandas.core.series",
        "a pandas series",
        "pandas",
        "pandas.read_pickle({file}).to_frame('embedding').to_parquet('vectors.parquet')",
    ),
    (
        "pandas",
        "a pandas table",
        "pandas",
        "pandas.read_pickle({file}).rename(columns=str).to_parquet('vectors.parquet')",
    ),
)
"""By the beginning of the first class of a library: what it is, and what exports it."""

_OTHER = (
    "a Python object",
    "numpy, pathlib, pickle",
    "numpy.save('vectors.npy', numpy.array(pickle.loads(pathlib.Path({file}).read_bytes()), "
    "'float32'))",
)
_DICT = (
    "a Python dictionary",
    "numpy, pathlib, pickle",
    "d = pickle.loads(pathlib.Path({file}).read_bytes()); "
    "numpy.savez('vectors.npz', vectors=list(d.values()), labels=list(d))",
)
_LIST = ("a Python list", *_OTHER[1:])
_PLAIN = {"EMPTY_DICT": _DICT, "DICT": _DICT, "EMPTY_LIST": _LIST, "LIST": _LIST}
