/* SPDX-License-Identifier: Apache-2.0 */
/* Package entries of Composer: the same in composer.lock and in vendor/composer/installed.json. */
#pragma once

#include "pkg/lang/lang_text.h"

struct composer {
	struct pkg_ctx *cx;
	struct pkg_warnings w;
	struct lang_lines lines;
	struct map versions; /* name -> node of the entry */
	struct map wanted;   /* names that the project asks for; empty when not known */
	struct map dev;	     /* names that are there for development (installed.json) */
};
void composer_done(struct composer *c);
#define auto_composer CLEANUP(composer_done)
/* Names of a "require" object. */
int composer_wants(struct composer *c, const struct node *require, struct err *err) must_use;
/* First all entries are noted, so that dependencies get their versions; then they are added. */
int composer_note(struct composer *c, const struct node *list, struct err *err) must_use;
int composer_add(struct composer *c, const struct node *list, bool dev, struct err *err) must_use;
