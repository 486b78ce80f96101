/* SPDX-License-Identifier: Apache-2.0 */
/* The predicate of cosign's vulnerability attestation: who scanned when with what, and our JSON report. */
#include "report/json_internal.h"

#include "config.h"

static void put_invocation(struct json_writer *w)
{
	/* How it was called is told by whoever attests; the keys are wanted. */
	static const char *const keys[] = {"uri", "event_id", "builder.id"};
	jw_key(w, "invocation");
	jw_object(w);
	jw_key(w, "parameters");
	jw_null(w);
	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		jw_kstr(w, keys[i], SL(""));
	jw_end(w, '}');
}

static int put_scanner(struct json_writer *w, const struct report *reports, size_t n,
		       const struct report_style *st, struct err *err)
{
	char built[TIME_TEXT] = "";
	if (n && reports[0].scanned_vulns && reports[0].db.built)
		time_text(reports[0].db.built, built);
	jw_key(w, "scanner");
	jw_object(w);
	jw_kstr(w, "uri", SL("pkg:generic/strake@" STRAKE_VERSION));
	jw_kstr(w, "version", SL(STRAKE_VERSION));
	jw_key(w, "db");
	jw_object(w);
	jw_kstr(w, "uri", SL(""));
	jw_kstr(w, "version", slice_str(built));
	jw_end(w, '}');
	jw_key(w, "result");
	TRY(json_reports(w, reports, n, st, err));
	jw_end(w, '}');
	return 0;
}

static int cosign_vuln_write(const struct report *reports, size_t n, const struct report_style *st,
			     struct buf *out, struct err *err)
{
	struct json_writer w;
	char when[TIME_TEXT];
	time_text(n ? reports[0].created : 0, when);
	jw_init(&w, out, 2);
	jw_object(&w);
	put_invocation(&w);
	TRY(put_scanner(&w, reports, n, st, err));
	jw_key(&w, "metadata");
	jw_object(&w);
	jw_kstr(&w, "scanStartedOn", slice_str(when));
	jw_kstr(&w, "scanFinishedOn", slice_str(when));
	jw_end(&w, '}');
	jw_end(&w, '}');
	buf_putc(out, '\n');
	return out->failed ? err_oom(err) : 0;
}

const struct report_writer report_writer_cosign_vuln = {
    .name = "cosign-vuln",
    .help = "predicate for cosign attest --type vuln; of several targets the result is an array",
    .write = cosign_vuln_write,
};
