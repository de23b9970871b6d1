"""Measurements, never timed tests: `make bench` prints figures of this machine (ratios count, machines are noisy)."""
