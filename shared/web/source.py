"""Where a request comes from, for counting: never written down in clear."""

from ipaddress import ip_address, ip_network

from flask import request

from shared.web.requests import settings

ONE_HOUSEHOLD = 64
"""How many bits of an IPv6 address one household or clinic has in common."""


def source() -> str:
    """Return the network address that a request came from.

    ``X-Forwarded-For`` is believed only where our own gateway hands the request on, and only its
    last entry, which the gateway wrote.
    """
    near = request.remote_addr or ""
    told = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    return _household(told) or near if _is_gateway(near) else _household(near) or near


def _is_gateway(address: str) -> bool:
    try:
        here = ip_address(address)
    except ValueError:
        return False
    return any(here in ip_network(one) for one in settings().trusted_proxies)


def _household(address: str) -> str:
    try:
        found = ip_address(address)
    except ValueError:
        return ""
    if found.version == 4:
        return str(found)
    return str(ip_network((found, ONE_HOUSEHOLD), strict=False).network_address)
