"""The target `pydantic`: the Python one with frozen, strict models; for services whose own code is made of pydantic."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from eventpact_codegen.pydantic.fields import FIELD
from eventpact_codegen.pydantic.pages import PAGES
from eventpact_codegen.pydantic.passes import PASSES
from eventpact_codegen.python.code import Symbol
from eventpact_codegen.python.dialect import Dialect
from eventpact_codegen.python.target import PYTHON
from eventpact_codegen.target import Target

if TYPE_CHECKING:
    from eventpact_codegen.model import PackageModel
    from eventpact_codegen.python.draft import Draft
    from eventpact_codegen.target import Place


def begin(package: PackageModel, place: Place) -> Draft:
    """An empty draft whose classes are models.

    Raises:
        ContractError: `runtime-path` leads nowhere.
    """
    draft = PYTHON.begin(package, place)
    models = draft.dotted("_models")
    dialect = Dialect(decorator=None, field=FIELD, record=Symbol(models, "Model"), event=Symbol(models, "EventModel"))
    return replace(draft, dialect=dialect, is_called=True)


PYDANTIC: Final = Target(
    name="pydantic",
    summary="the same with pydantic models instead of dataclasses",
    begin=begin,
    passes=PASSES,
    pages=PAGES,
    templates=("eventpact_codegen.pydantic", "eventpact_codegen.python"),
    format=PYTHON.format,
    folder="pydantic",
)
