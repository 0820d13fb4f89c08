"""t-SNE and UMAP: maps in which near neighbors stay together.

Both lay out the exact neighbor graph of the rows (`core.neighbors.graph`), starting from their
principal components, in a child process (`core.projections.process`): openTSNE and umap-learn hold
the GIL for long, cannot be stopped, and umap takes seconds to import. The child gets the graph and
the start only, and starts getting ready before the graph is computed. The same seed gives the same
picture.

Beyond `MOST_ROWS` rows a sample is laid out, drawn by the seed, and every other row is placed at
the weighted mean of its exact neighbors within the sample (`core.projections.out_of_sample`).
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self, get_args

import numpy as np
from numpy.typing import ArrayLike

from embedviz.core.arrays import Matrix, Rows
from embedviz.core.compiled.checks import checked_count, checked_matrix, require_within
from embedviz.core.errors import UserError
from embedviz.core.neighbors.adjacency import GraphMetric, NeighborGraph
from embedviz.core.neighbors.graph import neighbor_graph, neighbors_within
from embedviz.core.progress import OnLayout, Report, part_of, silent
from embedviz.core.projections import tsne, umap
from embedviz.core.projections.fitted_pca import fit_pca
from embedviz.core.projections.neighbor_settings import metric_setting, sample_setting, seed_setting
from embedviz.core.projections.out_of_sample import place_among
from embedviz.core.projections.process import Job, LayoutProcess
from embedviz.core.projections.projection import Projection, all_rows
from embedviz.core.setting import setting

MOST_ROWS = 200_000
"""Of a larger set, a sample is laid out."""
FEWEST_ROWS = 4

_START_DONE, _GRAPH_DONE = 0.02, 0.2
_PLACING_NEIGHBORS = 15


class NeighborEmbedding(Projection):
    """Common base of t-SNE and UMAP: all but their settings, and how the points start."""

    is_slow: ClassVar[bool] = True

    metric: GraphMetric
    seed: int
    sample: int

    def limits(self, n_rows: int, n_dimensions: int) -> Mapping[str, int | None]:
        """Return how many neighbors there can be; a sample is only drawn of a large set."""
        return {
            "n_neighbors": n_rows,
            "perplexity": (n_rows - 1) // 3,
            "sample": MOST_ROWS if n_rows > MOST_ROWS else None,
        }

    def note(self, n_rows: int) -> str:
        """Return what the picture is not to be taken for, and of how many rows it is."""
        if n_rows <= MOST_ROWS:
            return self.caveat
        sample = min(self.sample, n_rows)
        return f"{sample:,} rows are laid out, the others placed among them. {self.caveat}"

    def words(self, n_rows: int) -> str:
        """Return the method and its settings, and how many rows are laid out."""
        if n_rows <= MOST_ROWS:
            return f"{self} · of {all_rows(n_rows)}"
        return f"{self} · of {self.sample:,} of {n_rows:,} rows, the others placed among them"

    @property
    def n_needed(self) -> int:
        """Number of neighbors of each row that the method considers, where there are so many."""
        raise NotImplementedError

    def starting_positions(self, positions: Matrix) -> Matrix:
        """Return where the points start, in the units of the method.

        Parameters
        ----------
        positions : float32 array of shape (n_rows, n_components)
            A layout: of principal components.
        """
        raise NotImplementedError

    def require_enough(self, n_rows: int) -> None:
        """Raise a UserError when the settings do not fit a set of so many rows."""
        if n_rows < FEWEST_ROWS:
            raise UserError(
                f"{self.name} needs {FEWEST_ROWS} rows or more, but there are {n_rows}. "
                "Use PCA for so few."
            )

    def neighbors_needed(self, n_rows: int) -> int:
        """Return how many neighbors of each row the graph of so many rows must have."""
        return min(n_rows - 1, self.n_needed)

    def sample_of(self, n_rows: int) -> Rows | None:
        """Return which rows of a set are laid out, ascending, or None: all of them."""
        if n_rows <= MOST_ROWS:
            return None
        drawn = np.random.default_rng(self.seed).choice(n_rows, self.sample, replace=False)
        return np.sort(drawn)

    def fit_transform(
        self,
        vectors: ArrayLike,
        n_components: int = 2,
        *,
        report: Report = silent,
        on_layout: OnLayout | None = None,
        process: LayoutProcess | None = None,
    ) -> Matrix:
        """See `Projection.fit_transform`; positions are in the units of the method.

        While a sample is laid out, `on_layout` gets NaN for the rows that are not in it.

        Parameters
        ----------
        vectors, n_components, report, on_layout
            As in `Projection.fit_transform`.
        process : LayoutProcess, optional
            Does the work and is left alive; otherwise one is started for it.

        Raises
        ------
        UserError
            When the settings do not fit the set, a row holds NaN or infinities, or the process
            was ended from outside.
        """
        rows = checked_matrix(vectors)
        n_components = checked_count(n_components, "axes", 1, 3)
        n_rows = len(rows)
        chosen = self.sample_of(n_rows)
        self.require_enough(n_rows if chosen is None else len(chosen))
        with _some_process(process) as child:
            if chosen is None:
                return self._fit(rows, n_components, report, on_layout, child)
            positions = self._fit(
                rows[chosen],
                n_components,
                part_of(report, 0.0, 0.7),
                on_layout and _among_all(on_layout, chosen, n_rows),
                child,
            )
        neighbors = neighbors_within(
            rows, chosen, _PLACING_NEIGHBORS, self.metric, part_of(report, 0.7, 1.0)
        )
        return place_among(positions, chosen, neighbors)

    def lay_out(
        self,
        graph: NeighborGraph,
        start: ArrayLike,
        *,
        report: Report = silent,
        on_layout: OnLayout | None = None,
        process: LayoutProcess | None = None,
    ) -> Matrix:
        """Return where the rows of a neighbor graph lie, given where they start.

        Parameters
        ----------
        graph : NeighborGraph
            With `neighbors_needed` neighbors of each row or more, by the same metric.
        start : array of shape (n_rows, n_components)
            A layout, of principal components usually. It is scaled as the method needs it, and
            shown at once.
        report : Report
        on_layout : callable, optional
            Gets a copy of the positions while they change, at most 20 times a second.
        process : LayoutProcess, optional
            Does the work and is left alive unless it fails; otherwise one is started for it.

        Returns
        -------
        float32 array of shape (n_rows, n_components)

        Raises
        ------
        UserError
            When the settings do not fit the graph, or the process was ended from outside.
        """
        n_rows, needed = len(graph), self.neighbors_needed(len(graph))
        self.require_enough(n_rows)
        if graph.count < needed or graph.metric != self.metric:
            raise ValueError(
                f"{self} needs {needed} {self.metric} neighbors, not {graph.count} {graph.metric}"
            )
        positions = self.starting_positions(np.asarray(start, dtype=np.float32))
        if on_layout is not None:
            on_layout(positions.copy())
        with _some_process(process) as child:
            return child.run(self._job(graph.first(needed), positions), report, on_layout)

    def _job(self, graph: NeighborGraph, positions: Matrix) -> Job:
        return Job(self.name, self._settings(), graph.rows, graph.distances, positions)

    def _fit(
        self,
        rows: Matrix,
        n_components: int,
        report: Report,
        on_layout: OnLayout | None,
        process: LayoutProcess,
    ) -> Matrix:
        starting = part_of(report, 0.0, _START_DONE)
        fitted = fit_pca(rows, tuple(range(n_components)), part_of(starting, 0.0, 0.9))
        components = fitted.transform(rows, part_of(starting, 0.9, 1.0))
        positions = self.starting_positions(components)
        if on_layout is not None:
            on_layout(positions.copy())
        count = self.neighbors_needed(len(rows))
        computing = part_of(report, _START_DONE, _GRAPH_DONE)
        graph = neighbor_graph(rows, count, self.metric, computing)
        job = self._job(graph, positions)
        return process.run(job, part_of(report, _GRAPH_DONE, 1.0), on_layout)

    def _settings(self) -> dict[str, Any]:
        raise NotImplementedError

    def _require_sensible(self) -> None:
        if self.metric not in get_args(GraphMetric):
            known = " or ".join(get_args(GraphMetric))
            raise UserError(f"There is no metric {self.metric!r} here. Choose {known}.")
        refusal = (
            f"A sample of {{}} rows cannot be laid out. Choose {FEWEST_ROWS} to {MOST_ROWS:,}."
        )
        require_within(self.sample, FEWEST_ROWS, MOST_ROWS, refusal, whole=True)
        refusal = "{} cannot be a seed. Choose 0 or more, below 4,294,967,296."
        require_within(self.seed, 0, 2**32 - 1, refusal, whole=True)


@dataclass(frozen=True)
class TSNE(NeighborEmbedding):
    """t-distributed stochastic neighbor embedding (van der Maaten & Hinton 2008), by openTSNE.

    Attributes
    ----------
    perplexity : float
        How many neighbors each row effectively has, 1 or more; three times as many are looked at.
    metric : {"cosine", "euclidean"}
    seed : int
        For the noise of the start, and the sample.
    sample : int
        How many rows of a set with more than `MOST_ROWS` are laid out.
    """

    perplexity: float = setting(
        30,
        "Perplexity",
        "about how many neighbors each row holds on to",
        least=2,
        most=200,
        step=5,
        is_whole=True,
    )
    metric: GraphMetric = metric_setting()
    seed: int = seed_setting()
    sample: int = sample_setting(MOST_ROWS)

    name: ClassVar[str] = "t-SNE"
    caveat: ClassVar[str] = (
        "Near points are alike. Distances between far clusters, and their sizes, mean little."
    )

    def __post_init__(self) -> None:
        self._require_sensible()
        refusal = "The perplexity is {}. Choose 1 or more."
        require_within(self.perplexity, 1, 1e300, refusal)

    def __str__(self) -> str:
        return f"t-SNE · perplexity {self.perplexity:g} · {self.metric} · seed {self.seed}"

    @property
    def n_needed(self) -> int:
        """Three times the perplexity, as usual."""
        return int(3 * self.perplexity)

    def require_enough(self, n_rows: int) -> None:
        """Raise a UserError when the perplexity is more than the number of other rows."""
        super().require_enough(n_rows)
        if self.perplexity > n_rows - 1:
            raise UserError(
                f"The perplexity is {self.perplexity:g}, but each of the {n_rows} rows has only "
                f"{n_rows - 1} others. Choose a perplexity of {(n_rows - 1) // 3:g} or less."
            )

    def suited_to(self, n_rows: int) -> Self:
        """Return these settings, with no more perplexity than so few rows can have."""
        return replace(self, perplexity=min(self.perplexity, max(1, (n_rows - 1) // 3)))

    def starting_positions(self, positions: Matrix) -> Matrix:
        """Return the positions scaled to a standard deviation of 0.0001, with a little noise."""
        return tsne.starting_positions(positions, self.seed)

    def _settings(self) -> dict[str, Any]:
        return {"perplexity": float(self.perplexity), "seed": int(self.seed)}


@dataclass(frozen=True)
class UMAP(NeighborEmbedding):
    """Uniform manifold approximation and projection (McInnes et al. 2018), by umap-learn.

    Attributes
    ----------
    n_neighbors : int
        How many nearest rows each row is tied to, itself among them; 2 or more.
    min_dist : float
        How close together points may lie, 0 to 1.
    metric : {"cosine", "euclidean"}
    seed : int
        For the noise of the start, the order of moves, and the sample.
    sample : int
        How many rows of a set with more than `MOST_ROWS` are laid out.
    """

    n_neighbors: int = setting(
        15,
        "Neighbors",
        "neighbors of each row: few show fine detail, many the whole",
        least=2,
        most=200,
    )
    min_dist: float = setting(
        0.1,
        "Min. distance",
        "minimum distance, how tightly points may be packed",
        least=0.0,
        most=0.99,
        step=0.05,
    )
    metric: GraphMetric = metric_setting()
    seed: int = seed_setting()
    sample: int = sample_setting(MOST_ROWS)

    name: ClassVar[str] = "UMAP"
    caveat: ClassVar[str] = "Near points are alike. Distances between far clusters mean little."

    def __post_init__(self) -> None:
        self._require_sensible()
        refusal = "UMAP cannot use {} neighbors. Choose 2 or more."
        require_within(self.n_neighbors, 2, 1e300, refusal, whole=True)
        require_within(self.min_dist, 0, 1, "The minimum distance is {}. Choose 0 to 1.")

    def __str__(self) -> str:
        return (
            f"UMAP · {self.n_neighbors} neighbors · min. distance {self.min_dist:g} · "
            f"{self.metric} · seed {self.seed}"
        )

    @property
    def n_needed(self) -> int:
        """One less than `n_neighbors`, as a row counts among its own neighbors."""
        return self.n_neighbors - 1

    def require_enough(self, n_rows: int) -> None:
        """Raise a UserError when there are fewer rows than neighbors."""
        super().require_enough(n_rows)
        if self.n_neighbors > n_rows:
            raise UserError(
                f"UMAP is to use {self.n_neighbors} neighbors, but there are only {n_rows} rows. "
                f"Choose {n_rows} neighbors or fewer."
            )

    def suited_to(self, n_rows: int) -> Self:
        """Return these settings, with no more neighbors than there are rows."""
        return replace(self, n_neighbors=min(self.n_neighbors, max(2, n_rows)))

    def starting_positions(self, positions: Matrix) -> Matrix:
        """Return the positions scaled to 0 to 10 along each axis, with a little noise."""
        return umap.starting_positions(positions, self.seed)

    def _settings(self) -> dict[str, Any]:
        return {
            "n_neighbors": int(self.n_neighbors),
            "min_dist": float(self.min_dist),
            "seed": int(self.seed),
        }


def _some_process(given: LayoutProcess | None) -> AbstractContextManager[LayoutProcess]:
    """Return a context with the process that was given, or with one that ends when it does."""
    return LayoutProcess() if given is None else nullcontext(given)


def _among_all(on_layout: OnLayout, chosen: Rows, n_rows: int) -> OnLayout:
    def show(positions: Matrix) -> None:
        everyone = np.full((n_rows, positions.shape[1]), np.nan, dtype=np.float32)
        everyone[chosen] = positions
        on_layout(everyone)

    return show
