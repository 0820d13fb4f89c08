"""Notes on which rows a set holds, in its file and from it."""

import json

import pyarrow.parquet

from embedviz.core.notes import Note
from embedviz.core.vector_set import VectorSet
from embedviz.formats import load, save


def test_only_notes_on_rows_are_taken_from_a_file(toy, tmp_path):
    bad = Note("2 bad rows skipped (line 3).", "bad rows", facts={"count": 2, "places": "line 3"})
    noted = VectorSet(
        toy.vectors,
        toy.labels,
        notes=["Labels from column 'x'.", bad, "<b>!</b>", "3 rows skipped."],
    )
    save(noted, tmp_path / "x.parquet")
    found = load(tmp_path / "x.parquet").notes[0]
    assert found == bad
    assert (found.kind, found.level, dict(found.facts)) == (bad.kind, bad.level, dict(bad.facts))
    table = pyarrow.parquet.read_table(tmp_path / "x.parquet")
    said = table.schema.metadata[b"embedviz"]
    for old, new in [
        (b"(line 3)", b"(line 3)\\nAnything else.\\n("),
        (b'"bad rows"', b'"plain"'),
        (b'"warning"', b'"error"'),
        (b'"count": 2', b'"count": "2"'),
        (b'"places": "line 3"', b'"places": null'),
        (b'"text"', b'"txt"'),
        (b'"notes": [', b'"notes": [1, null, [], {}], "other": ['),
    ]:
        assert old in said
        changed = table.replace_schema_metadata({b"embedviz": said.replace(old, new)})
        pyarrow.parquet.write_table(changed, tmp_path / "y.pq")
        assert load(tmp_path / "y.pq").notes == ("Labels from column 'label'.",)


def test_notes_of_older_files_are_lines(toy, tmp_path):
    save(toy, tmp_path / "x.parquet")
    table = pyarrow.parquet.read_table(tmp_path / "x.parquet")
    said = json.loads(table.schema.metadata[b"embedviz"]) | {
        "notes": "Only the first row.\n2 of 3."
    }
    table = table.replace_schema_metadata({b"embedviz": json.dumps(said)})
    pyarrow.parquet.write_table(table, tmp_path / "y.parquet")
    expected = ("Only the first row.", "2 of 3.", "Labels from column 'label'.")
    found = load(tmp_path / "y.parquet")
    assert found.notes == expected
    save(found, tmp_path / "z.parquet")
    assert load(tmp_path / "z.parquet").notes == expected
