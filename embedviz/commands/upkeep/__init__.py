"""Commands about the program itself: its entry on the desktop, and its settings."""
