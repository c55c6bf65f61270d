"""The gas benchmark: real transactions of fixed claims on a fresh chain, and what their receipts say."""
