"""Derivatives, decoders: what is made of originals.

Decoding happens in a process of its own (`decode`), which is handed an open file and hands back bytes: it has
no path, no secret and no right to write a file, and its memory and time are limited. Whatever a hostile or
broken picture does to it, one picture fails, with a reason.
"""
