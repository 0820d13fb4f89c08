"""Small controls and charts that any pane may use."""
