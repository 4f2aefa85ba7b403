"""Looking at the disk: the stat walk, folders as they were seen, and what lies beside one original."""
