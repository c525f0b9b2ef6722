"""What touches the world: messengers, HTTP, the terminal; none knows another."""
