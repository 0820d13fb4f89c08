"""Use of the window without a mouse: the order in which Tab goes, and what shows where one is."""
