"""Anisotropy: the cone, and the whitening that opens it."""

from embedviz.panes.anisotropy.pane import AnisotropyPane

__all__ = ["AnisotropyPane"]
