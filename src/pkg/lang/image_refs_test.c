/* SPDX-License-Identifier: Apache-2.0 */
#include "pkg/lang/lang_testing.h"

static void images_of_the_shared_data_are_told(void **state)
{
	(void)state;
	lang_check(
	    "image-refs",
	    ((const struct lang_row[]){{"scalibr/dockerbase", NULL, "image-refs", "Dockerfile"},
				       {"", NULL, "image-refs", "docker-compose.yml"},
				       {0}}),
	    ((const struct lang_known[]){
		{"docker-compose-1.yml", "a variable of a file beside it is not known"}, {0}}));
}

static void check_one(const char *path, const char *text, const char *want)
{
	auto_told struct told t;
	told_init(&t);
	analyse(&t, "image-refs", path, slice_str(text));
	assert_string_equal(told_text(&t).ptr, want);
}

static void stages_are_no_images_and_variables_have_values(void **state)
{
	(void)state;
	check_one(
	    "Dockerfile",
	    "ARG V=12\nARG N\nFROM debian:${V}-slim AS base\nFROM $N\nFROM base\nFROM scratch\n"
	    "COPY --from=base / /\nCOPY --from=0 / /\nCOPY --from=h:5000/a/b@sha256:00 x /\n"
	    "RUN --mount=type=bind,from=golang,target=/x y\n",
	    "package type=docker name=debian version=12-slim direct lines=3-3\n"
	    "package type=docker name=h:5000/a/b version=sha256:00 digest=sha256:00 direct "
	    "lines=9-9\n"
	    "package type=docker name=golang version=latest direct lines=10-10\n");
}

static void anchors_do_not_hide_images(void **state)
{
	(void)state;
	check_one("compose.yaml",
		  "x: &b\n  image: \"a:1\" # why\nservices:\n  y:\n    <<: *b\n  z:\n    image: "
		  "b:${Q:-2}\n",
		  "package type=docker name=a version=1 direct lines=2-2\n"
		  "package type=docker name=b version=2 direct lines=7-7\n");
}

RUN_TESTS(T(images_of_the_shared_data_are_told), T(stages_are_no_images_and_variables_have_values),
	  T(anchors_do_not_hide_images))
