"""What can only be seen in the whole: names, ways through a flow, limits of channels."""
