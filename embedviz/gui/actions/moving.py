"""Moving pictures of the active pane."""

from __future__ import annotations

from embedviz.gui.host import Host, has_set
from embedviz.gui.moving.dialog import MovingDialog

TIP = "An orbit, a sweep, a run, or the way between two states as WebP, GIF, PNG or MP4"


def export_moving_picture(window: Host) -> None:
    """Ask what of the active pane is to move, and where it goes."""
    pane = window.active_pane
    if pane.needs_set and not has_set(window):
        return
    dialog = MovingDialog(pane, window.session, lambda: (), window.widget)
    dialog.written.connect(lambda path: window.statusBar().showMessage(f"Written to {path}", 6000))
    dialog.show()
