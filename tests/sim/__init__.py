"""A simulated machine: disk with crashes, clock, chance, lock, memory, and other people's tools."""
