"""The step by which the user says which model made the vectors of a set."""

from __future__ import annotations

from dataclasses import dataclass

from embedviz.core.derivation.additions import with_notes
from embedviz.core.derivation.provenance import after
from embedviz.core.errors import UserError
from embedviz.core.notes import Note
from embedviz.core.origin import Provenance
from embedviz.core.progress import Report, silent
from embedviz.core.texts.encoder_settings import EncoderSettings
from embedviz.core.vector_set import VectorSet


@dataclass(frozen=True)
class NamedEncoder:
    """The step that adds nothing to a set but which encoder made its vectors.

    Attributes
    ----------
    encoder : EncoderSettings
    dimensions : int
        Length of the vectors that it gives with these settings.
    title : str
        What it is called: "WordLlama, 64 dimensions".
    """

    encoder: EncoderSettings
    dimensions: int
    title: str = ""

    adds_only = True

    def derive(self, parent: VectorSet, report: Report = silent) -> VectorSet:
        """Return the set with its encoder.

        Raises
        ------
        UserError
            When the encoder gives vectors of another length than those the set was opened with.
        """
        report(0.0, "naming the encoder")
        title = self.title or self.encoder.encoder
        has = parent.root.dimensions
        if has != self.dimensions:
            raise UserError(
                f"{title} makes vectors of {self.dimensions:,} numbers, and those of "
                f"{parent.root.name or 'the set'} have {has:,}. Choose the model, and the number "
                "of dimensions, that they were made with."
            )
        note = Note(f"Its encoder, as you said: {title}.", level="note")
        # What is from memory can be told its encoder too, and still not be made again.
        provenance = after(self, parent) or Provenance(self, Provenance(None))
        return with_notes(parent, (note,), provenance)
