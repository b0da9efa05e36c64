"""Without the extra: what a person is told."""

import importlib.util
from pathlib import Path

import pytest

from errand.domain.errors import ModelUnusable
from errand.models.llama import open_gguf


@pytest.mark.skipif(importlib.util.find_spec("llama_cpp") is not None, reason="the extra is installed")
def test_a_gguf_file_without_the_library_says_how_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(ModelUnusable, match="install Errand with the extra `llama`"):
        open_gguf("gguf:x.gguf", tmp_path / "x.gguf")
