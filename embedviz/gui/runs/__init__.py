"""What the panes share that show a run as it goes on: its charts, and the way back through it."""
