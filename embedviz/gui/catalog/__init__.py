"""Vectors from elsewhere in the window: the public catalog, and files by their addresses."""
