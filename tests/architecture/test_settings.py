"""Every setting is documented: the table in docs/settings.md is made from the settings class."""

from errand.config import Settings, settings_table
from tests.architecture.project import ROOT


def test_the_documented_settings_are_those_there_are() -> None:
    documented = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")

    assert settings_table() in documented, "run `make docs`"


def test_every_setting_says_what_it_does() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []
