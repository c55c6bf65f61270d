"""The command line: nouns, then verbs; one module a noun."""
