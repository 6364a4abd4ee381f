"""Sign with a key on a token: here SoftHSM, a software token, stands in for an HSM or a card.

The token gets the key the settings name; a real one makes its own, and only the certificate
is a file. Without SoftHSM (apt-get install softhsm2) this says so and does nothing.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from service import example, service, signing_files

from sha_disclosure import KantaClient
from sha_disclosure.settings import KeyPair

LIBRARY = Path("/usr/lib/softhsm/libsofthsm2.so")
TOOL = shutil.which("softhsm2-util") or ""


def token_with(key: Path, folder: Path) -> str:
    """Return the URI of the key on a new token."""
    os.environ["SOFTHSM2_CONF"] = str(folder / "softhsm2.conf")
    (folder / "softhsm2.conf").write_text(f"directories.tokendir = {folder}\n")
    pin = ["--pin", "271828"]
    token = ["--init-token", "--free", "--label", "organisation", "--so-pin", "161803"]
    held = ["--import", str(key), "--token", "organisation", "--label", "signing", "--id", "01"]
    for command in (token, held):
        subprocess.run([TOOL, *command, *pin], check=True, stdout=subprocess.DEVNULL)  # noqa: S603
    return f"pkcs11:token=organisation;object=signing?module-path={LIBRARY}"


if not (TOOL and LIBRARY.exists()):
    print("SoftHSM is not installed: there is no token to sign with")
    sys.exit()
with service() as given, tempfile.TemporaryDirectory() as folder:
    certificate, key = signing_files(given)
    signing = KeyPair(certificate=certificate, key=token_with(key, Path(folder)))
    settings = given.model_copy(update={"signing": signing})
    with KantaClient(settings, pin=lambda _: "271828") as kanta:
        receipt = kanta.submit(kanta.prepare(example("consent-outside-care.json")))
        print(f"Stored: {receipt.notice_id} {receipt.status}")
