"""Settings of an encoder: what a set remembers of the model that made vectors of its texts.

With them the same model is found again, so that a text typed later lands in the same space. They
hold no key and no password, only the name of the variable or of the keyring's entry that does.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class EncoderSettings:
    """Which model makes vectors of texts, and how.

    Attributes
    ----------
    encoder : str
        Name in `sources.encoders.ENCODERS`: "wordllama", "sentence-transformers", "service".
    model : str
        Name or folder of the model, where the encoder has several.
    dimensions : int or None
        How many the vectors are cut to, which then have unit length again; None: all.
    address : str
        Of a service, without key or password: "http://localhost:11434/v1".
    key_variable : str
        Environment variable that holds the key of a service; empty: the system's keyring, by
        address, or no key.
    prompt : str
        Put before each text that is encoded as a row.
    query_prompt : str
        Put before each text that is searched with.
    cuts_here : bool
        Whether vectors that the model gives longer than asked for are cut here, to which the user
        has agreed.
    """

    encoder: str = "wordllama"
    model: str = ""
    dimensions: int | None = None
    address: str = ""
    key_variable: str = ""
    prompt: str = ""
    query_prompt: str = ""
    cuts_here: bool = False
