"""A generated wheel in an empty environment, beside the runtime and the native codecs: what a service's image holds."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from eventpact_codegen.artifacts import build_all
from tests.codegen.packages import ROOT
from tests.registry.contracts.building import avsc, field, load

SERVICE = """\
from decimal import Decimal

import eventpact_native
from eventpact import avro
from shop_events import Money, OrderPlaced

event = OrderPlaced(order_id="o-1", total=Money(amount=Decimal("12.50")), tags={"gift": "yes"})
contract = OrderPlaced.contract
assert contract.decode(contract.encode(event)) == event
assert OrderPlaced.from_json(event.to_json(encoding="plain"), encoding="plain") == event
print(avro.executor.chosen(), contract.topic, len(contract.encode(event)))
"""


def run(*command: str | Path, **variables: str) -> str:
    """What a command prints; it must succeed."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "EVENTPACT_"))}
    path = os.pathsep.join([str(Path(sys.executable).parent), plain["PATH"]])
    environment = {**plain, "PATH": path, **variables}
    done = subprocess.run(
        [*map(str, command)], env=environment, capture_output=True, text=True, timeout=280, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of an environment that has the shop's wheel, and what pip brings along."""
    if shutil.which("cargo") is None:
        if os.environ.get("CI", "").lower() == "true":
            pytest.fail("cargo is not installed, and the native codecs cannot be built")
        pytest.skip("cargo is not installed: no native codecs to install beside a package")
    folder = tmp_path_factory.mktemp("installed")
    total = {
        "type": "record",
        "name": "Money",
        "fields": [field("amount", {"type": "bytes", "logicalType": "decimal", "precision": 9, "scale": 2})],
    }
    tags = {"type": "map", "values": "string"}
    order = avsc("OrderPlaced", field("orderId"), field("total", total), field("tags", tags, default={}))
    build_all(load({"shop/order.placed/OrderPlaced.v1.avsc": order}), folder / "wheels")
    quiet = ["--quiet", "--disable-pip-version-check"]
    for source in (ROOT, ROOT / "native"):
        run(
            sys.executable,
            "-m",
            "pip",
            "wheel",
            *quiet,
            "--no-deps",
            "--no-build-isolation",
            "-w",
            folder / "wheels",
            source,
        )
    venv.create(folder / "env", with_pip=True)
    python = folder / "env" / "bin" / "python"
    # By file: an index may have something else under these names.
    run(python, "-m", "pip", "install", *quiet, *(folder / "wheels").glob("*.whl"))
    (folder / "service.py").write_text(SERVICE)
    return python


@pytest.mark.parametrize("executor", ["native", "python"])
def test_events_are_sent_and_read_there_by_either_executor(service: Path, executor: str) -> None:
    said = run(service, service.parents[2] / "service.py", EVENTPACT_CODEC=executor)

    assert said.split() == [executor, "order.placed", "18"]


def test_the_native_one_is_chosen_where_it_is_installed(service: Path) -> None:
    assert run(service, service.parents[2] / "service.py").startswith("native ")


def test_nothing_of_the_toolkit_comes_along(service: Path) -> None:
    installed = run(service, "-m", "pip", "list", "--format", "freeze").lower()

    assert "shop_events==1.0.0" in installed.replace("-", "_")
    assert not [name for name in ("jinja2", "click", "ruff", "hatchling", "pydantic") if f"\n{name}==" in installed]
