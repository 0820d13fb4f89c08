"""The page of angles and cosines of pairs of rows, beside what chance gives."""
