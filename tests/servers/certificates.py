"""A certificate authority for one server, made by openssl: https without a public name."""

import shutil
import subprocess
from pathlib import Path

from tests.servers.process import ServerError
from tests.servers.toolchain import UnavailableError

CONFIG = """[req]
distinguished_name = name
prompt = no
[name]
CN = geowire tests
[authority]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[server]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = serverAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
subjectAltName = IP:127.0.0.1,DNS:localhost
"""


def make_certificates(folder: Path) -> None:
    """Write ca.crt, server.crt and server.key; strict enough for the checks of newer Pythons (3.13)."""
    folder.mkdir(parents=True)
    (folder / "openssl.cnf").write_text(CONFIG)
    issue(folder, "ca", "authority")
    issue(folder, "server", "server", "-CA", "ca.crt", "-CAkey", "ca.key")


def issue(folder: Path, name: str, extensions: str, *options: str) -> None:
    """One key and its certificate, self-signed unless `options` name an authority."""
    openssl = shutil.which("openssl")
    if openssl is None:
        raise UnavailableError("openssl is not installed")
    command = [openssl, "req", "-x509", "-config", "openssl.cnf", "-extensions", extensions, "-days", "30", "-nodes"]
    command += ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-keyout", f"{name}.key"]
    command += ["-out", f"{name}.crt", "-subj", f"/CN=geowire test {name}", *options]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, check=False)
    if done.returncode:
        raise ServerError(f"openssl: {done.stderr[-2000:]}")
