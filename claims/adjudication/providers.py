"""Providers and practitioners as the payer knows them, found by NPI."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from claims.model.network import NetworkProvider


class Providers:
    """The payer's providers and practitioners, indexed by NPI. Built once, read for many claims."""

    __slots__ = ("_by_npi",)

    def __init__(self, providers: Iterable[NetworkProvider]) -> None:
        self._by_npi = {provider.npi: provider for provider in providers}

    def get(self, npi: str) -> NetworkProvider | None:
        """Return the provider of this NPI, or None."""
        return self._by_npi.get(npi)

    def fault(self, npi: str, begins: date, ends: date) -> str:
        """Say why this NPI may not act from `begins` through `ends`; empty where it may."""
        provider = self._by_npi.get(npi)
        if provider is None:
            return "is not credentialed with this payer" if npi else "is named without an NPI"
        return date_fault(provider, begins, ends)

    def in_network(self, npi: str) -> bool:
        """Whether this NPI is known and in the network."""
        provider = self._by_npi.get(npi)
        return provider is not None and provider.status == "in-network"

    def may_sign_for(self, practitioner: str, billing: str) -> bool:
        """Whether a practitioner stands on a billing provider's roster; who bills for himself always does."""
        provider = self._by_npi.get(practitioner)
        return practitioner == billing or (provider is not None and billing in provider.roster)

    def same_controller(self, practitioner: str, billing: str) -> bool:
        """Whether one known controller stands behind practitioner and billing provider."""
        one, other = self._by_npi.get(practitioner), self._by_npi.get(billing)
        return one is not None and other is not None and bool(one.controller) and one.controller == other.controller


def date_fault(provider: NetworkProvider, begins: date, ends: date) -> str:
    """Say why a known provider may not act on a day from `begins` through `ends`; empty where it may."""
    if provider.excluded_from is not None and ends >= provider.excluded_from:
        return "is excluded on the date of service"
    if provider.begins is not None and begins < provider.begins:
        return "is not credentialed yet on the date of service"
    if provider.through is not None and ends > provider.through:
        return "is no longer credentialed on the date of service"
    return ""
