"""See, measure and reshape sets of embedding vectors.

The names below are imported when they are first used, so that `import embedviz` is quick. The
calculations are in `embedviz.core`: `neighbors`, `analogies`, `isotropy`, `whitening`,
`matryoshka`, `projections`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from embedviz.commands.notebook import figure as figure
    from embedviz.commands.window import show as show
    from embedviz.core.errors import UserError as UserError
    from embedviz.core.vector_set import VectorSet as VectorSet
    from embedviz.formats import load as load
    from embedviz.formats import save as save
    from embedviz.sources.copying.applying import apply as apply
    from embedviz.sources.databases.opening import open_collection as open_collection
    from embedviz.sources.embedding import embed as embed
    from embedviz.sources.training.training import train as train

__all__ = [
    "UserError",
    "VectorSet",
    "apply",
    "embed",
    "figure",
    "load",
    "open_collection",
    "save",
    "show",
    "train",
]

_PLACES = {
    "UserError": "embedviz.core.errors",
    "VectorSet": "embedviz.core.vector_set",
    "apply": "embedviz.sources.copying.applying",
    "embed": "embedviz.sources.embedding",
    "figure": "embedviz.commands.notebook",
    "load": "embedviz.formats",
    "open_collection": "embedviz.sources.databases.opening",
    "save": "embedviz.formats",
    "show": "embedviz.commands.window",
    "train": "embedviz.sources.training.training",
}


def __getattr__(name: str) -> Any:
    """Import a name when it is first asked for."""
    if name in _PLACES:
        return getattr(import_module(_PLACES[name]), name)
    if name in ("core", "app", "gui", "panes"):
        return import_module(f"embedviz.{name}")
    raise AttributeError(f"module 'embedviz' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *_PLACES])
