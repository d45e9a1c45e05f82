"""Personal data is marked."""

import re
from fnmatch import fnmatchcase
from typing import Final

from eventpact.avro.model import Array, Schema
from eventpact_registry.rules.model import Severity, Verdict, rule
from eventpact_registry.rules.naming import named_like, snake_case
from eventpact_registry.rules.subjects import RecordField

_is_personal: Final = named_like(
    re.compile(
        r"(?:\A|_)(?:e_?mail(?:_address)?|phone(?:_number)?|mobile(?:_number)?|msisdn|ip(?:_?v[46])?(?:_address)?|address"
        r"|(?:first|last|full|given|family|middle|maiden|display|user)_?name|surname|date_of_birth|birth_?da(?:y|te)"
        r"|passport(?:_number)?|ssn|social_security_number|tax_id|iban|card_number|latitude|longitude|device_token)(?:e?s)?\Z"
    )
)
_NEVER: Final = frozenset({"boolean", "enum", "record", "map", "null"})
"""Of a record, the fields inside are judged."""


def _holds_data(schema: Schema) -> bool:
    return (schema.items if isinstance(schema, Array) else schema).kind not in _NEVER


@rule("PII_UNMARKED", Severity.WARNING)
def pii_unmarked(found: RecordField) -> Verdict | None:
    """A field is named like personal data, but carries no `pii` mark.

    What is marked can be masked in logs, left out of archives and found when somebody asks to be forgotten. What is
    not marked is in every copy of the topic.

    Anti-pattern: an e-mail address that nobody knows is in the event.
    Best practice: `"pii": true` on the field; `"pii": false` where it is nobody's (a company's address), or the name
    under `personal-data: {allow: …}` in eventpact.yaml. `names` there adds names of your own.
    """
    name, policy = found.field.name, found.repository.policy
    if not _is_personal(snake_case(name)) and not any(fnmatchcase(name, own) for own in policy.personal_data_names):
        return None
    if "pii" in found.field.props or not any(map(_holds_data, found.types)):
        return None
    if any(fnmatchcase(name, allowed) for allowed in policy.personal_data_allowed):
        return None
    return Verdict(
        f"field {found.path} is named like personal data, but is not marked as such",
        'add `"pii": true`, or `"pii": false` where it is about nobody',
    )
