"""Writing of results to a file that the user names: sections, or questions one by one."""

from __future__ import annotations


class BenchmarkExport:
    """To come."""

    def __init__(self, page: object) -> None:
        self._page = page

    def ask(self, what: str) -> None:
        """Ask where to."""
