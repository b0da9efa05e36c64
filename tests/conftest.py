"""What every test may ask for."""

import os
from pathlib import Path

import pytest

CORPUS = Path(__file__).parents[2] / "shared" / "corpus"


@pytest.fixture(scope="session")
def corpus() -> Path:
    """Real filings with their checks; kept beside the checkout, not in it."""
    if not CORPUS.is_dir():
        if os.environ.get("CI") == "true":
            pytest.fail("The corpus is missing beside the checkout")
        pytest.skip("needs the corpus beside the checkout")
    return CORPUS
