"""Analogy benchmarks: how many questions a set of vectors answers correctly, which, and why not.

`questions` are read from files in three `layouts`, or made of relations; `asked` are those whose
words a set has, which `answering` answers; `results` counts.
"""

from __future__ import annotations

from embedviz.core.analogies.benchmark.comparison import (
    BenchmarkComparison,
    SectionComparison,
    compare_reports,
)
from embedviz.core.analogies.benchmark.evaluation import evaluate, evaluate_methods
from embedviz.core.analogies.benchmark.layouts import read_questions
from embedviz.core.analogies.benchmark.questions import (
    Question,
    QuestionSet,
    Section,
    relation_questions,
)
from embedviz.core.analogies.benchmark.results import (
    Answers,
    BenchmarkReport,
    QuestionResult,
    SectionResult,
    Tally,
)
from embedviz.core.analogies.benchmark.tables import (
    comparison_columns,
    question_columns,
    section_columns,
)

__all__ = [
    "Answers",
    "BenchmarkComparison",
    "BenchmarkReport",
    "Question",
    "QuestionResult",
    "QuestionSet",
    "Section",
    "SectionComparison",
    "SectionResult",
    "Tally",
    "compare_reports",
    "comparison_columns",
    "evaluate",
    "evaluate_methods",
    "question_columns",
    "read_questions",
    "relation_questions",
    "section_columns",
]
