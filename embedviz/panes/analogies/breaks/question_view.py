"""What the page shows of one question: its offset in words, and why a row is nearest."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from embedviz.gui.theme import GRID
from embedviz.gui.widgets.controls import text_label
from embedviz.panes.analogies.breaks.explained import ExplainedQuestion
from embedviz.panes.analogies.breaks.question_words import (
    describe_offset,
    describe_point,
    describe_ranks,
    describe_reason,
    ordinal,
    question_title,
)
from embedviz.panes.analogies.breaks.terms_chart import TermsChart, TermsLine

_WORDS_WIDTH, _LEAST_WORDS = 320, 200
"""Width of the sentences at the usual size of text, in pixels: at most, and at least."""


class QuestionExplained(QWidget):
    """A title, sentences, and the rows nearest to the point with what they owe to each term."""

    def __init__(self) -> None:
        super().__init__()
        self.explained: ExplainedQuestion | None = None
        self.title = text_label(kind="headline", wrap=True)
        self.sentences = [text_label(wrap=True) for _ in range(4)]
        self.caption = text_label(kind="caption", wrap=True)
        self.chart = TermsChart()
        words = QVBoxLayout()
        words.setSpacing(GRID)
        for label in (self.title, *self.sentences, self.caption):
            words.addWidget(label)
        words.addStretch(1)
        self._words = QWidget()
        self._words.setLayout(words)
        words.setContentsMargins(0, 0, 0, 0)
        row = QHBoxLayout(self)
        row.setContentsMargins(2 * GRID, GRID, 2 * GRID, GRID)
        row.setSpacing(3 * GRID)
        row.addWidget(self._words, 1)
        row.addWidget(self.chart, 1)
        self.fit_text(1.0)

    def fit_text(self, scale: float) -> None:
        """Make room for text of another size."""
        self._words.setMinimumWidth(_LEAST_WORDS)
        self._words.setMaximumWidth(round(_WORDS_WIDTH * scale))

    def clear(self, message: str = "") -> None:
        """Show nothing, and say why."""
        self.explained = None
        for label in (self.title, *self.sentences, self.caption):
            label.clear()
        self.chart.clear(message)

    def show_explained(self, explained: ExplainedQuestion) -> None:
        """Show what became of a question."""
        if explained.problem or explained.found is None:
            self.clear(" ".join((explained.problem, *explained.remarks)).strip())
            self.explained = explained
            return
        self.explained = explained
        self.title.setText(question_title(explained))
        said = (
            describe_offset(explained),
            describe_point(explained),
            describe_ranks(explained),
            describe_reason(explained),
        )
        for label, text in zip(self.sentences, said, strict=True):
            label.setText(text)
            label.setVisible(bool(text))
        self.caption.setText(_describe_source(explained))
        found = explained.found
        rows = found.rows.tolist()
        lines = [
            TermsLine(
                explained.label(row),
                _role(explained, row, is_input=bool(found.are_inputs[place])),
                float(found.scores[place]),
                tuple(found.explanation.shares[place].tolist()),
            )
            for place, row in enumerate(rows)
        ]
        signs = ("+" if sign > 0 else "−" for sign in found.explanation.signs)
        terms = [
            f"{sign} {term}"
            for sign, term in zip(signs, map(_one, explained.wanted.terms), strict=True)
        ]
        end = explained.expected if explained.expected >= 0 else explained.best
        self.chart.show_lines(lines, terms, rows.index(end) if end in rows else 0)


def _one(term: str) -> str:
    return " ".join(term.split())


def _role(explained: ExplainedQuestion, row: int, *, is_input: bool) -> str:
    if is_input:
        return "input, left out"
    if row == explained.expected:
        assert explained.found is not None
        return f"expected, {ordinal(explained.found.rank)}" if explained.found.rank else "expected"
    return "the answer" if row == explained.best else ""


def _describe_source(explained: ExplainedQuestion) -> str:
    said = [explained.wanted.vector_set.name]
    if explained.expected < 0:
        said.append(
            "no relation of this set gives the answer, so the rows are compared with the nearest"
        )
    elif explained.relation:
        said.append(f"expected as in {explained.relation}")
    said.append("cosines with the point, by 3CosAdd")
    return " · ".join([*filter(None, said), *explained.remarks])
