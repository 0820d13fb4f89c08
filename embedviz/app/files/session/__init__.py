"""Session files: what is open, chosen and set, written and restored."""
