"""Colors and sizes of points by a metadata column."""
