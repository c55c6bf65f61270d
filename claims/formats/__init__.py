"""Outside formats, read into and written from the model's values."""
