"""The target `python`: frozen, slotted dataclasses with generated codecs; for services."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from eventpact_codegen.python.draft import Draft
from eventpact_codegen.python.formatting import formatted
from eventpact_codegen.python.pages import PAGES
from eventpact_codegen.python.passes import PASSES
from eventpact_codegen.python.runtime_path import runtime_path
from eventpact_codegen.target import Target

if TYPE_CHECKING:
    from eventpact_codegen.model import PackageModel
    from eventpact_codegen.target import Place


def begin(package: PackageModel, place: Place) -> Draft:
    """An empty draft.

    Raises:
        ContractError: `runtime-path` leads nowhere.
    """
    return Draft(package=package, runtime_path=runtime_path(place))


PYTHON: Final = Target(
    name="python",
    summary="typed Python packages: frozen dataclasses, producers, consumer groups",
    begin=begin,
    passes=PASSES,
    pages=PAGES,
    templates=("eventpact_codegen.python",),
    format=formatted,
    folder="packages",
)
