import numpy as np
import pytest

from embedviz.core.errors import UserError
from embedviz.formats import load


def test_that_rows_count_from_0_is_said_once(tmp_path):
    path = tmp_path / "x.npy"
    numbers = np.ones((6, 3), np.float32)
    numbers[[1, 4]] = np.nan
    np.save(path, numbers)
    reason = "a number is NaN or infinite"
    with pytest.raises(UserError, match=rf"x\.npy, row 1 \(from 0\): {reason}\. Correct"):
        load(path)
    found = load(path, on_bad_rows="skip")
    said = f"2 bad rows skipped (row 1 (from 0): {reason}; row 4: {reason})."
    assert found.notes[0] == said
