"""What every command uses: screen, options, questions, paths, network, the project and library."""
