"""Settings with which a training takes a second."""

from embedviz.panes.training.settings import TrainingPaneSettings

QUICK = TrainingPaneSettings(dimensions=20, window=4, negative=5, epochs=2, min_count=2, workers=1)
