"""Takes a company's own files in: read row by row, applied through commands, every row accounted for."""
