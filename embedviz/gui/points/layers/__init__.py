"""Layers over and under the points: axes, labels, highlights, cards."""
