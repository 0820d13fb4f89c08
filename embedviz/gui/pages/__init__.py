"""Pages below the main view of a pane, chosen by tabs; each with settings of its own."""
