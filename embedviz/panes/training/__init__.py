"""Training of word vectors, watched."""

from embedviz.panes.training.pane import TrainingPane as TrainingPane
