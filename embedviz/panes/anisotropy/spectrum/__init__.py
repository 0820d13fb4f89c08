"""The page of the spectrum, and of the dimensions one by one."""
