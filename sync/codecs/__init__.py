"""Bytes of sidecars and values, there and back; what a codec does not understand it keeps."""
