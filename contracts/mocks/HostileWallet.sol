// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

/// @title A wallet that answers the question for its signature with what it was built to answer
contract HostileWallet {
    enum Answer {
        Nothing,
        Short,
        Wrong,
        Flood,
        BurnGas
    }

    Answer private immutable _answer;

    constructor(Answer answer) {
        _answer = answer;
    }

    fallback() external {
        Answer answer = _answer;
        assembly ("memory-safe") {
            // ERC-1271's answer, left-aligned, where the length or the low bytes are wrong.
            mstore(0x00, shl(224, 0x1626ba7e))
            switch answer
            case 0 { return(0x00, 0x00) }
            case 1 { return(0x00, 0x04) }
            case 2 {
                mstore(0x00, or(shl(224, 0x1626ba7e), 1))
                return(0x00, 0x20)
            }
            case 3 { revert(0x00, 0x20000) }
            default { invalid() }
        }
    }
}
