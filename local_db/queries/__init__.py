"""What panels read: functions over a Reader that answer frozen rows, a module for each subject."""
