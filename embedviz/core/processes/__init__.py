"""Child processes and what they say; memory."""
