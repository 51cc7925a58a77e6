"""What students hand in: collected from a learning platform, read whatever it holds, never trusted."""
