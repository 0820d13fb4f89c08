"""The pages below the lists of neighbors. To add one: derive from `page.Page`, and name it here."""

from __future__ import annotations

from collections.abc import Mapping

from embedviz.panes.matryoshka.settings import PageName

PAGES: Mapping[PageName, tuple[str, str]] = {
    "curves": ("curves.page", "CurvesPage"),
    "two-stage": ("two_stage.page", "TwoStagePage"),
    "nested": ("nested.page", "NestedPage"),
}
"""Module, below this folder, and class of each page, in the order of their tabs.

By the value of `MatryoshkaSettings.page` that chooses it, whose words are the text of its tab. A
page is imported when it is first to be seen.
"""
