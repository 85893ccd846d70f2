"""jaxlint.verify."""
