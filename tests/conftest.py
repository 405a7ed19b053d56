# SPDX-License-Identifier: Apache-2.0
"""What scripts/test tells every program test: where the build and the shared data are."""
import os
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def build() -> Path:
    """The build under test: programs are in bin/. OKURU_BUILD, by default build/dev."""
    return Path(os.environ.get("OKURU_BUILD", TOP / "build" / "dev")).resolve()


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder that OKURU_TEST_DATA names: real order lines, GS1 vectors and more that are not ours to ship."""
    given = os.environ.get("OKURU_TEST_DATA")
    if not given or not Path(given).is_dir():
        pytest.skip("OKURU_TEST_DATA names no folder")
    return Path(given)
