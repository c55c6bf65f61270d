"""How a line is priced: one file for each method, one line here (ADJUDICATION §3)."""

from __future__ import annotations

from claims.adjudication.pricing import fee_list
from claims.adjudication.pricing.priced import Method

METHODS: dict[str, Method] = {"fee-list": fee_list.METHOD}
