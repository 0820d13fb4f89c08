"""JSON and JSON Lines of any layout."""
