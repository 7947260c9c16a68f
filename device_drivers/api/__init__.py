"""The contract between the gateway and its devices (standard library only)."""
