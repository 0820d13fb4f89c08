"""Searches of a collection for those who see a sample of it."""
