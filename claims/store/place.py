"""Where a store is: a SQLite file, or one schema of a PostgreSQL database. Said in words it shows no password."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from claims.store.errors import StoreUnusable

DEFAULT_SCHEMA = "claims"
"""The schema of a URL that names none."""

_FORMS = "write a path, sqlite:///PATH or postgresql://USER@HOST/DATABASE?schema=NAME"
_SCHEMA = re.compile(r"(?!pg_)[a-z_][a-z0-9_]{0,62}")
_SECRETS = ("password", "sslpassword")


@dataclass(frozen=True, slots=True)
class StoreFile:
    """A store in one SQLite file."""

    file: Path

    def __str__(self) -> str:
        return str(self.file)


@dataclass(frozen=True, slots=True, repr=False)
class StoreSchema:
    """A store in one schema of a PostgreSQL database: several homes share a database, each in a schema of its own.

    `url` is for the driver and may hold a password; everything in it but the schema is libpq's own.
    """

    url: URL
    schema: str

    def __str__(self) -> str:
        url = self.url
        host = url.host or next(iter(url.normalized_query.get("host", ())), "")
        user = f"{url.username}@" if url.username else ""
        port = f":{url.port}" if url.port else ""
        return f"postgresql://{user}{host}{port}/{url.database}?schema={self.schema}"

    def __repr__(self) -> str:
        return f"StoreSchema({str(self)!r})"

    @property
    def has_password(self) -> bool:
        """Whether the URL itself carries a password."""
        return self.url.password is not None or any(name in self.url.query for name in _SECRETS)


Place = StoreFile | StoreSchema


def place_of(place: str | Path) -> Place:
    """Read a path, a `sqlite:///…` URL or a `postgresql://…` URL, whose `schema` is the store's (`claims` where it names none).

    Raises StoreUnusable, which never repeats the URL, since it may hold a password.
    """
    if isinstance(place, Path) or "://" not in place:
        return StoreFile(Path(place))
    try:
        url = make_url(place)
    except (ArgumentError, ValueError):
        raise StoreUnusable(f"the store's URL cannot be read; {_FORMS}") from None
    if url.drivername == "sqlite" and url.database and url.database != ":memory:":
        return StoreFile(Path(url.database))
    if url.drivername in ("postgresql", "postgresql+psycopg"):
        return _schema_of(url)
    raise StoreUnusable(f"a store on {url.drivername} is not supported; {_FORMS}")


def _schema_of(url: URL) -> StoreSchema:
    if any("@" in (part or "") for part in (url.host, url.database)):
        raise StoreUnusable("the store's URL cannot be read: within the password, write @ as %40 and / as %2F")
    if not url.database:
        raise StoreUnusable(f"the store's URL names no database; {_FORMS}")
    schema = url.query.get("schema", DEFAULT_SCHEMA)
    if not isinstance(schema, str) or not _SCHEMA.fullmatch(schema):
        raise StoreUnusable(
            "a store's schema is one name of small letters, digits and underscores, at most 63, not beginning with a digit or pg_"
        )
    return StoreSchema(url.set(drivername="postgresql+psycopg").difference_update_query(["schema"]), schema)
