"""Drawing points: frames per second of clouds that move, and how long picking takes.

Every frame is really rasterized: ours are counted by the view, the peers' by their paint methods,
and the picture of the last frame must differ from that of the first.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

from .framework import Benchmark, Missing, durations

SIZE = (1280, 800)
FRAMES = 40
PEER_FRAMES = 5
LASSO_VERTICES = 500


class Points(Benchmark):
    """What all benchmarks of points share: `n_points` in two or three dimensions."""

    def __init__(self, name: str, n_points: int) -> None:
        self.name = f"{name}-{n_points}"
        self._n_points = n_points

    def _layouts(self, n_dimensions: int, count: int = 3) -> list[Any]:
        """Return several places for the same points, each of them elsewhere in each."""
        import numpy as np

        rng = np.random.default_rng(0)
        shape = self._n_points, n_dimensions
        return [rng.normal(size=shape).astype(np.float32) for _ in range(count)]

    def _view(self) -> Any:
        """Return a view on the screen, with its kernels compiled."""
        from embedviz.gui.points.view import PointView

        application = _application()
        view = PointView()
        view.animator.is_enabled = False
        view.resize(*SIZE)
        view.show()
        view.set_points([[0.0, 0.0]])
        view.render_now()
        application.processEvents()
        return view

    def _our_rates(self, view: Any, step: Callable[[int], None]) -> list[float]:
        def frame(number: int) -> None:
            step(number)
            view.render_now()
            view.repaint()

        canvas = view.scene.canvas
        before = canvas.frames
        samples = _rates(frame, FRAMES, lambda: view.grab().toImage())
        if canvas.frames - before < FRAMES + 1:
            raise RuntimeError(f"only {canvas.frames - before} of {FRAMES + 1} frames were drawn")
        return samples


class Moving(Points):
    """All points move in 2-D at every frame."""

    unit = "frames/s"
    more_is_better = True
    peer_name = "pyqtgraph ScatterPlotItem"

    def ours(self) -> list[float]:
        view, layouts = self._view(), self._layouts(2)
        return self._our_rates(view, lambda number: view.set_points(layouts[number % 3]))

    def peer(self) -> list[float]:
        layouts = self._layouts(2)
        return _scatter_rates(lambda number: layouts[number % 3])


class Orbit(Points):
    """A 3-D cloud is turned a little at every frame; the peer draws the turned points in 2-D."""

    unit = "frames/s"
    more_is_better = True
    peer_name: str | None = "pyqtgraph ScatterPlotItem"

    def ours(self) -> list[float]:
        view = self._view()
        view.set_points(self._layouts(3, 1)[0])

        def turn(number: int) -> None:
            view.set_camera(view.camera.orbited(0.02, 0))

        return self._our_rates(view, turn)

    def peer(self) -> list[float]:
        from embedviz.core.drawing.camera import Camera

        (points,) = self._layouts(3, 1)
        camera = Camera(is_3d=True).fitted(points)
        return _scatter_rates(
            lambda number: camera.orbited(0.02 * number, 0).project(points, *SIZE)[0]
        )


class OrbitBesideOpenGL(Orbit):
    """The same beside pyqtgraph's 3-D scatter plot, in software where there is no graphics card."""

    peer_name = "pyqtgraph GLScatterPlotItem"

    def peer(self) -> list[float]:
        (points,) = self._layouts(3, 1)
        server = _start_display()
        try:
            _require_opengl()
            return _opengl_rates(points)
        finally:
            if server is not None:
                server.terminate()
                server.wait()


class FineOrbit(Orbit):
    """Smooth discs that let through what is behind them, all the while they move."""

    peer_name = None

    def ours(self) -> list[float]:
        samples = super().ours()
        from embedviz.gui.points.canvas import PointCanvas

        canvas = PointCanvas()
        canvas.set_points(self._layouts(3, 1)[0], None, None)
        if canvas.is_large(1.0):
            raise RuntimeError("a cloud of this size is not drawn finely while it moves")
        return samples


class Pick(Points):
    """The point under the mouse, found among all."""

    def ours(self) -> list[float]:
        from PySide6.QtCore import QPointF

        view = self._view()
        view.set_points(self._layouts(3, 1)[0])
        place = QPointF(SIZE[0] / 2, SIZE[1] / 2)
        return durations(lambda: view.viewport.row_at(place, 8))


class Lasso(Points):
    """All points within an outline of 500 vertices."""

    def ours(self) -> list[float]:
        import numpy as np

        view = self._view()
        view.set_points(self._layouts(3, 1)[0])
        angles = np.linspace(0, 2 * np.pi, LASSO_VERTICES, endpoint=False)
        reach = 200 + 60 * np.sin(9 * angles)
        outline = np.column_stack([np.cos(angles), np.sin(angles)]) * reach[:, np.newaxis]
        outline += np.array(SIZE) / 2
        return durations(lambda: view.selection_tool.rows_within(outline))


def _application() -> Any:
    from PySide6.QtWidgets import QApplication

    return QApplication.instance() or QApplication([])


def _rates(frame: Callable[[int], None], count: int, picture: Callable[[], Any]) -> list[float]:
    """Return frames per second for each frame but the first, which is not measured."""
    frame(0)
    first, samples = picture(), []
    for number in range(1, count + 1):
        start = time.perf_counter()
        frame(number)
        samples.append(1 / (time.perf_counter() - start))
    if picture() == first:
        raise RuntimeError("the picture did not change")
    return samples


def _scatter_rates(points_at: Callable[[int], Any]) -> list[float]:
    """Return frames per second of a scatter plot that is given other points at every frame."""
    import pyqtgraph as pg

    application = _application()
    painted = 0

    class Counted(pg.ScatterPlotItem):  # type: ignore[misc]
        def paint(self, *args: Any) -> None:
            nonlocal painted
            painted += 1
            super().paint(*args)

    plot = pg.PlotWidget()
    plot.resize(*SIZE)
    scatter = Counted(size=2, pen=None, brush=pg.mkBrush(95, 104, 116, 153))
    plot.addItem(scatter)
    plot.show()
    application.processEvents()

    def frame(number: int) -> None:
        points = points_at(number)
        scatter.setData(points[:, 0], points[:, 1])
        plot.viewport().repaint()

    samples = _rates(frame, PEER_FRAMES, lambda: plot.grab().toImage())
    if painted < PEER_FRAMES + 1:
        raise RuntimeError(f"only {painted} of {PEER_FRAMES + 1} frames were painted")
    return samples


def _opengl_rates(points: Any) -> list[float]:
    import numpy as np
    import pyqtgraph.opengl as gl
    from OpenGL.GL import glFinish

    application = _application()
    painted = 0

    class Counted(gl.GLViewWidget):  # type: ignore[misc]
        def paintGL(self, *args: Any, **named: Any) -> None:  # noqa: N802
            nonlocal painted
            painted += 1
            super().paintGL(*args, **named)
            glFinish()

    view = Counted()
    view.resize(*SIZE)
    view.setCameraPosition(distance=12)
    colors = np.tile(np.array([0.4, 0.4, 0.45, 1.0], dtype=np.float32), (len(points), 1))
    view.addItem(gl.GLScatterPlotItem(pos=points, size=2, color=colors, pxMode=True))
    view.show()
    application.processEvents()

    def frame(number: int) -> None:
        # Unlike other widgets, these are painted only when events are processed.
        before = painted
        view.orbit(1, 0)
        while painted == before:
            application.processEvents()

    return _rates(frame, PEER_FRAMES * 2, view.grabFramebuffer)


def _start_display() -> subprocess.Popen[bytes] | None:
    """Start a display without a screen where there is none, and make Qt use it."""
    if sys.platform != "linux":
        del os.environ["QT_QPA_PLATFORM"]
        return None
    command = shutil.which("Xvfb")
    if command is None:
        raise Missing("Xvfb")
    reading, writing = os.pipe()
    server = subprocess.Popen(
        [command, "-displayfd", str(writing), "-screen", "0", "1400x900x24"],
        pass_fds=[writing],
        stderr=subprocess.DEVNULL,
    )
    os.close(writing)
    with os.fdopen(reading) as answer:
        display = answer.readline().strip()
    if not display:
        server.wait()
        raise Missing("Xvfb does not start")
    os.environ |= {"DISPLAY": f":{display}", "QT_QPA_PLATFORM": "xcb"}
    return server


def _require_opengl() -> None:
    """Raise `Missing` where OpenGL does not work; asked in a child, as Qt may abort there."""
    import OpenGL.GL  # noqa: F401

    probe = (
        "from PySide6.QtWidgets import QApplication\n"
        "application = QApplication([])\n"
        "import pyqtgraph.opengl as gl\n"
        "view = gl.GLViewWidget()\n"
        "view.show()\n"
        "assert not view.grabFramebuffer().isNull()\n"
    )
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, check=False)
    if done.returncode:
        raise Missing("OpenGL")
