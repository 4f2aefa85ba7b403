"""Assets as people deal with them, above what lies beside the original."""
