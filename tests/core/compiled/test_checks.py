"""What compiled loops are given is looked at before they begin: in words, not a dead process."""

import numpy as np
import pytest

from embedviz.core.analogies import parallelogram
from embedviz.core.anisotropy.cone import Cone
from embedviz.core.compiled.checks import checked_matrix, checked_rows
from embedviz.core.drawing import density, label_placement, picking, raster
from embedviz.core.errors import UserError
from embedviz.core.isotropy import effective_rank, iso_score, mean_cosine, partition_ratio
from embedviz.core.matryoshka import PrefixSearch, overlap_curve, truncate, two_stage
from embedviz.core.matryoshka.orderings import arrangements
from embedviz.core.matryoshka.prefix_neighbors import PrefixNeighbors
from embedviz.core.neighbors import METRICS, NeighborSearch
from embedviz.core.neighbors.graph import neighbor_graph, neighbors_of, neighbors_within
from embedviz.core.neighbors.tile_ranks import count_nearer
from embedviz.core.neighbors.tiles import ComparedRows
from embedviz.core.pairs.row_pairs import multiply_pairs
from embedviz.core.projections import trust
from embedviz.core.projections.fitted_pca import fit_pca
from embedviz.core.projections.pca import PCA

NO_ROWS = ([-1], [40], [9999], [3, -2], [0, 10**6])
SHAPES = ((), (40,), (2, 4, 5))


def rows_of(count=40, dimensions=6, seed=0):
    return np.random.default_rng(seed).normal(size=(count, dimensions)).astype(np.float32)


VECTORS, POSITIONS = rows_of(), rows_of()[:, :2]


@pytest.mark.parametrize("rows", NO_ROWS)
def test_rows_that_are_not_there_are_named(rows):
    missing = next(row for row in rows if not 0 <= row < 40)
    table = [[*rows, *[0] * (3 - len(rows))]] * 40
    for ask in (
        lambda: neighbors_of(VECTORS, rows),
        lambda: neighbors_of(VECTORS, [1], among=rows),
        lambda: neighbors_within(VECTORS, rows),
        lambda: overlap_curve(VECTORS, [2], 3, queries=rows),
        lambda: trust.trustworthiness(VECTORS, POSITIONS, 3, rows=rows),
        lambda: trust.continuity(VECTORS, POSITIONS, 3, rows=rows),
        lambda: trust.continuity(VECTORS, POSITIONS, 3, graph_rows=table),
        lambda: trust.kept_neighbors([[1]] * len(rows), POSITIONS, rows),
        lambda: trust.kept_neighbors(table, POSITIONS),
    ):
        with pytest.raises(UserError, match=f"{missing:,} is among the .*from 0 to 39"):
            ask()


@pytest.mark.parametrize("given", [[0.5], ["a"], [True], [[1, 2]], 3])
def test_what_is_no_list_of_rows_is_refused(given):
    for ask in (
        lambda: neighbors_of(VECTORS, given),
        lambda: checked_rows(given, 40),
        lambda: trust.continuity(VECTORS, POSITIONS, 3, rows=given),
    ):
        with pytest.raises(UserError, match=r"whole numbers|shape"):
            ask()


@pytest.mark.parametrize("measure", [trust.trustworthiness, trust.continuity])
@pytest.mark.parametrize(("vectors", "positions"), [(10, 60), (300, 100), (40, 39), (0, 40)])
def test_there_is_one_position_for_each_vector(measure, vectors, positions):
    with pytest.raises(UserError, match=f"{positions} positions for {vectors} vectors"):
        measure(rows_of(vectors), rows_of(positions)[:, :2], 3)


def test_true_neighbors_are_of_the_rows_that_are_measured():
    graph = neighbor_graph(VECTORS, 5).rows
    for given in (graph[:7], np.vstack([graph, graph]), graph[:, :2], graph[0]):
        with pytest.raises(UserError, match=r"for 40 rows|2 neighbors|shape"):
            trust.continuity(VECTORS, POSITIONS, 3, graph_rows=given)
    with pytest.raises(UserError, match="7 lists of neighbors for 40 rows"):
        trust.kept_neighbors(graph[:7], POSITIONS)
    with pytest.raises(UserError, match="40 lists of neighbors for 2 rows"):
        trust.kept_neighbors(graph, POSITIONS, [1, 2])


@pytest.mark.parametrize("count", [0, 1, 2])
def test_too_few_rows_are_said_without_an_impossible_range(count):
    for measure in (trust.trustworthiness, trust.continuity):
        with pytest.raises(UserError, match="too few") as error:
            measure(VECTORS[:count], POSITIONS[:count], 1)
        assert "-1" not in str(error.value)
    with pytest.raises(UserError, match="0 neighbors"):
        trust.kept_neighbors(neighbor_graph(VECTORS, 3).rows, POSITIONS, count=0)


@pytest.mark.parametrize("shape", SHAPES)
def test_vectors_are_a_table(shape):
    given = np.ones(shape, np.float32)
    asked = [
        checked_matrix,
        mean_cosine,
        iso_score,
        effective_rank,
        partition_ratio,
        Cone,
        PrefixSearch,
        neighbor_graph,
        lambda rows: truncate(rows, 1),
        lambda rows: overlap_curve(rows, [1]),
        lambda rows: two_stage(rows, [1.0], 1, 2),
        lambda rows: fit_pca(rows, (0,)),
        lambda rows: trust.trustworthiness(rows, POSITIONS),
        lambda rows: trust.continuity(VECTORS, rows),
        lambda rows: trust.kept_neighbors([[1]], rows),
        lambda rows: parallelogram(VECTORS[:4]).transform(rows),
    ]
    for ask in [*asked, *(lambda rows, metric=m: NeighborSearch(rows, metric) for m in METRICS)]:
        with pytest.raises(UserError, match=r"shape|table"):
            ask(given)


@pytest.mark.parametrize("width", [1, 5, 7])
def test_vectors_of_another_model_are_refused(width):
    other = rows_of(dimensions=width)
    for ask in (
        lambda: parallelogram(VECTORS[:4]).transform(other),
        lambda: fit_pca(VECTORS, (0, 1)).transform(other),
        lambda: NeighborSearch(VECTORS).nearest(other[0]),
        lambda: PrefixSearch(VECTORS).query(other[0]),
        lambda: arrangements(VECTORS, "svd")[0](other),
    ):
        with pytest.raises(UserError, match="dimensions"):
            ask()


@pytest.mark.parametrize("component", [-1, -7, 0.5])
def test_components_are_counted_from_0(component):
    for ask in (
        lambda: PCA((component, 0)).fit_transform(VECTORS),
        lambda: fit_pca(VECTORS, (0, component)),
        lambda: fit_pca(VECTORS[:3], (component,)),
    ):
        with pytest.raises(UserError, match="counted from 0"):
            ask()


def test_loops_inside_of_others_are_given_what_fits():
    compared = ComparedRows(VECTORS)
    ids = np.arange(4, dtype=np.int32)
    with pytest.raises(UserError, match="3 lists of neighbors for 4 queries"):
        count_nearer(compared, ids, np.zeros((3, 2), np.int32), ids)
    with pytest.raises(UserError, match="40 is among the other rows"):
        count_nearer(compared, ids, np.zeros((4, 2), np.int32), ids + np.int32(37))
    with pytest.raises(UserError, match="5 row numbers for 4 queries"):
        PrefixNeighbors(VECTORS[:4], np.arange(5), np.array([2, 6]), 2)
    found = PrefixNeighbors(VECTORS[:4], np.arange(4), np.array([2, 6]), 2)
    with pytest.raises(ValueError, match="5 dimensions"):
        found.add(VECTORS[:, :5], 0)
    factors, one = np.ones(6, np.float32), np.ones(1, np.float32)
    with pytest.raises(UserError, match="40 is among the pairs"):
        multiply_pairs(VECTORS, np.array([[0, 40]]), one, factors)
    with pytest.raises(UserError, match="1 scales for 2 pairs"):
        multiply_pairs(VECTORS, np.array([[0, 4], [1, 2]]), one, factors)
    with pytest.raises(ValueError, match="7 factors"):
        multiply_pairs(VECTORS, np.array([[0, 4]]), one, np.ones(7, np.float32))


MATRIX = np.array([[1.0, 0, 0, 0], [0, 1.0, 0, 0], [0, 0, 1.0, 1.0]])
POINTS = np.zeros((5, 3), np.float32)
SIZES, COLORS = np.ones(5, np.float32), np.zeros(5, np.uint32)
BAD_POINTS = [
    (POINTS[:, :2], MATRIX, COLORS, SIZES),
    (POINTS[0], MATRIX, COLORS, SIZES),
    (POINTS, MATRIX[:2], COLORS, SIZES),
    (POINTS, MATRIX, COLORS, SIZES[:3]),
]


@pytest.mark.parametrize(("points", "matrix", "colors", "sizes"), BAD_POINTS)
def test_points_of_a_picture_have_three_places_and_a_size_each(points, matrix, colors, sizes):
    image = np.zeros((8, 8), np.uint32)
    row = np.zeros(1, np.intp)
    asked = [
        lambda: raster.draw_dots(image, points, matrix, colors, sizes),
        lambda: raster.draw_discs(image, points, matrix, colors, sizes),
        lambda: picking.pick(points, matrix, sizes, 1, 1, 1),
        lambda: picking.rows_in_front(points, matrix, sizes, 8, 8, row),
    ]
    if len(sizes) == len(points) or points.ndim == 1:
        asked += [
            lambda: density.draw_density(image, points, matrix, colors, density.Tones()),
            lambda: picking.rows_in_box(points, matrix, 0, 0, 8, 8),
            lambda: picking.rows_in_view(points, matrix, row, 8, 8, 3),
            lambda: picking.rows_back_to_front(points, matrix),
        ]
    for ask in asked:
        with pytest.raises(ValueError, match=r"shape|points"):
            ask()


@pytest.mark.parametrize("row", [-1, 5, 10**9])
def test_points_that_are_not_there_are_not_drawn(row):
    image, rows = np.zeros((8, 8), np.uint32), np.array([0, row])
    for ask in (
        lambda: raster.draw_discs(image, POINTS, MATRIX, COLORS, SIZES, rows),
        lambda: density.draw_density(image, POINTS, MATRIX, COLORS, density.Tones(), rows),
        lambda: picking.rows_in_front(POINTS, MATRIX, SIZES, 8, 8, rows),
    ):
        with pytest.raises(ValueError, match="of 5 points"):
            ask()
    assert picking.rows_in_view(POINTS, MATRIX, rows, 8, 8, 3).tolist() == [0]


def test_labels_have_a_box_each():
    for sizes, gaps, preferred in (([[1, 1]], [1, 1], None), ([[1, 1]] * 2, [1], None)):
        with pytest.raises(ValueError, match="for 2 labels"):
            label_placement.place_labels(
                [[0, 0]] * 2, sizes, gaps, [1, 1], width=9, height=9, preferred=preferred
            )
    with pytest.raises(ValueError, match="place 8"):
        label_placement.place_labels([[0, 0]], [[1, 1]], [1], [1], width=9, height=9, preferred=[8])
