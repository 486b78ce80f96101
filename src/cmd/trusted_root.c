/* SPDX-License-Identifier: Apache-2.0 */
/* strake trusted-root: whom verification without keys trusts, fetched and shown. */
#include "app/app.h"
#include "cmd/cmd.h"

#include <stdio.h>

static const struct opt update_options[] = {
    {"mirror", 0, OPT_STRING, "URL", NULL, "the repository: an address, file:DIR, or a folder"},
    {"root", 0, OPT_STRING, "FILE", NULL,
     "root.json that you trust; needed once, then the one that is kept counts"},
    {"target", 0, OPT_STRING, "PATH", "trusted_root.json", "what to fetch of it"},
    {"output", 'o', OPT_STRING, "FILE", NULL, "write it to FILE too"},
    {"cacert", 0, OPT_STRING, "FILE", NULL, "trust this CA too (PEM)"},
    {"insecure", 0, OPT_FLAG, NULL, NULL, "a mirror without a trusted certificate"},
    {0},
};
static const struct opt show_options[] = {
    {"output", 'o', OPT_STRING, "FILE", NULL, "write to FILE"},
    {0},
};

static int write_result(const struct options *o, const struct tuf_request *rq,
			const struct tuf_result *res)
{
	char until[TIME_TEXT];
	struct err err = {0};
	const char *to = opt_string(o, "output");
	time_text(res->root_expires, until);
	log_info("%s: root %llu, valid until %s", rq->mirror, (unsigned long long)res->root_version,
		 until);
	if (to)
		return cmd_write(to, res->content, &err) < 0 ? cmd_fail(&err) : 0;
	if (!res->place.len)
		return cmd_write(NULL, res->content, &err) < 0 ? cmd_fail(&err) : 0;
	printf("%.*s\n", SL_FMT(res->place));
	return 0;
}

static int run_update(const struct options *o)
{
	auto_arena struct arena a;
	struct err err = {0};
	struct tuf_result res;
	struct tuf_request rq = {
	    .mirror = opt_string(o, "mirror"),
	    .root = opt_string(o, "root"),
	    .target = opt_string(o, "target"),
	    .now = time_now(),
	    .net = {.ca_file = opt_string(o, "cacert"), .insecure = opt_flag(o, "insecure")}};
	arena_init(&a, 256 * MIB);
	if (o->nargs)
		return cmd_usage("trusted-root update takes no arguments");
	if (!rq.mirror)
		return cmd_usage("trusted-root update needs --mirror URL or --mirror file:DIR");
	if (app_tuf_update(&rq, &a, &res, &err) < 0)
		return cmd_fail(&err);
	return write_result(o, &rq, &res);
}

static int show_file(const char *path, struct buf *out, struct err *err)
{
	auto_buf struct buf text;
	auto_root struct sign_root *root = NULL;
	buf_init(&text, 8 * MIB);
	if (file_read(path, &text, err) < 0 || sign_root_read(buf_slice(&text), &root, err) < 0)
		return err_wrap(err, "%s", path);
	sign_root_describe(root, out);
	return out->failed ? err_limit(err, "%s: it is too large", path) : 0;
}

static int show_kept(struct buf *out, struct err *err)
{
	auto_arena struct arena a;
	struct tuf_kept all[MAX_TUF_KEPT];
	size_t n = 0;
	arena_init(&a, 64 * MIB);
	TRY(app_tuf_kept(&a, all, &n, err));
	for (size_t i = 0; i < n; i++) {
		buf_printf(out, "%.*s\n%.*s\n", SL_FMT(all[i].path), SL_FMT(all[i].mirror));
		TRY(show_file(all[i].path.ptr, out, err));
	}
	if (n)
		return 0;
	return err_set(err, ERR_NOT_FOUND, -ENOENT,
		       "no trusted root is kept - fetch one with strake trusted-root update");
}

static int run_show(const struct options *o)
{
	auto_buf struct buf out;
	struct err err = {0};
	buf_init(&out, 16 * MIB);
	if (o->nargs == 0 && show_kept(&out, &err) < 0)
		return cmd_fail(&err);
	for (size_t i = 0; i < o->nargs; i++)
		if (show_file(o->args[i], &out, &err) < 0)
			return cmd_fail(&err);
	return cmd_write(opt_string(o, "output"), buf_slice(&out), &err) < 0 ? cmd_fail(&err) : 0;
}

const struct command cmd_trusted_root_update = {
    .name = "trusted-root update",
    .synopsis = "",
    .summary = "fetch the trusted root of a sigstore instance",
    .text =
	"Goes through the repository as The Update Framework 1.0 asks: each root signed by the one "
	"before, nothing expired, nothing older than what was seen before, every length and hash. "
	"What it got is kept in $XDG_CACHE_HOME/strake/tuf, and verification uses it where no "
	"--trusted-root is given. SOURCE_DATE_EPOCH stands for the clock, where one is set.",
    .options = update_options,
    .examples = {{"strake trusted-root update --mirror https://tuf.example.com --root root.json",
		  "for the first time"},
		 {"strake trusted-root update --mirror file:/mnt/mirror --output root.json",
		  "from a copy on disk"}},
    .run = run_update,
};
const struct command cmd_trusted_root_show = {
    .name = "trusted-root show",
    .synopsis = "[FILE...]",
    .summary = "list the authorities and logs of a trusted root",
    .text = "Without a file: of those that are kept.",
    .options = show_options,
    .examples = {{"strake trusted-root show trusted_root.json", "who is trusted, and when"}},
    .run = run_show,
};
