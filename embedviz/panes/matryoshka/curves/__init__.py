"""The page of curves over the prefix length."""
