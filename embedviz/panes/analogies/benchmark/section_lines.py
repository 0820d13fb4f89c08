"""Lines of the table of sections: what was counted, by which method, beside another set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from embedviz.core.analogies import Method
from embedviz.core.analogies.benchmark import BenchmarkReport, Tally
from embedviz.core.analogies.benchmark.comparing import Comparison, ComparedSection
from embedviz.gui.charts.numbers import percent
from embedviz.panes.analogies.benchmark.counting import ALL, SEMANTIC, SYNTACTIC
from embedviz.panes.analogies.line_table import Cell, Column, TableLine
