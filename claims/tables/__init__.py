"""Published tables: read from their own files, checked, kept by version, and asked by date."""
