/* SPDX-License-Identifier: Apache-2.0 */
/* Fields of the source k8s_audit beside the generic ones. The place in the list is the id. */
#pragma once

/* X(id, name, type, flags, text) */
#define K8S_AUDIT_FIELDS                                                                           \
	X(JSON_VALUE, "json.value", STRING, KEY | REQUIRED | NO_RHS, "value at a JSON pointer")    \
	X(JSON_OBJ, "json.obj", STRING, 0, "the whole object")                                     \
	X(JSON_RAWTIME, "json.rawtime", STRING, 0, "time of the event")                            \
	X(JEVT_VALUE, "jevt.value", STRING, KEY | REQUIRED | NO_RHS, "value at a JSON pointer")    \
	X(JEVT_OBJ, "jevt.obj", STRING, 0, "the whole object")                                     \
	X(JEVT_RAWTIME, "jevt.rawtime", STRING, 0, "time of the event")                            \
	X(KA_AUDITID, "ka.auditid", STRING, 0, "id of the request")                                \
	X(KA_STAGE, "ka.stage", STRING, 0, "stage of the request")                                 \
	X(KA_AUTH_DECISION, "ka.auth.decision", STRING, 0, "decision of the authorisation")        \
	X(KA_AUTH_REASON, "ka.auth.reason", STRING, 0, "its reason")                               \
	X(KA_AUTH_OPENSHIFT_DECISION, "ka.auth.openshift.decision", STRING, 0,                     \
	  "decision of OpenShift")                                                                 \
	X(KA_AUTH_OPENSHIFT_USERNAME, "ka.auth.openshift.username", STRING, 0,                     \
	  "user of OpenShift")                                                                     \
	X(KA_USER_NAME, "ka.user.name", STRING, 0, "user")                                         \
	X(KA_USER_GROUPS, "ka.user.groups", STRING, LIST, "groups of the user")                    \
	X(KA_IMPUSER_NAME, "ka.impuser.name", STRING, 0, "impersonated user")                      \
	X(KA_VERB, "ka.verb", STRING, 0, "verb")                                                   \
	X(KA_URI, "ka.uri", STRING, 0, "address")                                                  \
	X(KA_URI_PARAM, "ka.uri.param", STRING, KEY | REQUIRED, "one parameter of the address")    \
	X(KA_TARGET_NAME, "ka.target.name", STRING, 0, "name of the object")                       \
	X(KA_TARGET_NAMESPACE, "ka.target.namespace", STRING, 0, "namespace of the object")        \
	X(KA_TARGET_RESOURCE, "ka.target.resource", STRING, 0, "resource of the object")           \
	X(KA_TARGET_SUBRESOURCE, "ka.target.subresource", STRING, 0, "subresource of the object")  \
	X(KA_TARGET_POD_NAME, "ka.target.pod.name", STRING, 0, "pod.name of the object")           \
	X(KA_REQ_BINDING_SUBJECTS, "ka.req.binding.subjects", STRING, LIST,                        \
	  "subjects of the binding")                                                               \
	X(KA_REQ_BINDING_ROLE, "ka.req.binding.role", STRING, 0, "role of the binding")            \
	X(KA_REQ_BINDING_SUBJECT_HAS_NAME, "ka.req.binding.subject.has_name", STRING,              \
	  KEY | REQUIRED, "true when such a subject is there")                                     \
	X(KA_REQ_CONFIGMAP_NAME, "ka.req.configmap.name", STRING, 0,                               \
	  "name of the configuration map")                                                         \
	X(KA_REQ_CONFIGMAP_OBJ, "ka.req.configmap.obj", STRING, 0, "the whole map")                \
	X(KA_REQ_POD_CONTAINERS_IMAGE, "ka.req.pod.containers.image", STRING, LIST | INDEX,        \
	  "images")                                                                                \
	X(KA_REQ_CONTAINER_IMAGE, "ka.req.container.image", STRING, DEPRECATED,                    \
	  "image of the first container")                                                          \
	X(KA_REQ_POD_CONTAINERS_IMAGE_REPOSITORY, "ka.req.pod.containers.image.repository",        \
	  STRING, LIST | INDEX, "images without tags")                                             \
	X(KA_REQ_CONTAINER_IMAGE_REPOSITORY, "ka.req.container.image.repository", STRING,          \
	  DEPRECATED, "image of the first container without tag")                                  \
	X(KA_REQ_POD_HOST_IPC, "ka.req.pod.host_ipc", STRING, 0, "hostIPC")                        \
	X(KA_REQ_POD_HOST_NETWORK, "ka.req.pod.host_network", STRING, 0, "hostNetwork")            \
	X(KA_REQ_CONTAINER_HOST_NETWORK, "ka.req.container.host_network", STRING, DEPRECATED,      \
	  "hostNetwork")                                                                           \
	X(KA_REQ_POD_HOST_PID, "ka.req.pod.host_pid", STRING, 0, "hostPID")                        \
	X(KA_REQ_POD_CONTAINERS_HOST_PORT, "ka.req.pod.containers.host_port", STRING,              \
	  LIST | INDEX, "ports of the host")                                                       \
	X(KA_REQ_POD_CONTAINERS_PRIVILEGED, "ka.req.pod.containers.privileged", STRING,            \
	  LIST | INDEX, "privileged")                                                              \
	X(KA_REQ_CONTAINER_PRIVILEGED, "ka.req.container.privileged", STRING, DEPRECATED,          \
	  "any container is privileged")                                                           \
	X(KA_REQ_POD_CONTAINERS_ALLOW_PRIVILEGE_ESCALATION,                                        \
	  "ka.req.pod.containers.allow_privilege_escalation", STRING, LIST | INDEX,                \
	  "allow_privilege_escalation of the containers")                                          \
	X(KA_REQ_POD_CONTAINERS_READ_ONLY_FS, "ka.req.pod.containers.read_only_fs", STRING,        \
	  LIST | INDEX, "read_only_fs of the containers")                                          \
	X(KA_REQ_POD_CONTAINERS_RUN_AS_USER, "ka.req.pod.containers.run_as_user", STRING,          \
	  LIST | INDEX, "run_as_user of the containers")                                           \
	X(KA_REQ_POD_CONTAINERS_EFF_RUN_AS_USER, "ka.req.pod.containers.eff_run_as_user", STRING,  \
	  LIST | INDEX, "eff_run_as_user of the containers")                                       \
	X(KA_REQ_POD_CONTAINERS_RUN_AS_GROUP, "ka.req.pod.containers.run_as_group", STRING,        \
	  LIST | INDEX, "run_as_group of the containers")                                          \
	X(KA_REQ_POD_CONTAINERS_EFF_RUN_AS_GROUP, "ka.req.pod.containers.eff_run_as_group",        \
	  STRING, LIST | INDEX, "eff_run_as_group of the containers")                              \
	X(KA_REQ_POD_CONTAINERS_PROC_MOUNT, "ka.req.pod.containers.proc_mount", STRING,            \
	  LIST | INDEX, "proc_mount of the containers")                                            \
	X(KA_REQ_POD_CONTAINERS_ADD_CAPABILITIES, "ka.req.pod.containers.add_capabilities",        \
	  STRING, LIST | INDEX, "add_capabilities of the containers")                              \
	X(KA_REQ_POD_RUN_AS_USER, "ka.req.pod.run_as_user", STRING, 0, "runAsUser of the pod")     \
	X(KA_REQ_POD_RUN_AS_GROUP, "ka.req.pod.run_as_group", STRING, 0, "runAsGroup of the pod")  \
	X(KA_REQ_POD_FS_GROUP, "ka.req.pod.fs_group", STRING, 0, "fsGroup")                        \
	X(KA_REQ_POD_SUPPLEMENTAL_GROUPS, "ka.req.pod.supplemental_groups", STRING, LIST,          \
	  "supplementalGroups")                                                                    \
	X(KA_REQ_ROLE_RULES, "ka.req.role.rules", STRING, LIST, "rules of the role")               \
	X(KA_REQ_ROLE_RULES_APIGROUPS, "ka.req.role.rules.apiGroups", STRING, LIST | INDEX,        \
	  "apiGroups of the rules")                                                                \
	X(KA_REQ_ROLE_RULES_NONRESOURCEURLS, "ka.req.role.rules.nonResourceURLs", STRING,          \
	  LIST | INDEX, "nonResourceURLs of the rules")                                            \
	X(KA_REQ_ROLE_RULES_VERBS, "ka.req.role.rules.verbs", STRING, LIST | INDEX,                \
	  "verbs of the rules")                                                                    \
	X(KA_REQ_ROLE_RULES_RESOURCES, "ka.req.role.rules.resources", STRING, LIST | INDEX,        \
	  "resources of the rules")                                                                \
	X(KA_REQ_SERVICE_TYPE, "ka.req.service.type", STRING, 0, "type of the service")            \
	X(KA_REQ_SERVICE_PORTS, "ka.req.service.ports", STRING, LIST | INDEX,                      \
	  "ports of the service")                                                                  \
	X(KA_REQ_POD_VOLUMES_HOSTPATH, "ka.req.pod.volumes.hostpath", STRING, LIST | INDEX,        \
	  "paths of the host that are mounted")                                                    \
	X(KA_REQ_VOLUME_HOSTPATH, "ka.req.volume.hostpath", STRING, KEY | REQUIRED | DEPRECATED,   \
	  "true when this path of the host is mounted")                                            \
	X(KA_REQ_POD_VOLUMES_FLEXVOLUME_DRIVER, "ka.req.pod.volumes.flexvolume_driver", STRING,    \
	  LIST | INDEX, "drivers of flex volumes")                                                 \
	X(KA_REQ_POD_VOLUMES_VOLUME_TYPE, "ka.req.pod.volumes.volume_type", STRING, LIST | INDEX,  \
	  "kinds of volumes")                                                                      \
	X(KA_RESP_NAME, "ka.resp.name", STRING, 0, "name in the answer")                           \
	X(KA_RESPONSE_CODE, "ka.response.code", STRING, 0, "code of the answer")                   \
	X(KA_RESPONSE_REASON, "ka.response.reason", STRING, 0, "reason of the answer")             \
	X(KA_USERAGENT, "ka.useragent", STRING, 0, "program of the client")                        \
	X(KA_SOURCEIPS, "ka.sourceips", STRING, LIST | INDEX, "addresses of the client")           \
	X(KA_CLUSTER_NAME, "ka.cluster.name", STRING, 0, "name of the cluster")                    \
	X(KA_REQ_POD_INITCONTAINERS_IMAGE, "ka.req.pod.initContainers.image", STRING,              \
	  LIST | INDEX, "images of the init containers")                                           \
	X(KA_REQ_POD_EPHEMERALCONTAINERS_IMAGE, "ka.req.pod.ephemeralContainers.image", STRING,    \
	  LIST | INDEX, "images of the ephemeral containers")                                      \
	X(KA_REQ_POD_INITCONTAINERS_IMAGE_REPOSITORY,                                              \
	  "ka.req.pod.initContainers.image.repository", STRING, LIST | INDEX,                      \
	  "images without tags of the init containers")                                            \
	X(KA_REQ_POD_EPHEMERALCONTAINERS_IMAGE_REPOSITORY,                                         \
	  "ka.req.pod.ephemeralContainers.image.repository", STRING, LIST | INDEX,                 \
	  "images without tags of the ephemeral containers")                                       \
	X(KA_REQ_POD_INITCONTAINERS_HOST_PORT, "ka.req.pod.initContainers.host_port", STRING,      \
	  LIST | INDEX, "ports of the host of the init containers")                                \
	X(KA_REQ_POD_EPHEMERALCONTAINERS_HOST_PORT, "ka.req.pod.ephemeralContainers.host_port",    \
	  STRING, LIST | INDEX, "ports of the host of the ephemeral containers")                   \
	X(KA_REQ_POD_INITCONTAINERS_PRIVILEGED, "ka.req.pod.initContainers.privileged", STRING,    \
	  LIST | INDEX, "privileged of the init containers")                                       \
	X(KA_REQ_POD_EPHEMERALCONTAINERS_PRIVILEGED, "ka.req.pod.ephemeralContainers.privileged",  \
	  STRING, LIST | INDEX, "privileged of the ephemeral containers")                          \
	X(KA_REQ_POD_INITCONTAINERS_ALLOW_PRIVILEGE_ESCALATION,                                    \
	  "ka.req.pod.initContainers.allow_privilege_escalation", STRING, LIST | INDEX,            \
	  "allow_privilege_escalation of the init containers")                                     \
	X(KA_REQ_POD_EPHEMERALCONTAINERS_ALLOW_PRIVILEGE_ESCALATION,                               \
	  "ka.req.pod.ephemeralContainers.allow_privilege_escalation", STRING, LIST | INDEX,       \
	  "allow_privilege_escalation of the ephemeral containers")                                \
	X(KA_REQ_POD_INITCONTAINERS_READ_ONLY_FS, "ka.req.pod.initContainers.read_only_fs",        \
	  STRING, LIST | INDEX, "read_only_fs of the init containers")                             \
	X(KA_REQ_POD_EPHEMERALCONTAINERS_READ_ONLY_FS,                                             \
	  "ka.req.pod.ephemeralContainers.read_only_fs", STRING, LIST | INDEX,                     \
	  "read_only_fs of the ephemeral containers")                                              \
	X(KA_REQ_POD_INITCONTAINERS_RUN_AS_USER, "ka.req.pod.initContainers.run_as_user", STRING,  \
	  LIST | INDEX, "run_as_user of the init containers")                                      \
	X(KA_REQ_POD_EPHEMERALCONTAINERS_RUN_AS_USER,                                              \
	  "ka.req.pod.ephemeralContainers.run_as_user", STRING, LIST | INDEX,                      \
	  "run_as_user of the ephemeral containers")                                               \
	X(KA_REQ_POD_INITCONTAINERS_EFF_RUN_AS_USER, "ka.req.pod.initContainers.eff_run_as_user",  \
	  STRING, LIST | INDEX, "eff_run_as_user of the init containers")                          \
	X(KA_REQ_POD_EPHEMERALCONTAINERS_EFF_RUN_AS_USER,                                          \
	  "ka.req.pod.ephemeralContainers.eff_run_as_user", STRING, LIST | INDEX,                  \
	  "eff_run_as_user of the ephemeral containers")                                           \
	X(KA_REQ_POD_INITCONTAINERS_RUN_AS_GROUP, "ka.req.pod.initContainers.run_as_group",        \
	  STRING, LIST | INDEX, "run_as_group of the init containers")                             \
	X(KA_REQ_POD_EPHEMERALCONTAINERS_RUN_AS_GROUP,                                             \
	  "ka.req.pod.ephemeralContainers.run_as_group", STRING, LIST | INDEX,                     \
	  "run_as_group of the ephemeral containers")                                              \
	X(KA_REQ_POD_INITCONTAINERS_EFF_RUN_AS_GROUP,                                              \
	  "ka.req.pod.initContainers.eff_run_as_group", STRING, LIST | INDEX,                      \
	  "eff_run_as_group of the init containers")                                               \
	X(KA_REQ_POD_EPHEMERALCONTAINERS_EFF_RUN_AS_GROUP,                                         \
	  "ka.req.pod.ephemeralContainers.eff_run_as_group", STRING, LIST | INDEX,                 \
	  "eff_run_as_group of the ephemeral containers")                                          \
	X(KA_REQ_POD_INITCONTAINERS_PROC_MOUNT, "ka.req.pod.initContainers.proc_mount", STRING,    \
	  LIST | INDEX, "proc_mount of the init containers")                                       \
	X(KA_REQ_POD_EPHEMERALCONTAINERS_PROC_MOUNT, "ka.req.pod.ephemeralContainers.proc_mount",  \
	  STRING, LIST | INDEX, "proc_mount of the ephemeral containers")                          \
	X(KA_REQ_POD_INITCONTAINERS_ADD_CAPABILITIES,                                              \
	  "ka.req.pod.initContainers.add_capabilities", STRING, LIST | INDEX,                      \
	  "add_capabilities of the init containers")                                               \
	X(KA_REQ_POD_EPHEMERALCONTAINERS_ADD_CAPABILITIES,                                         \
	  "ka.req.pod.ephemeralContainers.add_capabilities", STRING, LIST | INDEX,                 \
	  "add_capabilities of the ephemeral containers")
