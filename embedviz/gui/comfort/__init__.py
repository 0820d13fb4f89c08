"""What makes the window easier to use for somebody: its size, and how colors are seen."""
