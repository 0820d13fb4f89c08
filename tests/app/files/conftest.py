"""Sets that came from files, and what of a state can be compared across two openings."""

from dataclasses import replace

import numpy as np
import pytest

from embedviz.formats import load


@pytest.fixture
def write_words(tmp_path):
    """Return a function that writes a table of labeled vectors with metadata, and loads it."""

    def write(name="words.csv", labels=None, seed=0):
        labels = labels or [f"w{i}" for i in range(40)]
        rng = np.random.default_rng(seed)
        header = "label,kind,x,y,d0,d1,d2,d3\n"
        lines = [
            f"{label},{'odd' if i % 2 else 'even'},{i / 2},{-i},"
            + ",".join(f"{value:.3f}" for value in rng.normal(size=4))
            for i, label in enumerate(labels)
        ]
        path = tmp_path / name
        path.write_text(header + "\n".join(lines) + "\n")
        return path

    return write


@pytest.fixture
def seen():
    """Return a function that gives a state with the places of sets instead of the sets."""

    def see(state):
        places = {each: place for place, each in enumerate(state.sets)} | {None: None}
        maps = tuple(replace(each, vector_set=places[each.vector_set]) for each in state.maps)
        left = {
            places[each.vector_set]: (each.query, each.projection)
            for each in state.left
            if each.vector_set in places
        }
        query = state.query_vector
        return (
            [(each.name, each.labels, each.vectors.tolist()) for each in state.sets],
            [each.metadata.column_names for each in state.sets],
            places[state.active],
            None if query is None else (query.name, query.vector.tolist(), query.encoder),
            [(each.name, each.vector.tolist(), each.encoder) for each in state.texts],
            replace(state, sets=(), active=None, query_vector=None, texts=(), maps=maps, left=()),
            left,
        )

    return see


@pytest.fixture
def load_words(write_words):
    """Return a function that opens such a table."""
    return lambda *args, **kwargs: load(write_words(*args, **kwargs))
