#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The real programs: what docker, podman and skopeo write is read, from their sockets and as archives.

Starts a docker daemon and a podman service of its own in a temporary folder and stops them by pid. Skips what is not
installed (tools/deps installs them) or may not be started here."""
import os
import signal
import subprocess
import time

from lib import *

PKGS = [("libc6", "2.36-9"), ("zlib1g", "1:1.2.13-1")]
WANT = {("libc6", "2.36-9", "amd64"), ("zlib1g", "1:1.2.13-1", "amd64")}


def need(*programs):
    for p in programs:
        if not shutil.which(p):
            raise Skip("%s is not installed" % p)
    if os.geteuid() != 0:
        raise Skip("needs root")


def scan(target, *args):
    r = strake("scan", "--no-cache", "--format", "json", *args, target)
    assert r.code == 0, (r.code, r.err)
    return packages(r.json())


def wait_for(path, process, log):
    for _ in range(300):
        if process.poll() is not None:
            raise Skip("the daemon does not start here: " + open(log).read()[-300:].replace("\n", " "))
        if os.path.exists(path):
            return
        time.sleep(0.1)
    raise Skip("the daemon does not come up here")


def stop(process):
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(30)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def run(*cmd, **kw):
    p = subprocess.run(cmd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **kw)
    assert p.returncode == 0, (cmd, p.stdout[-600:])
    return p.stdout


@test
def a_docker_daemon_is_asked_over_its_socket(work):
    need("dockerd", "docker")
    sock, log = work + "/docker.sock", work + "/dockerd.log"
    with open(log, "w") as f:
        daemon = subprocess.Popen(["dockerd", "--storage-driver=vfs", "--iptables=false", "--ip6tables=false", "--bridge=none", "-H", "unix://" + sock,
                                   "--data-root", work + "/data", "--exec-root", work + "/exec", "--pidfile", work + "/pid"], stdout=f, stderr=f)
    try:
        wait_for(sock, daemon, log)
        with open(work + "/i.tar", "wb") as f:
            f.write(docker_archive([debian_layer(PKGS), tar([("x", b"y")])], tags=("strake/test:1",)))
        docker = ["docker", "-H", "unix://" + sock]
        for _ in range(50):
            if subprocess.run([*docker, "version"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0:
                break
            time.sleep(0.2)
        run(*docker, "load", "-i", work + "/i.tar")
        assert scan("docker:strake/test:1", "--socket", sock) == WANT
        env = os.environ.get("DOCKER_HOST")
        os.environ["DOCKER_HOST"] = "unix://" + sock
        try:
            assert scan("strake/test:1") == WANT
        finally:
            os.environ.pop("DOCKER_HOST") if env is None else os.environ.update(DOCKER_HOST=env)
        run(*docker, "save", "-o", work + "/saved.tar", "strake/test:1")
        assert scan(work + "/saved.tar") == WANT
        r = strake("scan", "docker:strake/none", "--socket", sock)
        assert r.code == 3, r.err
        r.says("no such image")
    finally:
        stop(daemon)


@test
def podman_is_asked_over_its_socket_and_its_archives_are_read(work):
    need("podman")
    sock, log = work + "/podman.sock", work + "/podman.log"
    base = ["podman", "--root", work + "/root", "--runroot", work + "/run", "--storage-driver=vfs"]
    with open(work + "/i.tar", "wb") as f:
        f.write(docker_archive([debian_layer(PKGS)], tags=("localhost/strake:1",)))
    p = subprocess.run([*base, "load", "-i", work + "/i.tar"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if p.returncode:
        raise Skip("podman does not run here: " + p.stdout[-200:].replace("\n", " "))
    for fmt in ("docker-archive", "oci-archive", "oci-dir"):
        out = "%s/%s" % (work, fmt)
        run(*base, "save", "--format", fmt, "-o", out, "localhost/strake:1")
        assert scan(out) == WANT, fmt
    with open(log, "w") as f:
        service = subprocess.Popen([*base, "system", "service", "--time=0", "unix://" + sock], stdout=f, stderr=f)
    try:
        wait_for(sock, service, log)
        assert scan("podman:localhost/strake:1", "--socket", sock) == WANT
    finally:
        stop(service)


@test
def what_skopeo_writes_is_read(work):
    need("skopeo")
    with open(work + "/i.tar", "wb") as f:
        f.write(docker_archive([debian_layer(PKGS)], tags=("localhost/strake:1",)))
    for target in ("oci:" + work + "/layout:v1", "oci-archive:" + work + "/o.tar:v1", "docker-archive:" + work + "/d.tar:a/b:c", "dir:" + work + "/dir"):
        run("skopeo", "--insecure-policy", "copy", "docker-archive:" + work + "/i.tar", target)
        if not target.startswith("dir:"):
            assert scan(target) == WANT, target
    run("skopeo", "--insecure-policy", "copy", "--dest-compress-format", "zstd", "docker-archive:" + work + "/i.tar", "oci:" + work + "/z:v1")
    assert scan("oci:" + work + "/z:v1") == WANT


main()
