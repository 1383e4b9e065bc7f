"""What documents cite."""
