"""VK: communities whose messages a bot answers."""
