"""The tool row of the pane: the dial, the directions that are kept, and what is behind a gear."""
