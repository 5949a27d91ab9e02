"""The facility around the IT equipment: cooling, losses, the MW that are delivered, the electrical side of the meter.

Comes in: IT power by scenario and hour, temperature, contract, parameters by scenario. Goes out: MW at the meter with
the energy of every part. May not know services, tokens or the network.
"""
