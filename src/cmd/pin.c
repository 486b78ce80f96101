/* SPDX-License-Identifier: Apache-2.0 */
/* strake pin: tags become digests, in place. */
#include "cmd/lint.h"
#include "cmd/ship.h"

#include <stdio.h>

#define MAX_FILE (16 * MIB)

static const struct opt pin_options[] = {
    {"diff", 0, OPT_FLAG, NULL, NULL, "show what would change, and change nothing"},
    {"check", 0, OPT_FLAG, NULL, NULL,
     "change nothing; exit code 1 when an image is not pinned. No registry is asked"},
    {"update", 0, OPT_FLAG, NULL, NULL, "what is pinned gets the digest that its tag has now"},
    {"pins", 0, OPT_LIST, "FILE", NULL,
     "JSON reports of images that were scanned: their digests are taken, no registry is asked"},
    {"from-report", 0, OPT_LIST, "FILE", NULL, "the same as --pins"},
    {"build-arg", 0, OPT_LIST, "NAME=VALUE", NULL, "a value for an ARG of a Dockerfile"},
    SHIP_OPTIONS,
    {0},
};

struct pinning {
	const struct options *o;
	struct lint lint; /* for --pins */
	struct registry_options registry;
	struct arena *arena;
	struct map known; /* image -> struct slice: its digest */
	struct buf diff;
	struct buf json;
	struct json_writer w;
	bool is_json, check, only_diff, update, has_pins;
	size_t pinned, open, failed;
};

/* ---- digests ---- */

static bool from_report(struct pinning *p, const struct pin_ref *r, struct slice *digest)
{
	if (p->lint.settings.pin(p->lint.settings.pin_arg, "docker", r->image, digest))
		return true;
	struct slice whole = arena_cat(p->arena, r->image, SL(":latest"));
	return !r->has_tag &&
	       p->lint.settings.pin(p->lint.settings.pin_arg, "docker", whole, digest);
}

static int ask_registry(struct pinning *p, struct slice image, struct slice *digest,
			struct err *err)
{
	auto_repo struct repo *r = NULL;
	struct registry_manifest m;
	TRY(repo_open(IMAGE_REGISTRY, image, &p->registry, false, &r, err));
	TRY(repo_get(r, SL_NONE, &m, err));
	*digest = arena_dup(p->arena, m.digest);
	return digest->ptr ? 0 : err_oom(err);
}

/* Each image once. */
static int digest_of(struct pinning *p, const struct pin_ref *r, struct slice *digest,
		     struct err *err)
{
	unsigned char sum[SHA256_LEN];
	bool is_new = false;
	uint64_t *slot = map_put(&p->known, r->image, &is_new);
	struct slice *kept = arena_new(p->arena, struct slice);
	if (!slot || !kept)
		return err_oom(err);
	if (!is_new) {
		*digest = *(const struct slice *)(uintptr_t)*slot;
		return digest->len ? 0
				   : err_set(err, ERR_NOT_FOUND, -ENOENT, "no digest, as above");
	}
	*slot = (uint64_t)(uintptr_t)kept;
	if (p->has_pins) {
		if (!from_report(p, r, digest) || digest_parse(*digest, sum) < 0)
			return err_set(err, ERR_NOT_FOUND, -ENOENT, "the reports do not name it");
	} else
		TRY(ask_registry(p, r->image, digest, err));
	*kept = *digest;
	return 0;
}

/* ---- one file ---- */

static void tell(struct pinning *p, const char *path, const struct pin_ref *r, const char *state,
		 struct slice digest, const char *reason)
{
	if (p->is_json) {
		jw_object(&p->w);
		jw_kstr(&p->w, "file", slice_str(path));
		jw_ku64(&p->w, "line", r->line);
		jw_kstr(&p->w, "image", r->image);
		jw_kstr(&p->w, "state", slice_str(state));
		jw_kstr_opt(&p->w, "digest", digest);
		jw_kstr_opt(&p->w, "reason", slice_str(reason));
		jw_end(&p->w, '}');
		return;
	}
	if (reason)
		log_info("%s:%u: %.*s: left as it is: %s", path, r->line, SL_FMT(r->image), reason);
	else if (digest.len)
		log_info("%s:%u: %.*s is %.*s", path, r->line, SL_FMT(r->image), SL_FMT(digest));
	else if (strcmp(state, "open") == 0)
		printf("%s:%u: %.*s is not pinned\n", path, r->line, SL_FMT(r->image));
}

/* What is put in the place of [start, end). */
static int replacement(struct pinning *p, const char *path, const struct pin_ref *r,
		       struct slice old, struct buf *out, struct err *err)
{
	struct slice digest = SL_NONE;
	if (digest_of(p, r, &digest, err) < 0) {
		p->failed++;
		log_error("%s:%u: %.*s: %s", path, r->line, SL_FMT(r->image), err->text);
		tell(p, path, r, "failed", SL_NONE, p->is_json ? err->text : NULL);
		*err = (struct err){0};
		buf_puts(out, old);
		return 0;
	}
	if (r->state == PIN_OPEN && !r->has_tag)
		buf_puts(out, SL(":latest"));
	buf_putc(out, '@');
	buf_puts(out, digest);
	bool same = old.len && slice_eq(slice_from(old, 1), digest);
	p->pinned += !same;
	tell(p, path, r, same ? "pinned" : "changed", same ? SL_NONE : digest, NULL);
	return 0;
}

static int rewrite(struct pinning *p, const char *path, struct slice in, const struct pin_list *l,
		   struct buf *out, struct err *err)
{
	size_t at = 0;
	for (size_t i = 0; i < l->len; i++) {
		const struct pin_ref *r = &l->items[i];
		bool changes =
		    r->state == PIN_OPEN || (p->update && r->state == PIN_PINNED && r->end);
		if (r->state == PIN_OPEN || r->state == PIN_LEFT)
			p->open++;
		if (p->check || !changes) {
			tell(p, path, r,
			     r->state == PIN_PINNED ? "pinned"
			     : r->state == PIN_NONE ? "none"
						    : "open",
			     SL_NONE, r->reason);
			continue;
		}
		buf_puts(out, slice_sub(in, at, r->start - at));
		TRY(replacement(p, path, r, slice_sub(in, r->start, r->end - r->start), out, err));
		at = r->end;
	}
	buf_puts(out, slice_from(in, at));
	return out->failed ? err_oom(err) : 0;
}

static int write_result(struct pinning *p, const char *path, struct slice before,
			struct slice after, struct err *err)
{
	bool is_stdin = strcmp(path, "-") == 0;
	if (p->check)
		return 0;
	if (p->only_diff) {
		if (!slice_eq(before, after))
			config_diff(slice_str(path), before, after, &p->diff);
		return 0;
	}
	if (is_stdin)
		return p->is_json ? 0 : cmd_write(NULL, after, err);
	return slice_eq(before, after) ? 0 : cmd_write(path, after, err);
}

static int pin_file(struct pinning *p, const char *path, struct err *err)
{
	auto_buf struct buf in, out;
	struct pin_list l;
	struct slice args[256];
	const char *const *items;
	size_t n = opt_list(p->o, "build-arg", &items);
	buf_init(&in, MAX_FILE);
	buf_init(&out, 2 * MAX_FILE);
	if (n > ARRAY_LEN(args))
		return err_usage(err, "--build-arg: more than %zu", ARRAY_LEN(args));
	for (size_t i = 0; i < n; i++)
		args[i] = slice_str(items[i]);
	TRY(strcmp(path, "-") == 0 ? file_read_fd(STDIN_FILENO, &in, err)
				   : file_read(path, &in, err));
	struct slice text = buf_slice(&in);
	TRY(app_pin_find(slice_str(path), text, args, n, p->arena, &l, err));
	TRY(rewrite(p, path, text, &l, &out, err));
	return write_result(p, path, text, buf_slice(&out), err);
}

/* ---- all ---- */

static int prepare(struct pinning *p)
{
	const struct options *o = p->o;
	const char *const *ignored;
	if (o->nargs == 0)
		return cmd_usage("pin: name Dockerfiles, compose files or Kubernetes manifests");
	p->check = opt_flag(o, "check");
	p->only_diff = opt_flag(o, "diff");
	p->update = opt_flag(o, "update");
	p->has_pins = opt_list(o, "pins", &ignored) + opt_list(o, "from-report", &ignored) > 0;
	if (p->check && (p->only_diff || p->update))
		return cmd_usage("--check changes nothing: leave out --diff and --update");
	int r = cmd_table_or_json(o, &p->is_json);
	if (r == 0)
		r = ship_registry(o, &p->registry);
	if (r == 0 && p->has_pins && !p->check)
		r = lint_pins(&p->lint);
	return r;
}

static int finish(struct pinning *p)
{
	struct err err = {0};
	if (p->is_json) {
		jw_end(&p->w, ']');
		buf_putc(&p->json, '\n');
	}
	struct slice out = p->is_json ? buf_slice(&p->json) : buf_slice(&p->diff);
	if (out.len && cmd_write(NULL, out, &err) < 0)
		return cmd_fail(&err);
	if (p->failed)
		return 3;
	return p->check && p->open ? 1 : 0;
}

static int pin_all(struct pinning *p)
{
	int worst = 0;
	for (size_t i = 0; i < p->o->nargs; i++) {
		struct err err = {0};
		if (pin_file(p, p->o->args[i], &err) < 0) {
			err_wrap(&err, "%s", p->o->args[i]);
			int code = cmd_fail(&err);
			worst = worst == 2 ? 2 : code;
		}
	}
	int r = finish(p);
	return worst ? worst : r;
}

static int run_pin(const struct options *o)
{
	auto_arena struct arena a;
	struct pinning p = {.o = o, .lint = {.o = o}, .arena = &a};
	arena_init(&a, 256 * MIB);
	arena_init(&p.lint.arena, 512 * MIB);
	buf_init(&p.diff, 256 * MIB);
	buf_init(&p.json, 256 * MIB);
	jw_init(&p.w, &p.json, 2);
	jw_array(&p.w);
	int r = prepare(&p);
	if (r == 0)
		r = pin_all(&p);
	map_free(&p.known);
	map_free(&p.lint.pins);
	arena_free(&p.lint.arena);
	buf_free(&p.diff);
	buf_free(&p.json);
	return r;
}

const struct command cmd_pin = {
    .name = "pin",
    .synopsis = "FILE...",
    .summary = "pin images to digests in Dockerfiles, compose files and manifests",
    .text =
	"Writes name:tag@sha256:... in the place of name:tag: in FROM, COPY --from and RUN "
	"--mount, "
	"in the image fields of services and of containers. Nothing else in the file changes. "
	"Stages, scratch, what a compose file builds, and names with a variable without a value "
	"stay as they are, and that is said. A name that ends in a variable is pinned where its "
	"ARG "
	"gets the value, when the variable is for this name alone.",
    .options = pin_options,
    .examples = {{"strake pin --diff Dockerfile", "what would change"},
		 {"strake pin --check Dockerfile compose.yaml", "in a pipeline"},
		 {"strake pin --from-report report.json Dockerfile", "without a registry"}},
    .run = run_pin,
};
