/* SPDX-License-Identifier: Apache-2.0 */
/* What is known of Kubernetes manifests. Checks' own examples, and those of others, are elsewhere. */
#include "config/config.h"

#include "tests/test.h"

static struct config *c;
static struct arena a;

static int begin(void **state)
{
	struct err err = {0};
	(void)state;
	arena_init(&a, 256 * MIB);
	return config_new(&c, &err) < 0 || config_ready(c, &err) < 0 ? -1 : 0;
}

static int end(void **state)
{
	(void)state;
	config_free(&c);
	arena_free(&a);
	return 0;
}

/* "line:id line:id" of the ids of the list that are not silenced. */
static void check(const char *text, const char *ids, const char *want)
{
	struct config_file f = {.path = SL("a.yaml"), .bytes = slice_str(text)};
	struct config_result r;
	struct err err = {0};
	auto_buf struct buf b;
	buf_init(&b, MIB);
	assert_ok(config_check(c, &f, NULL, NULL, &a, &r, &err), &err);
	assert_string_equal(r.kind, "kubernetes");
	for (size_t k = 0; k < r.nfindings; k++) {
		struct slice rest = slice_str(ids), id;
		while (slice_word(&rest, &id))
			if (config_is_named(r.findings[k].check, id) &&
			    !r.findings[k].is_suppressed)
				buf_printf(&b, "%s%u:%.*s", b.len ? " " : "", r.findings[k].line,
					   SL_FMT(id));
	}
	test_assert_slice(buf_slice(&b), slice_str(want), text, __LINE__);
}

#define OBJECT(kind) "apiVersion: v1\nkind: " kind "\nmetadata:\n  name: a\n"

static void annotations_silence_their_object_alone(void **state)
{
	(void)state;
#define POD(annotation)                                                                            \
	OBJECT("Pod")                                                                              \
	"  annotations:\n    " annotation "\nspec:\n  hostPID: true\n  hostIPC: true\n"
	check(POD("checkov.io/skip1: CKV_K8S_17=it is the node's own") "---\n" POD(
		  "checkov.io/skip7: K8S101") "---\n" POD("a.example/skip: K8S101"),
	      "K8S101 K8S103", "8:K8S101 18:K8S103 28:K8S101 28:K8S103");
}

static void pods_are_found_wherever_they_are_described(void **state)
{
	(void)state;
	check(OBJECT("SandboxTemplate") "spec:\n  podTemplate:\n    spec:\n      hostPID: true\n",
	      "K8S103", "8:K8S103");
	check(OBJECT("CronJob") "spec:\n  jobTemplate:\n    spec:\n      template:\n        spec:\n"
				"          hostPID: true\n",
	      "K8S103", "10:K8S103");
	check(OBJECT("PodTemplate") "template:\n  spec:\n    hostPID: true\n", "K8S103",
	      "7:K8S103");
	check(OBJECT("Pod") "spec:\n  - hostPID: true\n", "K8S103 K8S301", "6:K8S301");
}

static void selectors_are_compared_with_labels(void **state)
{
	(void)state;
#define CONTROLLER(selector)                                                                       \
	OBJECT("Deployment")                                                                       \
	"spec:\n  selector: " selector                                                             \
	"\n  template:\n    metadata:\n      labels: {app: b, n: \"1\"}\n"
	check(CONTROLLER("{matchLabels: {app: b}}"), "K8S318", "");
	check(CONTROLLER("{matchLabels: {app: b, n: \"2\"}}"), "K8S318", "1:K8S318");
#define X(expression) CONTROLLER("{matchExpressions: [" expression "]}")
	check(X("{key: app, operator: In, values: [c, b]}"), "K8S318", "");
	check(X("{key: app, operator: In, values: [c]}"), "K8S318", "1:K8S318");
	check(X("{key: app, operator: NotIn, values: [b]}"), "K8S318", "1:K8S318");
	check(X("{key: zone, operator: NotIn, values: [b]}"), "K8S318", "");
	check(X("{key: zone, operator: Exists}"), "K8S318", "1:K8S318");
	check(X("{key: app, operator: DoesNotExist}"), "K8S318", "1:K8S318");
	check(OBJECT("Deployment") "spec:\n  replicas: 1\n", "K8S318", "");
}

static void programs_are_known_behind_a_shell(void **state)
{
	(void)state;
#define COMMAND(command)                                                                           \
	OBJECT("Pod") "spec:\n  containers:\n    - name: c\n      command: " command "\n"
	check(COMMAND("[/usr/bin/etcd, --auto-tls]"), "K8S448", "7:K8S448");
	check(COMMAND("[/bin/sh, -c, \"exec etcd --auto-tls=true\"]"), "K8S448", "7:K8S448");
	check(COMMAND("[/bin/sh, -c, \"cat etcd --auto-tls=true\"]"), "K8S448", "");
}

static void rules_give_resources_of_their_groups(void **state)
{
	(void)state;
#define ROLE(groups)                                                                               \
	OBJECT("ClusterRole")                                                                      \
	"rules:\n  - apiGroups: [" groups "]\n    resources: [secrets]\n    verbs: [get]\n"
	check(ROLE("\"\""), "K8S201", "6:K8S201");
	check(ROLE("apps, \"*\""), "K8S201", "6:K8S201");
	check(ROLE("apps"), "K8S201", "");
	check(ROLE(""), "K8S201", "6:K8S201");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    T(annotations_silence_their_object_alone),
	    T(pods_are_found_wherever_they_are_described), T(selectors_are_compared_with_labels),
	    T(programs_are_known_behind_a_shell), T(rules_give_resources_of_their_groups)};
	return cmocka_run_group_tests(tests, begin, end);
}
