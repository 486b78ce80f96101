/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/cmd.h"
#include "image/image.h"
#include "text/text.h"

#include <stdio.h>

static const struct opt cache_options[] = {
    {"cache-dir", 0, OPT_STRING, "DIR", NULL, "layer cache; default $XDG_CACHE_HOME/strake"},
    {"format", 'f', OPT_STRING, "NAME", "table", "table or json"},
    {0},
};
static const struct opt clean_options[] = {
    {"cache-dir", 0, OPT_STRING, "DIR", NULL, "layer cache; default $XDG_CACHE_HOME/strake"},
    {"keep", 0, OPT_SIZE, "SIZE", "0", "keep the most recently used results up to this size"},
    {0},
};

static int run_status(const struct options *o)
{
	struct err err = {0};
	struct cache c;
	struct cache_stat st;
	bool json;
	int r = cmd_table_or_json(o, &json);
	if (r)
		return r;
	if (cache_open(opt_string(o, "cache-dir"), 0, &c, &err) < 0 ||
	    cache_stat(&c, &st, &err) < 0)
		return cmd_fail(&err);
	if (!json) {
		printf("%s: %llu layer results, %llu bytes\n", c.dir,
		       (unsigned long long)st.entries, (unsigned long long)st.bytes);
		return 0;
	}
	auto_buf struct buf out;
	struct json_writer w;
	buf_init(&out, MIB);
	jw_init(&w, &out, 2);
	jw_object(&w);
	jw_kstr(&w, "Directory", slice_str(c.dir));
	jw_ku64(&w, "Entries", st.entries);
	jw_ku64(&w, "Bytes", st.bytes);
	jw_end(&w, '}');
	buf_putc(&out, '\n');
	return cmd_write(NULL, buf_slice(&out), &err) < 0 ? cmd_fail(&err) : 0;
}

static int run_clean(const struct options *o)
{
	struct err err = {0};
	struct cache c;
	uint64_t removed;
	if (cache_open(opt_string(o, "cache-dir"), 0, &c, &err) < 0 ||
	    cache_trim(&c, opt_number(o, "keep"), &removed, &err) < 0)
		return cmd_fail(&err);
	log_info("%llu bytes freed", (unsigned long long)removed);
	return 0;
}

const struct command cmd_cache_status = {
    .name = "cache status",
    .synopsis = "",
    .summary = "where the layer cache lies and how large it is",
    .options = cache_options,
    .examples = {{"strake cache status", "one line"}},
    .run = run_status,
};
const struct command cmd_cache_clean = {
    .name = "cache clean",
    .synopsis = "",
    .summary = "empty the layer cache, or shrink it",
    .options = clean_options,
    .examples = {{"strake cache clean", "empty it"},
		 {"strake cache clean --keep 200m", "keep what was used last"}},
    .run = run_clean,
};
