"""The use cases, one file a noun: the only room that opens a unit of work and joins the rooms below."""
