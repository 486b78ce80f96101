/* SPDX-License-Identifier: Apache-2.0 */
/* The fields of Kubernetes manifests: getter, name, type, flags, what it is. */
#pragma once

/* clang-format off */
#define K8S_FIELDS \
	F(evt_type, "evt.type", RULE_STRING, RULE_EVENT_TYPE, "what the event is about: document object pod container volume port env rule subject peer") \
	F(doc_error, "doc.error", RULE_STRING, 0, "document: why it cannot be read") \
	F(kind, "object.kind", RULE_STRING, 0, "kind of the object") \
	F(api, "object.api", RULE_STRING, 0, "its apiVersion") \
	F(name, "object.name", RULE_STRING, 0, "its name") \
	F(namespace, "object.namespace", RULE_STRING, 0, "its namespace, where one is written") \
	F(object_path, "object.path", RULE_STRING, RULE_ARG_KEY | RULE_ARG_REQUIRED, "a scalar of the object: object.path[spec.type], or by JSON pointer object.path[/metadata/annotations/a.b~1c]") \
	F(object_has, "object.has", RULE_BOOL, RULE_ARG_KEY | RULE_ARG_REQUIRED, "whether something stands at a path of the object") \
	F(object_list, "object.list", RULE_STRING, RULE_ARG_KEY | RULE_ARG_REQUIRED | RULE_LIST, "the scalars of a list, or the names of a mapping, at a path of the object") \
	F(object_values, "object.values", RULE_STRING, RULE_ARG_KEY | RULE_ARG_REQUIRED | RULE_LIST, "the scalar values of a mapping at a path of the object") \
	F(object_members, "object.members", RULE_STRING, RULE_ARG_KEY | RULE_ARG_REQUIRED | RULE_LIST, "names of the members of a list: object.members[plugins]; or another of their scalars: object.members[spec.ports:port]") \
	F(object_is_list, "object.is_list", RULE_BOOL, RULE_ARG_KEY | RULE_ARG_REQUIRED, "whether a list stands at a path of the object") \
	F(object_is_mapping, "object.is_mapping", RULE_BOOL, RULE_ARG_KEY | RULE_ARG_REQUIRED, "whether a mapping stands at a path of the object") \
	F(object_selects, "object.selects_its_pods", RULE_BOOL, 0, "controllers with a selector: whether it fits the labels of the pods that they make") \
	F(object_secrets, "object.secrets", RULE_STRING, RULE_LIST, "ConfigMap: names in its data, and in lines NAME=VALUE of it, that are those of secrets") \
	F(pod_path, "pod.path", RULE_STRING, RULE_ARG_KEY | RULE_ARG_REQUIRED, "a scalar of the pod's specification") \
	F(pod_has, "pod.has", RULE_BOOL, RULE_ARG_KEY | RULE_ARG_REQUIRED, "whether something stands at a path of the pod's specification") \
	F(pod_list, "pod.list", RULE_STRING, RULE_ARG_KEY | RULE_ARG_REQUIRED | RULE_LIST, "the scalars of a list, or the names of a mapping, in the pod's specification") \
	F(pod_meta, "pod.meta", RULE_STRING, RULE_ARG_KEY | RULE_ARG_REQUIRED, "a scalar of the pod's metadata") \
	F(pod_meta_list, "pod.meta_list", RULE_STRING, RULE_ARG_KEY | RULE_ARG_REQUIRED | RULE_LIST, "names of a mapping in the pod's metadata") \
	F(pod_meta_values, "pod.meta_values", RULE_STRING, RULE_ARG_KEY | RULE_ARG_REQUIRED | RULE_LIST, "scalar values of a mapping in the pod's metadata") \
	F(pod_sysctls, "pod.sysctls", RULE_STRING, RULE_LIST, "names of the sysctls it sets") \
	F(pod_apparmor, "pod.apparmor", RULE_STRING, RULE_LIST, "AppArmor profiles of its annotations; localhost for one of the node's own") \
	F(pod_images, "pod.images", RULE_STRING, RULE_LIST, "images of all of its containers") \
	F(pod_groups, "pod.groups", RULE_STRING, RULE_LIST, "its supplementary groups and file system group") \
	F(c_name, "container.name", RULE_STRING, 0, "name of the container") \
	F(c_type, "container.type", RULE_STRING, 0, "regular, init or ephemeral") \
	F(c_path, "container.path", RULE_STRING, RULE_ARG_KEY | RULE_ARG_REQUIRED, "a scalar of the container") \
	F(c_has, "container.has", RULE_BOOL, RULE_ARG_KEY | RULE_ARG_REQUIRED, "whether something stands at a path of the container") \
	F(c_list, "container.list", RULE_STRING, RULE_ARG_KEY | RULE_ARG_REQUIRED | RULE_LIST, "the scalars of a list, or the names of a mapping, in the container") \
	F(c_members, "container.members", RULE_STRING, RULE_ARG_KEY | RULE_ARG_REQUIRED | RULE_LIST, "names of the members of a list, or another of their scalars: container.members[volumeMounts:mountPath]") \
	F(c_security, "container.security", RULE_STRING, RULE_ARG_KEY | RULE_ARG_REQUIRED, "a scalar of the container's security context, else of the pod's") \
	F(c_adds, "container.adds", RULE_STRING, RULE_LIST, "capabilities that are added, in upper case, without CAP_") \
	F(c_drops, "container.drops", RULE_STRING, RULE_LIST, "capabilities that are dropped") \
	F(c_program, "container.program", RULE_STRING, 0, "base name of its command's first word") \
	F(c_arg, "container.arg", RULE_STRING, RULE_ARG_KEY | RULE_ARG_REQUIRED, "value of an option of its command: container.arg[--profiling]; true for one without a value") \
	F(c_args, "container.args", RULE_STRING, RULE_LIST, "words of command and arguments") \
	F(image_ref, "image.ref", RULE_STRING, 0, "the container's image") \
	F(image_registry, "image.registry", RULE_STRING, 0, "its registry; none: Docker Hub") \
	F(image_repo, "image.repository", RULE_STRING, 0, "its repository without registry, tag and digest") \
	F(image_tag, "image.tag", RULE_STRING, 0, "its tag") \
	F(image_digest, "image.digest", RULE_STRING, 0, "its digest") \
	F(v_name, "volume.name", RULE_STRING, 0, "name of the volume") \
	F(v_type, "volume.type", RULE_STRING, 0, "its type: hostPath, secret ...") \
	F(part_path, "part.path", RULE_STRING, RULE_ARG_KEY | RULE_ARG_REQUIRED, "a scalar of what the event is about: volume, port, env, subject, peer") \
	F(part_has, "part.has", RULE_BOOL, RULE_ARG_KEY | RULE_ARG_REQUIRED, "whether something stands at a path of it") \
	F(part_number, "part.number", RULE_INT64, RULE_ARG_KEY | RULE_ARG_REQUIRED, "a number of it: part.number[hostPort]") \
	F(c_number, "container.number", RULE_INT64, RULE_ARG_KEY | RULE_ARG_REQUIRED, "a number of the container's security context, else of the pod's: container.number[runAsUser]") \
	F(r_verbs, "rule.verbs", RULE_STRING, RULE_LIST, "verbs of a role's rule") \
	F(r_resources, "rule.resources", RULE_STRING, RULE_LIST, "its resources") \
	F(r_groups, "rule.groups", RULE_STRING, RULE_LIST, "its API groups") \
	F(r_names, "rule.names", RULE_STRING, RULE_LIST, "names of the objects it is limited to") \
	F(s_kind, "subject.kind", RULE_STRING, 0, "subject of a binding: User, Group, ServiceAccount") \
	F(s_name, "subject.name", RULE_STRING, 0, "its name") \
	F(p_direction, "peer.direction", RULE_STRING, 0, "of a network policy: ingress or egress") \
	F(p_any, "peer.any", RULE_BOOL, 0, "whether the peer is everyone: none written, or the whole address space") \
	F(p_wide, "peer.wide", RULE_BOOL, 0, "whether the peer is everyone, with exceptions or not, or every pod or namespace")
/* clang-format on */
