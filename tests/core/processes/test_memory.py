import re

import pytest

from embedviz.core.errors import ChoiceRequired
from embedviz.core.processes import memory
from embedviz.core.processes.memory import available_memory, require_memory
from embedviz.core.wording import in_words


@pytest.fixture
def groups(tmp_path, monkeypatch):
    """Return a function that makes control groups; none are there before."""
    monkeypatch.setattr(memory, "_OWN_GROUPS", tmp_path / "own")
    monkeypatch.setattr(memory, "_GROUPS", tmp_path / "groups")

    def make(own, files):
        (tmp_path / "own").write_text(own)
        for name, text in files.items():
            path = tmp_path / "groups" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    return make


def test_without_groups_it_is_what_the_machine_has(groups):
    import psutil

    assert 0 < available_memory() <= psutil.virtual_memory().total


def test_the_limit_of_a_group_counts_without_pages_of_files(groups):
    stat = "anon 5\ninactive_file 3000\nactive_file 70\n"
    files = {"memory.max": "10000\n", "memory.current": "9000\n", "memory.stat": stat}
    groups("0::/\n", files)
    assert available_memory() == 4000
    groups("0::/\n", {"memory.current": "99000\n"})
    assert available_memory() == 0


def test_the_smallest_of_nested_groups_counts(groups):
    files = {"memory.max": "max\n", "memory.current": "9\n"}
    for name, limit in (("outer", "5000"), ("outer/inner", "8000")):
        files |= {f"{name}/memory.max": limit, f"{name}/memory.current": "1000"}
    groups("12:cpu:/x\n0::/outer/inner\n", files)
    assert available_memory() == 4000


def test_groups_of_the_first_version(groups):
    files = {
        "memory/a/memory.limit_in_bytes": "5000",
        "memory/a/memory.usage_in_bytes": "4000",
        "memory/a/memory.stat": "inactive_file 1\ntotal_inactive_file 500\n",
    }
    groups("11:cpuset:/a\n10:memory:/a\n", files)
    assert available_memory() == 1500


def test_what_cannot_be_understood_is_no_limit(groups):
    groups("nonsense\n0::/gone\n", {"memory.max": "x"})
    assert available_memory() > 10_000


def test_a_matrix_that_does_not_fit_is_refused_with_a_sample_that_does(monkeypatch):
    monkeypatch.setattr(memory, "available_memory", lambda: 1_000_000_000)
    require_memory("x.txt", 2_000_000, 100)
    with pytest.raises(ChoiceRequired) as asked:
        require_memory("x.txt", 3_000_000, 100)
    assert asked.value.option == "sample"
    assert asked.value.choices == {"500000": "A random sample of 500,000 rows"}
    assert str(asked.value) == (
        "x.txt: about 3,000,000 rows of 100 numbers need 1.2 GB of memory, and 950 MB are free. "
        "Open a random sample of up to 500,000 rows: --sample 500000 on the command line, "
        "sample=500000 in Python."
    )
    require_memory("x.txt", 2 * 500_000, 100)
    require_memory("x.txt", 3_000_000, 100, n_had=1_000_000)


def test_little_is_never_asked_for(monkeypatch):
    monkeypatch.setattr(memory, "available_memory", lambda: 0)
    require_memory("x.txt", 100_000, 100)
    with pytest.raises(ChoiceRequired, match=re.escape("up to 1 rows")):
        require_memory("x.txt", 1_000_000, 100)


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (0, "0 bytes"),
        (999, "999 bytes"),
        (1000, "1 kB"),
        (3_072_000_000, "3.1 GB"),
        (12_345_678, "12 MB"),
        (999_600, "1 MB"),
        (9_960_000, "10 MB"),
        (123 * 10**12, "123 TB"),
        (5 * 10**15, "5,000 TB"),
    ],
)
def test_sizes_in_words(count, words):
    assert in_words(count) == words
