"""Transactions before they are sent: built, costed, and tried without sending.

Whoever keeps an outbox stores the signed bytes between `sign_transaction` and `broadcast` (see claims.chain.sender).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from claims.chain.errors import GasAboveCap, Reverted
from claims.chain.gas import TRANSACTION_GAS_CAP, calldata_floor

if TYPE_CHECKING:
    from claims.chain.client import Chain, Fees

GAS_MARGIN_PERCENT = 15
FEE_BUMP_PERMILLE = 125
"""Nodes replace a waiting transaction where both fees grow by a tenth; an eighth leaves room for rounding."""


AccessList = tuple[tuple[str, tuple[bytes, ...]], ...]
"""Addresses with the storage keys (32 bytes each) that a transaction says it will touch (EIP-2930)."""


@dataclass(frozen=True, slots=True)
class UnsignedTransaction:
    """An EIP-1559 transaction. `to` None creates a contract; fees in wei a unit of gas, `value` in wei."""

    chain_id: int
    nonce: int
    to: str | None
    data: bytes
    value: int
    gas: int
    max_fee: int
    max_priority_fee: int
    access_list: AccessList = ()

    @property
    def fields(self) -> dict[str, Any]:
        """The fields in JSON-RPC's names, as `Signer.sign_transaction` takes them."""
        from eth_utils.address import to_checksum_address

        fields: dict[str, Any] = {
            "type": 2,
            "chainId": self.chain_id,
            "nonce": self.nonce,
            "data": self.data,
            "value": self.value,
            "gas": self.gas,
            "maxFeePerGas": self.max_fee,
            "maxPriorityFeePerGas": self.max_priority_fee,
        }
        if self.to is not None:
            fields["to"] = to_checksum_address(self.to)
        if self.access_list:
            fields["accessList"] = access_list_field(self.access_list)
        return fields


def access_list_field(access_list: AccessList) -> list[dict[str, Any]]:
    """An access list in JSON-RPC's names."""
    from eth_utils.address import to_checksum_address

    return [
        {"address": to_checksum_address(address), "storageKeys": ["0x" + key.hex() for key in keys]}
        for address, keys in access_list
    ]


@dataclass(frozen=True, slots=True)
class DryRun:
    """What sending would do. `refusal` None means it would go through now.

    `gas` is the estimate without margin, `calldata_floor` the least its bytes alone cost (EIP-7623), `cost` the wei at
    the present base fee and tip, `highest_cost` the wei at the fee offered.
    """

    refusal: Reverted | None
    gas: int
    calldata_floor: int
    cost: int
    highest_cost: int


def prepare(
    chain: Chain,
    sender: str,
    to: str | None,
    data: bytes = b"",
    value: int = 0,
    nonce: int | None = None,
    gas: int | None = None,
    fees: Fees | None = None,
    access_list: AccessList = (),
) -> UnsignedTransaction:
    """Build a transaction: nonce, gas and fees are asked of the chain where they are not given.

    With `gas` given nothing is estimated, so a transaction that will be refused can be built too.
    Raises Reverted where it would be refused, GasAboveCap where it needs more than one transaction may have.
    """
    if gas is None:
        gas = with_margin(chain.estimate(to, data, sender, value, access_list))
    elif gas > TRANSACTION_GAS_CAP:
        raise GasAboveCap(gas, TRANSACTION_GAS_CAP)
    offered = fees if fees is not None else chain.fees()
    return UnsignedTransaction(
        chain_id=chain.chain_id,
        nonce=chain.nonce(sender, "pending") if nonce is None else nonce,
        to=to,
        data=data,
        value=value,
        gas=gas,
        max_fee=offered.maximum,
        max_priority_fee=offered.priority,
        access_list=access_list,
    )


def with_margin(estimate: int) -> int:
    """A gas limit with room for a state that changes before mining, below the cap. Raises GasAboveCap."""
    if estimate > TRANSACTION_GAS_CAP:
        raise GasAboveCap(estimate, TRANSACTION_GAS_CAP)
    return min(estimate + estimate * GAS_MARGIN_PERCENT // 100, TRANSACTION_GAS_CAP)


def bumped(transaction: UnsignedTransaction, fees: Fees) -> UnsignedTransaction:
    """The same transaction, at the same nonce, with fees high enough to take the place of the one that waits."""
    from dataclasses import replace

    raised = raised_fees(transaction.max_fee, transaction.max_priority_fee, fees)
    return replace(transaction, max_fee=raised.maximum, max_priority_fee=raised.priority)


def raised_fees(max_fee: int, max_priority_fee: int, fees: Fees) -> Fees:
    """What must be offered to take the place of a transaction with these fees, and no less than what `fees` offers now."""
    from dataclasses import replace

    return replace(
        fees,
        maximum=max(_raised(max_fee), fees.maximum),
        priority=max(_raised(max_priority_fee), fees.priority),
    )


def _raised(wei: int) -> int:
    return wei + -(-wei * FEE_BUMP_PERMILLE // 1000)


def dry_run(chain: Chain, sender: str, to: str | None, data: bytes = b"", value: int = 0) -> DryRun:
    """Say what a transaction would cost now, or by which error it would be refused. Sends and signs nothing."""
    floor = calldata_floor(data)
    fees = chain.fees()
    refusal: Reverted | None = None
    gas = 0
    try:
        gas = chain.estimate(to, data, sender, value)
    except Reverted as reason:
        refusal = reason
    return DryRun(
        refusal=refusal,
        gas=gas,
        calldata_floor=floor,
        cost=gas * (fees.base + fees.priority),
        highest_cost=gas * fees.maximum,
    )
