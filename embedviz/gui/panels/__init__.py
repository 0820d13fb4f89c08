"""The panels beside the panes: the library and the neighbors."""
