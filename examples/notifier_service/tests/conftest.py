"""What the tests of the service share."""

from __future__ import annotations

import pytest

from notifier_service.settings_of_people import SettingsInMemory


@pytest.fixture
def people() -> SettingsInMemory:
    """The settings of people, who all want to be told until a test says otherwise."""
    return SettingsInMemory()
