"""Packing & dispatch: parcels, vans, departures, and the proof that it arrived."""
