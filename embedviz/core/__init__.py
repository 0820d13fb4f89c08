"""Vectors in, arrays out. Never imports Qt."""
