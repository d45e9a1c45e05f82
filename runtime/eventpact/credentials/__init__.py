"""Who a service is: users, passwords, tokens and certificates, checked before anything connects, never shown.

What is kept in files may be renewed while the service runs; `eventpact.credentials.rotation` says what that reaches.
"""

from eventpact.credentials.identity import (
    ClientCredentials,
    OAuthBearer,
    Sasl,
    Ssl,
    connection_properties,
)
from eventpact.credentials.secrets import Properties, Revealed, Secret, SecretFile, reveal
from eventpact.credentials.tokens import Token

__all__ = [
    "ClientCredentials",
    "OAuthBearer",
    "Properties",
    "Revealed",
    "Sasl",
    "Secret",
    "SecretFile",
    "Ssl",
    "Token",
    "connection_properties",
    "reveal",
]
