"""Contrastive learning on the sphere: pulled together, pushed apart, or collapsed."""

from embedviz.panes.contrastive.pane import ContrastivePane

__all__ = ["ContrastivePane"]
