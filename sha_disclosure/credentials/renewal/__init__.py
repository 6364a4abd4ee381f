"""Renewal of keys and certificates (avainten ja varmenteiden uusiminen) while a client runs.

Files are watched by content. What changed is loaded and checked whole before anything else
uses it; what does not pass changes nothing but an event.
"""

from sha_disclosure.credentials.renewal.renewal import Renewal as Renewal
