"""Text of programs and sparse pairs are refused as what they are, and the named lines work."""

import json
import re
import subprocess
import sys
import warnings

import numpy as np
import pytest

from embedviz.core.errors import UserError
from embedviz.formats import load

ROWS = {f"w{i}": [round(0.5 - 0.25 * i, 2), float(i), -0.125, 1.5] for i in range(12)}
JSON = json.dumps(ROWS)
LINES = ",\n".join(f'"{k}":{json.dumps(v)}' for k, v in ROWS.items())
BARE = ",\n".join(f"  {k}: {v}" for k, v in ROWS.items())
LISTS = ",\n".join(map(str, ROWS.values()))
NESTED = "".join(
    f"  {k}: [\n" + "".join(f"    {x},\n" for x in v) + "  ],\n" for k, v in ROWS.items()
)
CONVERTED = {
    "one line": f"var wordVecs = {JSON};",
    "lines": f"var wordVecs = {{\n{LINES}\n}};\n",
    "remarks": f"// made by a tool\n/* in two\n lines */\n\nconst v = {{\n{LINES}\n}}\n",
    "strict": f'"use strict";\nlet v = {JSON}\n',
    "module": f"module.exports = {{\n{LINES}\n}};\n",
    "export": f"export default {{\n{LINES}\n}};\n",
    "TypeScript": f"export const v: Record<string, number[]> = {{\n{LINES}\n}};\n",
    "list": f"export const v = [\n{LISTS}\n];\n",
    "Python": f"vectors = {ROWS}\n",
    "typed Python": f"import os\n\nvectors: dict[str, list[float]] = {ROWS}\n",
    "list in Python": f"# made\nvectors = [\n{LISTS},\n]\n",
    "dictionary": str(ROWS),
    "list of pairs": str(list(ROWS.items())),
    "records": str([{"word": k, "vector": v} for k, v in ROWS.items()]),
    "YAML": "".join(f"{k}: {v}\n" for k, v in ROWS.items()),
    "YAML lists": "".join(f"{k}:\n" + "".join(f"- {x}\n" for x in v) for k, v in ROWS.items()),
    "YAML records": "".join(f"- word: {k}\n  vector: {v}\n" for k, v in ROWS.items()),
    "YAML document": "---\n" + "".join(f'"{k}": {v}\n' for k, v in ROWS.items()),
}
NAMED = {
    "bare keys": f"const v = {{\n{BARE}\n}};\n",
    "nested": f"const v = {{\n{NESTED}}};\n",
    "remarks inside": f"const v = {{\n// some\n{LINES}\n}};\n",
    "quoted once": f"const v = {ROWS!s};\n",
    "R": f"x <- c({LISTS[1:-1]})\n",
    "C": "float v[12][4] = {\n" + LISTS.replace("[", "{").replace("]", "}") + "\n};\n",
    "Java": "double[][] v = new double[][] {\n" + LISTS.replace("[", "{").replace("]", "}") + "};",
    "NumPy": f"v = np.array([\n{LISTS}\n])\n",
    "arrays": str({k: np.array(v) for k, v in ROWS.items()}),
    "matrix": repr(np.array(list(ROWS.values()))),
    "printed matrix": str(np.array(list(ROWS.values()))),
    "Ruby": "{" + ", ".join(f'"{k}" => {v}' for k, v in ROWS.items()) + "}",
    "Lua": "return {\n"
    + ",\n".join(f'["{k}"] = {{{str(v)[1:-1]}}}' for k, v in ROWS.items())
    + "}",
    "TOML": "".join(f"{k} = {v}\n" for k, v in ROWS.items()),
    "PHP": "<?php\nreturn [\n" + ",\n".join(f"'{k}' => {v}" for k, v in ROWS.items()) + "\n];",
    "middle": LINES + ",\n",
    "middle, bare": BARE.replace(": ", " => ") + ",\n",
    "rows": LISTS + ",\n" + LISTS,
    "pairs": "".join(f"('{k}', {tuple(v)}),\n" for k, v in ROWS.items()),
}


@pytest.mark.parametrize("kind", [*CONVERTED, *NAMED])
def test_text_of_programs_is_no_table(write, kind):
    path = write("x.csv", {**CONVERTED, **NAMED}[kind])
    for on_bad_rows in ("raise", "skip"):
        with pytest.raises(UserError, match=r"program|JavaScript|YAML|prints it") as error:
            load(path, on_bad_rows=on_bad_rows)
        assert "JSON" in str(error.value) or ".json" in str(error.value)


@pytest.mark.parametrize("kind", CONVERTED)
def test_the_named_line_converts_it(write, kind):
    path = write("x.js", CONVERTED[kind])
    with pytest.raises(UserError) as error:
        load(path)
    if "yaml" in str(error.value):
        pytest.importorskip("yaml")
    line = re.search(r"In Python, in its folder: (.*)\. Then open", str(error.value))[1]
    subprocess.run([sys.executable, "-c", line], cwd=path.parent, check=True)
    found = load(path.parent / "vectors.json")
    np.testing.assert_allclose(found.vectors, list(ROWS.values()))


WORDS = ["const", "x", "=", "{", "[", "var x", "---", "- 1", "'a':", "return", "a: b", "[[", "#"]


@pytest.mark.parametrize("first", WORDS)
def test_words_that_programs_have_are_words(write, first):
    lines = [f"{word} 0.5 -0.25 1.5" for word in dict.fromkeys([first, *WORDS])]
    assert load(write("x.txt", "\n".join(lines) + "\n")).labels[0] == first
    if first != "[[":  # In a table, it may be JSON.
        table = [f"{word},0.5,-0.25,1.5" for word in dict.fromkeys([first, *WORDS])]
        assert load(write("y.csv", "\n".join(table) + "\n")).labels[0] == first


PAIRS = [f"{i}:{i / 8:.3f} {i + 3}:1.5 {i + 9}:2" for i in range(12)]
SPARSE = {
    "words": "12 40\n" + "".join(f"w{i} {pairs}\n" for i, pairs in enumerate(PAIRS)),
    "without header": "".join(f"词{i} {pairs}\n" for i, pairs in enumerate(PAIRS)),
    "libsvm": "".join(f"{'+-'[i % 2]}1 {pairs}\n" for i, pairs in enumerate(PAIRS)),
    "svmlight": "# made\n" + "".join(f"{i}.5 qid:3 {p} # some\n" for i, p in enumerate(PAIRS)),
    "zeros": "0\n" + "".join(f"1 {pairs}\n" for pairs in PAIRS),
    "labels with colons": "".join(f"a:{i} {pairs}\n" for i, pairs in enumerate(PAIRS)),
    "tabs": "".join(f"w{i}\t{pairs.replace(' ', chr(9))}\n" for i, pairs in enumerate(PAIRS)),
    "without labels": "".join(f"{pairs}\n" for pairs in PAIRS),
}


@pytest.mark.parametrize("kind", SPARSE)
def test_sparse_pairs_are_named_and_reduced(write, kind, monkeypatch):
    path = write("x.txt", SPARSE[kind])
    with pytest.raises(UserError, match="sparse vectors, written as pairs") as error:
        load(path)
    line = re.search(r"in its folder: (.*)", str(error.value))[1]
    if kind == "words":
        subprocess.run([sys.executable, "-c", line], cwd=path.parent, check=True)
    else:  # The line is all that is there, as in a Python of its own, which takes a second longer.
        monkeypatch.chdir(path.parent)
        with warnings.catch_warnings(action="ignore"):  # It closes no file by itself.
            exec(line, {"__name__": "__main__"})
    found = load(path.parent / "vectors.npy")
    assert len(found) >= 12
    assert found.dimensions > 5


def test_times_of_day_are_words(write):
    found = load(write("x.txt", "12:30 0.5 1\n13:45 2 3\n8:15 1 2\n"))
    assert found.labels == ("12:30", "13:45", "8:15")


@pytest.mark.parametrize("name", ["vecs.js", "dict.txt", "sparse_pairs.txt"])
def test_real_files(data_folder, name):
    with pytest.raises(UserError, match=r"JavaScript|prints it|sparse vectors"):
        load(data_folder / "cases" / name)
