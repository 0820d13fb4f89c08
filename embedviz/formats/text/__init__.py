"""Vectors as text: words with their numbers, and delimited tables."""
