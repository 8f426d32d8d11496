"""Stage describe: from masks to descriptors of the microstructure."""
