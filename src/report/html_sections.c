/* SPDX-License-Identifier: Apache-2.0 */
/* What stands below the findings: layers, packages, what was set aside. */
#include "report/html_internal.h"

struct layer_sum {
	size_t severity[ADV_SEV_CRITICAL + 1], packages;
};

static void sum_up(const struct report *r, struct layer_sum *sums)
{
	for (size_t i = 0; i < r->nresults; i++) {
		const struct report_result *x = &r->results[i];
		for (size_t k = 0; k < x->npkgs; k++)
			if (report_layer_of(r, &x->pkgs[k]))
				sums[x->pkgs[k].layer].packages++;
		for (size_t k = 0; k < x->nfindings; k++)
			if (x->findings[k].pkg && report_layer_of(r, x->findings[k].pkg))
				sums[x->findings[k].pkg->layer].severity[x->findings[k].severity]++;
	}
}

static void put_counts(struct html *h, const struct layer_sum *s)
{
	size_t all = 0;
	for (int v = ADV_SEV_CRITICAL; v >= ADV_SEV_UNKNOWN; v--)
		if (s->severity[v]) {
			buf_printf(h->out, "<span class=\"mini s%d\" title=\"%s\">", v,
				   adv_severity_names[v]);
			html_number(h, s->severity[v]);
			buf_puts(h->out, SL("</span>"));
			all++;
		}
	buf_puts(h->out, all ? SL_NONE : SL("none"));
}

/* "sha256:0123456789ab": enough to tell layers apart; the whole stands in the title. */
static void put_digest(struct html *h, const struct report_layer *l)
{
	struct slice digest = l->diff_id.len ? l->diff_id : l->digest;
	buf_puts(h->out, SL("<td class=\"mono\""));
	html_attr(h, "title", digest);
	buf_putc(h->out, '>');
	html_text(h, slice_sub(digest, 0, 19));
	buf_puts(h->out, SL("</td>"));
}

static int put_layers(struct html *h, const struct report *r)
{
	auto_arena struct arena a;
	arena_init(&a, 64 * MIB);
	if (r->nlayers == 0)
		return 0;
	struct layer_sum *sums = arena_array(&a, r->nlayers, sizeof(*sums));
	if (!sums)
		return err_oom(h->err);
	sum_up(r, sums);
	buf_printf(h->out,
		   "<details class=\"card box\" open><summary>Layers <small>%zu, with what each "
		   "brought</small></summary><div class=\"wrap\"><table><thead><tr><th "
		   "scope=\"col\" class=\"n\">#</th><th scope=\"col\">Digest</th><th "
		   "scope=\"col\">Made by</th><th scope=\"col\" class=\"n\">Size</th><th "
		   "scope=\"col\" class=\"n\">Packages</th><th scope=\"col\">Findings</th></tr>"
		   "</thead><tbody>\n",
		   r->nlayers);
	for (size_t i = 0; i < r->nlayers; i++) {
		const struct report_layer *l = &r->layers[i];
		buf_printf(h->out, "<tr><td class=\"n\">%zu</td>", i + 1);
		put_digest(h, l);
		buf_puts(h->out, SL("<td>"));
		if (l->created_by.len) {
			buf_puts(h->out, SL("<code class=\"cmd\">"));
			html_text(h, slice_sub(l->created_by, 0, 4 * KIB));
			buf_puts(h->out, SL("</code>"));
		}
		buf_puts(h->out, l->base ? SL("<span class=\"base\">base image</span>") : SL_NONE);
		buf_puts(h->out, SL("</td><td class=\"n\">"));
		if (l->size)
			html_size(h, l->size);
		buf_puts(h->out, SL("</td><td class=\"n\">"));
		html_number(h, sums[i].packages);
		buf_puts(h->out, SL("</td><td>"));
		put_counts(h, &sums[i]);
		buf_puts(h->out, SL("</td></tr>\n"));
	}
	buf_puts(h->out, SL("</tbody></table></div></details>\n"));
	return 0;
}

/* ---- packages ---- */

static void put_licenses(struct html *h, struct slice lines)
{
	struct slice line;
	for (bool first = true; slice_line(&lines, &line); first = false) {
		buf_puts(h->out, first ? SL_NONE : SL(", "));
		html_text(h, line);
	}
}

static void put_package(struct html *h, const struct report *r, const struct inventory_pkg *p,
			uint64_t findings)
{
	buf_puts(h->out, SL("<tr><td>"));
	html_text(h, p->pkg.name);
	buf_puts(h->out, SL("</td><td class=\"ver\">"));
	html_text(h, report_version_text(p->pkg.type, p->pkg.version));
	buf_puts(h->out, SL("</td><td>"));
	html_text(h, p->kind.len ? p->kind : p->pkg.type);
	buf_puts(h->out, SL("</td><td>"));
	put_licenses(h, slice_sub(p->pkg.licenses, 0, 500));
	buf_puts(h->out, SL("</td><td class=\"mono\">"));
	html_text(h, report_path(p));
	buf_puts(h->out, SL("</td><td class=\"n\">"));
	if (report_layer_of(r, p))
		buf_printf(h->out, "%d", p->layer + 1);
	buf_printf(h->out, "</td><td class=\"n\">%ju</td></tr>\n", (uintmax_t)findings);
}

static int put_packages(struct html *h, const struct report *r)
{
	auto_map struct map counts = {0};
	size_t all = 0;
	for (size_t i = 0; i < r->nresults; i++) {
		all += r->results[i].npkgs;
		for (size_t k = 0; k < r->results[i].nfindings; k++) {
			/* A package is one address in memory. */
			const struct inventory_pkg *const *p = &r->results[i].findings[k].pkg;
			uint64_t *slot = map_put(&counts, slice_of(p, sizeof(*p)), NULL);
			if (!slot)
				return err_oom(h->err);
			++*slot;
		}
	}
	if (!h->style->list_all_pkgs || all == 0)
		return 0;
	buf_puts(h->out, SL("<details class=\"card box\"><summary>Packages <small>"));
	html_number(h, all);
	buf_puts(h->out,
		 SL("</small></summary><div class=\"wrap\"><table><thead><tr><th scope=\"col\" "
		    "class=\"so\">Name</th><th scope=\"col\" class=\"so\">Version</th><th "
		    "scope=\"col\" class=\"so\">Type</th><th scope=\"col\" class=\"so\">"
		    "Licenses</th><th scope=\"col\" class=\"so\">Read from</th><th scope=\"col\" "
		    "class=\"so n\">Layer</th><th scope=\"col\" class=\"so n\" data-down=\"1\">"
		    "Findings</th></tr></thead><tbody>\n"));
	for (size_t i = 0; i < r->nresults; i++)
		for (size_t k = 0; k < r->results[i].npkgs; k++) {
			const struct inventory_pkg *p = &r->results[i].pkgs[k];
			const uint64_t *n = map_get(&counts, slice_of(&p, sizeof(p)));
			put_package(h, r, p, n ? *n : 0);
		}
	buf_puts(h->out, SL("</tbody></table></div></details>\n"));
	return 0;
}

/* ---- what was set aside ---- */

static void put_suppressed(struct html *h, const struct report *r)
{
	size_t all = r->nsuppressed + r->nset_aside;
	if (all == 0)
		return;
	if (!h->style->show_suppressed) {
		buf_printf(h->out,
			   "<div class=\"card\">Suppressed findings: %zu. "
			   "<code>--show-suppressed</code> lists them.</div>\n",
			   all);
		return;
	}
	buf_printf(
	    h->out,
	    "<details class=\"card box\"><summary>Suppressed <small>%zu</small></summary>"
	    "<div class=\"wrap\"><table><thead><tr><th scope=\"col\">Finding</th></tr></thead>"
	    "<tbody>\n",
	    all);
	for (size_t i = 0; i < all; i++) {
		if (i < r->nsuppressed)
			report_put_suppressed(&h->text, &r->suppressed[i]);
		else
			report_put_set_aside(&h->text, &r->set_aside[i - r->nsuppressed]);
		buf_puts(h->out, SL("<tr><td>"));
		html_text(h, buf_slice(&h->text));
		buf_puts(h->out, SL("</td></tr>\n"));
	}
	buf_puts(h->out, SL("</tbody></table></div></details>\n"));
}

int html_sections(struct html *h, size_t at)
{
	const struct report *r = &h->reports[at];
	TRY(put_layers(h, r));
	TRY(put_packages(h, r));
	put_suppressed(h, r);
	return 0;
}
