"""Sessions, recent files, settings: versioned JSON, written in one step."""
