"""Analogy questions that are asked on the way of a training."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from embedviz.core.arrays import Rows

Question = tuple[str, str, str, str]
"""a is to b as c is to d, the answer."""


@dataclass(frozen=True)
class Questions:
    """Questions by the names of their sections.

    Attributes
    ----------
    sections : tuple of (str, tuple of four words each)
    name : str
        Of the file, or of what else they are from.
    """

    sections: tuple[tuple[str, tuple[Question, ...]], ...] = ()
    name: str = ""

    def __len__(self) -> int:
        return sum(len(questions) for _, questions in self.sections)

    def __iter__(self) -> Iterator[Question]:
        for _, questions in self.sections:
            yield from questions

    def text(self) -> str:
        """Return the questions as a file has them: `: section`, and lines of four words."""
        lines = []
        for name, questions in self.sections:
            lines += [f": {name}", *(" ".join(words) for words in questions)]
        return "\n".join(lines) + "\n"

    def rows(self, row_of: Mapping[str, int], *, lower_case: bool) -> Rows:
        """Return the rows of the words of each question: of those whose words are all there.

        Parameters
        ----------
        row_of : mapping of str to int
            The row of each word.
        lower_case : bool
            Whether the words there have small letters alone.

        Returns
        -------
        intp array of shape (n_questions, 4)
        """
        found = []
        for question in self:
            words = [word.lower() for word in question] if lower_case else question
            if all(word in row_of for word in words):
                found.append([row_of[word] for word in words])
        return np.array(found, np.intp).reshape(-1, 4)


def load_questions(path: str | Path) -> Questions:
    """Return the questions of a file in the layout of questions-words.txt.

    Raises
    ------
    UserError
        When it cannot be read, or has a question above the first section.
    """
    from embedviz.core.analogies.benchmark import read_questions  # The child needs no kernels.

    path = Path(path).expanduser()
    read = read_questions(path)
    made = []
    for section in read.sections:
        asked = map(read.question, range(section.first, section.last))
        made.append((section.name, tuple((a, b, c, right[0]) for _, a, b, c, right in asked)))
    return Questions(tuple(made), path.name)
