"""A service that sends until it is killed: `python -m tests.real.spooling_service '{"brokers": …}'`.

It prints the number of each event when `send` has returned, and what was refused. `largest_file` limits how far its
files may grow, in bytes: to the spool, that is a full disk.
"""

from __future__ import annotations

import json
import logging
import resource
import sys
from typing import Any

from eventpact import Settings
from eventpact.errors import DeliveryError
from eventpact.produce.breaker import BreakerPolicy
from eventpact.produce.spool_settings import SpoolSettings
from tests.runtime.sample import Posted, SampleProducer


def main(told: dict[str, Any]) -> None:
    """Send posts of seven keys, as many as told; the first one waits for a broker or the spool to take it."""
    logging.basicConfig(level="WARNING")
    settings = Settings(brokers=told["brokers"], client_id="service", registry_url=told["registry"], timeout=60)
    spool = SpoolSettings(path=told["spool"], max_records=told.get("max_records", 1_000_000), synchronous="NORMAL")
    producer = SampleProducer(settings, register="dev", spool=spool, breaker=BreakerPolicy(down_after=0.2))
    producer.close_on_sigterm(timeout=told.get("deadline", 5.0))
    if "largest_file" in told:
        resource.setrlimit(resource.RLIMIT_FSIZE, (told["largest_file"], told["largest_file"]))
    for number in range(told["events"]):
        try:
            event = Posted(event_id=f"key-{number % 7}", text=str(number), likes=number)
            if number:
                producer.send(event)
            else:
                producer.send_and_wait(event)
        except DeliveryError as error:
            print(f"refused {error}", flush=True)
        else:
            print(f"sent {number}", flush=True)
    print("done", flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
