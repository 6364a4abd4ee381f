"""The checks there are, with what each looks at and expects; ``docs/check.md`` is about them.

Checks of a slot (``tls``, ``signing``, ``token``) have its name before the point.
"""

from __future__ import annotations

from sha_disclosure.messages.words import Words

_WHOLE: dict[str, tuple[Words, Words]] = {
    "settings": (
        Words("settings", "asetukset"),
        Words("every entry is there and valid", "jokainen kohta on annettu ja kelvollinen"),
    ),
    "edition": (
        Words("edition of the wire contract", "rajapinnan editio"),
        Words("an edition that can be loaded", "editio, jonka voi ladata"),
    ),
    "edition.assumed": (
        Words("values of the edition nobody confirmed", "edition vahvistamattomat arvot"),
        Words("every value confirmed", "jokainen arvo vahvistettu"),
    ),
    "address": (
        Words("address of the service", "palvelun osoite"),
        Words("an address of the environment", "ympäristön osoite"),
    ),
    "oids": (
        Words("OIDs of the parties and of ids", "osapuolten ja tunnusten OID:t"),
        Words("the organisation's own OIDs", "organisaation omat OID:t"),
    ),
    "ca": (
        Words("CA file of the service", "palvelun CA-tiedosto"),
        Words("PEM with CA certificates", "PEM-tiedosto, jossa on varmentajien varmenteet"),
    ),
    "ca.dates": (
        Words("validity of the CA file", "CA-tiedoston voimassaolo"),
        Words("valid for more than 30 days", "voimassa yli 30 päivää"),
    ),
    "ca.environment": (
        Words("environment of the CA file", "CA-tiedoston ympäristö"),
        Words("CAs of the environment", "ympäristön varmentajat"),
    ),
    "code_lists": (
        Words("code lists", "koodistot"),
        Words("a folder or file of lists, if one is named", "luettava kansio, jos se on nimetty"),
    ),
    "clock": (
        Words("clock of this host", "tämän koneen kello"),
        Words("the right time", "oikea aika"),
    ),
    "loading": (
        Words("loading as a client does", "lataus kuten asiakasohjelmassa"),
        Words("keys and certificates are taken", "avaimet ja varmenteet kelpaavat"),
    ),
    "proxy": (
        Words("proxy", "välityspalvelin"),
        Words("the way the settings name", "asetusten nimeämä reitti"),
    ),
    "name": (
        Words("name of the service's host", "palvelun koneen nimi"),
        Words("the name is known to the name server", "nimipalvelu tuntee nimen"),
    ),
    "connection": (
        Words("connection (TCP)", "yhteys (TCP)"),
        Words("the port takes connections", "portti ottaa yhteyksiä"),
    ),
    "handshake": (
        Words("TLS handshake", "TLS-kättely"),
        Words("TLS 1.2 or 1.3 with forward secrecy", "TLS 1.2 tai 1.3, eteenpäin salaava"),
    ),
    "server.trust": (
        Words("issuer of the server's certificate", "palvelimen varmenteen myöntäjä"),
        Words("a CA of the CA file", "CA-tiedoston varmentaja"),
    ),
    "server.name": (
        Words("host name in the server's certificate", "koneen nimi palvelimen varmenteessa"),
        Words("the host of base_url", "osoitteen base_url kone"),
    ),
    "server.dates": (
        Words("validity of the server's certificate", "palvelimen varmenteen voimassaolo"),
        Words("valid now", "voimassa nyt"),
    ),
    "client_certificate": (
        Words("our certificate at the service", "oma varmenne palvelussa"),
        Words("the service takes it", "palvelu hyväksyy sen"),
    ),
    "answer": (
        Words("answer to a request that stores nothing", "vastaus pyyntöön, joka ei tallenna"),
        Words("any HTTP answer", "mikä tahansa HTTP-vastaus"),
    ),
    "server.clock": (
        Words("clock against the service's", "kello palvelun kelloon nähden"),
        Words("at most 30 seconds apart", "eroa enintään 30 sekuntia"),
    ),
    "gateway": (
        Words("gateway before the service", "yhdyskäytävä palvelun edessä"),
        Words("an answer of the service itself", "palvelun oma vastaus"),
    ),
}

_SLOT: dict[str, tuple[Words, Words]] = {
    "certificate": (
        Words("certificate file", "varmennetiedosto"),
        Words("PEM, leaf first", "PEM, oma varmenne ensin"),
    ),
    "key": (
        Words("private key", "yksityinen avain"),
        Words("a key that can be opened", "avain, joka avautuu"),
    ),
    "permissions": (
        Words("permissions of the key file", "avaintiedoston oikeudet"),
        Words("readable by its owner only", "vain omistajan luettavissa"),
    ),
    "match": (
        Words("key and certificate", "avain ja varmenne"),
        Words("a pair that belongs together", "toisiinsa kuuluva pari"),
    ),
    "chain": (
        Words("certificate chain", "varmenneketju"),
        Words("leaf first, complete up to the root", "oma varmenne ensin, täysi juureen asti"),
    ),
    "dates": (
        Words("validity", "voimassaolo"),
        Words("valid for more than 30 days", "voimassa yli 30 päivää"),
    ),
    "usage": (
        Words("key usage", "käyttötarkoitus"),
        Words("a certificate for this use", "tähän käyttöön tarkoitettu varmenne"),
    ),
    "strength": (
        Words("kind and size of keys", "avainten laji ja pituus"),
        Words("RSA of at least 2048 bits, P-256 or P-384", "RSA vähintään 2048, P-256 tai P-384"),
    ),
    "environment": (
        Words("environment of the certificates", "varmenteiden ympäristö"),
        Words("certificates of the environment", "ympäristön varmenteet"),
    ),
}

SLOT_CHECKS = tuple(_SLOT)
"""The checks of a slot, in the order they are made."""

WHOLE_CHECKS = tuple(_WHOLE)
"""The other checks, in the order they are made."""


def what_of(check: str) -> Words:
    """Return what a check looks at."""
    if check in _WHOLE:
        return _WHOLE[check][0]
    slot, _, part = check.rpartition(".")
    what = _SLOT[part][0]
    return Words(f"[{slot}] {what.en}", f"[{slot}] {what.fi}")


def expected_of(check: str) -> Words:
    """Return what a check expects unless it says otherwise."""
    return _WHOLE[check][1] if check in _WHOLE else _SLOT[check.rpartition(".")[2]][1]
