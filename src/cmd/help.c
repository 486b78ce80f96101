/* SPDX-License-Identifier: Apache-2.0 */
/* --help, man pages and completions, all from the option tables. */
#include "cmd/cmd.h"

#include "config.h"

#include <stdio.h>

static void option_head(const struct opt *o, char *out, size_t cap)
{
	char letter[8] = "    ";
	if (o->letter)
		snprintf(letter, sizeof(letter), "-%c, ", o->letter);
	snprintf(out, cap, "%s--%s%s%s", letter, o->name, o->kind == OPT_FLAG ? "" : " ",
		 o->arg ? o->arg : "");
}

/* Words of text from column `left` on, at most to column 80. */
static void wrapped(const char *text, int left, int at)
{
	struct slice rest = slice_str(text), word;
	while (slice_word(&rest, &word)) {
		if (at + (int)word.len + 1 > 80 && at > left) {
			printf("\n%*s", left, "");
			at = left;
		}
		at += printf("%s%.*s", at > left ? " " : "", SL_FMT(word));
	}
	putchar('\n');
}

static void options_block(const struct opt *o)
{
	for (; o && o->name; o++) {
		char head[80];
		option_head(o, head, sizeof(head));
		int at = printf("  %s", head);
		if (at > 30) {
			putchar('\n');
			at = 0;
		}
		printf("%*s", 32 - at, "");
		char text[600];
		snprintf(text, sizeof(text), "%s%s%s%s", o->help, o->fallback ? " [" : "",
			 o->fallback ? o->fallback : "", o->fallback ? "]" : "");
		wrapped(text, 32, 32);
	}
}

void help_command(const struct command *c)
{
	printf("strake %s: %s\n\nUsage: strake %s [OPTIONS] %s\n\n", c->name, c->summary, c->name,
	       c->synopsis);
	if (c->options && c->options->name) {
		puts("Options:");
		options_block(c->options);
		putchar('\n');
	}
	puts("Everywhere:");
	options_block(global_options());
	if (c->examples[0].line)
		puts("\nExamples:");
	for (size_t i = 0; i < CMD_MAX_EXAMPLES && c->examples[i].line; i++)
		printf("  %s\n      %s\n", c->examples[i].line, c->examples[i].what);
}

void help_overview(void)
{
	size_t n;
	const struct command *const *all = commands(&n);
	puts("strake " STRAKE_VERSION ": container security from stem to stern\n\nUsage: strake "
	     "COMMAND [OPTIONS] ARGUMENTS\n");
	for (size_t i = 0; i < n; i++)
		printf("  %-14s %s\n", all[i]->name, all[i]->summary);
	puts("\nstrake COMMAND --help tells more; strake help COMMAND opens the man page.\n"
	     "Start with: strake scan IMAGE.tar");
}

/* ---- man ---- */

static void roff(struct buf *out, const char *s)
{
	bool line_start = out->len == 0 || out->ptr[out->len - 1] == '\n';
	for (; *s; s++) {
		if (line_start && (*s == '.' || *s == '\''))
			buf_puts(out, SL("\\&"));
		if (*s == '-')
			buf_puts(out, SL("\\-"));
		else if (*s == '\\')
			buf_puts(out, SL("\\e"));
		else
			buf_putc(out, *s);
		line_start = *s == '\n';
	}
}

static void man_options(struct buf *out, const struct opt *o)
{
	for (; o && o->name; o++) {
		char head[80];
		option_head(o, head, sizeof(head));
		const char *h = head;
		while (*h == ' ')
			h++;
		buf_puts(out, SL(".TP\n\\fB"));
		roff(out, h);
		buf_puts(out, SL("\\fR\n"));
		roff(out, o->help);
		if (o->fallback) {
			buf_puts(out, SL(" (default "));
			roff(out, o->fallback);
			buf_putc(out, ')');
		}
		buf_putc(out, '\n');
	}
}

void help_man(const struct command *c, struct buf *out)
{
	char title[64];
	snprintf(title, sizeof(title), "strake-%s", c->name);
	for (char *p = title; *p; p++)
		*p = *p == ' ' ? '-' : *p;
	buf_printf(out, ".TH \"%s\" 1 \"\" \"strake " STRAKE_VERSION "\"\n.SH NAME\n", title);
	roff(out, title);
	buf_puts(out, SL(" \\- "));
	roff(out, c->summary);
	buf_printf(out, "\n.SH SYNOPSIS\n.B strake %s\n[OPTIONS] ", c->name);
	roff(out, c->synopsis);
	buf_puts(out, SL("\n.SH DESCRIPTION\n"));
	roff(out, c->text ? c->text : c->summary);
	buf_putc(out, '\n');
	if (c->options && c->options->name) {
		buf_puts(out, SL(".SH OPTIONS\n"));
		man_options(out, c->options);
	}
	buf_puts(out, SL(".SH OPTIONS OF EVERY COMMAND\n"));
	man_options(out, global_options());
	if (c->man_more)
		c->man_more(out);
	if (c->examples[0].line)
		buf_puts(out, SL(".SH EXAMPLES\n"));
	for (size_t i = 0; i < CMD_MAX_EXAMPLES && c->examples[i].line; i++) {
		buf_puts(out, SL(".TP\n.B "));
		roff(out, c->examples[i].line);
		buf_putc(out, '\n');
		roff(out, c->examples[i].what);
		buf_putc(out, '\n');
	}
	buf_puts(out, SL(".SH EXIT STATUS\n"
			 "0 done; 1 something was found that was asked to fail on; 2 the command "
			 "line or a configuration "
			 "file is wrong; 3 could not be done; 4 done in part.\n"
			 ".SH ENVIRONMENT\nEvery option may be set as STRAKE_ and its name in "
			 "capitals with underscores.\n"));
}

/* ---- completions ---- */

static int first_word(const struct command *c)
{
	return (int)strcspn(c->name, " ");
}

/* The commands of one group follow each other in the table. */
static bool opens_group(const struct command *const *all, size_t i)
{
	return i == 0 || first_word(all[i]) != first_word(all[i - 1]) ||
	       strncmp(all[i]->name, all[i - 1]->name, (size_t)first_word(all[i])) != 0;
}

static void bash_words(struct buf *out, const struct command *const *all, size_t n)
{
	buf_puts(out, SL("  esac\n  case $COMP_CWORD:$cmd in\n"));
	for (size_t i = 0; i < n; i++) {
		int first = first_word(all[i]);
		if (!all[i]->name[first] || !opens_group(all, i))
			continue;
		buf_printf(out, "    2:%.*s) words=\"", first, all[i]->name);
		for (size_t k = i; k < n && (k == i || !opens_group(all, k)); k++)
			buf_printf(out, "%s ", all[k]->name + first + 1);
		buf_puts(out, SL("\" ;;\n"));
	}
	buf_puts(out, SL("    1:*) words=\""));
	for (size_t i = 0; i < n; i++)
		if (opens_group(all, i))
			buf_printf(out, "%.*s ", first_word(all[i]), all[i]->name);
	buf_puts(out, SL("\" ;;\n  esac\n"));
}

static void bash(struct buf *out)
{
	size_t n;
	const struct command *const *all = commands(&n);
	buf_puts(out, SL("_strake() {\n  local cur=${COMP_WORDS[COMP_CWORD]} "
			 "cmd=\"${COMP_WORDS[1]}\" opts= words=\n"
			 "  case \"$cmd ${COMP_WORDS[2]}\" in\n"));
	for (size_t i = 0; i < n; i++) {
		buf_printf(out, "    \"%s%s*) opts=\"", all[i]->name,
			   strchr(all[i]->name, ' ') ? "\"" : " \"");
		for (const struct opt *o = all[i]->options; o && o->name; o++)
			buf_printf(out, "--%s ", o->name);
		for (const struct opt *o = global_options(); o->name; o++)
			buf_printf(out, "--%s ", o->name);
		buf_puts(out, SL("\" ;;\n"));
	}
	bash_words(out, all, n);
	buf_puts(
	    out,
	    SL("  if [[ $cur == -* ]]; then COMPREPLY=($(compgen -W \"$opts\" -- \"$cur\"))\n"
	       "  elif [[ -n $words ]]; then COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
	       "  else compopt -o default; COMPREPLY=(); fi\n}\ncomplete -F _strake strake\n"));
}

static void zsh(struct buf *out)
{
	buf_puts(out, SL("#compdef strake\nautoload -U +X bashcompinit && bashcompinit\n"));
	bash(out);
}

static void fish_option(struct buf *out, const struct command *c, const struct opt *o)
{
	int first = first_word(c);
	const char *second = c->name[first] ? c->name + first + 1 : NULL;
	buf_printf(
	    out, "complete -c strake -n '__fish_seen_subcommand_from %.*s%s%s' -l %s%s -d \"%s\"\n",
	    first, c->name, second ? "; and __fish_seen_subcommand_from " : "",
	    second ? second : "", o->name, o->kind == OPT_FLAG ? "" : " -r", o->help);
}

static void fish(struct buf *out)
{
	size_t n;
	const struct command *const *all = commands(&n);
	for (size_t i = 0; i < n; i++) {
		int first = first_word(all[i]);
		if (opens_group(all, i))
			buf_printf(out, "complete -c strake -n __fish_use_subcommand -a %.*s\n",
				   first, all[i]->name);
		if (all[i]->name[first])
			buf_printf(out,
				   "complete -c strake -n '__fish_seen_subcommand_from %.*s' -a %s "
				   "-d \"%s\"\n",
				   first, all[i]->name, all[i]->name + first + 1, all[i]->summary);
		for (const struct opt *o = all[i]->options; o && o->name; o++)
			fish_option(out, all[i], o);
		for (const struct opt *o = global_options(); o->name; o++)
			fish_option(out, all[i], o);
	}
}

int help_completion(const char *shell, struct buf *out)
{
	static const struct {
		const char *name;
		void (*write)(struct buf *out);
	} shells[] = {{"bash", bash}, {"zsh", zsh}, {"fish", fish}};
	for (size_t i = 0; i < ARRAY_LEN(shells); i++)
		if (strcmp(shells[i].name, shell) == 0) {
			shells[i].write(out);
			return 0;
		}
	return cmd_usage("no completions for \"%s\": there are bash, zsh and fish", shell);
}
