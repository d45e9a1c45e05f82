"""Fields keep different names in Python."""

from eventpact_registry.rules.model import Severity, Verdict, rule
from eventpact_registry.rules.naming import snake_case
from eventpact_registry.rules.subjects import RecordType


@rule("GENERATED_NAME_CLASH", Severity.ERROR)
def generated_name_clash(found: RecordType) -> Verdict | None:
    """Two fields of a record become one attribute in Python.

    Generated attributes are in snake_case, so `userId` and `user_id` are the same one. No package can be generated.

    Anti-pattern: adding `user_id` to move away from `userId`.
    Best practice: rename the field with an alias; or `field-names: avro` in system.yaml keeps the Avro names.
    """
    if found.system.field_names == "avro":
        return None
    seen: dict[str, str] = {}
    for at, field in enumerate(found.type.fields):
        attribute = snake_case(field.name)
        first = seen.setdefault(attribute, field.name)
        if first != field.name:
            said = f"fields {first} and {field.name} would both be called {attribute} in Python"
            place = found.version.locate(f"{found.pointer}/fields/{at}")
            return Verdict(said, "rename one, or say `field-names: avro` under `package` in system.yaml", place)
    return None
