"""Files that are recognized but not read, each with the line that exports it."""
