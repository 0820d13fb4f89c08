"""The sets of a session, made again.

What cannot be made again is said by name, and so are the sets that came from it; the rest is made.
A picture or a column that cannot be added again leaves the set as it was before. A file that has
got bad rows since is opened without them, and it is said which: only who has opened a file with its
bad rows left out has agreed to lose some.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from embedviz.app.files.session.contents import Node, Plan, Restored
from embedviz.core.derivation.additions import with_read_settings
from embedviz.core.derivation.chosen_rows import ChosenRows
from embedviz.core.derivation.provenance import digest_of
from embedviz.core.errors import ChoiceRequired, UserError
from embedviz.core.notes import counted
from embedviz.core.progress import Report, part_of, silent
from embedviz.core.samples import load_sample
from embedviz.core.texts.origin import TextsSettings
from embedviz.core.vector_set import VectorSet
from embedviz.sources.consent import Ask, refuse
from embedviz.sources.databases.opening import open_again
from embedviz.sources.databases.origin import CollectionOrigin


def restore_sets(
    plan: Plan,
    report: Report = silent,
    known: Mapping[int, VectorSet] | None = None,
    ask: Ask = refuse,
) -> Restored:
    """Make the sets of a session again, one after the other. Runs off the UI thread.

    Parameters
    ----------
    plan : Plan
    report : Report
    known : mapping of int to VectorSet, optional
        Sets that are there already, by the numbers of their steps.
    ask : Ask
        Asks the user before a database is connected to.
    """
    maker = _Maker(plan, known or {}, ask)
    for number in range(len(plan.nodes)):
        start, end = number / len(plan.nodes), (number + 1) / len(plan.nodes)
        maker.make(number, part_of(report, start, end))
    sets, used = [], set()
    for number in plan.library:
        found = maker.sets.get(number)
        sets.append(None if number in used else found)  # A set is in the library once.
        used.add(number)
        if found is not None:
            found.index_labels()
            _ = found.metadata
    is_same = [maker.is_same.get(number, False) for number in plan.library]
    return Restored(sets, is_same, [*plan.notes, *maker.notes])


class _Maker:
    """Maker of the sets of a plan, one step after the other."""

    def __init__(self, plan: Plan, known: Mapping[int, VectorSet], ask: Ask) -> None:
        self._plan, self._ask = plan, ask
        self.sets: dict[int, VectorSet] = dict(known)
        self.is_same: dict[int, bool] = dict.fromkeys(known, True)
        self.notes: list[str] = []

    def make(self, number: int, report: Report) -> None:
        """Make the set of a step, or note why it cannot be made."""
        node = self._plan.nodes[number]
        if node is None or number in self.sets:
            return
        try:
            made_set = self._start(node, report) if node.parent is None else None
            if node.parent is not None:
                made_set = self._next(node, node.parent, report)
        except UserError as error:
            self._note(f"{node.name} could not be opened: {error}" if node.name else str(error))
            return
        except MemoryError:
            self._note(f"{node.name or 'A set'} does not fit into the memory any more.")
            return
        if made_set is not None:
            self.sets[number] = made_set
            self._compare(number, node, made_set)

    def _note(self, text: str) -> None:
        if text not in self.notes:
            self.notes.append(text)

    def _start(self, node: Node, report: Report) -> VectorSet:
        if node.sample is not None:
            report(0.0, f"opening {node.sample}")
            return load_sample(node.sample)
        if node.collection is not None:
            return open_again(node.collection, self._ask, report)
        assert node.path is not None
        if node.texts is not None:
            return self._embedded(node.path, node.texts, report)
        from embedviz.formats import open_file

        report(0.0, f"opening {node.path.name}")
        try:
            return open_file(node.path, node.settings, report)
        except ChoiceRequired as error:
            if error.option != "on_bad_rows":
                raise
        # The rest of it is opened, and what is lost is told; each time, as nobody agreed to it.
        found = open_file(node.path, replace(node.settings, on_bad_rows="skip"), report)
        found = with_read_settings(found, node.settings)
        self._tell_left_out(node.path, node, found)
        return found

    def _embedded(self, path: Path, settings: TextsSettings, report: Report) -> VectorSet:
        """Return the texts of a file, embedded again: by a service only from what it gave before.

        Nothing is sent and nothing downloaded: nobody has agreed to that.
        """
        from embedviz.sources.consent import NotAgreed
        from embedviz.sources.texts.offered import embedded_file

        report(0.0, f"embedding {path.name}")
        try:
            return embedded_file(path, settings, refuse, report)
        except NotAgreed as error:
            raise UserError(
                f"not all of its vectors are kept on this machine, and opening a session connects "
                f"to nothing ({error.sending.host}). Embed {path.name} again."
            ) from None

    def _tell_left_out(self, path: Path, node: Node, found: VectorSet) -> None:
        facts = None if found.opened is None else found.opened.facts
        if facts is None or not facts.n_bad:
            return
        places = [
            note.facts["places"]
            for note in found.notes
            if note.kind == "bad rows" and note.facts.get("count") == facts.n_bad
        ]
        where = f" ({places[-1]})" if places else ""
        self._note(f"{counted(facts.n_bad, 'bad row')} of {path.name} left out{where}.")

    def _next(self, node: Node, parent: int, report: Report) -> VectorSet | None:
        known = self.sets.get(parent)
        if known is None:
            if node.name:
                self._note(f"{node.name} is not there, since what it was made from is not.")
            return None
        step = node.step
        assert step is not None
        if isinstance(step, ChosenRows):
            step = self._with_rows(step, node, known, self.is_same[parent])
        try:
            if getattr(step, "is_by_row", False) and not self.is_same[parent]:
                raise UserError("its rows are not those that it was made for any more.")
            return step.derive(known, report)
        except UserError as error:
            if not getattr(step, "adds_only", False):
                raise
            self._note(f"{known.name} is opened without what was added to it: {error}")
            return known

    def _with_rows(
        self, step: ChosenRows, node: Node, parent: VectorSet, is_same: bool
    ) -> ChosenRows:
        """Return the choice of the same rows, by their labels where the rows are others now."""
        rows = step.rows
        if len(rows) > len(parent):  # A file could ask for more than there is memory.
            raise UserError(f"More rows were chosen from {parent.name} than it has.")
        if is_same and (not len(rows) or int(rows.max()) < len(parent)):
            return step
        if node.row_labels is None:
            raise UserError(
                f"Its rows were chosen from {parent.name}, which has other labels now. Select "
                "them again."
            )
        found = [parent.row(label) for label in node.row_labels if label in parent]
        if len(found) < len(node.row_labels):
            lost = counted(len(node.row_labels) - len(found), "row")
            self._note(f"{node.name}: {lost} of it {parent.name} does not have any more.")
        return ChosenRows(np.array(found, dtype=np.intp), step.name)

    def _compare(self, number: int, node: Node, made_set: VectorSet) -> None:
        """Note whether the rows are the same as when the session was saved."""
        rows_change = node.parent is None or not getattr(node.step, "keeps_rows", True)
        if not rows_change and node.parent is not None:
            self.is_same[number] = self.is_same[node.parent]
            return
        is_equal = node.digest is not None and digest_of(made_set) == node.digest
        if node.collection is not None:
            self._compare_collection(number, node.collection, made_set, is_equal=is_equal)
            return
        is_untouched = node.path is None or (
            made_set.origin is not None and _are_alike(made_set.origin.stamp, node.stamp)
        )
        self.is_same[number] = is_equal or (node.digest is None and is_untouched)
        if node.path is not None and not (is_untouched and self.is_same[number]):
            if node.settings.on_bad_rows == "skip":
                self._tell_left_out(node.path, node, made_set)
            counts = _counts(node, made_set)
            self._tell_change(node.path, counts, is_equal=is_equal, is_untouched=is_untouched)

    def _compare_collection(
        self, number: int, before: CollectionOrigin, made_set: VectorSet, *, is_equal: bool
    ) -> None:
        """Note whether a collection has changed, and whether the sample is another one by that."""
        now = made_set.origin
        assert isinstance(now, CollectionOrigin)
        is_untouched = bool(now.stamp) and now.stamp == before.stamp
        self.is_same[number] = is_equal
        if is_equal and (is_untouched or now.n_rows == before.n_rows):
            return
        rows = ""
        if now.n_rows != before.n_rows:
            rows = f" ({counted(before.n_rows, 'row')} before, {now.n_rows:,} now)"
        text = f"The collection {before.name} has changed since{rows}"
        if is_equal:
            self._note(f"{text}; its sample has the same labels.")
        else:
            self._note(f"{text}: what was chosen is found by labels, as far as they are there.")

    def _tell_change(self, path: Path, counts: str, *, is_equal: bool, is_untouched: bool) -> None:
        if is_equal:
            self._note(f"{path.name} was written again since; its labels are the same.")
            return
        what = f"What the rows of {path.name} are called" if is_untouched else path.name
        self._note(
            f"{what} has changed since{counts}: what was chosen is found by labels, as far as they "
            "are there."
        )


def _are_alike(now: tuple[int, int] | None, before: tuple[int, int] | None) -> bool:
    """Return whether a file has the size and time it had; where that was not kept, the size."""
    if now is None or before is None or before[1]:
        return now == before
    return now[0] == before[0]


def _counts(node: Node, found: VectorSet) -> str:
    """Return how many rows there were and are, where that is another number."""
    if node.n_rows is None or node.n_rows == len(found):
        return ""
    return f" ({counted(node.n_rows, 'row')} before, {len(found):,} now)"
