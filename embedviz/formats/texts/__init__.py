"""Texts in tables and lists: which column holds them, and all others as metadata."""
