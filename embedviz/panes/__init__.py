"""One folder per pane. To add one: write it, and name it here.

A pane is a class with `title`, `name`, `hint`, `build` and `draw`. What can be set in it is one
frozen dataclass, its `settings_class`: undo, the session file, a form in its tool row and the
options of `embedviz figure` follow from that. What it has compiled is named in `kernels`.
"""

from embedviz.core.compiled.warm_up import Compile
from embedviz.formats.text import warm_up as readers
from embedviz.gui.pane import Pane
from embedviz.gui.panels.neighbors import NeighborsPanel
from embedviz.panes.analogies import AnalogiesPane
from embedviz.panes.anisotropy import AnisotropyPane
from embedviz.panes.map import MapPane
from embedviz.panes.matryoshka import MatryoshkaPane

PANES: tuple[type[Pane], ...] = (MapPane, AnalogiesPane, AnisotropyPane, MatryoshkaPane)
"""In menu order."""


def all_kernels() -> list[Compile]:
    """Return what is to be compiled at the first start: what the panes and the panels need."""
    named = (
        NeighborsPanel.kernels,
        *(pane.kernels for pane in PANES),
        (readers.compile_all,),
    )
    return list(dict.fromkeys(each for kernels in named for each in kernels))
