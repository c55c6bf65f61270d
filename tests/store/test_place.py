"""A store is named by a path or by a URL, and no password is ever repeated."""

from pathlib import Path

import pytest

from claims.store.errors import StoreUnusable
from claims.store.place import DEFAULT_SCHEMA, StoreFile, StoreSchema, place_of


def test_a_path_and_a_sqlite_url_name_a_file() -> None:
    assert place_of("folder/store.sqlite") == StoreFile(Path("folder/store.sqlite"))
    assert place_of(Path("store.sqlite")) == StoreFile(Path("store.sqlite"))
    assert place_of("sqlite:////var/store.sqlite") == StoreFile(Path("/var/store.sqlite"))


@pytest.mark.parametrize("scheme", ["postgresql", "postgresql+psycopg"])
def test_a_postgresql_url_names_a_schema_of_a_database(scheme: str) -> None:
    place = place_of(f"{scheme}://me@host:5433/claims?schema=payer&sslmode=verify-full")
    assert isinstance(place, StoreSchema)
    assert place.schema == "payer"
    assert str(place) == "postgresql://me@host:5433/claims?schema=payer"
    assert dict(place.url.query) == {"sslmode": "verify-full"}, "what is not the store's own is libpq's"
    assert not place.has_password


def test_a_schema_that_is_not_named_is_claims() -> None:
    place = place_of("postgresql:///claims?host=/run/postgresql")
    assert isinstance(place, StoreSchema)
    assert place.schema == DEFAULT_SCHEMA == "claims"
    assert str(place) == "postgresql:///run/postgresql/claims?schema=claims"


@pytest.mark.parametrize("name", ["Payer", "pg_payer", "1payer", "a-b", 'a"b', "a;b", "", "a" * 64, "a&schema=b"])
def test_a_schema_is_one_plain_name(name: str) -> None:
    with pytest.raises(StoreUnusable, match="schema is one name"):
        place_of(f"postgresql://host/claims?schema={name or '%20'}")


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://me:Tulip77@host/claims?schema=payer",
        "postgresql://me@host/claims?schema=payer&password=Tulip77",
        "postgresql://me@host/claims?sslkey=k&sslpassword=Tulip77",
    ],
)
def test_a_password_is_known_of_and_not_shown(url: str) -> None:
    place = place_of(url)
    assert isinstance(place, StoreSchema)
    assert place.has_password
    assert "Tulip77" not in f"{place} {place!r} {[place]}"


@pytest.mark.parametrize(
    "url",
    [
        "mysql://me:Tulip77@host/claims",
        "postgresql+psycopg2://me:Tulip77@host/claims",
        "postgresql+asyncpg://me:Tulip77@host/claims",
        "postgresql://me:Tulip77@host",
        "postgresql://me:a@Tulip77@host/claims",
        "postgresql://me:a@Tulip77/b@host/claims",
        "postgresql://me:Tulip77@host:port/claims",
        "sqlite://",
        "sqlite:///:memory:",
        "my sql://Tulip77",
    ],
)
def test_what_names_no_store_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(StoreUnusable) as refusal:
        place_of(url)
    assert "Tulip77" not in str(refusal.value)
    assert "postgresql://USER@HOST/DATABASE?schema=NAME" in str(refusal.value) or "%40" in str(refusal.value)
