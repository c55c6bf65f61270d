"""Explanations of benefits for members: text, and HTML that prints on a page."""
