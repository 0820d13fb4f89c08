"""Small pictures of scenes, as they looked when they were shown last.

They are kept packed, some kilobytes each, so that hundreds of scenes weigh next to nothing, and go
with the session file: a scene whose file is not there is still recognized.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from functools import lru_cache

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QObject, QSize, Qt, Signal
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QWidget

SIZE = QSize(320, 200)
"""At most, in pixels."""
_MOST_BYTES = 200_000
_MOST_PICTURES = 1000
_QUALITY = 82


class ScenePictures(QObject):
    """Pictures by the keys of scenes.

    Signals
    -------
    changed : (int,)
        The scene with this key has another picture.
    """

    changed = Signal(int)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._packed: dict[int, bytes] = {}

    @property
    def last_key(self) -> int:
        """The largest key that has had a picture; a new scene takes a larger one."""
        return max(self._packed, default=0)

    def take(self, key: int, picture: QWidget) -> None:
        """Keep what a widget shows now, small."""
        if picture.width() < 1 or picture.height() < 1:
            return
        how = Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
        small = picture.grab().scaled(SIZE, *how)
        small.setDevicePixelRatio(1.0)
        self._keep(key, _packed(small))

    def copy(self, key: int, other: int) -> None:
        """Give a scene the picture of another one."""
        if other in self._packed:
            self._keep(key, self._packed[other])

    def picture(self, key: int) -> QPixmap | None:
        """Return the picture of a scene, if there is one."""
        packed = self._packed.get(key)
        return None if packed is None else _unpacked(packed)

    def to_json(self, keys: Sequence[int]) -> list[str]:
        """Return the pictures of scenes in their order; nothing where there is none."""
        return [base64.b64encode(self._packed.get(key, b"")).decode("ascii") for key in keys]

    def restore(self, given: object, keys: Sequence[int]) -> None:
        """Take the pictures of a session, as far as they are pictures."""
        self._packed.clear()
        for key, text in zip(keys, given if isinstance(given, list) else [], strict=False):
            packed = _decoded(text)
            if packed and _unpacked(packed) is not None:
                self._keep(key, packed)

    def _keep(self, key: int, packed: bytes) -> None:
        self._packed.pop(key, None)
        self._packed[key] = packed
        while len(self._packed) > _MOST_PICTURES:
            del self._packed[next(iter(self._packed))]
        self.changed.emit(key)


def _packed(picture: QPixmap) -> bytes:
    content = QByteArray()
    buffer = QBuffer(content)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    picture.save(buffer, "JPG", _QUALITY)
    buffer.close()
    return bytes(content.data())


def _decoded(text: object) -> bytes:
    try:
        packed = base64.b64decode(text, validate=True) if isinstance(text, str) else b""
    except (binascii.Error, ValueError):
        return b""
    return packed if len(packed) <= _MOST_BYTES else b""


@lru_cache(maxsize=64)
def _unpacked(packed: bytes) -> QPixmap | None:
    picture = QPixmap()
    is_read = picture.loadFromData(packed, "JPG")
    fits = picture.width() <= SIZE.width() and picture.height() <= SIZE.height()
    return picture if is_read and fits else None
