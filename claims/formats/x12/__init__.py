"""X12: 837 claims in; 999, TA1 and 835 out. The guide's library is loaded only when a guide is checked."""
