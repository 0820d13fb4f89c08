"""Sessions in the window: saving, opening, autosave, recovery after a crash."""
