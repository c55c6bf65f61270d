"""The chain room: the embedded chain, nodes behind RPC, keys, transactions, deployments and the words of a refusal."""
