"""Commands for vectors that are too many to be loaded."""
