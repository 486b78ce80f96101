/* SPDX-License-Identifier: Apache-2.0 */
/* Rules while they are read. */
#include "secret/secret_internal.h"

void secret_set_done(struct secret_set *s)
{
	vec_free(&s->rules);
	vec_free(&s->allows);
	vec_free(&s->excludes);
	vec_free(&s->enable);
	vec_free(&s->disable);
	vec_free(&s->bad);
	vec_free(&s->good);
}

int secret_set_pattern(struct secret_set *s, struct slice text, bool check,
		       struct secret_pattern *ret, struct err *err)
{
	if (check)
		TRY(secret_regex_check(text, err));
	*ret = (struct secret_pattern){.text = text, .index = s->npatterns++};
	return 0;
}
