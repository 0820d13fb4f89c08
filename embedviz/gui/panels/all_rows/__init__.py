"""What the neighbors panel offers where the set shown is a sample of a collection."""
