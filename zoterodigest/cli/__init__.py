"""The command line: the only place that prints or reads the environment."""
