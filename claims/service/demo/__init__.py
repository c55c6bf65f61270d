"""The demo: two homes, files that were written apart, and every fraud that the design names."""
