"""A map that one puts on a wall, beside the one that DataMapPlot draws of the same coordinates.

`python -m tests.benchmarks.both_maps OUT.png` writes both, ours on the left.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from .framework import Benchmark, durations

SIZE, SCALE = (1280, 800), 2
TITLE, SUBTITLE = "Ten thousand English words", "in groups, laid out by UMAP"
UNNAMED = "Unlabelled"
"""What DataMapPlot calls points in no group."""
_N_MADE_GROUPS, _SHARE_WITHOUT = 24, 0.08
_LEAST = 3


class MapPicture(Benchmark):
    """Picture of a map in a file: groups in colors by place, their names around, light, a title.

    Parameters
    ----------
    n_points : int
        10,000 are the bundled words; others are made.
    """

    peer_name = "DataMapPlot"

    def __init__(self, n_points: int) -> None:
        self.name = f"map-picture-{n_points}"
        self._n_points = n_points

    def ours(self) -> list[float]:
        positions, groups = data(self._n_points)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "map.png")
            return durations(lambda: draw_ours(positions, groups, path), least=_LEAST)

    def peer(self) -> list[float]:
        import datamapplot  # noqa: F401 - a missing peer is to be named before the data are made

        positions, groups = data(self._n_points)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "map.png")
            return durations(lambda: draw_theirs(positions, groups, path), least=_LEAST)


def data(n_points: int) -> tuple[Any, list[str | None]]:
    """Return coordinates, (n_points, 2), and the group of each point; None for those in none."""
    import numpy as np

    from embedviz.app.layouts import cache
    from embedviz.core.projections import PROJECTIONS
    from embedviz.core.samples import load_sample

    if n_points == 10_000:
        words, projection = load_sample("words"), PROJECTIONS["UMAP"]()
        positions = cache.find(words, projection, 2)  # It comes with the words.
        if positions is None:
            positions = projection.fit_transform(words.vectors)
        return positions, words.metadata["category"].to_pylist()
    rng = np.random.default_rng(7)
    codes = rng.choice(_N_MADE_GROUPS, n_points, p=rng.dirichlet(np.full(_N_MADE_GROUPS, 2.0)))
    middles = 6 * rng.normal(size=(_N_MADE_GROUPS, 2))
    shapes = 0.7 * rng.normal(size=(_N_MADE_GROUPS, 2, 2))
    spread = rng.normal(size=(n_points, 2))
    positions = middles[codes] + np.einsum("ni,nij->nj", spread, shapes[codes])
    stray = rng.random(n_points) < _SHARE_WITHOUT
    positions[stray] = 8 * rng.normal(size=(int(stray.sum()), 2))
    names = [f"group {chr(ord('A') + code)}" for code in range(_N_MADE_GROUPS)]
    in_none = stray.tolist()
    return positions, [
        None if no_group else names[code]
        for code, no_group in zip(codes.tolist(), in_none, strict=True)
    ]


def draw_ours(positions: Any, groups: list[str | None], path: Path, *, dark: bool = False) -> None:
    """Write the picture by embedviz."""
    import os
    from dataclasses import replace

    import numpy as np
    from PySide6.QtWidgets import QApplication

    # Where layouts are kept: so it draws these coordinates, as if it had found them itself.
    os.environ["EMBEDVIZ_CACHE_DIR"] = str(path.parent)
    from embedviz.app.layouts import cache
    from embedviz.app.session import Session
    from embedviz.app.state import State
    from embedviz.core.projections import PROJECTIONS
    from embedviz.core.vector_set import VectorSet
    from embedviz.gui import figures
    from embedviz.gui.style import apply_theme
    from embedviz.gui.theme import DARK, LIGHT
    from embedviz.panes.map import MapPane

    application = QApplication.instance() or QApplication([])
    assert isinstance(application, QApplication)
    apply_theme(application, DARK if dark else LIGHT)
    given = np.asarray(positions, dtype=np.float32)
    vector_set = VectorSet(given, None, {"group": groups}, "map")
    projection = PROJECTIONS["UMAP"]()
    cache.keep(vector_set, projection, 2, given)
    state = State().opened(vector_set)
    look = replace(
        state.map.projected_by(projection).colored_by("group"),
        palette="place",
        names_around=True,
        glow=True,
        heading=TITLE,
        subtitle=SUBTITLE,
        legend=False,
    )
    session = Session()
    session.show(state.mapped(look).queried(None))
    with figures.draw_pane(MapPane, session, *SIZE) as picture:
        figures.save_figure(picture, path, scale=SCALE)


def draw_theirs(
    positions: Any, groups: list[str | None], path: Path, *, dark: bool = False
) -> None:
    """Write the picture by DataMapPlot, as it draws it by itself, in the same typeface."""
    import warnings

    import matplotlib
    import numpy as np

    matplotlib.use("Agg")
    import datamapplot
    from matplotlib import pyplot

    width, height = SIZE
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        figure, _ = datamapplot.create_plot(
            np.asarray(positions),
            np.array([group or UNNAMED for group in groups], dtype=object),
            title=TITLE,
            sub_title=SUBTITLE,
            figsize=(width / 100, height / 100),
            font_family="DejaVu Sans",
            use_system_fonts=True,
            darkmode=dark,
            verbose=False,
        )
    figure.savefig(path, dpi=100 * SCALE, bbox_inches="tight")
    pyplot.close(figure)
