"""Who rendered, referred and attended, from a FHIR claim's care team."""

from __future__ import annotations

from dataclasses import dataclass

from claims.formats.fhir.claim_findings import ClaimProblem
from claims.formats.fhir.claim_parties import read_provider
from claims.formats.fhir.claim_resources import ClaimResources
from claims.formats.fhir.claim_systems import TAXONOMY_SYSTEMS
from claims.formats.fhir.claim_values import coded, many, one
from claims.formats.fhir.codes import Json
from claims.model.party import Provider

_RENDERING = frozenset({"primary", "rendering", "performing"})


@dataclass(frozen=True, slots=True)
class CareTeam:
    """The providers by care team sequence, and those who stand for the whole claim."""

    members: dict[int, Provider]
    rendering: frozenset[int]
    whole: int | None
    referring: Provider | None
    attending: Provider | None

    @property
    def of_claim(self) -> Provider | None:
        """Who rendered the items that name nobody: the responsible member, or the only one who renders."""
        return None if self.whole is None else self.members[self.whole]

    def of_item(self, item: Json, place: str) -> Provider | None:
        """Return who rendered an item, or None where that is whoever rendered the claim; raises ClaimProblem."""
        sequences = item.get("careTeamSequence", [])
        named = sequences if isinstance(sequences, list) else []
        for sequence in named:
            if sequence not in self.members:
                message = "names no member of the care team"
                raise ClaimProblem(f"{place}.careTeamSequence", message, status="A7:562:82", code="not-found", snip=4)
        rendering = [sequence for sequence in named if sequence in self.rendering]
        if len(rendering) > 1 or (not rendering and self.whole is None and len(self.rendering) > 1):
            message = "does not tell which one member of the care team rendered it"
            raise ClaimProblem(f"{place}.careTeamSequence", message, status="A7:562:82", code="invariant", snip=4)
        return self.members[rendering[0]] if rendering and rendering[0] != self.whole else None


def read_care_team(resources: ClaimResources, claim: Json) -> CareTeam:
    """Read the care team; raises ClaimProblem where two members bear one sequence or two are responsible."""
    members: dict[int, Provider] = {}
    roles: dict[int, list[str]] = {}
    responsible: list[int] = []
    for at, each in enumerate(many(claim, "careTeam")):
        place = f"Claim.careTeam[{at}]"
        sequence = each.get("sequence")
        if type(sequence) is not int or sequence in members:
            message = "its sequence is not a number of its own"
            raise ClaimProblem(place, message, status="A7:562", code="invariant")
        provider = read_provider(resources, one(each, "provider"), f"{place}.provider")
        taxonomy = next(iter(coded(one(each, "qualification"), TAXONOMY_SYSTEMS)), provider.taxonomy)
        members[sequence] = Provider(
            provider.npi,
            provider.name,
            provider.first_name,
            provider.is_person,
            provider.tax_id,
            taxonomy,
            provider.address,
        )
        roles[sequence] = coded(one(each, "role"))
        if each.get("responsible") is True:
            responsible.append(sequence)
    rendering = [sequence for sequence, found in roles.items() if not found or not _RENDERING.isdisjoint(found)]
    whole = [sequence for sequence in responsible if sequence in rendering]
    if len(whole) > 1:
        message = f"has {len(whole)} responsible members who render, one at most can stand for the whole claim"
        raise ClaimProblem("Claim.careTeam", message, status="A7:562:82", code="invariant", snip=4)
    if not whole and len(rendering) == 1:
        whole = rendering
    return CareTeam(
        members=members,
        rendering=frozenset(rendering),
        whole=whole[0] if whole else None,
        referring=_sole(members, roles, "referring"),
        attending=_sole(members, roles, "attending"),
    )


def _sole(members: dict[int, Provider], roles: dict[int, list[str]], role: str) -> Provider | None:
    """Return the first member of a role, as an 837 names one in a loop."""
    return next((members[sequence] for sequence, found in roles.items() if role in found), None)
