"""Moving pictures of a pane: frames that are drawn off screen, one after the other, and the dialog.

What moves is a list of states (`app.animation`); what writes is a process (`formats.moving`).
"""
