"""The doors between the files beside the originals and the index: edits, intake, rebuild, verify."""
