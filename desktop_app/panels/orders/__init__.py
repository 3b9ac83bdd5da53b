"""Orders: the list, the entry of new ones, and the inspector of one."""
