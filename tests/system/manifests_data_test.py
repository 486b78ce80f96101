#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Kubernetes manifests of other scanners' tests: the same verdicts, or a reason."""
from lib import *

# Differences that are ours being right, or that are not to be seen in a manifest; a row that no longer differs fails.
CHECKOV_KNOWN = {
    "kubernetes/example_AllowedCapabilitiesSysAdmin/pod-FAILED2.yaml": "a pod without containers adds no capability",
    "kubernetes/example_DockerSocketVolume/cloudwatch-agent-1PASSED-1FAILED.yaml": "one file, two verdicts: one of its objects fails",
    "kubernetes/example_DockerSocketVolume/scope-2PASSED-1FAILED.yaml": "one file, two verdicts: one of its objects fails",
    "kubernetes/example_Suppressed/suppress-checks-PASSED.yaml": "one of its objects does not silence the check",
    "kubernetes/example_KubeControllerManagerTerminatedPods/ApiServer-PASSED-2.yaml": "an option without its value sets no threshold",
}
# Cases that come without an id: what their folder is about.
CHECKOV_IDS = {
    "example_ImagePullPolicy": ["CKV_K8S_15"],
    "example_NginxIngressCVE202125742": ["CKV_K8S_152"],
    "example_NoDefaultNamespace": ["CKV_K8S_21"],
    "example_PSP": ["CKV_K8S_1", "CKV_K8S_2", "CKV_K8S_3", "CKV_K8S_4", "CKV_K8S_5", "CKV_K8S_6", "CKV_K8S_7", "CKV_K8S_24", "CKV_K8S_32", "CKV_K8S_36"],
    "example_SecurityContexts": ["CKV_K8S_30", "K8S301"],
    "example_Suppressed": ["CKV_K8S_11"],
}
TRIVY_IDS = {
    "mounts_docker_socket": "KSV-0006",
    "non_default_proc_masks_set": "KSV-0027",
    "runs_as_root": "KSV-0012",
    "runtime_default_seccomp_profile_not_set": "KSV-0030",
    "selinux_custom_options_set": "KSV-0025",
    "uses_image_tag_latest": "KSV-0013",
}
ALL_RIGHTS = ["K8S205", "K8S206", "K8S207", "K8S208"]
DEFAULT = ["K8S113", "K8S114"]
# Kubescape's rules and the checks of ours that ask the same.
KUBESCAPE = {
    "agent-sandbox-egress-policy": ["K8S327", "K8S328"],
    "agent-sandbox-hardened-runtime-class": ["K8S118"],
    "agent-sandbox-image-tag-provenance": ["K8S008"],
    "automount-service-account": ["K8S110"],
    "configmap-in-default-namespace": DEFAULT,
    "configured-liveness-probe": ["K8S032"],
    "container-hostPort": ["K8S042"],
    "containers-mounting-docker-socket": ["K8S104"],
    "deprecated-service-account-field": ["K8S115"],
    "detect-nginx-ingress-controller-eol": ["K8S046"],
    "drop-capability-netraw": ["K8S029"],
    "endpoints-in-default-namespace": DEFAULT,
    "endpointslice-in-default-namespace": DEFAULT,
    "ensure-default-service-accounts-has-only-default-roles": ["K8S225"],
    "ensure-that-the-API-Server-only-makes-use-of-Strong-Cryptographic-Ciphers": ["K8S433"],
    "ensure-that-the-API-Server-only-makes-use-of-Strong-Cryptographic-Ciphers-cis1-10": ["K8S433"],
    "ensure-that-the-admission-control-plugin-AlwaysAdmit-is-not-set": ["K8S414"],
    "ensure-that-the-admission-control-plugin-AlwaysPullImages-is-set": ["K8S412"],
    "ensure-that-the-admission-control-plugin-EventRateLimit-is-set": ["K8S411"],
    "ensure-that-the-admission-control-plugin-NamespaceLifecycle-is-set": ["K8S417"],
    "ensure-that-the-admission-control-plugin-NodeRestriction-is-set": ["K8S413"],
    "ensure-that-the-admission-control-plugin-ServiceAccount-is-set": ["K8S416"],
    "ensure-that-the-api-server-DenyServiceExternalIPs-is-set": ["K8S465"],
    "ensure-that-the-api-server-audit-log-maxsize-argument-is-set-to-100-or-as-appropriate": ["K8S425"],
    "ensure-that-the-api-server-audit-log-path-argument-is-set": ["K8S422"],
    "ensure-that-the-api-server-authorization-mode-argument-includes-Node": ["K8S409"],
    "ensure-that-the-api-server-authorization-mode-argument-is-not-set-to-AlwaysAllow": ["K8S408"],
    "ensure-that-the-api-server-client-ca-file-argument-is-set-as-appropriate": ["K8S430"],
    "ensure-that-the-api-server-encryption-provider-config-argument-is-set-as-appropriate": ["K8S432"],
    "ensure-that-the-api-server-etcd-cafile-argument-is-set-as-appropriate": ["K8S431"],
    "ensure-that-the-api-server-etcd-certfile-and-etcd-keyfile-arguments-are-set-as-appropriate": ["K8S428"],
    "ensure-that-the-api-server-profiling-argument-is-set-to-false": ["K8S419"],
    "ensure-that-the-api-server-service-account-extend-token-expiration-is-set-to-false": ["K8S469"],
    "ensure-that-the-controller-manager-root-ca-file-argument-is-set-as-appropriate": ["K8S441"],
    "ensure-that-the-controller-manager-service-account-private-key-file-argument-is-set-as-appropriate": ["K8S440"],
    "ensure-that-the-controller-manager-use-service-account-credentials-argument-is-set-to-true": ["K8S439"],
    "ensure-that-the-scheduler-profiling-argument-is-set-to-false": ["K8S421"],
    "etcd-auto-tls-disabled": ["K8S448"],
    "etcd-encryption-native": ["K8S432"],
    "etcd-peer-auto-tls-disabled": ["K8S451"],
    "horizontalpodautoscaler-in-default-namespace": DEFAULT,
    "host-ipc-privileges": ["K8S101"],
    "host-pid-privileges": ["K8S103"],
    "image-not-pinned-to-digest": ["K8S035", "K8S049"],
    "immutable-container-filesystem": ["K8S009"],
    "ingress-in-default-namespace": DEFAULT,
    "insecure-port-flag": ["K8S464"],
    "k8s-audit-logs-enabled-native": ["K8S466"],
    "k8s-audit-logs-enabled-native-cis": ["K8S466"],
    "mismatching-selector": ["K8S318"],
    "naked-pods": ["K8S116"],
    "no-rolling-update-strategy": ["K8S316"],
    "non-root-containers": ["K8S007"],
    "pod-security-admission-baseline-applied-2": ["K8S319"],
    "pod-security-admission-restricted-applied-2": ["K8S320"],
    "poddisruptionbudget-in-default-namespace": DEFAULT,
    "podtemplate-in-default-namespace": DEFAULT,
    "psp-deny-hostipc": ["K8S314"],
    "psp-deny-hostnetwork": ["K8S315"],
    "psp-deny-hostpid": ["K8S313"],
    "psp-deny-root-container": ["K8S311"],
    "replicationcontroller-in-default-namespace": DEFAULT,
    "resources-cpu-limits": ["K8S006"],
    "resources-memory-requests": ["K8S011"],
    "resources-sandbox-cpu-limits": ["K8S006"],
    "resources-sandbox-memory-limits": ["K8S013"],
    "rolebinding-in-default-namespace": DEFAULT,
    "rule-access-dashboard-subject-v1": ["K8S234"],
    "rule-access-dashboard-wl-v1": ["K8S119"],
    "rule-allow-privilege-escalation": ["K8S001"],
    "rule-can-approve-cert-signing-request": ["K8S227"],
    "rule-can-bind-escalate": ["K8S228", "K8S229"],
    "rule-can-create-pod": ["K8S210"],
    "rule-can-create-pv": ["K8S230"],
    "rule-can-create-service-account-token": ["K8S231"],
    "rule-can-delete-k8s-events-v1": ["K8S232"],
    "rule-can-list-get-secrets-v1": ["K8S201", "K8S202"] + ALL_RIGHTS,
    "rule-can-ssh-to-pod-v1": ["K8S317"],
    "rule-can-update-configmap-v1": ["K8S211"] + ALL_RIGHTS,
    "rule-excessive-delete-rights-v1": ["K8S233"],
    "rule-list-all-cluster-admins-v1": ALL_RIGHTS,
    "rule-privileged-container": ["K8S005", "K8S012"],
    "serviceaccount-in-default-namespace": DEFAULT,
    "set-seccomp-profile": ["K8S022"],
    "set-supplementalgroups-values": ["K8S040"],
    "system-authenticated-allowed-to-take-over-cluster": ["K8S222"],
}
# What they ask of a cluster, of a cloud, or of several objects at once; a manifest alone does not tell.
NOT_ASKED = {
    "CVE-2021-25741": "version of a node",
    "access-container-service-account-v1": "inventory of accounts and their roles",
    "agent-sandbox-image-registry-allowlist": "their list of registries",
    "alert-fargate-not-in-use": "nodes of a cluster",
    "container-image-repository": "their list of registries",
    "dangling-gateway-backend": "several objects",
    "dangling-ingress-backend": "several objects",
    "encrypt-traffic-to-https-load-balancers-with-tls-certificates": "Azure's load balancers",
    "ensure-aws-policies-are-present": "a cloud's account",
    "ensure-azure-rbac-is-set": "a cloud's account",
    "ensure-clusters-are-created-with-private-endpoint-enabled-and-public-access-disabled": "a cloud's account",
    "ensure-clusters-are-created-with-private-nodes": "a cloud's account",
    "ensure-endpointprivateaccess-is-enabled": "a cloud's account",
    "ensure-endpointpublicaccess-is-disabled-on-private-nodes-eks": "a cloud's account",
    "ensure-external-secrets-storage-is-in-use": "a product that must be in use",
    "ensure-image-vulnerability-scanning-using-azure-defender-image-scanning-or-a-third-party-provider": "a cloud's account",
    "ensure_network_policy_configured_in_labels": "several objects",
    "exposed-sensitive-interfaces-v1": "several objects",
    "hpa-has-target": "several objects",
    "ingress-and-egress-blocked": "several objects",
    "internal-networking": "several objects",
    "k8s-common-labels-usage": "labels of their choice",
    "label-usage-for-resources": "labels of their choice",
    "list-all-validating-webhooks": "inventory",
    "list-iam-policies-in-gcp": "a cloud's account",
    "list-role-definitions-in-acr": "a cloud's account",
    "non-existent-service-account": "several objects",
    "outdated-k8s-version": "version of a node",
    "pod-security-admission-applied-2": "several objects",
    "psp-enabled-cloud": "a cloud's account",
    "rule-cni-enabled-aks": "a cloud's account",
    "secret-etcd-encryption-cloud": "a cloud's account",
    "serviceaccount-token-mount": "several objects",
    "set-fsgroupchangepolicy-value": "a matter of speed",
    "set-gmsacredentialspecname-value": "needed by programs that sign in to Active Directory alone",
    "workload-mounted-pvc": "several objects",
    "workload-with-cluster-takeover-roles": "several objects",
}
KUBESCAPE_KNOWN = {
    "agent-sandbox-image-tag-provenance/failed-floating-dev": "tags of their choice",
    "agent-sandbox-image-tag-provenance/failed-floating-nightly": "tags of their choice",
    "agent-sandbox-image-tag-provenance/failed-mixed-floating": "tags of their choice",
    "ensure-that-the-API-Server-only-makes-use-of-Strong-Cryptographic-Ciphers-cis1-10/passed": "CBC and 3DES are not strong",
    "ensure-that-the-API-Server-only-makes-use-of-Strong-Cryptographic-Ciphers-cis1-10/rke2-args": "CBC and 3DES are not strong",
    "ensure-that-the-API-Server-only-makes-use-of-Strong-Cryptographic-Ciphers/passed": "CBC and 3DES are not strong",
    "ensure-that-the-API-Server-only-makes-use-of-Strong-Cryptographic-Ciphers/rke2-args": "CBC and 3DES are not strong",
    "ensure-that-the-api-server-audit-log-maxsize-argument-is-set-to-100-or-as-appropriate/rke2-args": "100 is what the rule's own name asks for",
    "image-not-pinned-to-digest/pod-exempted-repo": "repositories of their choice",
    "psp-deny-hostipc/pass-one-true-one-false": "each policy is judged: another one that is strict does not undo it",
    "psp-deny-hostnetwork/pass-one-true-one-false": "each policy is judged: another one that is strict does not undo it",
    "psp-deny-hostpid/pass-one-true-one-false": "each policy is judged: another one that is strict does not undo it",
    "psp-deny-root-container/pass-one-true-one-false": "each policy is judged: another one that is strict does not undo it",
    "resources-sandbox-cpu-limits/failed-exceeded-cpu-limits": "limits of their choice",
    "resources-sandbox-cpu-limits/failed-exceeded-cpu-limits-decimal-si": "limits of their choice",
    "resources-sandbox-memory-limits/failed-exceeded-memory-limits": "limits of their choice",
    "resources-sandbox-memory-limits/failed-exceeded-memory-limits-m-suffix": "limits of their choice",
    "system-authenticated-allowed-to-take-over-cluster/success": "what the role holds stands in another object",
}


def check(path, *args):
    """names of the checks that each file fails"""
    r = strake("lint", "--format", "json", "--no-fail", *args, ".", cwd=path)
    assert r.code == 0, r.err
    found = {}
    for t in r.json()["Results"]:
        names = found.setdefault(os.path.normpath(t["Target"]), set())
        for x in t.get("Misconfigurations", []):
            if x["Status"] == "FAIL":
                names.update([x["ID"]] + x.get("Aliases", []))
    return found


def compare(rows, known):
    """rows: (key, expected, got)"""
    wrong = [r for r in rows if (r[1] != r[2]) != (r[0] in known)]
    assert not wrong, "\n".join("%s: theirs %s, ours %s%s" % (k, e, g, " (known)" if k in known else "") for k, e, g in wrong)


def verdict(names, ids):
    return "fail" if names & set(ids) else "pass"


@test
def examples_of_checkov_have_its_verdicts(work):
    base = data("misconfig", "checkov")
    found = check(base)
    with open(base + "/expected.json") as f:
        rows = [r for r in json.load(f) if r["file"].startswith("kubernetes/")]
    assert len(rows) >= 120
    ids = lambda r: [r["check"]] if r["check"] else CHECKOV_IDS[r["file"].split("/")[1]]
    compare([(r["file"], r["expect"], verdict(found.get(r["file"], set()), ids(r))) for r in rows], CHECKOV_KNOWN)


@test
def examples_of_trivy_have_its_verdicts(work):
    base = data("misconfig", "trivy-checks")
    found = check(base)
    rows = []
    with open(base + "/expected.json") as f:
        for r in json.load(f):
            id_ = r["check"] or TRIVY_IDS.get(r["title"])
            if r["file"].startswith("kubernetes/"):
                assert id_, r
                rows.append((r["file"], r["expect"], verdict(found.get(r["file"], set()), [id_])))
    assert len(rows) >= 40
    compare(rows, {})


@test
def rules_of_kubescape_have_its_verdicts(work):
    archive = data("misconfig", "regolibrary.tar.zst")
    subprocess.run("zstd -dc '%s' | tar -xf - -C '%s'" % (archive, work), shell=True, check=True)
    with open(work + "/expected.json") as f:
        cases = json.load(f)
    found = check(work, "--enable", "K8S320")
    rows = []
    for c in cases:
        assert (c["rule"] in KUBESCAPE) != (c["rule"] in NOT_ASKED), c["rule"]
        if c["rule"] in KUBESCAPE:
            names = set().union(*[v for k, v in found.items() if k.startswith(c["dir"] + "/")])
            rows.append((c["rule"] + "/" + c["case"], c["expect"], verdict(names, KUBESCAPE[c["rule"]])))
    assert len(rows) >= 300
    compare(rows, KUBESCAPE_KNOWN)


@test
def real_manifests_are_read(work):
    archive = data("misconfig", "real-manifests.tar.zst")
    subprocess.run("zstd -dc '%s' | tar -xf - -C '%s'" % (archive, work), shell=True, check=True)
    found = check(work)
    files = [os.path.relpath(os.path.join(d, n), work) for d, _, names in os.walk(work) for n in names if n.endswith(".yaml")]
    templates = [f for f in files if "helm" in f]
    assert len(files) >= 25
    missing = [f for f in files if f not in found and f not in templates]
    assert not missing, missing
    broken = [f for f in files if "K8S301" in found.get(f, set()) and f not in templates]
    assert not broken, broken


main()
