"""The store room: one database per home, its migrations, and small repositories over one transaction (open it in store.py)."""
