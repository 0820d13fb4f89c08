"""Names of files that come from elsewhere: which are plain names, and plain ones made of others."""

from __future__ import annotations

import re
from email.message import Message
from urllib.parse import unquote

MOST_BYTES = 150
"""Of a name in UTF-8; file systems allow 255, and something is appended while it is downloaded."""

_OTHERWISE = "vectors"
_RESERVED = {
    *("con", "prn", "aux", "nul", "conin$", "conout$"),
    *(f"{kind}{number}" for kind in ("com", "lpt") for number in "0123456789¹²³"),
}
_REFUSED = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]')


def why_not_plain(name: str) -> str:
    """Return what keeps a text from being the name of a file in one folder; nothing: it is one."""
    if not name or name.strip(". ") == "":
        return "it is empty, or only dots"
    if _REFUSED.search(name) or not name.isprintable():
        return "it has slashes, colons or invisible characters in it"
    if name.startswith(".") or name.endswith((".", " ")):
        return "it begins or ends with a dot"
    if name.split(".")[0].strip().lower() in _RESERVED:
        return "it is the name of a device"
    if len(name.encode("utf-8", "surrogatepass")) > MOST_BYTES:
        return "it is too long"
    return ""


def plain_name(text: str) -> str:
    """Return a plain name made of any text: of the last part of a path, what is allowed.

    Parameters
    ----------
    text : str
        May hold folders of any system, `%20`, and characters that names cannot have.
    """
    last = re.split(r"[/\\]", unquote(text, errors="replace"))[-1]
    kept = "".join(c if c.isprintable() else "_" for c in _REFUSED.sub("_", last))
    kept = _cut(kept.strip(" ").strip(".").strip(" "))
    if not kept.strip("_. "):
        return _OTHERWISE
    return f"_{kept}" if why_not_plain(kept) else kept


def _cut(name: str) -> str:
    """Return a name that is short enough, with its suffixes."""
    if len(name.encode("utf-8")) <= MOST_BYTES:
        return name
    found = re.search(r"(?:\.[A-Za-z0-9]{1,10}){0,2}$", name)
    end = found[0] if found else ""
    most = MOST_BYTES - len(end) - 1  # One for the mark before a reserved name.
    return name[: len(name) - len(end)].encode("utf-8")[:most].decode("utf-8", "ignore") + end


def name_in_header(disposition: str | None) -> str:
    """Return the name that `Content-Disposition` gives a file, not yet plain; nothing: none."""
    if not disposition or len(disposition) > 2000:
        return ""
    message = Message()
    message["content-disposition"] = re.sub(r"[\r\n]", " ", disposition)
    return message.get_filename("") or ""
