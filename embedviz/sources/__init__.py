"""Where vectors come from that are in no file yet: encoders, training, the public catalog.

The only room that may open a connection, and only after the user has agreed: see `consent`.
"""
