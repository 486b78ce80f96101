/* SPDX-License-Identifier: Apache-2.0 */
/* bench-verify SECONDS: bundles around statements, each parsed and verified by its key on one core; prints how many a second. */
#define _GNU_SOURCE
#include "sign/sign.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int make(struct sign_key *key, struct buf *bundle, struct slice digest, struct err *err)
{
	auto_buf struct buf statement, pae, sig;
	struct sign_material m = {.key = key};
	buf_init(&statement, MIB);
	buf_init(&pae, MIB);
	buf_init(&sig, MIB);
	TRY(sign_statement_write(SL_NONE, digest, NULL, 0, SL(SIGN_PREDICATE_COSIGN), SL_NONE,
				 false, &statement, err));
	sign_pae(SL(SIGN_PAYLOAD_INTOTO), buf_slice(&statement), &pae);
	TRY(sign_bytes(key, buf_slice(&pae), &sig, err));
	return sign_bundle_write(&m, SIGN_SHA256, SL_NONE, SL(SIGN_PAYLOAD_INTOTO),
				 buf_slice(&statement), buf_slice(&sig), bundle, err);
}

static int verify(struct sign_key *key, struct slice text, struct slice digest, struct err *err)
{
	auto_arena struct arena a;
	struct sign_bundle b;
	struct sign_outcome o;
	struct sign_message m = {.has[SIGN_SHA256] = true};
	struct sign_rules rules = {.key = key, .predicate_type = SL(SIGN_PREDICATE_COSIGN)};
	arena_init(&a, 16 * MIB);
	TRY(sign_bundle_read(text, &a, &b, err));
	TRY(digest_parse(digest, m.hash[SIGN_SHA256]));
	return sign_verify(&b, &m, &rules, &a, &o) ? 0 : err_input(err, "%s", o.text);
}

int main(int argc, char **argv)
{
	auto_key struct sign_key *key = NULL;
	auto_buf struct buf bundle;
	struct err err = {0};
	struct slice digest =
	    SL("sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a");
	double seconds = argc > 1 ? strtod(argv[1], NULL) : 1, start;
	unsigned n = 0;
	buf_init(&bundle, MIB);
	int r = sign_generate(SIGN_P256, 0, &key, &err);
	if (r == 0)
		r = make(key, &bundle, digest, &err);
	for (start = now(); r == 0 && now() - start < seconds; n++)
		r = verify(key, buf_slice(&bundle), digest, &err);
	if (r < 0) {
		fprintf(stderr, "%s\n", err.text);
		return 1;
	}
	printf("%.0f\n", n / (now() - start));
	return 0;
}
