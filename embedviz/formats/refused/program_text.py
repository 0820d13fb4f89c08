"""Program text: lists of numbers in the source of a program, printed by one, or in YAML.

It is told from tables and word vectors by how it begins, since its numbers can be split at commas
as well. Nothing of it is run: the line that converts it is named instead, and JSON is read.
"""

from __future__ import annotations

import re

# All possessive, where a blank may belong to either of two parts, or a long text takes hours.
_BLANKS = rb"(?:\s|//[^\n]*+\n|/\*(?:[^*]|\*(?!/))*+\*/|(?:#|--|%)[^\n]*+\n)*+"
_PREAMBLE = (
    rb"(?:(?:\"use strict\"|'use strict'|import\b|from\b|package\b|using\b|library\b|require\b"
    rb"|<\?php|use\b|namespace\b|@)[^\n]*+\n" + _BLANKS + rb")*+"
)
_NUMBER = rb"[-+]?(?:[0-9]++\.?[0-9]*+|\.[0-9]++)(?:[eE][-+]?[0-9]++)?"
_QUOTED = rb"(?:\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'|`[^`\n]*`)"
_CALL = (
    rb"(?:new\s++)?(?:[A-Za-z_][\w.:]*+(?:<[^>\n]*+>)?(?:\[[^\]\n]*+\])*+!?\s*+"
    rb"(?:\(\s*+(?=[\[{(]))?)?"
)
_OPENED = _CALL + rb"[\[{(]"
_begins = re.compile(_BLANKS + _PREAMBLE, re.DOTALL).match
# "const words: Record<string, number[]> = {", "vectors = np.array([", "x <- c(".
_is_assigned = re.compile(
    rb"(?:[A-Za-z_][\w<>\[\]]*[ \t]+){0,5}[$@%*&]?[A-Za-z_][\w.$]*(?:\[[^\]\n]*+\])*+"
    rb"[ \t]*+(?::[^=\n]{1,100})?[ \t]*+(?::=|<-|=)\s*+" + _OPENED
).match
_is_returned = re.compile(rb"(?:export\s+default|return|module\.exports\s*=)\s*" + _OPENED).match
# "{'w0': [", "{w0: [", "{0: (", "[('w0', [", "OrderedDict({": what JSON does not have.
_KEY = rb"(?:" + _QUOTED + rb"|[A-Za-z_$][\w$]*|-?[0-9]+)"
_is_printed = re.compile(
    rb"[\[({\s]*\{\s*(?:'(?:[^'\\\n]|\\.)*'|[A-Za-z_$][\w$]*|-?[0-9]+)\s*(?::|=>|=)\s*\S"
    rb"|\{\s*\"(?:[^\"\\\n]|\\.)*\"\s*(?:=>|=)"
    rb"|\{\s*\"(?:[^\"\\\n]|\\.)*\"\s*:\s*[\[(]*(?:np\.|numpy\.|torch\.)?(?:array|tensor|float\d*|\()"
    rb"|[\[(]\s*\(\s*" + _QUOTED + rb"\s*,\s*" + _OPENED +
    rb"|[\[(]\s*'(?:[^'\\\n]|\\.)*'\s*,"
    rb"|(?:OrderedDict|defaultdict|dict|Counter|array|tensor|matrix|c|Map)\(\s*[\[{(<]"
    rb"|\[+(?:np\.float\d*|array|tensor|matrix)\("
    rb"|\[\[\s*" + _NUMBER + rb"[ \t]+" + _NUMBER + rb"[^\n,]*\]"
).match  # fmt: skip
_is_rounded = re.compile(
    rb"\b(?:array|tensor|float\d*|OrderedDict|defaultdict)\(|\[\s*" + _NUMBER + rb"[ \t]+" + _NUMBER
).search
_is_in_javascript = re.compile(rb"(?:export\s+)?(?:var|let|const|window\.|module\.|export\b)").match
_has_dictionary = re.compile(rb"[^{\n]*\{").match

_YAML_KEY = rb"(?:" + _QUOTED + rb"|[^\s\[\]{},#&*!|>'\"%@`-][^\n\t\[\]{}\"]{0,200}?)"
_is_yaml_start = re.compile(rb"(?:%YAML[^\n]*\n)?---[ \t]*(?:#[^\n]*)?\r?\n").match
_has_flow = re.compile(rb"\s*(?:- )?" + _YAML_KEY + rb":\s+[\[{(]\s*(?:" + _NUMBER + rb"|\Z)").match
_has_bare_key = re.compile(rb"\s*(?:- )?" + _YAML_KEY + rb":\s*\Z").match
_is_item = re.compile(rb"\s*-\s+(?:-\s+)*" + _NUMBER + rb"\s*\Z").match
_is_entry = re.compile(rb"\s*(?:- )*" + _YAML_KEY + rb":(?:\s+[^\n]*)?\Z").match
# "w0": [0.1, 0.2],  'w0' => (0.1, 0.2),  w0 = {0.1, 0.2};  [0.1, 0.2],
_is_piece = re.compile(
    rb"\s*+[\[({]?\s*+(?:" + _KEY + rb"\s*+(?::|=>|=|,)?\s*+)?" + _CALL + rb"[\[{(][\[{(\s]*+" +
    _NUMBER + rb"f?(?:(?:\s*+[,;]\s*+|\s++)" + _NUMBER + rb"f?)*+\s*+,?\s*+[\])}]++"
    rb"[\s,;)\]}]*+\Z"
).match  # fmt: skip
_LONGEST_START = 1 << 16
_LONGEST_LINE = 1 << 16
_LONGEST_OPENING = 1 << 11

_IN_PYTHON = "In Python, in its folder: "
_TO_JSON = "json.dump({what}, open('vectors.json', 'w'))"


def name_program_text(text: bytes, lines: list[bytes], file: str) -> tuple[str, str] | None:
    """Return what kind of program text it is and how it is converted, or None where it is none.

    Parameters
    ----------
    text : bytes
        The start of the file.
    lines : list of bytes
        The first that are not blank.
    file : str
        Its name, for the line that converts it.
    """
    text = text[:_LONGEST_START]
    if (found := _begins(text)) is not None:
        start = text[found.end() :][:_LONGEST_OPENING]
        if _is_returned(start) or _is_assigned(start):
            return _name_assigned(start, file)
        if _is_printed(start):
            return "a dictionary or a list as a program prints it", _advice_on_printed(text, file)
    if _is_yaml(text, lines):
        how = _TO_JSON.format(what=f"yaml.safe_load(open({file!r}, encoding='utf-8'))")
        return "YAML", f"{_IN_PYTHON}import json, yaml; {how}. Then open vectors.json."
    return None


def describe_pieces(lines: list[bytes]) -> str:
    """Return the sentences about lines that are pieces of a program, nothing if they are not."""
    lines = [line for line in lines if len(line) < _LONGEST_LINE]
    if not lines or 2 * sum(bool(_is_piece(line)) for line in lines) <= len(lines):
        return ""
    return (
        "is a piece of a program's text: its lines are lists of numbers in brackets. Write them as "
        'JSON, such as {"king": [0.1, 0.2], "queen": [0.3, 0.4]}, or as a table in which each list '
        "is in double quotes."
    )


def _is_yaml(text: bytes, lines: list[bytes]) -> bool:
    if _is_yaml_start(text):
        return True
    if text.lstrip()[:1] in (b"{", b"["):
        return False  # JSON over several lines: whatever is wrong with it, that reader says.
    if any(len(line) > _LONGEST_LINE for line in lines):
        lines = [line[:_LONGEST_LINE] for line in lines]
    n_flow = sum(bool(_has_flow(line)) for line in lines)
    n_entries = sum(bool(_is_entry(line.rstrip())) for line in lines)
    if 2 * n_flow > len(lines) or (n_flow > 1 and n_entries == len(lines)):
        return True
    n_items = sum(bool(_is_item(line)) for line in lines)
    if n_items < 2 or not (_has_bare_key(lines[0].rstrip()) or _is_entry(lines[0].rstrip())):
        return False
    return n_items + n_entries == len(lines)


def _name_assigned(text: bytes, file: str) -> tuple[str, str]:
    """Return what a text is that gives lists to a name, and how these are taken out of it."""
    first = text.split(b"=", 1)[-1] if b"=" in text[:300] else text
    opening, closing = "{}" if _has_dictionary(first) else "[]"
    cut = f"t[t.index({opening!r}, max(t.find('='), 0)):t.rindex({closing!r}) + 1]"
    is_javascript = bool(_is_in_javascript(text))
    inside = first[first.find(opening.encode()) :][:2000]
    is_bare = re.search(rb"[{,]\s*[A-Za-z_$][\w$]*\s*:|//|/\*", inside) is not None
    if is_javascript and is_bare:
        cut = f"t.slice(t.indexOf('{opening}', t.indexOf('=')), t.lastIndexOf('{closing}') + 1)"
        advice = (
            "In its folder, with Node: node -e \"const fs = require('fs'), t = "
            f"fs.readFileSync({file!r}, 'utf8'); fs.writeFileSync('vectors.json', "
            f"JSON.stringify(eval('(' + {cut} + ')')))\""
        )
    else:
        how = _TO_JSON.format(what=f"ast.literal_eval({cut})")
        advice = f"{_IN_PYTHON}import ast, json; t = open({file!r}, encoding='utf-8').read(); {how}"
    what = "JavaScript or TypeScript" if is_javascript else "the text of a program"
    return what, f"{advice}. Then open vectors.json."


def _advice_on_printed(text: bytes, file: str) -> str:
    if _is_rounded(text):
        how = _TO_JSON.format(what="{word: list(map(float, v)) for word, v in vectors.items()}")
        return (
            "It may have lost digits. Where it was printed, write JSON instead: import json; "
            f"{how}. A matrix: numpy.save('vectors.npy', vectors)"
        )
    how = _TO_JSON.format(what=f"ast.literal_eval(open({file!r}, encoding='utf-8').read())")
    return f"{_IN_PYTHON}import ast, json; {how}. Then open vectors.json."
