"""Warm-up of the compiled loops of the readers, for the first start."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from embedviz.core.compiled.kernels import few_rows
from embedviz.core.scanning import scan_rows
from embedviz.formats.binary import fasttext
from embedviz.formats.opening import load


def compile_all() -> None:
    """Read small files of the formats that have loops of their own."""
    fasttext.compile_all()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "some.txt"
        lines = (
            f"w{row} " + " ".join(f"{number:.4f}" for number in vector)
            for row, vector in enumerate(few_rows().tolist())
        )
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        scan_rows(load(path).vectors)
        path.write_text(json.dumps([{"text": "some", "embedding": [0.1, 0.2]}]), encoding="utf-8")
        load(path)
