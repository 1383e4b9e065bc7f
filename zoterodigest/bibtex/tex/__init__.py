"""Text as LaTeX, and LaTeX as text."""
