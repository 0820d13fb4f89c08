"""How one vector set comes from another: recipes, additions, provenance."""
