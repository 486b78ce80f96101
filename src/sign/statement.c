/* SPDX-License-Identifier: Apache-2.0 */
/* DSSE's encoding and in-toto's statements. */
#include "sign/verify.h"

void sign_pae(struct slice type, struct slice payload, struct buf *out)
{
	buf_printf(out, "DSSEv1 %zu ", type.len);
	buf_puts(out, type);
	buf_printf(out, " %zu ", payload.len);
	buf_puts(out, payload);
}

int sign_statement_read(struct slice json, struct doc *d, struct sign_statement *ret,
			struct err *err)
{
	struct node *top = NULL;
	struct text_limits lim = {.max_bytes = SIGN_MAX_BUNDLE};
	if (json_parse(d, json, &lim, &top, err) < 0)
		return err_wrap(err, "statement");
	*ret = (struct sign_statement){.type = node_get_str(top, "_type"),
				       .predicate_type = node_get_str(top, "predicateType"),
				       .subjects = node_get(top, "subject"),
				       .predicate = node_get(top, "predicate")};
	if (!slice_is(ret->type, "https://in-toto.io/Statement/v1") &&
	    !slice_is(ret->type, "https://in-toto.io/Statement/v0.1"))
		return err_input(err, "statement: the type \"%.*s\" is none of in-toto's",
				 SL_FMT(ret->type));
	if (!node_is(ret->subjects, NODE_ARRAY) || ret->subjects->count == 0)
		return err_input(err, "statement: it has no subject");
	if (ret->subjects->count > SIGN_MAX_SUBJECTS)
		return err_limit(err, "statement: %u subjects, at most %d are read",
				 ret->subjects->count, SIGN_MAX_SUBJECTS);
	if (ret->predicate_type.len == 0)
		return err_input(err, "statement: it has no predicateType");
	return 0;
}

bool sign_statement_names(const struct sign_statement *s, struct slice digest)
{
	ssize_t colon = slice_chr(digest, ':');
	if (colon <= 0)
		return false;
	struct slice algorithm = slice_sub(digest, 0, (size_t)colon);
	struct slice hex = slice_from(digest, (size_t)colon + 1);
	node_each (subject, s->subjects) {
		struct slice found = node_str(node_member(node_get(subject, "digest"), algorithm));
		if (found.len && slice_ieq(found, hex))
			return true;
	}
	return false;
}

static const struct {
	const char *word, *type;
} types[] = {{"custom", "https://cosign.sigstore.dev/attestation/v1"},
	     {"slsaprovenance", "https://slsa.dev/provenance/v0.2"},
	     {"slsaprovenance02", "https://slsa.dev/provenance/v0.2"},
	     {"slsaprovenance1", "https://slsa.dev/provenance/v1"},
	     {"spdx", "https://spdx.dev/Document"},
	     {"spdxjson", "https://spdx.dev/Document"},
	     {"cyclonedx", "https://cyclonedx.org/bom"},
	     {"link", "https://in-toto.io/Link/v1"},
	     {"vuln", "https://cosign.sigstore.dev/attestation/vuln/v1"},
	     {"openvex", "https://openvex.dev/ns"}};

struct slice sign_predicate_type(struct slice word)
{
	for (size_t i = 0; i < ARRAY_LEN(types); i++)
		if (slice_is(word, types[i].word))
			return slice_str(types[i].type);
	return slice_find(word, SL("://")) > 0 ? word : SL_NONE;
}

struct slice sign_predicate_word(struct slice type)
{
	struct slice found = SL_NONE;
	for (size_t i = 0; i < ARRAY_LEN(types); i++)
		if (sign_predicate_fits(slice_str(types[i].type), type) &&
		    !slice_is(slice_str(types[i].word), "slsaprovenance02"))
			found = slice_str(types[i].word);
	return found;
}

/* Documents name the version behind OpenVEX's and SPDX's address: it fits the name without one. */
bool sign_predicate_fits(struct slice wanted, struct slice found)
{
	static const char *const versioned[] = {"https://openvex.dev/ns",
						"https://spdx.dev/Document",
						"https://cyclonedx.org/bom", NULL};
	if (slice_eq(wanted, found))
		return true;
	return slice_is_any(wanted, versioned) && found.len > wanted.len &&
	       slice_eq(slice_sub(found, 0, wanted.len), wanted) && found.ptr[wanted.len] == '/';
}
