# SPDX-License-Identifier: Apache-2.0
"""Real programs to compare with: a registry with a disk, and what tools/peers finds."""
import socket

from registry_lib import *


def registry_server(work):
    """A real registry with a disk; (address, stop)."""
    if not shutil.which("docker-registry"):
        raise Skip("docker-registry is not installed")
    s = socket.socket()
    s.bind(("127.0.0.1", 0))
    port = s.getsockname()[1]
    s.close()
    open(work + "/config.yml", "w").write("version: 0.1\nlog: {level: error}\nstorage: {filesystem: {rootdirectory: %s/store}, delete: {enabled: true}}\n"
                                          "http: {addr: 127.0.0.1:%d}\n" % (work, port))
    p = subprocess.Popen(["docker-registry", "serve", work + "/config.yml"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            break
        except OSError:
            time.sleep(0.05)
    return "127.0.0.1:%d" % port, p


def push(address, name, work):
    """An image by our own tool, which needs no daemon."""
    tool = os.environ["STRAKE_REGISTRY_TOOL"]
    path = work + "/push-" + name
    os.makedirs(path)
    oci(path, [tar([("etc/hostname", b"box\n")])], tag="1")
    m = json.load(open(path + "/index.json"))["manifests"][0]
    for b in os.listdir(path + "/blobs/sha256"):
        if b != m["digest"][7:]:
            subprocess.run([tool, "push-blob", "%s/%s" % (address, name), path + "/blobs/sha256/" + b], check=True, capture_output=True)
    subprocess.run([tool, "push-manifest", "%s/%s:1" % (address, name), "1", MANIFEST, path + "/blobs/sha256/" + m["digest"][7:]], check=True, capture_output=True)
    return "%s/%s:1" % (address, name)


def peers():
    folder = os.path.join(os.environ.get("STRAKE_PEERS") or os.path.join(tempfile.gettempdir(), "strake-peers-%d" % os.getuid()))
    p = subprocess.run([os.path.join(SOURCE, "tools/peers"), folder], capture_output=True, text=True, timeout=300, check=False)
    return dict(l.split(" ", 1) for l in p.stdout.splitlines())
