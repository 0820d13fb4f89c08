"""Two-stage search: its recall over lengths and shortlists, and what it costs."""
