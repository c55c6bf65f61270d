"""The evidence room: what clinicians sign, how it is hashed, and whether a record holds; without web3 or eth_account."""
