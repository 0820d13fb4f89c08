"""Settings of an encoder: what a set remembers of the model that made vectors of its texts.

With them the same model is found again, so that a text typed later lands in the same space. They
hold no key and no password, only the name of the variable or of the keyring's entry that does.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

_LONGEST = 1000
_MOST_DIMENSIONS = 1_000_000
_is_name = re.compile(r"[a-z][a-z0-9-]{0,39}").fullmatch
_is_address = re.compile(r"https?://[^\s/?#@\\]+(?:/[^\s?#@\\]*)?").fullmatch


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


def encoder_to_json(settings: EncoderSettings) -> dict[str, Any]:
    """Return settings as a file of vectors keeps them: what is not as by default.

    The name of the variable with the key is not among them: whoever is given the file has another.
    """
    written = asdict(settings)
    usual = asdict(EncoderSettings(settings.encoder))
    del written["key_variable"]
    return {
        name: value for name, value in written.items() if name == "encoder" or value != usual[name]
    }


def encoder_from_json(value: Any) -> EncoderSettings | None:
    """Return the settings that a file of vectors holds; None where they cannot be such.

    Somebody else may have written the file, so each value is checked, and it cannot name a key.
    """
    if not isinstance(value, Mapping) or not _is_name(str(value.get("encoder", ""))):
        return None
    given: dict[str, Any] = {}
    for each in fields(EncoderSettings):
        if each.name in value and each.name != "key_variable":
            given[each.name] = value[each.name]
    dimensions = given.get("dimensions")
    is_length = type(dimensions) is int and 2 <= dimensions <= _MOST_DIMENSIONS
    texts = [given.get(name, "") for name in ("encoder", "model", "prompt", "query_prompt")]
    are_texts = all(isinstance(each, str) and _is_plain(each) for each in texts)
    address = given.get("address", "")
    has_address = isinstance(address, str) and (not address or _is_safe(address))
    has_flag = type(given.get("cuts_here", False)) is bool
    is_fit = (dimensions is None or is_length) and are_texts and has_address and has_flag
    return EncoderSettings(**given) if is_fit else None


def _is_plain(text: str) -> bool:
    """Return whether a text is short and can be shown; a prompt may end a line."""
    return len(text) <= _LONGEST and text.replace("\n", "").replace("\t", "").isprintable()


def _is_safe(address: str) -> bool:
    return _is_plain(address) and _is_address(address) is not None
