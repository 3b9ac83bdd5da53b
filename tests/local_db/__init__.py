"""The terminal's files, held to their promises on real files."""
