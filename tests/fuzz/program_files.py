"""Text of programs, YAML and sparse pairs: what looks like a table and is none."""

from __future__ import annotations

import json
from random import Random

from .corpus import QUOTED_LABELS, Sample, builder, labels, matrix

_STARTS = (
    "var v = ", "const words = ", "export default ", "module.exports = ", "vectors = ", "",
    "let v: Record<string, number[]> = ", "x <- ", "return ", "\n// made\nvar v = ",
    '"use strict";\nvar v=', "import numpy as np\n\nv = np.array(", "v := map[string][]float64",
    "<?php return ",
)  # fmt: skip
_ENDS = ("", ";", "\n", ";\n", ")\n", ",\n")


def _rows(rng: Random) -> dict[str, list[float]]:
    vectors = matrix(rng)
    names = labels(rng, len(vectors), QUOTED_LABELS)
    return dict(zip(names, vectors.tolist(), strict=False))


@builder("program text")
def assigned(rng: Random) -> Sample:
    """Lists given to a name, on one line or one a line, keys in quotes or bare."""
    rows = _rows(rng)
    quote = rng.choice((json.dumps, repr, str))
    opening, closing = rng.choice(("[]", "()", "{}"))
    between = rng.choice((", ", ",", ",\n", ",\n    "))
    mark = rng.choice((": ", ":", " => ", " = ", ", "))
    entries = [
        f"{quote(name)}{mark}{opening}{', '.join(map(str, row))}{closing}"
        for name, row in rows.items()
    ]
    line = rng.choice(("", "\n"))
    text = f"{rng.choice(_STARTS)}{{{line}{between.join(entries)}{line}}}{rng.choice(_ENDS)}"
    return Sample({rng.choice(("vecs.js", "dict.txt", "v.csv", "v.py")): text.encode()})


@builder("program text")
def printed_by_python(rng: Random) -> Sample:
    rows = _rows(rng)
    texts = (str(rows), str(list(rows.items())), repr(matrix(rng)), str(matrix(rng)), str([*rows]))
    return Sample({"dict.txt": rng.choice(texts).encode()})


@builder("program text")
def pieces(rng: Random) -> Sample:
    """Lines cut out of the middle."""
    rows = _rows(rng)
    before, after = rng.choice((("", ","), ("  ", ","), ("[", "],"), ("(", "),"), ("{", "};")))
    quote = rng.choice((json.dumps, repr))
    text = "".join(f"{before}{quote(name)}: {row}{after}\n" for name, row in rows.items())
    return Sample({"part.txt": text.encode()})


@builder("program text")
def yaml(rng: Random) -> Sample:
    rows = _rows(rng)
    kind = rng.choice(("flow", "block", "records"))
    text = rng.choice(("", "---\n", "# made\n"))
    for name, row in rows.items():
        key = rng.choice((json.dumps(name), name))
        if kind == "flow":
            text += f"{key}: {row}\n"
        elif kind == "block":
            text += f"{key}:\n" + "".join(f"  - {number}\n" for number in row)
        else:
            text += f"- word: {key}\n  vector: {row}\n"
    return Sample({"vectors.yaml": text.encode()})


@builder("program text")
def sparse_pairs(rng: Random) -> Sample:
    rows = _rows(rng)
    text = rng.choice(("", f"{len(rows)} 40\n", "# made\n"))
    for name, row in rows.items():
        mark, number = rng.choice((" ", "\t")), rng.choice((name, "1", "-1", f"{name} qid:3"))
        pairs = mark.join(f"{place}:{value}" for place, value in enumerate(row))
        text += f"{number}{mark}{pairs}\n"
    return Sample({"pairs.txt": text.encode()})


@builder("program text")
def between_two_marks(rng: Random) -> Sample:
    """A label, a mark, and numbers between others."""
    rows = _rows(rng)
    first, mark = rng.choice(",;:|= \t"), rng.choice(", ;|\t")
    text = rng.choice(("", f"word{first}vector\n", "# made\n# by a tool\n"))
    is_whole = rng.random() < 0.5
    for name, row in rows.items():
        numbers = [str(round(x)) if is_whole and abs(x) < 1e9 else str(x) for x in row]
        text += f"{name}{first}{mark.join(numbers)}\n"
    return Sample({"marks.csv": text.encode()})
