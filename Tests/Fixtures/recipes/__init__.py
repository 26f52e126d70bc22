"""The recipes behind the fixtures, one file for each subject."""
