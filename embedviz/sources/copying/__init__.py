"""Copies of all rows: a file or a collection, as it is or mapped, in a new place."""
