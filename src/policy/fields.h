/* SPDX-License-Identifier: Apache-2.0 */
/* Fields of policies: getter, name, type, flags, what it is. */
#pragma once

/* clang-format off */
#define TARGET_FIELDS \
	F(name, "target.name", RULE_STRING, 0, "what was scanned, as it was called") \
	F(type, "target.type", RULE_STRING, 0, "container_image, filesystem, repository, sbom") \
	F(tags, "target.tags", RULE_STRING, RULE_LIST, "names of the image with their tags") \
	F(digests, "target.digests", RULE_STRING, RULE_LIST, "names of the image with their digests") \
	F(registries, "target.registries", RULE_STRING, RULE_LIST, "registries of these names; docker.io where none is written") \
	F(platform, "target.platform", RULE_STRING, 0, "os/architecture of the image") \
	F(os, "target.os", RULE_STRING, 0, "the distribution: debian, alpine ...") \
	F(os_version, "target.os_version", RULE_STRING, 0, "its release") \
	F(os_like, "target.os_like", RULE_STRING, RULE_LIST, "the distributions it is made from") \
	F(eol, "target.eol", RULE_BOOL, 0, "whether the release is past its end of support") \
	F(size, "target.size", RULE_INT64, 0, "bytes of all layers, unpacked") \
	F(layers, "target.layers", RULE_INT64, 0, "number of layers") \
	F(age, "target.age_days", RULE_INT64, 0, "days since the image was made") \
	F(base_age, "target.base_age_days", RULE_INT64, 0, "days since the last layer of the base image was made, as far as the base can be told") \
	F(user, "target.user", RULE_STRING, 0, "the user that a container starts as; empty where none is set") \
	F(ports, "target.ports", RULE_STRING, RULE_LIST, "ports that are exposed: 22/tcp") \
	F(labels, "target.labels", RULE_STRING, RULE_LIST, "names of its labels") \
	F(label, "target.label", RULE_STRING, RULE_ARG_KEY | RULE_ARG_REQUIRED, "value of a label") \
	F(env, "target.env", RULE_STRING, RULE_LIST, "names of its variables") \
	F(instruction, "target.instruction", RULE_STRING, RULE_ARG_KEY | RULE_ARG_REQUIRED | RULE_EITHER, "of the image's history, what follows the word: target.instruction[ADD]; any of them must satisfy") \
	F(package, "target.package", RULE_STRING, RULE_ARG_KEY | RULE_ARG_REQUIRED | RULE_EITHER, "versions of the packages of a name: not target.package[bash] exists") \
	F(packages, "target.packages", RULE_INT64, 0, "number of packages") \
	F(incomplete, "target.incomplete", RULE_INT64, 0, "parts that could not be analysed") \
	F(judged, "target.is_known", RULE_BOOL, 0, "whether the advisory database speaks about its distribution") \
	F(unjudged, "target.packages_without_feed", RULE_INT64, 0, "number of packages that no feed speaks about") \
	F(db_age, "target.database_age_days", RULE_INT64, 0, "days since the advisory database was built") \
	F(signed, "image.signed", RULE_BOOL, 0, "whether one of the keys and identities that were given has signed the image; no value where none was given") \
	F(verified_by, "image.verified_by", RULE_STRING, RULE_LIST, "which of them have, as they were given") \
	F(signer, "image.signers", RULE_STRING, RULE_LIST, "identities of the certificates that were verified") \
	F(attestations, "image.attestations", RULE_STRING, RULE_LIST, "types of the predicates of attestations that were verified") \
	F(predicate, "image.predicate", RULE_STRING, RULE_ARG_KEY | RULE_ARG_REQUIRED | RULE_EITHER, "value of a verified attestation: image.predicate[slsaprovenance1/buildDefinition/buildType]; the word is that of --type; any of them must satisfy") \
	F(count, "target.findings", RULE_INT64, RULE_ARG_KEY, "number of findings; target.findings[critical], [secret], [misconfiguration]")

#define PACKAGE_FIELDS \
	F(name, "package.name", RULE_STRING, 0, "name of the package") \
	F(version, "package.version", RULE_STRING, 0, "its version") \
	F(older, "package.older_than", RULE_BOOL, RULE_ARG_KEY | RULE_ARG_REQUIRED, "whether its version is below another, in its type's order: package.older_than[1.2.3]") \
	F(type, "package.type", RULE_STRING, 0, "deb, rpm, npm, pypi ...") \
	F(purl, "package.purl", RULE_STRING, 0, "its package URL") \
	F(path, "package.path", RULE_STRING, 0, "the file it was read from") \
	F(licenses, "package.licenses", RULE_STRING, RULE_LIST, "its licences, ids of SPDX where they are known") \
	F(classes, "package.license_classes", RULE_STRING, RULE_LIST, "their classes: forbidden restricted reciprocal notice permissive unencumbered unknown") \
	F(owner, "package.owner", RULE_STRING, 0, "the distribution's package that owns its file") \
	F(supplier, "package.supplier", RULE_STRING, 0, "its maintainer or vendor") \
	F(dev, "package.dev", RULE_BOOL, 0, "whether it is for development only") \
	F(direct, "package.direct", RULE_BOOL, 0, "whether the project itself asks for it") \
	F(foreign, "package.third_party", RULE_BOOL, 0, "whether another vendor than the distribution built it") \
	F(layer, "package.layer", RULE_INT64, 0, "number of the layer that brought it, from 1") \
	F(base, "package.base", RULE_BOOL, 0, "whether it came with the base image")

#define FINDING_FIELDS \
	F(kind, "finding.kind", RULE_STRING, 0, "vulnerability secret misconfiguration license") \
	F(id, "finding.id", RULE_STRING, 0, "CVE-..., id of a check or rule, a licence") \
	F(ids, "finding.ids", RULE_STRING, RULE_LIST, "the id and all aliases") \
	F(severity, "finding.severity", RULE_STRING, 0, "UNKNOWN LOW MEDIUM HIGH CRITICAL") \
	F(level, "finding.level", RULE_INT64, 0, "the same as a number, 0 to 4") \
	F(title, "finding.title", RULE_STRING, 0, "what it is about") \
	F(status, "finding.status", RULE_STRING, 0, "of a vulnerability: affected, fixed, will_not_fix ...") \
	F(fixed, "finding.fixed_version", RULE_STRING, 0, "the version that mends it, where there is one") \
	F(has_fix, "finding.has_fix", RULE_BOOL, 0, "whether there is a version, or an edit, that mends it") \
	F(kev, "finding.kev", RULE_BOOL, 0, "whether it is known to be exploited") \
	F(epss, "finding.epss_percent", RULE_INT64, 0, "probability of being exploited within 30 days, in percent") \
	F(risk, "finding.risk", RULE_INT64, 0, "0 to 100") \
	F(score, "finding.cvss_tenths", RULE_INT64, RULE_ARG_KEY, "ten times its highest CVSS score; finding.cvss_tenths[redhat]: that of one source") \
	F(exploitability, "finding.cvss_exploitability_tenths", RULE_INT64, RULE_ARG_KEY, "the same of the exploitability subscore of CVSS v3") \
	F(impact, "finding.cvss_impact_tenths", RULE_INT64, RULE_ARG_KEY, "the same of the impact subscore of CVSS v3") \
	F(vectors, "finding.cvss_vectors", RULE_STRING, RULE_LIST, "its CVSS vectors") \
	F(vendor_ids, "finding.vendor_ids", RULE_STRING, RULE_LIST, "ids of the vendor's advisories: DSA-..., RHSA-...") \
	F(age, "finding.age_days", RULE_INT64, 0, "days since it was published") \
	F(changed, "finding.modified_days", RULE_INT64, 0, "days since what is known of it last changed") \
	F(target, "finding.target", RULE_STRING, 0, "the result that lists it: a file, or the system") \
	F(line, "finding.line", RULE_INT64, 0, "of a misconfiguration or secret") \
	F(deleted, "finding.deleted", RULE_BOOL, 0, "of a secret: whether a later layer removed the file") \
	F(category, "finding.category", RULE_STRING, 0, "kind of the secret or check; class of the licence") \
	F(pkg_name, "package.name", RULE_STRING, 0, "the package that has it") \
	F(pkg_version, "package.version", RULE_STRING, 0, "its version") \
	F(pkg_type, "package.type", RULE_STRING, 0, "deb, rpm, npm, pypi ...") \
	F(pkg_path, "package.path", RULE_STRING, 0, "the file it was read from") \
	F(pkg_dev, "package.dev", RULE_BOOL, 0, "whether it is for development only") \
	F(pkg_base, "package.base", RULE_BOOL, 0, "whether it came with the base image")

#define FILE_FIELDS \
	F(path, "file.path", RULE_PATH, 0, "its path, without leading slash") \
	F(name, "file.name", RULE_STRING, 0, "the last part of its path") \
	F(size, "file.size", RULE_INT64, 0, "bytes") \
	F(sha1, "file.sha1", RULE_STRING, 0, "its digest, lower-case hexadecimal digits") \
	F(sha256, "file.sha256", RULE_STRING, 0, "the same") \
	F(layer, "file.layer", RULE_INT64, 0, "number of the layer that has it, from 1") \
	F(base, "file.base", RULE_BOOL, 0, "whether it came with the base image")
/* clang-format on */
