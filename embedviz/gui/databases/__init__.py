"""Collections of vector databases in the window: connected to, looked at, and sampled."""
