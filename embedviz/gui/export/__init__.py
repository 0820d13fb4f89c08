"""Pictures in files and on the clipboard: how they are dressed, painted and written."""
