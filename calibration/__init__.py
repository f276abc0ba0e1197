"""Tells the station what is normal here: charts, rigs and the procedures that write them."""
