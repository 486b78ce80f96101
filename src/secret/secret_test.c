/* SPDX-License-Identifier: Apache-2.0 */
#include "pack/pack.h"
#include "secret/secret_testing.h"
#include "tests/test.h"

#include <stdio.h>

static struct secret_rules *built_in;

static struct secret_rules *rules_of(const char *config, const char *name)
{
	struct secret_rules *r = NULL;
	struct err err = {0};
	assert_ok(secret_rules_open(slice_str(config), slice_str(name), &r, &err), &err);
	return r;
}

static struct secret_scan *scan_of(const struct secret_rules *r)
{
	struct secret_scan *s = NULL;
	struct err err = {0};
	assert_ok(secret_scan_new(r, &s, &err), &err);
	return s;
}

static void look(struct secret_scan *s, const char *path, struct slice text, struct secret_told *t)
{
	struct err err = {0};
	memset(t, 0, sizeof(*t));
	assert_ok(secret_text(s, slice_str(path), text, secret_tell, t, &err), &err);
}

static int start(void **state)
{
	(void)state;
	built_in = rules_of("", "");
	return 0;
}

static int stop(void **state)
{
	(void)state;
	secret_rules_close(&built_in);
	return 0;
}

/* A path that the rule is for. */
static const char *path_for(struct slice id)
{
	static const char *const rows[][2] = {
	    {"hashicorp-tf-password", "main.tf"},
	    {"pypirc-password", "root/.pypirc"},
	    {"git-credentials", "root/.git-credentials"},
	    {"env-password", "app/.env"},
	    {"pgpass-password", "root/.pgpass"},
	    {"shadow-hash", "etc/shadow"},
	    {"maven-settings-password", "settings.xml"},
	    {"maven-settings-passphrase", "settings.xml"},
	    {"maven-settings-security-master", "settings-security.xml"},
	    {"rails-master-key", "app/config/master.key"},
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (slice_is(id, rows[i][0]))
			return rows[i][1];
	return "app/settings.conf";
}

static void read_examples(struct arena *a, struct secret_set *set)
{
	static const char *const files[] = {"cloud",	"code",	   "generic",
					    "messages", "payment", "services"};
	struct err err = {0};
	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		char name[64];
		snprintf(name, sizeof(name), "data/secrets/%s.yaml", files[i]);
		struct slice path = test_source(a, name);
		assert_ok(secret_read_yaml(set, test_read(a, path.ptr), false, &err), &err);
	}
}

/* The examples of each rule: found by that rule, or not. The match never shows the secret. */
static void every_rule_knows_its_examples(void **state)
{
	auto_arena struct arena a;
	auto_secret_set struct secret_set set = {.arena = &a, .keep_examples = true};
	auto_secret_scan struct secret_scan *s = scan_of(built_in);
	struct secret_told t;
	size_t wrong = 0;
	(void)state;
	arena_init(&a, 64 * MIB);
	read_examples(&a, &set);
	assert_true(set.bad.len / 2 >= 250);
	for (size_t i = 0; i < set.bad.len + set.good.len; i += 2) {
		bool is_bad = i < set.bad.len;
		const struct slice *row = is_bad ? &set.bad.ptr[i] : &set.good.ptr[i - set.bad.len];
		auto_buf struct buf text;
		buf_init(&text, MIB);
		secret_expand(row[1], &text);
		look(s, path_for(row[0]), buf_slice(&text), &t);
		if (secret_told_has(&t, row[0]) == is_bad)
			continue;
		wrong++;
		fprintf(stderr, "%.*s: %s: %.*s (%zu found: %s)\n", SL_FMT(row[0]),
			is_bad ? "not found" : "found", SL_FMT(buf_slice(&text)), t.n,
			t.n ? t.all[0].id : "");
	}
	assert_int_equal(wrong, 0);
}

static void rules_have_ids_of_their_own(void **state)
{
	auto_map struct map seen = {0};
	(void)state;
	for (size_t i = 0; i < secret_rules_count(built_in); i++) {
		const struct secret_rule_info *r = secret_rule(built_in, i);
		bool is_new = false;
		assert_non_null(map_put(&seen, r->id, &is_new));
		if (!is_new)
			fail_msg("two rules %.*s", SL_FMT(r->id));
		assert_true(r->title.len && r->category.len && r->severity != SECRET_UNKNOWN);
	}
	assert_true(secret_rules_count(built_in) >= 250);
}

static void expand(const char *text, struct buf *out)
{
	buf_init(out, MIB);
	secret_expand(slice_str(text), out);
}

static void tokens_are_found_across_pieces(void **state)
{
	auto_secret_scan struct secret_scan *s = scan_of(built_in);
	auto_buf struct buf token;
	struct err err = {0};
	(void)state;
	expand("ghp_{crc:30}", &token);
	/* Around the places where blocks begin and end. */
	static const size_t places[] = {SECRET_BLOCK - 60, SECRET_BLOCK - 20, SECRET_BLOCK,
					SECRET_BLOCK - SECRET_KEEP - 5,
					2 * SECRET_BLOCK - SECRET_KEEP - 10};
	for (size_t i = 0; i < ARRAY_LEN(places); i++)
		for (size_t step = 1000; step < 300000; step = step * 7 + 13) {
			struct secret_told t = {0};
			size_t total = places[i] + 40 + 100000;
			auto_free char *text = malloc(total);
			assert_non_null(text);
			memset(text, ' ', total);
			for (size_t k = 79; k < total; k += 80)
				text[k] = '\n';
			memcpy(text + places[i], token.ptr, token.len);
			assert_true(secret_begin(s, SL("a/big.txt"), total));
			for (size_t at = 0; at < total; at += step)
				assert_ok(secret_piece(s,
						       slice_sub(slice_of(text, total), at, step),
						       at + step >= total, secret_tell, &t, &err),
					  &err);
			assert_int_equal(t.n, 1);
			assert_string_equal(t.all[0].id, "github-pat");
			assert_int_equal(t.all[0].offset, places[i]);
			assert_int_equal(t.all[0].line, places[i] / 80 + 1);
			assert_int_equal(t.all[0].proof, SECRET_CHECKSUM_OK);
		}
}

static void built_in_rules_are_used_where_they_lie(void **state)
{
	(void)state;
	assert_ptr_equal(built_in->builtin, secret_db_begin);
	assert_null(built_in->own);
	assert_int_not_equal(secret_db_key, 0);
}

static void checksums_are_proof_of_either_kind(void **state)
{
	static const struct {
		const char *text;
		enum secret_proof proof;
	} cases[] = {{"ghp_{crc:30}", SECRET_CHECKSUM_OK},
		     {"ghp_{alnum:36}", SECRET_CHECKSUM_WRONG},
		     {"npm_{crc:30}", SECRET_CHECKSUM_OK},
		     {"npm_{alnum:36}", SECRET_CHECKSUM_WRONG},
		     {"github_pat_{alnum:22}_{alnum:59}", SECRET_UNPROVEN},
		     {"{jwt}", SECRET_STRUCTURE},
		     {"AKIA{b32:16}", SECRET_UNPROVEN}};
	auto_secret_scan struct secret_scan *s = scan_of(built_in);
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct secret_told t;
		auto_buf struct buf text;
		expand(cases[i].text, &text);
		look(s, "x.txt", buf_slice(&text), &t);
		assert_int_equal(t.n, 1);
		assert_int_equal(t.all[0].proof, cases[i].proof);
	}
}

static void rules_leave_out_what_they_name(void **state)
{
	static const struct {
		const char *path;
		size_t n;
	} cases[] = {{"usr/lib/x86_64-linux-gnu/libgnutls.so.30.34.3", 0},
		     {"lib/libgnutls.a", 0},
		     {"usr/lib/x86_64-linux-gnu/libother.so.30", 1},
		     {"srv/libgnutls.so.30/key.pem", 1},
		     {"usr/share/cmake-3.25/Templates/Windows/Windows_TemporaryKey.pfx", 0},
		     {"srv/own.pfx", 1}};
	auto_secret_scan struct secret_scan *s = scan_of(built_in);
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct secret_told t;
		auto_buf struct buf text;
		bool is_store = slice_ends(slice_str(cases[i].path), ".pfx");
		expand(is_store ? "some bytes" : "\001{pem:RSA PRIVATE KEY}\n", &text);
		look(s, cases[i].path, buf_slice(&text), &t);
		assert_int_equal(t.n, cases[i].n);
	}
}

static void quiet_paths_say_how_quiet_they_are(void **state)
{
	(void)state;
	assert_int_equal(secret_path_silence(SL("src/app.py")), 0);
	assert_int_equal(secret_path_silence(SL("tests/app.py")), 1);
	assert_int_equal(secret_path_silence(SL("docs/app.md")), 2);
}

static void matches_are_blanked_and_short(void **state)
{
	auto_secret_scan struct secret_scan *s = scan_of(built_in);
	struct secret_told t;
	auto_buf struct buf two, key, longs;
	(void)state;
	expand("\ta=ghp_{alnum:36} \x01 b=AKIA{b32:16} \xff\n", &two);
	look(s, "x.txt", buf_slice(&two), &t);
	assert_int_equal(t.n, 2);
	assert_string_equal(t.all[0].match, " a=**************************************** . "
					    "b=******************** .");
	assert_string_equal(t.all[0].match, t.all[1].match);
	auto_buf struct buf again;
	buf_init(&again, MIB);
	buf_puts(&again, slice_sub(buf_slice(&two), 3, 40));
	buf_puts(&again, SL(" x"));
	buf_puts(&again, slice_sub(buf_slice(&two), 3, 40));
	look(s, "x.txt", buf_slice(&again), &t);
	assert_int_equal(t.n, 1);
	assert_null(strstr(t.all[0].match, "ghp_"));
	expand("x\n  {pem:RSA PRIVATE KEY}\nend\n", &key);
	look(s, "x.pem", buf_slice(&key), &t);
	assert_int_equal(t.n, 1);
	assert_int_equal(t.all[0].line, 2);
	assert_int_equal(t.all[0].end_line, 10);
	assert_int_equal(strspn(t.all[0].match, " *"), strlen(t.all[0].match));
	buf_init(&longs, 16 * MIB);
	for (size_t i = 0; i < 10 * MIB / 16; i++)
		buf_puts(&longs, SL("var a=[1,2,3];x("));
	memcpy(longs.ptr + 5 * MIB, two.ptr + 1, 42);
	longs.ptr[5 * MIB + 42] = ';';
	look(s, "one-line.js", buf_slice(&longs), &t);
	assert_int_equal(t.n, 1);
	assert_int_equal(strlen(t.all[0].match), SECRET_MAX_MATCH);
	assert_null(strstr(t.all[0].match, "ghp_"));
}

static void binaries_are_searched_for_tokens_alone(void **state)
{
	auto_secret_scan struct secret_scan *s = scan_of(built_in);
	struct secret_told t;
	auto_buf struct buf text;
	(void)state;
	buf_init(&text, MIB);
	buf_put(&text, "\177ELF\0\0\0\1", 8);
	secret_expand(SL("npm_{crc:30}"), &text);
	buf_putc(&text, '\0');
	secret_expand(SL(" api_key = \"{alnum:32}\" "), &text);
	look(s, "usr/bin/x", buf_slice(&text), &t);
	assert_int_equal(t.n, 1);
	assert_string_equal(t.all[0].id, "npm-access-token");
}

static void wrapped_tokens_are_decoded_once(void **state)
{
	auto_secret_scan struct secret_scan *s = scan_of(built_in);
	struct secret_told t;
	auto_buf struct buf token, text;
	(void)state;
	expand("GITHUB_TOKEN=ghp_{crc:30}\n", &token);
	buf_init(&text, MIB);
	buf_puts(&text, SL("one\ndata: "));
	text_base64(&text, buf_slice(&token));
	buf_puts(&text, SL("\nhex: "));
	for (size_t i = 0; i < token.len; i++)
		buf_printf(&text, "%02x", (unsigned char)token.ptr[i]);
	look(s, "x.yaml", buf_slice(&text), &t);
	assert_int_equal(t.n, 2);
	assert_int_equal(t.all[0].line, 2);
	assert_int_equal(t.all[1].line, 3);
	assert_string_equal(t.all[0].digest, t.all[1].digest);
	assert_memory_equal(t.all[0].match, "data: ******", 12);
}

static void configs_of_others_are_read(void **state)
{
	struct secret_told t;
	auto_secret_rules struct secret_rules *own =
	    rules_of("[[rules]]\nid = 'own'\ndescription = 'Own'\nregex = '''own-([0-9]{8})'''\n"
		     "keywords = ['own-']\nentropy = 1.0\n[[rules.allowlists]]\n"
		     "regexTarget = 'line'\nregexes = ['''fine''']\n"
		     "[extend]\nuseDefault = true\ndisabledRules = ['github-pat']\n",
		     "g.toml");
	auto_secret_scan struct secret_scan *s = scan_of(own);
	auto_buf struct buf text;
	(void)state;
	expand("own-12345678 ghp_{crc:30}\nown-87654321 is fine\nown-11111111\nAKIA{b32:16}\n",
	       &text);
	look(s, "a", buf_slice(&text), &t);
	assert_int_equal(t.n, 2);
	assert_string_equal(t.all[0].id, "own");
	/* The group is the secret; what a disabled rule would have told is blanked. */
	assert_string_equal(t.all[0].match,
			    "own-******** ****************************************");
	assert_string_equal(t.all[1].id, "aws-access-token");
}

static void bad_configs_are_refused(void **state)
{
	static const char *const rows[][3] = {
	    {"rules:\n  - id: x\n    regex: '(a'\n", "t.yaml",
	     "t.yaml: line 3: rule \"x\": regular expression"},
	    {"rules:\n  - regex: a\n", "t.yaml", "line 2: a rule needs an id"},
	    {"rules:\n  - id: x\n", "t.yaml", "rule \"x\": neither regex nor path"},
	    {"[[rules]]\nid = 'x'\nregex = '[a'\n", "t.toml",
	     "line 3: rule \"x\": regular expression"},
	    {"[[rules]]\nid = 'x'\nregex = 'a'\nsecretGroup = 'b'\n", "t.toml",
	     "line 4: rule \"x\": secretGroup"},
	    {"[extend]\npath = 'x'\n", "t.toml", "not followed"},
	    {"a: [", "t.yaml", "t.yaml"},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct secret_rules *r = NULL;
		struct err err = {0};
		assert_true(
		    secret_rules_open(slice_str(rows[i][0]), slice_str(rows[i][1]), &r, &err) < 0);
		assert_int_equal(err.kind, ERR_USAGE);
		if (!strstr(err.text, rows[i][2]))
			fail_msg("row %zu: %s", i, err.text);
	}
}

/* ustar with one file, as POSIX.1-2017 pax has it. */
static void put_tar(struct buf *out, const char *name, struct slice text)
{
	char h[512] = "";
	unsigned sum = 0;
	snprintf(h, 100, "%s", name);
	memcpy(h + 100, "0000644", 7);
	snprintf(h + 124, 12, "%011zo", text.len);
	memset(h + 148, ' ', 8);
	h[156] = '0';
	memcpy(h + 257, "ustar\00000", 8);
	for (size_t i = 0; i < sizeof(h); i++)
		sum += (unsigned char)h[i];
	snprintf(h + 148, 8, "%06o", sum);
	buf_put(out, h, sizeof(h));
	buf_puts(out, text);
	while (out->len % 512)
		buf_putc(out, '\0');
	for (size_t i = 0; i < 1024; i++)
		buf_putc(out, '\0');
}

static void archives_are_looked_into(void **state)
{
	auto_secret_scan struct secret_scan *s = scan_of(built_in);
	struct secret_told t;
	const char *reason;
	auto_buf struct buf token, tar, packed;
	(void)state;
	expand("a\nghp_{crc:30}\n", &token);
	buf_init(&tar, MIB);
	buf_init(&packed, MIB);
	put_tar(&tar, "etc/app.conf", buf_slice(&token));
	look(s, "x/backup.tar", buf_slice(&tar), &t);
	assert_int_equal(t.n, 1);
	assert_string_equal(t.all[0].inside, "etc/app.conf");
	assert_int_equal(t.all[0].line, 2);
	struct err err = {0};
	assert_ok(pack_zstd_whole(buf_slice(&tar), SL_NONE, 3, &packed, &err), &err);
	look(s, "x/backup.tar.zst", buf_slice(&packed), &t);
	assert_int_equal(t.n, 1);
	assert_string_equal(t.all[0].inside, "etc/app.conf");
	assert_int_equal(secret_gap(s, &reason).len, 0);
	/* Cut short: what is there is told, and that it is not all. */
	look(s, "x/backup.tar", slice_sub(buf_slice(&tar), 0, 512 + 45), &t);
	assert_slice(secret_gap(s, &reason), "x/backup.tar");
	assert_string_equal(reason, "corrupt");
}

/* Lines that keep the large windows busy: told as a limit, and a token behind them is found all the same. */
static void hostile_padding_is_bounded_and_hides_no_token(void **state)
{
	auto_secret_scan struct secret_scan *s = scan_of(built_in);
	struct secret_told t;
	const char *reason;
	auto_buf struct buf text;
	(void)state;
	buf_init(&text, 16 * MIB);
	while (text.len < 4 * MIB)
		buf_puts(&text,
			 SL("curl -u a:b \\\nkind: Secret\ndata:\n  a: b\n\"kty\": \"RSA\" "));
	secret_expand(SL("\nghp_{crc:30}\n"), &text);
	look(s, "x.conf", buf_slice(&text), &t);
	assert_int_equal(t.n, 1);
	assert_string_equal(t.all[0].id, "github-pat");
	assert_slice(secret_gap(s, &reason), "x.conf");
	assert_string_equal(reason, "limit");
}

static void specific_rules_win(void **state)
{
	auto_secret_scan struct secret_scan *s = scan_of(built_in);
	struct secret_told t;
	auto_buf struct buf text;
	(void)state;
	expand("api_key = \"ghp_{crc:30}\"\n", &text);
	look(s, "a.conf", buf_slice(&text), &t);
	assert_int_equal(t.n, 1);
	assert_string_equal(t.all[0].id, "github-pat");
}

int main(void)
{
	const struct CMUnitTest tests[] = {T(every_rule_knows_its_examples),
					   T(rules_have_ids_of_their_own),
					   T(tokens_are_found_across_pieces),
					   T(built_in_rules_are_used_where_they_lie),
					   T(checksums_are_proof_of_either_kind),
					   T(quiet_paths_say_how_quiet_they_are),
					   T(rules_leave_out_what_they_name),
					   T(matches_are_blanked_and_short),
					   T(binaries_are_searched_for_tokens_alone),
					   T(wrapped_tokens_are_decoded_once),
					   T(configs_of_others_are_read),
					   T(bad_configs_are_refused),
					   T(specific_rules_win),
					   T(archives_are_looked_into),
					   T(hostile_padding_is_bounded_and_hides_no_token)};
	return cmocka_run_group_tests(tests, start, stop);
}
