"""See, measure and reshape sets of embedding vectors.

The names below are imported when they are first used, so that `import embedviz` is quick.
"""
