"""jaxlint.catalog."""
