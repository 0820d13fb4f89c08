"""Sparse vectors as pairs of an index and a value: libsvm, svmlight, PPMI vectors of words."""

from __future__ import annotations

import re

from embedviz.formats.source import MOST_FIELDS
from embedviz.formats.text.word_vector_layouts import find_header

_NUMBER = rb"[-+]?(?:[0-9]++\.?[0-9]*+|\.[0-9]++)(?:[eE][-+]?[0-9]++)?"
_is_pair = re.compile(rb"[0-9]+:" + _NUMBER).fullmatch
_is_extra = re.compile(rb"qid:[0-9]+").fullmatch


def name_sparse_pairs(lines: list[bytes], file: str) -> tuple[str, str] | None:
    """Return what the file is and the line that reduces it, or None where it has no pairs."""
    has_header = bool(lines) and find_header(lines[0]) is not None
    rows = [_fields(line) for line in lines[has_header:] if not line.startswith(b"#")]
    if not rows:
        return None
    n_pairs = [_count_pairs(fields) for fields in rows]
    # A row of zeros has none, and a time of day ("12:30") is one.
    if 2 * sum(count > 1 for count in n_pairs) <= len(rows):
        return None
    n_labels = [len(fields) - count for fields, count in zip(rows, n_pairs, strict=True)]
    if 5 * sum(count > 1 for count in n_labels) > len(rows):
        return None  # Times of day at the end of a sentence.
    n_dimensions = len({f.partition(b":")[0] for fields in rows for f in fields if _is_pair(f)})
    how = _reduction(file, has_header, max(n_labels) > 0, n_dimensions)
    return (
        "a file of sparse vectors, written as pairs of an index and a value",
        f"Reduce them in Python, in its folder: {how}",
    )


def _fields(line: bytes) -> list[bytes]:
    if line.count(b" ") + line.count(b"\t") > MOST_FIELDS:
        return []
    return line.partition(b" #")[0].split()


def _count_pairs(fields: list[bytes]) -> int:
    """Return how many fields after the label, or from the first, are pairs."""
    count = 0
    for field in reversed(fields):
        if not (_is_pair(field) or _is_extra(field)):
            break
        count += 1
    return count


def _reduction(file: str, has_header: bool, has_labels: bool, n_dimensions: int) -> str:
    rows = f"[line.split() for line in open({file!r}, encoding='utf-8')]{'[1:]' * has_header}"
    row = "r[1:]" if has_labels else "r"
    pairs = (
        "[dict((i, float(v)) for i, _, v in (p.rpartition(':') for p in "
        f"{row} if p[0].isdigit())) for r in rows]"
    )
    few = max(min(100, n_dimensions - 1), 2)
    return (
        "import numpy; from sklearn.decomposition import TruncatedSVD; from "
        f"sklearn.feature_extraction import DictVectorizer; rows = {rows}; X = "
        f"DictVectorizer().fit_transform({pairs}); numpy.save('vectors.npy', "
        f"TruncatedSVD({few}).fit_transform(X)); open('vectors.npy.metadata.tsv', 'w', "
        "encoding='utf-8').write('\\n'.join(r[0] for r in rows))"
    )
