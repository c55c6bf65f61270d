"""Adjudication: a plan, a claim and its evidence in, a decision to the cent out. Pure: no clock, no files, no chain."""
