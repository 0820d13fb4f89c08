"""Collections of databases in session files: where each is and how it was sampled.

There is no password in it, and no vectors. Opening a session connects to nothing unless the user
agrees, since the address may come from somebody else; a folder or a file of this machine is opened
as any other file is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from embedviz.app.files.values import Unfit, from_json, path_to_json, to_json
from embedviz.sources.databases.address import Address
from embedviz.sources.databases.origin import CollectionOrigin, SampleSettings

FindPath = Callable[[Any], Path]
"""Finds where a file of a session is now."""


def collection_to_json(origin: CollectionOrigin, folder: Path | None) -> dict[str, Any]:
    """Return a collection as JSON; a folder of a database as paths are written."""
    address = to_json(origin.address)
    if origin.address.is_local:
        address["place"] = path_to_json(Path(origin.address.place), folder)
    return {
        "collection": address,
        "settings": to_json(origin.settings),
        "stamp": origin.stamp,
        "n_rows": origin.n_rows,
        "key_column": origin.key_column,
    }


def collection_of(value: Mapping[str, Any], find_path: FindPath) -> CollectionOrigin:
    """Return a collection as it was written.

    Raises
    ------
    Unfit
        When it is not described in a way that can be read.
    """
    given = value.get("collection")
    if not isinstance(given, Mapping):
        raise Unfit("no collection")
    place = given.get("place")
    if given.get("is_local") is True:
        place = str(find_path(place))
    address = from_json(Address, {**given, "place": place})
    settings = from_json(SampleSettings, value.get("settings"))
    if settings.n_rows < 1 or settings.seed < 0 or "\0" in address.place or not address.place:
        raise Unfit("no sample")
    counts = from_json(int, value.get("n_rows", 0))
    texts = {name: from_json(str, value.get(name, "")) for name in ("stamp", "key_column")}
    return replace(CollectionOrigin(address, settings, counts), **texts)
