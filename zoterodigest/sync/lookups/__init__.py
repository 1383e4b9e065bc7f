"""What sources say of the works of a run."""
