"""The error of values in files that are not what they should be."""


class Unfit(Exception):
    """A value that is not what it should be."""
