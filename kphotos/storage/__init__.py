"""What lies on disk: the metadata inside originals, the derivatives' store, volumes.

Originals are only ever opened for reading here. Metadata is read by two readers that must agree: a small one
of our own for the headers of JPEG, PNG, WebP and TIFF (`embedded`, some 15 times as fast as Pillow's), and
exiftool for everything else (`exiftool`). Many at once are read in a second process (`alongside`).
"""
