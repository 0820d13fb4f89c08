"""Actions that take the picture of a pane out of the window: into a file, or to the clipboard."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QInputDialog

from embedviz.core.errors import UserError
from embedviz.gui import figures
from embedviz.gui.host import Host, has_set


def export_figure(window: Host) -> None:
    """Ask where to, and write the active pane as PNG, SVG or PDF."""
    pane = window.active_pane
    if pane.needs_set and not has_set(window):
        return
    path, kind = QFileDialog.getSaveFileName(
        window.widget,
        f"Export {pane.title}",
        f"{pane.name}.png",
        "PNG image (*.png);;SVG drawing (*.svg);;PDF page (*.pdf)",
    )
    if not path:
        return
    if not Path(path).suffix:
        path += {"SVG": ".svg", "PDF": ".pdf"}.get(kind[:3], ".png")
    scale = 2
    if path.lower().endswith(".png"):
        label = f"Scale of {pane.picture.width()} × {pane.picture.height()} pixels"
        scale, accepted = QInputDialog.getInt(window.widget, "Export figure", label, 2, 1, 4)
        if not accepted:
            return
    try:
        figures.save_figure(pane.picture, path, scale)
    except UserError as error:
        window.message_bar.show_message(str(error))
    else:
        window.statusBar().showMessage(f"Written to {path}", 6000)


def copy_picture(window: Host) -> None:
    """Put the picture of the active pane on the clipboard."""
    if window.active_pane.needs_set and not has_set(window):
        return
    QGuiApplication.clipboard().setImage(figures.draw_image(window.active_pane.picture))
    window.statusBar().showMessage(f"{window.active_pane.title} copied as a picture", 4000)
