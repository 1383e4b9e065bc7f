"""What sources say of works, on its way into the library."""
