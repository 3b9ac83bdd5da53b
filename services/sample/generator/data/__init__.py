"""The sample's own words and places, as tables: kinds of goods, finishes, names, streets, towns."""
