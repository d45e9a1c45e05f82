"""Compatibility levels and modes: of the whole registry, and of single subjects."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final, TypeVar

from eventpact_registry.contracts.model import Mode as Level
from eventpact_registry.server import errors
from eventpact_registry.server.contexts import DEFAULT, EVERY, qualified, split
from eventpact_registry.server.rows import GLOBAL

if TYPE_CHECKING:
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


def level_in_force(rows: Rows, subject: str) -> Level:
    """The subject's own level, else its context's, else the global one."""
    return Level(_in_force(rows, subject, LEVEL) or DEFAULT_LEVEL)


def mode_in_force(rows: Rows, subject: str) -> Mode:
    """The subject's own mode, else its context's, else the global one; a global override beats all."""
    if rows.setting(GLOBAL, MODE) == Mode.READONLY_OVERRIDE:
        return Mode.READONLY_OVERRIDE
    return Mode(_in_force(rows, subject, MODE) or DEFAULT_MODE)


def _in_force(rows: Rows, subject: str, name: str) -> str | None:
    context, _ = split(subject)
    for scope in (subject, qualified(context, ""), GLOBAL):
        value = rows.setting(scope, name)
        if value is not None:
            return value
    return None


def demand_writable(rows: Rows, subject: str) -> Mode:
    """The mode in force, when it lets anything be written.

    Raises:
        RegistryError: 42205, the mode is read-only.
    """
    mode = mode_in_force(rows, subject)
    if mode in _READ_ONLY:
        raise errors.not_permitted(f"{_label(subject)} is in read-only mode")
    return mode


def forget_subject(rows: Rows, subject: str) -> None:
    """Drop a subject's level and mode; they end with its last live version."""
    for name in (LEVEL, MODE):
        rows.drop_setting(subject, name)


class Governance:
    """Reads and changes levels and modes. `GLOBAL` stands for the whole registry, `:.context:` for a context."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def level(self, subject: str, *, default_to_global: bool) -> Level:
        """A subject's own level.

        Raises:
            RegistryError: 40408, it has none, and the global one was not asked for.
        """
        with self._store.reading() as rows:
            if subject == GLOBAL or default_to_global or rows.setting(subject, LEVEL) is not None:
                return level_in_force(rows, subject)
        raise errors.no_subject_level(subject)

    def set_level(self, subject: str, level: object) -> Level:
        """Set a level.

        Raises:
            RegistryError: 42203, there is no such level; 42205, the mode is read-only.
        """
        wanted = _parsed(Level, level)
        if wanted is None:
            raise errors.invalid_level()
        with self._store.writing() as rows:
            demand_writable(rows, subject)
            rows.set_setting(subject, LEVEL, wanted)
        return wanted

    def drop_level(self, subject: str) -> Level:
        """Fall back to the global level, or to the built-in one; gives the level that was dropped.

        Raises:
            RegistryError: 40401, the subject has none.
        """
        with self._store.writing() as rows:
            demand_writable(rows, subject)
            own = rows.setting(subject, LEVEL)
            if own is None and subject != GLOBAL:
                raise errors.subject_not_found(subject)
            rows.drop_setting(subject, LEVEL)
        return Level(own or DEFAULT_LEVEL)

    def mode(self, subject: str, *, default_to_global: bool) -> Mode:
        """A subject's own mode.

        Raises:
            RegistryError: 40409, it has none, and the global one was not asked for.
        """
        with self._store.reading() as rows:
            if subject == GLOBAL or default_to_global or rows.setting(subject, MODE) is not None:
                return mode_in_force(rows, subject)
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
            if wanted is Mode.IMPORT and not force and mode_in_force(rows, subject) is not Mode.IMPORT:
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
