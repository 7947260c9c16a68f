"""Drivers for labels, sensors and scanners: the contract, the families and their simulators."""
