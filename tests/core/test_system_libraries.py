import pytest

from embedviz.core.system_libraries import ALL_PACKAGES, DEBIAN_PACKAGES, explain_missing


@pytest.mark.parametrize(("library", "package"), DEBIAN_PACKAGES.items())
def test_names_the_package_of_a_library(library, package):
    error = ImportError(f"{library}: cannot open shared object file: No such file or directory")
    told = explain_missing(error)
    assert library in told
    assert f"It is in the package {package}." in told
    assert f"sudo apt install {ALL_PACKAGES}" in told


def test_an_unknown_library_is_named_without_a_package():
    told = explain_missing(OSError("libodd-2.so.7: cannot open shared object file"))
    assert "needs libodd-2.so.7" in told
    assert "It is in the package" not in told
    assert "sudo apt install" in told


def test_another_error_is_passed_on():
    told = explain_missing(ImportError("DLL load failed"))
    assert told == "Qt, which draws the window, cannot start: DLL load failed"


def test_what_is_to_be_installed_brings_every_library_of_the_window_system():
    needed = {"libxcb-cursor0", "libegl1", "libxcb-icccm4", "libxcb-keysyms1", "libxcb-shape0"}
    assert needed <= set(ALL_PACKAGES.split())
