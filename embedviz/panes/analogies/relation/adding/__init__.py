"""Relations of the user's own: typed, pasted, read from a file, or two columns."""
