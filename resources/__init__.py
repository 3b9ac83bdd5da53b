"""Icons, styles, fonts, translations, sounds and map data, found by resource_path."""
