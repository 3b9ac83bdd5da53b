"""What the painted canvases (fleet map, bin map, day timeline) share."""
