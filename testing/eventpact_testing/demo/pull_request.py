"""A pull request that breaks MessageSent, for the gate to catch, and an older package for its reader."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Final

BROKEN_EVENT: Final = Path("quikapp/message.sent/MessageSent.v3.avsc")
_PINNED_FIELD: Final = {
    "name": "expiresAt",
    "type": {"type": "long", "logicalType": "timestamp-millis"},
    "doc": "When the message vanishes, in UTC.",
}


def break_message_sent(contracts: Path, into: Path) -> Path:
    """Copy the contracts and add a version of MessageSent with a required field that old messages lack."""
    copy = into / contracts.name
    shutil.copytree(contracts, copy)
    schema = json.loads((copy / BROKEN_EVENT.with_name("MessageSent.v2.avsc")).read_text())
    data = next(field["type"] for field in schema["fields"] if field["name"] == "data")
    data["fields"].append(_PINNED_FIELD)
    (copy / BROKEN_EVENT).write_text(json.dumps(schema, indent=2) + "\n")
    return copy


def before_message_sent_v2(contracts: Path, into: Path) -> Path:
    """Copy the contracts as they were when MessageSent had one version, as package 0.9.0 of quikapp."""
    copy = into / contracts.name
    shutil.copytree(contracts, copy)
    for schema in (copy / BROKEN_EVENT.parent).glob("MessageSent.v[2-9].avsc"):
        schema.unlink()
    (copy / "eventpact.yaml").unlink(missing_ok=True)  # its runtime-path does not hold for a copy
    system = copy / "quikapp" / "system.yaml"
    system.write_text(system.read_text().replace("version: 1.0.0", "version: 0.9.0", 1))
    return copy
