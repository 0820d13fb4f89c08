"""Lists beside the picture of a relation: its pairs, all relations, and other words."""
