"""How fast Anaquel is, beside a peer where there is one: ``python -m benchmarks``."""
