"""Stage ingest: from files to checked volumes."""
