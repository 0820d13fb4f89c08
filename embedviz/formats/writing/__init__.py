"""Vector sets, rows, coordinates and neighbor lists to files."""
