"""Why something could not be read, and the mend."""

from __future__ import annotations

from dataclasses import dataclass

from sha_disclosure.messages.words import Words


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why something could not be read, and the mend."""

    found: Words
    mend: Words


def unreadable(name: str, error: OSError) -> Trouble:
    """Return why a file cannot be read."""
    why = Words(f"{name} cannot be read", f"tiedostoa {name} ei voi lukea")
    if isinstance(error, FileNotFoundError):
        why = Words(f"{name} does not exist", f"tiedostoa {name} ei ole")
    elif isinstance(error, PermissionError):
        why = Words(f"{name} may not be read", f"tiedostoon {name} ei ole lukuoikeutta")
    return Trouble(
        why,
        Words(
            "correct the name in the settings, or owner and permissions of the file",
            "korjaa nimi asetuksissa tai tiedoston omistaja ja oikeudet",
        ),
    )
