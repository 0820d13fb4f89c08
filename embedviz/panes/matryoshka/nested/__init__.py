"""The page that makes a set nested."""
