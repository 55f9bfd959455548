"""Files, folders and archives of every format to structures, one at a time."""
