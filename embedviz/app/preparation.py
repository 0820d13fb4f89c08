"""Preparation to draw, once for all views."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Thread

from PySide6.QtCore import QObject, Signal
from shiboken6 import isValid

from embedviz.core.compiled import warm_up


class Preparation(QObject):
    """Loader of the kernels that draw, off the UI thread.

    Signals
    -------
    ready : ()
        Points can be drawn without compiling anything.
    """

    ready = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.is_ready = False
        self._thread: Thread | None = None
        self.ready.connect(self._note)

    def start(
        self,
        kernels: Callable[[], Sequence[warm_up.Compile]] = tuple,
        *,
        in_children: bool = False,
    ) -> None:
        """Begin, unless it has begun before.

        Parameters
        ----------
        kernels : callable
            Returns what is to be compiled at the first start, beside what draws; called in
            another thread.
        in_children : bool
            Whether everything may be compiled, by processes of their own, at the first start.
        """
        if self._thread is None:
            work = {"in_children": in_children}
            self._thread = Thread(
                target=warm_up.prepare,
                args=(self._tell, kernels),
                kwargs=work,
                name="embedviz preparation",
                daemon=True,
            )
            self._thread.start()

    def _tell(self) -> None:
        """Say that points can be drawn; called in the thread.

        A program that ends meanwhile, as a figure does that is refused, takes the listeners away.
        """
        try:
            self.ready.emit()
        except RuntimeError:
            if isValid(self):
                raise

    def _note(self) -> None:
        self.is_ready = True


preparation = Preparation()
"""The one of this process: kernels are compiled for all windows."""
