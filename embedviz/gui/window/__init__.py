"""The main window: docks, menus, status bar, talk mode, failures."""
