"""The demo: two homes, files that were written apart, and every fraud that the design names.

`data` holds what goes in: an electronic record's export, a billing bureau's 837, and what the payer knows. Every party in it
is invented; its NPIs have valid check digits in a range (first digit 2) that was never given out.
"""
