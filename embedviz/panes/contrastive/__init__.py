"""Contrastive learning: partners pull, negatives push, and without them everything collapses."""
