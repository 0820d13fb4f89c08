"""What must be true of whatever comes of a file."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

import embedviz
from embedviz.core.errors import ChoiceRequired, UserError
from embedviz.core.notes import Note
from embedviz.core.origin import ReadSettings
from embedviz.formats import inspect

from .corpus import Beside, Sample, pick
from .watching import SECRET

SUFFIXES = (".npy", ".parquet", ".vec", ".bin", ".csv", ".tsv", ".txt.gz")
_MOST_CHOICES = 5
_has_control_bytes = re.compile(rb"[\0-\x08\x0e-\x1f\x7f]").search
_CHOICE_VALUES = {"yes": True, "no": False}


class Violation(Exception):
    """Something that must never happen, in words."""


class Judge:
    """Opens one file in every way there is.

    Parameters
    ----------
    sample : Sample
    folder : Path
        Where its files are written; empty.
    seed : int
        Decides what is done in a part of the cases only.
    step : callable
        `step(name, work)` returns what `work()` does, and measures it.
    """

    def __init__(
        self, sample: Sample, folder: Path, seed: int, step: Callable[[str, Callable[[], Any]], Any]
    ) -> None:
        self._folder, self._seed, self._step = folder, seed, step
        for name, data in sample.files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        self._path = folder / sample.name
        self._options = {
            name: str(folder / value) if isinstance(value, Beside) else value
            for name, value in sample.options.items()
        }
        self._questions: list[ChoiceRequired] = []

    def judge(self) -> Any:
        """Return the first set that came of the file, or None where it is refused.

        Raises
        ------
        Violation
            Or whatever else came of it that must not.
        """
        finding = self._try("inspect", self._inspect)
        found = self._try("load", lambda: self._load({}))
        questions = {question.option for question in self._questions}
        if found is None or self._seed % 4 == 0:
            skipping = self._try("load, skipping", lambda: self._load({"on_bad_rows": "skip"}))
            if found is not None:
                _require_same("skipping changes a file without bad rows", found, skipping)
        else:
            skipping = None
        if found is not None:
            _compare(finding, found)
        chosen = list(self._choices()) if questions else []
        sets = [each for each in (found, skipping, *chosen) if each is not None]
        for each in sets:
            check_set(each)
        if sets:
            self._save(sets[0])
        return sets[0] if sets else None

    def _inspect(self) -> Any:
        return inspect(self._path, ReadSettings(**self._options))

    def _load(self, more: dict[str, Any]) -> Any:
        return embedviz.load(self._path, **{**self._options, **more})

    def _try(self, name: str, work: Callable[[], Any]) -> Any:
        """Return what the work returns, or None where it is a `UserError` with a message."""
        try:
            return self._step(name, work)
        except UserError as error:
            _check_message(error)
            if isinstance(error, ChoiceRequired):
                self._questions.append(error)
            return None

    def _choices(self) -> Iterator[Any]:
        """Yield the sets of the answers to all questions, and to questions that follow."""
        asked: set[tuple[str, str]] = set()
        while self._questions:
            question = self._questions.pop()
            for choice in list(question.choices)[:_MOST_CHOICES]:
                if question.option == "on_bad_rows" or (question.option, choice) in asked:
                    continue
                asked.add((question.option, choice))
                value: Any = _CHOICE_VALUES.get(choice, choice)
                value = int(choice) if question.option == "sample" else value
                more = {"on_bad_rows": "skip", question.option: value}
                yield self._try(f"load, {question.option}", partial(self._load, more))
            if len(asked) > 2 * _MOST_CHOICES:
                return

    def _save(self, vector_set: Any) -> None:
        """Save the set in one of the formats, and open that again."""
        suffix = pick(self._seed + 2, SUFFIXES)
        path = self._folder.parent / "saved" / f"out{suffix}"
        try:
            self._step(f"save {suffix}", lambda: embedviz.save(vector_set, path))
        except UserError as error:
            _check_message(error)
            return
        if suffix == ".bin" and not _has_control_bytes(path.read_bytes()[:65536]):
            return  # Numbers whose bytes are all letters make it a text.
        again = self._step(f"load {suffix}", lambda: embedviz.load(path))
        check_set(again)
        if not np.array_equal(again.vectors, vector_set.vectors):
            raise Violation(f"what is saved as {suffix} has other vectors when it is opened")


def _check_message(error: UserError) -> None:
    message = str(error)
    if len(message) < 15 or SECRET in message:
        raise Violation(f"the message {message!r} says nothing, or too much")
    for choice, description in getattr(error, "choices", {}).items():
        if not isinstance(choice, str) or not isinstance(description, str):
            raise Violation(f"the choice {choice!r} ({description!r}) is not a text")


def check_set(found: Any) -> None:
    """Refuse a set that is not a set.

    Raises
    ------
    Violation
    """
    vectors = found.vectors
    if vectors.dtype != np.float32 or vectors.ndim != 2 or vectors.shape[1] < 2 or not len(vectors):
        raise Violation(f"the vectors are {vectors.dtype} of shape {vectors.shape}")
    if not np.isfinite(np.asarray(vectors)).all():
        raise Violation("a vector is not finite")
    _check_texts("label", found.labels)
    if len(found.labels) != len(vectors):
        raise Violation(f"{len(found.labels)} labels for {len(vectors)} rows")
    if found.row(found.labels[0]) != 0:
        raise Violation("the first label is not found in the first row")
    table = found.metadata
    table.validate(full=True)
    if table.num_columns and table.num_rows != len(vectors):
        raise Violation(f"{table.num_rows} rows of metadata for {len(vectors)} vectors")
    if len(set(table.column_names)) < table.num_columns:
        raise Violation("two columns have the same name")
    if not all(type(note) is Note for note in found.notes):
        raise Violation(f"a note is no Note: {found.notes!r}")
    _check_texts("note", [str(note) for note in found.notes])
    _check_texts("column", table.column_names)
    if SECRET in str(found.labels) or SECRET in table.to_string(preview_cols=99):
        raise Violation("it holds what is in a file that nobody named")
    _check_facts(found)


def _check_facts(found: Any) -> None:
    opened = found.opened
    if opened is None or not opened.path.is_absolute():
        raise Violation("it does not say where it came from")
    facts = opened.facts
    if min(facts.n_bad, facts.n_repeated, facts.n_zero) < 0:
        raise Violation(f"its facts cannot be: {facts}")
    kept = len(found.vectors) + max(facts.n_bad - 1, 0)  # One may be cut off by the end.
    if opened.n_rows is not None and opened.n_rows < kept:
        raise Violation(f"{kept} rows are kept or bad, but there are only {opened.n_rows}")
    if facts.vector_column is not None and not isinstance(facts.vector_column, str):
        raise Violation("the vector column is not a name")


def _check_texts(what: str, texts: Any) -> None:
    for text in texts:
        if type(text) is not str:
            raise Violation(f"a {what} is {type(text).__name__}: {text!r}")
        try:
            text.encode()
        except UnicodeEncodeError:
            raise Violation(f"a {what} cannot be written as UTF-8: {text!r}") from None


def _require_same(what: str, first: Any, second: Any) -> None:
    if second is None or first.labels != second.labels:
        raise Violation(what)
    if not np.array_equal(first.vectors, second.vectors):
        raise Violation(what)


def _compare(finding: Any, found: Any) -> None:
    """Refuse a finding that the file does not keep."""
    if finding is None:
        raise Violation("it can be loaded, but not inspected")
    if finding.dimensions != found.dimensions:
        raise Violation(f"found {finding.dimensions} dimensions, got {found.dimensions}")
    if any("in the order of" in note for note in found.notes):
        return  # The first rows of the file need not be the first of the set.
    count = len(finding.vectors)
    if not np.array_equal(finding.vectors, found.vectors[:count]):
        raise Violation("the first rows are not those that were found")
    if finding.is_estimated:  # A file beside it may turn out to have another number of rows.
        return
    if list(finding.labels) != list(found.labels[:count]):
        raise Violation("the first labels are not those that were found")
    if finding.n_rows != found.opened.n_rows:
        raise Violation(f"found {finding.n_rows} rows for certain, got {found.opened.n_rows}")


def clear(folder: Path) -> None:
    """Empty a folder."""
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_dir() and not path.is_symlink():
            os.rmdir(path)
        else:
            path.unlink()
