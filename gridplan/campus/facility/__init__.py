"""The facility around the IT equipment: cooling and losses, and what contract and servers hold a load to.

Comes in: IT power by scenario and hour, temperature, contract, parameters by scenario. Goes out: PUE, the part of the
contract that is delivered, the load that is served. May not know services, tokens or the network.
"""
