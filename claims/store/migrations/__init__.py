"""Numbered steps from an empty database to the newest one; each file is frozen once it is released (see migration.py)."""
