"""What operators can order in a group, each command in a module by its kind."""
