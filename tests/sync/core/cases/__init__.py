"""The described table of cases: what people, programs and machines did to one photo, and what must hold.

The cast: Alice and Bob edit through K-Photos, on the laptop or the NAS; exiftool reads a sidecar before it
writes; darktable has a library of its own, which may be old; digiKam may be told not to read sidecars; a
plain editor keeps no mark of ours. Values are Lake, See, Sea and Pond.
"""
