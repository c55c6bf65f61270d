"""What can go wrong between this program and a chain, one type a cause."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit


class ChainError(Exception):
    """Any failure of the chain room."""


class ProfileError(ChainError):
    """A profile that cannot be used as written."""


class ChainUnreachable(ChainError):
    """No node answered. The message names hosts alone, since a URL may carry an access key."""

    def __init__(self, urls: tuple[str, ...], reason: str) -> None:
        hosts = ", ".join(urlsplit(url).netloc.rpartition("@")[2] for url in urls)
        super().__init__(f"no chain at {hosts}: {reason}; start the node, or choose another profile")
        self.reason = reason


class RateLimited(ChainUnreachable):
    """The node answers, and wants to be asked less often."""


class ChainMismatch(ChainError):
    """The chain is not the one that was expected."""

    def __init__(self, expected: object, found: object, what: str = "chain id") -> None:
        super().__init__(
            f"this is another chain: {what} {found}, expected {expected}; "
            "choose the profile that the home was made with, or start a new home"
        )
        self.expected = expected
        self.found = found


class ChainFileUnusable(ChainError):
    """The embedded chain's file was written by another version, or is no chain at all."""


class RpcError(ChainError):
    """A node answered a request with an error. `data` is what it attached, as hex text where it is bytes."""

    def __init__(self, method: str, code: int, message: str, data: Any = None) -> None:
        super().__init__(f"{method} was refused: {message} (code {code})")
        self.method = method
        self.code = code
        self.message = message
        self.data = data


class Reverted(ChainError):
    """A contract refused, or the machine stopped.

    `error_name` is the custom error's name; "Error" for a reason in text, "Panic" for a failed check of the compiler,
    "Empty" for a refusal without a reason, "OutOfGas" and "MachineError" where the machine itself stopped, "Unknown"
    where no known contract declares the selector. `arguments` are the error's own, by name. `contract_hint` names the
    contracts that declare it.
    """

    def __init__(
        self,
        error_name: str,
        arguments: Mapping[str, Any] | None = None,
        selector: bytes = b"",
        contract_hint: tuple[str, ...] = (),
    ) -> None:
        self.error_name = error_name
        self.arguments = dict(arguments or {})
        self.selector = selector
        self.contract_hint = contract_hint
        values = ", ".join(f"{name}={_shown(value)}" for name, value in self.arguments.items())
        source = f" of {' or '.join(contract_hint)}" if contract_hint else ""
        super().__init__(f"refused by the contract: {error_name}({values}){source}")


class TransactionTimeout(ChainError):
    """A transaction was not mined, or not confirmed, in the time given."""


class NotTaken(ChainError):
    """A node did not take a signed transaction; each kind says what that means for the bytes (see claims.chain.refusals)."""


class AlreadyKnown(NotTaken):
    """The node has these very bytes already, waiting or mined: that is success."""


class NonceUsed(NotTaken):
    """The nonce was spent by another transaction of the same account."""


class NonceTooHigh(NotTaken):
    """A transaction of a lower nonce is missing: once that one is there, these bytes are good."""


class ReplacementUnderpriced(NotTaken):
    """Another transaction of the nonce waits at the node, and these fees are not enough above its own."""


class FeeTooLow(NotTaken):
    """The fees are below what the node takes now; the same with higher fees may be taken."""


class FeeAboveCap(ChainError):
    """The chain asks for more than the profile lets a unit of gas cost. Both in wei."""

    def __init__(self, needed: int, cap: int) -> None:
        super().__init__(
            f"a unit of gas costs {needed:,} wei now, the profile's highest fee is {cap:,}; "
            "wait for a quieter chain, or raise max_fee_gwei"
        )
        self.needed = needed
        self.cap = cap


class InsufficientFunds(NotTaken):
    """The sender's account cannot pay for gas and value."""


class PoolFull(NotTaken):
    """The node holds as many waiting transactions as it wants, in all or of this account; later it may take these bytes."""


class SignedForAnotherChain(NotTaken):
    """The transaction was signed for another chain id than the node's."""


class TransactionRefused(NotTaken):
    """The node never takes these bytes: too little gas for them, more than a block has, or too many bytes."""


class GasAboveCap(ChainError):
    """A transaction needs more gas than EIP-7825 lets one transaction have."""

    def __init__(self, gas: int, cap: int) -> None:
        super().__init__(f"the transaction needs {gas:,} gas, one may have {cap:,} (EIP-7825); split the batch")
        self.gas = gas
        self.cap = cap


class DevelopmentOnly(ChainError):
    """A faucet, a clock that moves or a raw key was asked for on a chain with real money."""


class KeystoreError(ChainError):
    """A key that is not there, exists already, or whose file cannot be read."""


class MissingPassphrase(KeystoreError):
    """No passphrase, or an empty one, was given."""


class WrongPassphrase(KeystoreError):
    """The passphrase does not open the key."""


class DeploymentError(ChainError):
    """A deployment's record does not match the chain, or a deployment failed."""


class AnvilError(ChainError):
    """The local test node could not be started."""


def _shown(value: Any) -> str:
    return "0x" + value.hex() if isinstance(value, bytes) else str(value)
