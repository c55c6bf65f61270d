"""Which exit code an error means, and how it is told.

0 done, 1 failed, 2 usage, 3 this claim was denied or this file rejected, 4 chain out of reach, 5 pending (DESIGN §10).
"""

from __future__ import annotations

DONE, FAILED, USAGE, REFUSED, UNREACHABLE, PENDING = 0, 1, 2, 3, 4, 5

# By name, so that telling an error loads none of the rooms that raise it.
CODES = {
    "UsageError": USAGE,
    "DocumentError": USAGE,
    "ExportError": USAGE,
    "RecordError": USAGE,
    "EvidenceError": USAGE,
    "MoneyError": USAGE,
    "ProfileError": USAGE,
    "StoreMismatch": USAGE,
    "StoreTooNew": USAGE,
    "ChainMismatch": USAGE,
    "MissingPassphrase": USAGE,
    "WrongPassphrase": USAGE,
    "KeystoreError": USAGE,
    "FileNotFoundError": USAGE,
    "IsADirectoryError": USAGE,
    "NotADirectoryError": USAGE,
    "PermissionError": USAGE,
    "UnicodeDecodeError": USAGE,
    "OSError": FAILED,
    "FileRejected": REFUSED,
    "WriteProblem": USAGE,
    "Reverted": REFUSED,
    "ChainUnreachable": UNREACHABLE,
    "ClaimPending": PENDING,
}

ADVICE = {
    "Treasury_SurplusShort": "the escrow is too small for this reserve (amounts in token units); add to it with "
    "`claims deploy --fund`, or choose a smaller --reserve",
    "Registry_PractitionerUnknown": "nobody is enrolled under this id; `claims registry enrol --practitioner` does it",
    "Registry_ProviderUnknown": "this address is not enrolled; `claims registry enrol --provider` does it",
    "Registry_KeyUsed": "another clinician is enrolled with this key; each needs one of their own",
    "Registry_WindowInvalid": "the first day must not come after the last",
    "Registry_NotPractitioner": "only the clinician's own key can do this; see --key",
    "OwnableUnauthorizedAccount": "the contract belongs to another key; its owner's home must run this",
}
"""What to do about a contract's refusal that a command meets outside a claim, by the error's name."""


def exit_code(error: BaseException) -> int | None:
    """Return the exit code of a known error by its class or a class above it; None means it is unexpected."""
    for kind in type(error).__mro__:
        if kind.__name__ in CODES:
            return CODES[kind.__name__]
        if kind.__module__.startswith("claims."):
            declared = vars(kind).get("exit_code")
            if isinstance(declared, int):
                return declared
    return FAILED if type(error).__module__.startswith("claims.") else None


def told(error: BaseException) -> str:
    """Return the error in one paragraph for a person; a file error names the file."""
    if isinstance(error, OSError) and error.filename:
        return f"{error.strerror or type(error).__name__}: {error.filename}"
    if isinstance(error, UnicodeDecodeError):
        return "the file is not text in UTF-8"
    if isinstance(error, OSError):
        return error.strerror or type(error).__name__
    advice = ADVICE.get(getattr(error, "error_name", ""))
    return f"{error}: {advice}" if advice else str(error) or type(error).__name__
