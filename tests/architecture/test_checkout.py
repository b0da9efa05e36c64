"""Promises about everything that lies in the checkout."""

import re

from tests.architecture.project import ROOT, files, name

# Written in pieces, so that this file keeps the promise too.
REGISTRIES = [
    "pypi" + ".org", "files.python" + "hosted.org", "registry." + "npmjs.org", "crates" + ".io",
    "rubygems" + ".org", "proxy." + "golang.org", "deb." + "debian.org", "conda." + "anaconda.org",
    "registry-1." + "docker.io", "ghcr" + ".io",
]  # fmt: skip
MACHINE_PATHS = [re.escape(str(ROOT)), r"(?<![\w.:/-])/(?:w[o]rk|r[o]ot|h[o]me)/\w"]


def test_no_file_names_the_host_of_a_package_registry() -> None:
    naming = re.compile("|".join(map(re.escape, REGISTRIES)).encode())

    assert {name(path): match for path in files() if (match := naming.search(path.read_bytes()))} == {}


def test_no_file_holds_a_path_of_the_machine_it_was_written_on() -> None:
    holding = re.compile("|".join(MACHINE_PATHS).encode())

    assert {name(path): match for path in files() if (match := holding.search(path.read_bytes()))} == {}
