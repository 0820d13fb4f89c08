"""Anisotropy: the cone that vectors crowd into, the map that opens it, and whether it helped."""
