"""The rules of a warehouse: pure functions that take time, ids and rows as arguments and never fetch them."""
