"""Who is asking, and whether they may: HTTP's Basic and Bearer authentication (RFC 7617, RFC 6750)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from anyio import CapacityLimiter
from anyio.to_thread import run_sync

from eventpact_registry.server import errors
from eventpact_registry.server.users import Role, User

if TYPE_CHECKING:
    from starlette.requests import Request

    from eventpact_registry.server.users import Users

USER: Final = "eventpact.user"
"""The key of a request's scope under which the name of who asks is kept."""

_ANYBODY: Final = User("-", Role.READ_WRITE)
_CHECKS_AT_ONCE: Final = 2
"""Checks of passwords that may run side by side: each takes 16 MiB and a core."""


class Access:
    """Lets requests in: everybody's when there are no users."""

    def __init__(self, users: Users | None) -> None:
        self._users = users
        self._limiter: CapacityLimiter | None = None

    async def admit(self, request: Request, *, writes: bool) -> None:
        """Let a request in.

        Raises:
            RegistryError: 401, nobody known is asking; 403, they may only read.
        """
        user = _ANYBODY if self._users is None else await self._user(self._users, request)
        request.scope[USER] = user.name
        if writes and user.role is Role.READ_ONLY:
            raise errors.forbidden(user.name)

    async def _user(self, users: Users, request: Request) -> User:
        header = request.headers.get("authorization", "")
        user = users.remembered(header)
        if user is None:
            self._limiter = self._limiter or CapacityLimiter(_CHECKS_AT_ONCE)
            user = await run_sync(users.proved, header, limiter=self._limiter)
        if user is None:
            raise errors.unauthorized()
        return user
