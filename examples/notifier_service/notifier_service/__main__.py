"""Run the service: `python -m notifier_service`, with the settings that `eventpact dev` prints. Ctrl-C stops it."""

from __future__ import annotations

import signal
import threading

from quikapp_events import QuikappProducer

from eventpact import Settings
from notifier_service.notifier import Notifier
from notifier_service.settings_of_people import SettingsInMemory

stop = threading.Event()
for number in (signal.SIGINT, signal.SIGTERM):
    signal.signal(number, lambda *_: stop.set())
settings = Settings.from_env()
with QuikappProducer(settings) as producer:
    Notifier(producer, SettingsInMemory()).run(settings, stop=stop)
