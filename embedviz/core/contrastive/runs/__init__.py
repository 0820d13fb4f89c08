"""A run as one sees it: its frames, the loss of one row, what is to be said of it."""
