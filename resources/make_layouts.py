"""Make the bundled layouts: where the samples lie on a map, so that the first one takes no time.

A tool for whoever builds embedviz, not a part of it. Run it from the checkout, with embedviz
installed; it takes about two minutes::

    python resources/make_layouts.py

and less with the names of some samples behind it.

Every layout is what Run would give in the map with the usual settings of the method, in two and in
three dimensions. Words and sentences are laid out by UMAP, since that is what most readers know;
the digits by t-SNE too, which leaves room for their images, and whose name comes first. The files
are those of the layout cache, under names that a reader understands: each says of which vectors it
is, by which method and with which settings, and is only used for exactly these. So they are to be
made anew after a change of a sample, or of a default; a test says when.
"""

from __future__ import annotations

import sys
from pathlib import Path

from embedviz.app.layouts.cache import write_layout
from embedviz.core.projections import Projection
from embedviz.core.projections.neighbor_embedding import TSNE, UMAP
from embedviz.core.samples import load_sample

FOLDER = Path(__file__).resolve().parent / "layouts"

LAYOUTS: tuple[tuple[str, Projection], ...] = (
    ("words", UMAP()),
    ("words-final", UMAP()),
    ("words-wordllama", UMAP()),
    ("sentences", UMAP()),
    ("sentences-final", UMAP()),
    ("digits", TSNE()),
    ("digits", UMAP()),
)
"""Names of samples, and methods."""


def main() -> None:
    """Write all layouts, or those of the samples that are named."""
    FOLDER.mkdir(exist_ok=True)
    wanted = sys.argv[1:] or [name for name, _ in LAYOUTS]
    for name, method in LAYOUTS:
        if name not in wanted:
            continue
        vector_set = load_sample(name)
        for n_components in (2, 3):
            path = FOLDER / f"{name}-{type(method).__name__.lower()}-{n_components}d.npz"
            positions = method.fit_transform(vector_set.vectors, n_components)
            write_layout(path, vector_set, method, n_components, positions)
            print(f"{path.name}: {len(positions):,} rows, {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
