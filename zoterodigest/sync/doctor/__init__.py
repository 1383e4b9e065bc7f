"""What is wrong with a project and all that it stands on, and what mends it. Nothing is written."""
