"""How fast it is: turns per second, CPU per turn and latency through the real server."""
