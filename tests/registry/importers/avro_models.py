"""AvroModels to import; annotations are no strings here, because dataclasses-avroschema does not read those."""

from dataclasses import dataclass
from datetime import datetime

from dataclasses_avroschema import AvroModel
from dataclasses_avroschema.pydantic import AvroBaseModel


@dataclass
class Address(AvroModel):
    street: str


@dataclass
class Moved(AvroModel):
    """Somebody moved."""

    when: datetime
    to: Address
    before: Address | None = None

    class Meta:
        namespace = "io.shop"


@dataclass
class Invited(AvroModel):
    home: Address


class Billed(AvroBaseModel):
    amount: int = 0
