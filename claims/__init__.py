"""Settlement of health-insurance claims on an EVM chain."""
