"""A running application that knows somebody of every role."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from engine.settings import Settings
from engine.storage import Store
from tests.api.access.people import ring
from tests.api.conftest import running
from tests.api.fakes import FakeEngine


@pytest.fixture
def everyone(settings: Settings, store: Store, engine: FakeEngine) -> Iterator[TestClient]:
    """Caller without a key of its own; ``people.bearer`` gives one of a role."""
    with running(settings, engine, store=store, keys=ring()) as caller:
        del caller.headers["Authorization"]
        yield caller
