"""Decisions only: fields, ledgers, merge, absorb, plan, brakes.

Nothing here opens a file, reads a clock, draws a random number or raises for a person's data.
"""
