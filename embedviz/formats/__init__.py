"""Vector sets from files and to files.

The names here are imported when they are first used: a process that reads one kind of container
is started for a file, and is not to wait for the readers of all others.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from embedviz.formats.opening import FORMATS as FORMATS
    from embedviz.formats.opening import inspect as inspect
    from embedviz.formats.opening import known_suffixes as known_suffixes
    from embedviz.formats.opening import load as load
    from embedviz.formats.opening import open_file as open_file
    from embedviz.formats.writing.saving import save as save

__all__ = ["FORMATS", "inspect", "known_suffixes", "load", "open_file", "save"]


def __getattr__(name: str) -> Any:
    """Import one of the names above when it is first asked for."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = "writing.saving" if name == "save" else "opening"
    return getattr(import_module(f"{__name__}.{module}"), name)
