"""Derivation of one vector set from another: recipes, additions, provenance."""
