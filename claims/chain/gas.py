"""Gas figures that the protocol fixes. Units: gas."""

from __future__ import annotations

TRANSACTION_GAS_CAP = 16_777_216
"""What one transaction may have at most (EIP-7825, live from Osaka; kept on every chain so that figures carry over)."""

TRANSACTION_BASE = 21_000


def calldata_floor(data: bytes) -> int:
    """The least that a transaction with this calldata costs (EIP-7623): 10 a zero byte, 40 any other."""
    zeros = data.count(0)
    return TRANSACTION_BASE + 10 * zeros + 40 * (len(data) - zeros)
