"""Write the parts of docs/ that are made from the code. Tests compare them with what the code says."""

from pathlib import Path

from errand.config import settings_table

DOCS = Path(__file__).resolve().parents[1] / "docs"

SETTINGS = """\
# Settings

Errand is set up by environment variables and nothing else; all of them are optional. They are read once,
when a process starts, and a value that can not be used is refused there with a sentence that names it.

{table}
<!-- Made by `make docs` from the settings class in src/errand/config.py; not edited by hand. -->
"""


def main() -> None:
    (DOCS / "settings.md").write_text(SETTINGS.format(table=settings_table()), encoding="utf-8")


if __name__ == "__main__":
    main()
