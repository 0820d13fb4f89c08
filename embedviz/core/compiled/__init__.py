"""Compiled loops: how they are declared, and compiled at the first start."""
