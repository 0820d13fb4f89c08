"""Files that are recognized but not read: what each is, and what to do instead.

A gensim model or a `.pt` file is a pickle, which could run any code when it is opened: these are
refused for good, with the line that exports what is in them.
"""

from __future__ import annotations

import re

from embedviz.core.errors import UserError
from embedviz.core.formats.reading import Contents, Format, ReadSettings
from embedviz.core.formats.source import Source
from embedviz.core.progress import Report

_EXPORT = "Export the vectors as .npy, CSV or word2vec text and open that."
_SAFE_EXPORT = (
    "It could run any code when opened, so embedviz never does. Where you trust it, export it: "
)

_STARTS: tuple[tuple[bytes, str, str], ...] = (
    (b"FEA1", "a Feather table of version 1", "Write it again with pyarrow.feather.write_feather."),
    (b"PARE", "an encrypted Parquet table", _EXPORT),
    (b"SQLite format 3\0", "an SQLite database", _EXPORT),
    (b"\x28\xb5\x2f\xfd", "compressed with Zstandard", "Unpack it first."),
    (b"\x1f\x8b", "compressed twice", "Unpack it first."),
    (b"BZh", "compressed twice", "Unpack it first."),
    (b"\xfd7zXZ\0", "compressed twice", "Unpack it first."),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", "Unpack it first."),
    (b"Rar!", "a RAR archive", "Unpack it first."),
    (b"%PDF", "a PDF document", "Choose a file with vectors in it."),
    (b"\x89PNG", "a picture", "Choose a file with vectors in it."),
    (b"\xff\xd8\xff", "a picture", "Choose a file with vectors in it."),
    (b"\xff\xfe", "text in UTF-16", "Save it as UTF-8."),
    (b"\xfe\xff", "text in UTF-16", "Save it as UTF-8."),
    (
        b"version https://git-lfs.github.com/spec",
        "a Git LFS pointer, not the vectors themselves",
        "Run `git lfs pull` in its folder to fetch them.",
    ),
)

_is_web_page = re.compile(rb"\s*<(?:!doctype html|html|head|body|\?xml)", re.IGNORECASE).match
_is_pickle = re.compile(rb"\x80[\x02-\x05]").match


def _name(source: Source) -> tuple[str, str] | None:
    """Return what the file is and what to do, or None when it is something else."""
    head = source.head
    for start, what, advice in _STARTS:
        if head.startswith(start):
            return what, advice
    if _is_web_page(source.text):
        return "a web page, perhaps an error message", "Download the file itself again."
    if b"\r" in source.text and not re.search(rb"[\n\0]", source.text):
        return "text whose lines end in carriage returns alone", "Save it with ordinary line ends."
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _name_archive(head)
    if head[257:262] == b"ustar":
        return "a tar archive", f"Unpack it with `tar -xf {source.path.name}`."
    if _is_pickle(head):
        return (
            "a Python pickle, such as gensim's own format",
            _SAFE_EXPORT
            + "gensim.models.KeyedVectors.load(path).save_word2vec_format('vectors.txt').",
        )
    return None


def _name_archive(head: bytes) -> tuple[str, str]:
    if b"data.pkl" in head[:200]:
        return (
            "a PyTorch file, which is a Python pickle",
            _SAFE_EXPORT
            + "numpy.save('vectors.npy', torch.load(path, weights_only=True).numpy()).",
        )
    if b"[Content_Types].xml" in head[:200]:
        return "an office document", "Save the table in it as CSV and open that."
    return "a zip archive", "Unpack it and open the file inside."


def _matches(source: Source) -> bool:
    return _name(source) is not None


def _refuse(source: Source, settings: ReadSettings, report: Report) -> Contents:
    named = _name(source)
    assert named is not None
    what, advice = named
    raise UserError(f"{source.name} is {what}, which cannot be read. {advice}")


UNREADABLE = Format(_matches, _refuse)


def describe_unknown(source: Source) -> UserError:
    """Return the error for a file that is in no known format."""
    name = source.name
    text = source.text
    if not text.strip():
        return UserError(f"{name} holds nothing but blank space. Write or download it again.")
    if b"\0" in text or sum(byte < 9 for byte in text[:4096]) > 20:
        return UserError(
            f"{name} is binary data of a kind that is not known here. If these are bare numbers, "
            "save them as .npy with numpy.save(path, numpy.fromfile(…).reshape(n_rows, -1))."
        )
    first = source.lines[0].strip()[:60].decode("utf-8", "replace")
    return UserError(
        f"{name} is text without vectors: its first line is {first!r}. A label and at least two "
        "numbers per line are needed. A list of labels is opened together with its vectors."
    )
