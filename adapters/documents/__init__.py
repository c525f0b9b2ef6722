"""Files people upload: kept, looked at, scanned, and read by a process that may die of them."""
