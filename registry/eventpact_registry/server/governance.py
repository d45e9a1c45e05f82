"""Configurations (level, metadata) and modes: of the whole registry, of contexts and of single subjects."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final, TypeVar

from eventpact_registry.contracts.model import Mode as Level
from eventpact_registry.server import errors
from eventpact_registry.server.contexts import DEFAULT, EVERY, qualified, split
from eventpact_registry.server.metadata import NONE, merged
from eventpact_registry.server.rows import GLOBAL

if TYPE_CHECKING:
    from collections.abc import Mapping

    from eventpact_registry.server.rows import Rows
    from eventpact_registry.server.store import Store

LEVEL: Final = "compatibility"
MODE: Final = "mode"


class Mode(StrEnum):
    """What may be written."""

    READWRITE = "READWRITE"
    READONLY = "READONLY"
    READONLY_OVERRIDE = "READONLY_OVERRIDE"
    """As the global mode: read-only whatever the subjects say."""
    IMPORT = "IMPORT"
    """Schemas are registered under given ids, and compatibility is not judged."""


_Setting = TypeVar("_Setting", Level, Mode)

DEFAULT_LEVEL: Final = Level.BACKWARD
DEFAULT_MODE: Final = Mode.READWRITE

_READ_ONLY: Final = frozenset({Mode.READONLY, Mode.READONLY_OVERRIDE})

DEFAULT_METADATA: Final = "defaultMetadata"
OVERRIDE_METADATA: Final = "overrideMetadata"
_CONFIG: Final = (LEVEL, DEFAULT_METADATA, OVERRIDE_METADATA)
"""The settings that make up a configuration."""


@dataclass(frozen=True, slots=True)
class InForce:
    """The settings that hold for a subject: its own, else its context's, else the global ones."""

    level: Level
    mode: Mode
    default_metadata: str
    override_metadata: str

    def metadata(self, given: str, previous: str) -> str:
        """The metadata of a new version: what is given, else the previous version's, between default and override."""
        return merged(self.default_metadata, given or previous, self.override_metadata)

    def config(self) -> dict[str, str]:
        """As a configuration."""
        config = dict(zip(_CONFIG, (self.level, self.default_metadata, self.override_metadata), strict=True))
        return {name: value for name, value in config.items() if value}


def in_force(rows: Rows, subject: str) -> InForce:
    """The settings that hold for a subject; a global override of the mode beats all."""
    context, _ = split(subject)
    scopes = tuple(dict.fromkeys((GLOBAL, qualified(context, ""), subject)))
    found = rows.settings(*scopes)
    values = {name: value for scope in scopes for (of, name), value in found.items() if of == scope}
    overridden = found.get((GLOBAL, MODE)) == Mode.READONLY_OVERRIDE
    return InForce(
        Level(values.get(LEVEL, DEFAULT_LEVEL)),
        Mode.READONLY_OVERRIDE if overridden else Mode(values.get(MODE, DEFAULT_MODE)),
        values.get(DEFAULT_METADATA, NONE),
        values.get(OVERRIDE_METADATA, NONE),
    )


def demand_writable(settings: InForce, subject: str) -> None:
    """Refuse to write where a subject's settings say so.

    Raises:
        RegistryError: 42205, the mode is read-only.
    """
    if settings.mode in _READ_ONLY:
        raise errors.not_permitted(f"{_label(subject)} is in read-only mode")


class Governance:
    """Reads and changes configurations and modes; `GLOBAL` is the whole registry, `:.context:` a context."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def config(self, subject: str, *, default_to_global: bool) -> dict[str, str]:
        """A subject's own configuration, by name of setting.

        Raises:
            RegistryError: 40408, it has none, and the global one was not asked for.
        """
        with self._store.reading() as rows:
            own = _own_config(rows, subject)
            if subject == GLOBAL or default_to_global:
                return in_force(rows, subject).config()
        if not own:
            raise errors.no_subject_level(subject)
        return own

    def configure(self, subject: str, changes: Mapping[str, str]) -> None:
        """Change a configuration; an empty value drops a setting.

        Raises:
            RegistryError: 42203, there is no such level; 42205, the mode is read-only.
        """
        wanted = {name: _level(value) if name == LEVEL else value for name, value in changes.items()}
        with self._store.writing() as rows:
            demand_writable(in_force(rows, subject), subject)
            for name, value in wanted.items():
                if value:
                    rows.set_setting(subject, name, value)
                else:
                    rows.drop_setting(subject, name)

    def drop_config(self, subject: str) -> dict[str, str]:
        """Fall back to the global configuration, or to the built-in one; gives what was dropped.

        Raises:
            RegistryError: 40401, the subject has none.
        """
        with self._store.writing() as rows:
            demand_writable(in_force(rows, subject), subject)
            own = _own_config(rows, subject)
            if not own and subject != GLOBAL:
                raise errors.subject_not_found(subject)
            for name in own:
                rows.drop_setting(subject, name)
        return own if subject != GLOBAL else {LEVEL: DEFAULT_LEVEL, **own}

    def mode(self, subject: str, *, default_to_global: bool) -> Mode:
        """A subject's own mode.

        Raises:
            RegistryError: 40409, it has none, and the global one was not asked for.
        """
        with self._store.reading() as rows:
            if subject == GLOBAL or default_to_global or rows.setting(subject, MODE) is not None:
                return in_force(rows, subject).mode
        raise errors.no_subject_mode(subject)

    def set_mode(self, subject: str, mode: object, *, force: bool) -> Mode:
        """Set a mode.

        Raises:
            RegistryError: 42204, there is no such mode; 42205, IMPORT where there are schemas, without `force`.
        """
        wanted = _parsed(Mode, mode)
        if wanted is None:
            raise errors.invalid_mode()
        with self._store.writing() as rows:
            if wanted is Mode.IMPORT and not force and in_force(rows, subject).mode is not Mode.IMPORT:
                _demand_empty(rows, subject)
            rows.set_setting(subject, MODE, wanted)
        return wanted

    def drop_mode(self, subject: str) -> Mode:
        """Fall back to the global mode, or to the built-in one; gives the mode that was dropped.

        Raises:
            RegistryError: 40401, the subject has none.
        """
        with self._store.writing() as rows:
            own = rows.setting(subject, MODE)
            if own is None and subject != GLOBAL:
                raise errors.subject_not_found(subject)
            rows.drop_setting(subject, MODE)
        return Mode(own or DEFAULT_MODE)


def _own_config(rows: Rows, subject: str) -> dict[str, str]:
    found = rows.settings(subject)
    return {name: found[subject, name] for name in _CONFIG if (subject, name) in found}


def _level(written: str) -> Level:
    level = _parsed(Level, written)
    if level is None:
        raise errors.invalid_level()
    return level


def _demand_empty(rows: Rows, subject: str) -> None:
    context, name = split(subject)
    prefix = EVERY if context == DEFAULT else subject
    versions = rows.versions(subject) if name else rows.all_versions(prefix)
    if any(not version.deleted for version in versions):
        raise errors.not_permitted("Cannot import since found existing subjects")


def _parsed(kind: type[_Setting], value: object) -> _Setting | None:
    """The setting that `value` names in any case, if there is one."""
    return next((member for member in kind if isinstance(value, str) and member == value.upper()), None)


def _label(subject: str) -> str:
    return f"Subject {subject}" if split(subject)[1] else f"Context {subject}" if subject else "The registry"
