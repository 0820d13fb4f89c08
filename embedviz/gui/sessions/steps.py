"""All steps that a session can name: those of the core, and pictures of rows."""

from embedviz.app.files.session.steps import STEPS
from embedviz.gui.row_images import PICTURE_STEPS

ALL_STEPS = {**STEPS, **PICTURE_STEPS}
