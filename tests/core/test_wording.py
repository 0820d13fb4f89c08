"""Labels as people read them: what nobody sees is shown by its number."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedviz.core.wording import one_line, with_controls

UNSEEN = st.characters(categories=["Cc", "Cf", "Zl", "Zp"]).filter(
    lambda c: (
        c not in "\t\n\r\u200c\u200d"
        and not unicodedata.name(c, "").startswith(
            ("ARABIC", "SYRIAC", "KAITHI", "EGYPTIAN", "SHORTHAND", "TAG", "LANGUAGE")
        )
    )
)


@given(st.text(alphabet="abc ", max_size=5), UNSEEN, st.text(alphabet="abc ", max_size=5))
def test_every_control_is_shown_by_its_number(before, control, after):
    shown = with_controls(before + control + after)
    assert shown == f"{before}[U+{ord(control):04X}]{after}"
    assert shown.isprintable()


@given(st.text())
def test_what_is_shown_stays_what_it_was_but_for_controls(text):
    shown = with_controls(text)
    visible = [c for c in text if unicodedata.category(c)[0] in "LNPSM" and c in shown]
    assert all(c in shown for c in visible)
    assert with_controls(shown) == shown
    assert len(shown) >= len(text)


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("\u202eevil", "[U+202E]evil"),
        ("\u2066a\u2069", "[U+2066]a[U+2069]"),
        ("pay\u200bpal", "pay[U+200B]pal"),
        ("ki\u200dng", "ki[U+200D]ng"),
        ("\ufeffking", "[U+FEFF]king"),
        ("line\u2028sep", "line[U+2028]sep"),
        ("nul\x00", "nul[U+0000]"),
        ("soft\u00adhyphen", "soft[U+00AD]hyphen"),
        ("half\ud800", "half[U+D800]"),
        ("  two\n words\t", "two words"),
        (
            "\U0001f469\u200d\U0001f469\u200d\U0001f467",
            "\U0001f469\u200d\U0001f469\u200d\U0001f467",
        ),
        ("\u2764\ufe0f\u200d\U0001f525", "\u2764\ufe0f\u200d\U0001f525"),
        (
            "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
            "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
        ),
        ("\u0915\u094d\u200d\u0937", "\u0915\u094d\u200d\u0937"),
        ("\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",) * 2,
        ("\u05e9\u05dc\u05d5\u05dd", "\u05e9\u05dc\u05d5\u05dd"),
        ("", ""),
    ],
)
def test_labels(given, shown):
    assert one_line(given) == shown
