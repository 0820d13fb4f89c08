"""All relations of a set side by side, the most consistent first, with corrected p values.

P values are corrected for how many relations could be tested; see `significance`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from embedviz.core.analogies.relations.found_pairs import GivenPairs
from embedviz.core.analogies.relations.measuring import RelationMeasures, measure_relations
from embedviz.core.analogies.significance import Correction, correct_p_values
from embedviz.core.progress import Report, silent
from embedviz.core.vector_set import VectorSet


@dataclass(frozen=True, eq=False)
class TableRelation:
    """A relation of a table.

    Attributes
    ----------
    name : str
    measures : RelationMeasures
    corrected_p, corrected_pairing_p : float
        P values of the two statistics, corrected for how many relations the table has; NaN where
        there are none.
    """

    name: str
    measures: RelationMeasures
    corrected_p: float
    corrected_pairing_p: float


@dataclass(frozen=True, eq=False)
class RelationsTable:
    """Relations of a set, the most consistent first; those without a measure come last.

    Attributes
    ----------
    relations : tuple of TableRelation
    correction : {"Holm", "Benjamini-Hochberg"}
        How the p values are corrected.
    """

    relations: tuple[TableRelation, ...]
    correction: Correction

    def with_correction(self, correction: Correction) -> RelationsTable:
        """Return the same relations with p values corrected in another way."""
        measures = [each.measures for each in self.relations]
        one = correct_p_values([each.p_value for each in measures], correction)
        other = correct_p_values([each.pairing.p_value for each in measures], correction)
        corrected = zip(self.relations, one.tolist(), other.tolist(), strict=True)
        return RelationsTable(
            tuple(
                replace(each, corrected_p=p_value, corrected_pairing_p=pairing_p)
                for each, p_value, pairing_p in corrected
            ),
            correction,
        )


def relations_table(
    vector_set: VectorSet,
    relations: Mapping[str, GivenPairs],
    n_shuffles: int = 1000,
    seed: int = 0,
    *,
    case_insensitive: bool = False,
    exclude_inputs: bool = True,
    restrict_vocab: int | None = None,
    report: Report = silent,
) -> RelationsTable:
    """Return the measures of all relations, sorted by their consistency.

    Parameters
    ----------
    vector_set : VectorSet
    relations : mapping of str to pairs
        Such as those of `core.samples.load_relations`, or of a file.
    n_shuffles, seed, case_insensitive, exclude_inputs, restrict_vocab, report
        As for `measure_relation`.

    Returns
    -------
    RelationsTable
        Corrected by Holm; see `with_correction`.

    Raises
    ------
    UserError
        When something given is no pair of labels, or a row is not in the set.
    """
    measured = measure_relations(
        vector_set,
        list(relations.values()),
        n_shuffles,
        seed,
        case_insensitive=case_insensitive,
        exclude_inputs=exclude_inputs,
        restrict_vocab=restrict_vocab,
        report=report,
    )
    rows = [
        TableRelation(name, measures, math.nan, math.nan)
        for name, measures in zip(relations, measured, strict=True)
    ]
    rows.sort(key=lambda row: -np.nan_to_num(row.measures.consistency, nan=-2.0))
    return RelationsTable(tuple(rows), "Holm").with_correction("Holm")
