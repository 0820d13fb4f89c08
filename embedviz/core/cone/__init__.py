"""The cone that makes every cosine look alike, and the same rows while whitening opens it."""

from embedviz.core.cone.picture import Cone, ConeView, compile_all

__all__ = ["Cone", "ConeView", "compile_all"]
