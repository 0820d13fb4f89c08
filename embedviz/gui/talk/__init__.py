"""Talk mode: a pane on the whole screen, through the scenes, with a view for the speaker."""
