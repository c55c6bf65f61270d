"""The plain values that travel between the rooms: frozen, without I/O, importing nothing of the project but each other."""
