"""Settings of the Embedding Projector: what they say of vectors, and where the files are.

The web page reads JSON (`projector_config.json`, names such as tensorPath); TensorBoard and PyTorch
write the same as text of a protocol buffer (`projector_config.pbtxt`, tensor_path). Paths are seen
from the folder of the settings. Those that circulate name places on other machines, or addresses on
the web, while the file lies beside the settings: then the one of that name is taken. Nothing is
fetched, and no path leads out of the folder: settings from elsewhere must not choose which files of
this machine are opened.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from embedviz.formats.labels import without_surrogates

LONGEST_SETTINGS = 256 << 10
"""Bytes of a file of settings, which have some hundred for each set; larger ones are not read."""

_USUAL_NAMES = ("projector_config.json", "projector_config.pbtxt")
_MOST_FILES = 8
_has_tensors = re.compile(rb'"(?:tensor(?:Name|Path|Shape)|sprite)"\s*:').search
_is_proto = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:#[^\n]*\n\s*)*(?:model_checkpoint_path\s*:|embeddings\s*:?\s*[{<])"
).match
_is_address = re.compile(r"[a-z][a-z0-9+.-]+://", re.IGNORECASE).match
_token = re.compile(
    r"""\s+|\#[^\n]*
    |(?P<text>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')
    |(?P<name>[A-Za-z_][\w.]*)
    |(?P<number>[-+]?[0-9.][\w.+-]*)
    |(?P<mark>[{}\[\]<>:;,])""",
    re.VERBOSE | re.DOTALL,
)
_escape = re.compile(r"\\(?:([0-7]{1,3})|[xX]([0-9a-fA-F]{1,2})|(.))", re.DOTALL)
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r"}


@dataclass(frozen=True)
class Embedding:
    """One set of vectors in the settings; empty where they do not say.

    Attributes
    ----------
    name : str
    shape : (int, int) or None
        Rows and dimensions.
    vectors, metadata, bookmarks, sheet : str
        Files, as they are written there; the sheet has the pictures of the rows.
    picture_size : (int, int) or None
        Width and height of one picture in the sheet.
    """

    name: str = ""
    shape: tuple[int, int] | None = None
    vectors: str = ""
    metadata: str = ""
    bookmarks: str = ""
    sheet: str = ""
    picture_size: tuple[int, int] | None = None


def read_settings(path: Path) -> tuple[Embedding, ...]:
    """Return what a file of settings says; nothing where it is not there, or something else."""
    try:
        if path.stat().st_size > LONGEST_SETTINGS or not path.is_file():
            return ()
        data = path.read_bytes()
        return parse_settings(data.decode("utf-8-sig")) if are_settings(data) else ()
    except (OSError, ValueError):
        return ()


def are_settings(data: bytes) -> bool:
    """Return whether the start of a file looks like settings of the Projector."""
    return _is_proto(data) is not None or (
        data.lstrip(b" \t\r\n\xef\xbb\xbf")[:1] == b"{"
        and b'"embeddings"' in data
        and _has_tensors(data) is not None
    )


def settings_near(path: Path) -> Iterator[tuple[Path, Embedding]]:
    """Yield the folder and the content of all settings near a file: beside it, or up to two above.

    Beside it, names that only hold "projector_config" count as well.
    """
    for folder in path.absolute().parents[:3]:
        names = [folder / name for name in _USUAL_NAMES]
        if folder == path.absolute().parent:
            names += sorted(
                other
                for other in folder.glob("*projector_config*.*")
                if other.suffix in (".json", ".pbtxt") and other not in names
            )[:_MOST_FILES]
        for name in names:
            for embedding in read_settings(name):
                yield folder, embedding


def parse_settings(text: str) -> tuple[Embedding, ...]:
    """Return the embeddings in JSON or the text of a protocol buffer.

    Raises
    ------
    ValueError
        When it is neither.
    """
    if text.lstrip()[:1] == "{":
        try:
            found = json.loads(text)
        except RecursionError:
            raise ValueError from None
        given = found.get("embeddings") if isinstance(found, dict) else None
        return tuple(map(_from_json, given if isinstance(given, list) else []))
    return tuple(map(_from_proto, _parse_proto(text).get("embeddings", [])))


def find_file(folder: Path, written: str) -> Path | None:
    """Return the file that settings in a folder mean: below it, or of that name beside them.

    None when there is none.
    """
    below = path_below(folder, written)
    beside = folder / last_part(written) if last_part(written) else None
    # False also for names that are too long or have a NUL in them.
    return next((path for path in (below, beside) if path and os.path.isfile(path)), None)


def is_meant(folder: Path, written: str, path: Path) -> bool:
    """Return whether settings in a folder mean a file: by its path, or by its name beside them."""
    is_beside = folder == path.parent and last_part(written) == path.name
    return bool(written) and (is_beside or path_below(folder, written) == path)


def path_below(folder: Path, written: str) -> Path | None:
    """Return a path as seen from a folder; None when it is an address or leads out of it."""
    parts = PurePosixPath(written.replace("\\", "/"))  # Settings may be from Windows.
    leads_out = parts.is_absolute() or ".." in parts.parts or ":" in written
    return None if leads_out or not parts.parts else folder / parts


def last_part(written: str) -> str:
    """Return the name of the file at the end of a path or an address."""
    if _is_address(written):
        written = re.split(r"[?#]", written)[0]
    name = re.split(r"[/\\:]", written)[-1]
    return "" if name in (".", "..") else name


def _from_json(given: Any) -> Embedding:
    given = given if isinstance(given, dict) else {}
    sprite = given.get("sprite")
    sprite = sprite if isinstance(sprite, dict) else {}
    return Embedding(
        _text(given.get("tensorName")),
        _pair(given.get("tensorShape")),
        _text(given.get("tensorPath")),
        _text(given.get("metadataPath")),
        _text(given.get("bookmarksPath")),
        _text(sprite.get("imagePath")),
        _pair(sprite.get("singleImageDim")),
    )


def _from_proto(given: Any) -> Embedding:
    fields: Mapping[str, list[Any]] = given if isinstance(given, dict) else {}
    sprites = [sprite for sprite in fields.get("sprite", []) if isinstance(sprite, dict)]
    sprite: Mapping[str, list[Any]] = sprites[0] if sprites else {}
    return Embedding(
        _last(fields, "tensor_name"),
        _pair(fields.get("tensor_shape")),
        _last(fields, "tensor_path"),
        _last(fields, "metadata_path"),
        _last(fields, "bookmarks_path"),
        _last(sprite, "image_path"),
        _pair(sprite.get("single_image_dim")),
    )


def _last(fields: Mapping[str, list[Any]], name: str) -> str:
    values = fields.get(name)
    return _text(values[-1]) if values else ""


def _text(value: Any) -> str:
    return without_surrogates(value).strip() if isinstance(value, str) else ""


def _pair(value: Any) -> tuple[int, int] | None:
    if not isinstance(value, list) or len(value) != 2:
        return None
    first, second = value
    is_pair = type(first) is int and type(second) is int and min(value) > 0
    return (first, second) if is_pair and max(value) < 1 << 40 else None


class _Message:
    """The fields of a message, in the order of their tokens.

    Attributes
    ----------
    fields : dict of name to list
        Each field with all its values; messages as such dicts again.
    """

    def __init__(self) -> None:
        self.fields: dict[str, list[Any]] = {}
        self._name = ""
        self._awaits_value = False
        self._is_list = False

    def open(self) -> _Message:
        """Begin a message within this one."""
        inner = _Message()
        self._values().append(inner.fields)
        return inner

    def add(self, kind: str, token: str) -> None:
        """Take in any other token."""
        if kind == "mark":
            self._awaits_value = token == ":" or (self._awaits_value and token == "[")
            self._is_list = token == "[" or (self._is_list and token == ",")
        elif kind == "name" and not (self._awaits_value or self._is_list):
            self._name = token
        elif kind == "text" and not (self._awaits_value or self._is_list):
            self._values()[-1:] = ["".join(map(str, self._values()[-1:])) + _unescaped(token)]
        else:
            self._values().append(_value(kind, token))
            self._awaits_value = False

    def _values(self) -> list[Any]:
        if not self._name:
            raise ValueError("a value without a name")
        return self.fields.setdefault(self._name, [])


def _parse_proto(text: str) -> dict[str, list[Any]]:
    """Return the fields of the text of a protocol buffer.

    Raises
    ------
    ValueError
        When it is not such a text.
    """
    messages = [_Message()]
    position = 0
    while position < len(text):
        found = _token.match(text, position)
        if found is None:
            raise ValueError(f"nothing known at {position}")
        position = found.end()
        kind, token = found.lastgroup, found[0]
        if kind == "mark" and token in "{<":
            messages.append(messages[-1].open())
        elif kind == "mark" and token in "}>" and len(messages) > 1:
            messages.pop()
        elif kind is not None:
            messages[-1].add(kind, token)
    return messages[0].fields


def _value(kind: str, token: str) -> Any:
    if kind == "text":
        return _unescaped(token)
    return int(token) if kind == "number" and token.isascii() and token.isdigit() else token


def _unescaped(token: str) -> str:
    """Return what a text in quotes stands for; characters may be written as their bytes."""

    def restored(found: re.Match[str]) -> str:
        octal, hexadecimal, plain = found.groups()
        if plain is not None:
            return _ESCAPED.get(plain, plain)
        return chr(0xDC00 + (int(octal, 8) & 255 if octal else int(hexadecimal, 16)))

    text = _escape.sub(restored, token[1:-1])
    halves = "[\udc00-\udcff]+"
    return re.sub(
        halves, lambda run: bytes(ord(c) & 255 for c in run[0]).decode("utf-8", "replace"), text
    )


_vectors = re.compile(r"(?:tensor|vector|vec|embedding)s?(?=\.|$)", re.IGNORECASE)


def projector_companions(path: Path) -> tuple[Path, ...]:
    """Return where the metadata of the Projector's tensors may be: the most particular first.

    That is where the Projector's settings near them say, or where the name of the tensors suggests.
    """
    near = [(f, e.metadata) for f, e in settings_near(path) if is_meant(f, e.vectors, path)]
    named = filter(None, (find_file(folder, metadata) for folder, metadata in near))
    name = path.name.removesuffix(".gz")
    words = ("metadata", "meta", "labels") if _vectors.search(name) else ()
    found = [_vectors.sub(word, name) for word in words]
    return (*named, *(path.with_name(name) for name in [*found, "metadata.tsv"]))
