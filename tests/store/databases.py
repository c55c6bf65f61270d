"""Marks of tests that concern one of the two databases."""

import pytest

on_postgresql = pytest.mark.parametrize(
    "new_store_place", [pytest.param("postgresql", marks=pytest.mark.postgresql)], indirect=True
)
"""The store of this test is on PostgreSQL alone."""
