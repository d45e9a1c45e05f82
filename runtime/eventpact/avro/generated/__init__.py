"""What generated packages stand on at run time; nothing here is for people to call."""
