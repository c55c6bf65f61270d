"""Where a home's store is: what its settings may say, and the place that they mean."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit

from claims.service.errors import UsageError

FILES = ("passfile", "sslrootcert", "sslcert", "sslkey", "sslcrl")
"""Parameters of a PostgreSQL URL that name files: named relatively, they lie beside the home's settings."""


def check_store(setting: str) -> None:
    """Accept a path, or a PostgreSQL URL that names its schema and holds no password.

    Settings are shown and copied, so a password stays where libpq looks for it. A schema that was not named would be the same
    for two homes on one database, each of which takes it for its own. Raises UsageError, without repeating the URL.
    """
    if "://" not in setting:
        return
    from claims.store.errors import StoreUnusable
    from claims.store.place import StoreSchema, place_of

    try:
        place = place_of(setting)
    except StoreUnusable as problem:
        raise UsageError(str(problem)) from None
    if not isinstance(place, StoreSchema):
        raise UsageError("a home's SQLite file is named by its path, without sqlite://")
    if place.has_password:
        raise UsageError(
            "a home's settings hold no password: leave it out of the store's URL and put it into ~/.pgpass, into a file "
            "that the URL names with passfile=, or into PGPASSWORD"
        )
    if "schema" not in dict(parse_qsl(urlsplit(setting).query)):
        raise UsageError("the store's URL must name this home's own schema: add ?schema=NAME")


def place_of_store(folder: Path, setting: str) -> str | Path:
    """The place as `open_store` takes it: what the setting names relatively lies in the home's folder."""
    if "://" not in setting:
        return folder / setting
    url = urlsplit(setting)
    query = [
        (name, str((folder / value).absolute()) if name in FILES else value)
        for name, value in parse_qsl(url.query, keep_blank_values=True)
    ]
    return url._replace(query=urlencode(query)).geturl()
