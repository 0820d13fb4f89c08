"""Arrays that are passed between modules, by what they hold."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float32]
"""Vectors or positions, a row for each."""
Placed = NDArray[np.float32] | NDArray[np.float64]
"""Places of rows: those computed from vectors are float32, those of a file float64."""
Rows = NDArray[np.intp]
"""Row numbers of a set, from 0."""
Bytes = NDArray[np.uint8]
"""Of a file, or of texts."""
Offsets = NDArray[np.int64]
"""Places in bytes."""
RowIds = NDArray[np.int32]
"""The same in half the memory, for neighbors of all rows."""
Flat = NDArray[np.float32]
"""Rows one after the other, as kernels walk them."""
