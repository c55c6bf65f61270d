"""From a decision to money and back: invoices, signed decisions, the persisted sending of transactions, payments, remittances."""
