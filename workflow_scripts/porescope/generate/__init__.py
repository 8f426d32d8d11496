"""Stage generate: synthetic sections."""
