/* SPDX-License-Identifier: Apache-2.0 */
/* Distinguished names (RFC 4514) as lists of attributes. */
#include "sign/notation_internal.h"

#define MAX_PARTS 32

static const struct {
	const char *name, *also;
	int nid;
} types[] = {{"CN", "commonName", NID_commonName},
	     {"C", "countryName", NID_countryName},
	     {"ST", "S", NID_stateOrProvinceName},
	     {"L", "localityName", NID_localityName},
	     {"O", "organizationName", NID_organizationName},
	     {"OU", "organizationalUnitName", NID_organizationalUnitName},
	     {"STREET", "streetAddress", NID_streetAddress},
	     {"POSTALCODE", "postalCode", NID_postalCode},
	     {"SERIALNUMBER", "serialNumber", NID_serialNumber}};

/* Attribute names do not tell upper from lower case. */
static struct slice type_name(struct slice word)
{
	for (size_t i = 0; i < ARRAY_LEN(types); i++)
		if (slice_ieq(word, slice_str(types[i].name)) ||
		    slice_ieq(word, slice_str(types[i].also)))
			return slice_str(types[i].name);
	return word;
}

struct names {
	struct sign_name_part *parts;
	size_t n;
};

static int add_part(struct names *to, struct slice type, struct slice value, struct err *err)
{
	type = type_name(type);
	for (size_t i = 0; i < to->n; i++)
		if (slice_eq(to->parts[i].type, type))
			return err_input(err, "it has %.*s twice", SL_FMT(type));
	if (to->n == MAX_PARTS)
		return err_limit(err, "it has more than %d parts", MAX_PARTS);
	to->parts[to->n++] = (struct sign_name_part){type, value};
	return 0;
}

static int hex_digit(char c)
{
	c = to_lower(c);
	return is_digit(c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Takes a value up to the comma that ends it (more: there was one); "\," and "\2C" stand for the character. */
static int take_value(struct slice *rest, struct buf *out, bool *more, struct err *err)
{
	size_t i = 0, solid = 0; /* solid: up to where blanks at the end are escaped */
	for (; i < rest->len && rest->ptr[i] != ',' && rest->ptr[i] != ';'; i++) {
		char c = rest->ptr[i];
		if (c == '+' || c == '"')
			return err_input(err, "%s not accepted",
					 c == '+' ? "names of several attributes at once (+) are"
						  : "quotes are");
		if (c != '\\') {
			buf_putc(out, c);
			continue;
		}
		if (i + 1 >= rest->len)
			return err_input(err, "it ends in a backslash");
		int high = hex_digit(rest->ptr[i + 1]);
		int low = i + 2 < rest->len ? hex_digit(rest->ptr[i + 2]) : -1;
		bool pair = high >= 0 && low >= 0;
		if (pair)
			buf_putc(out, (char)(high << 4 | low));
		else
			buf_putc(out, rest->ptr[i + 1]);
		i += pair ? 2 : 1;
		solid = out->len;
	}
	while (out->len > solid && out->ptr[out->len - 1] == ' ')
		out->len--;
	*more = i < rest->len;
	*rest = slice_from(*rest, i + *more);
	return 0;
}

static struct slice skip_blanks(struct slice s)
{
	while (s.len && s.ptr[0] == ' ')
		s = slice_from(s, 1);
	return s;
}

static int parse_parts(struct slice rest, struct arena *a, struct names *to, struct err *err)
{
	bool more = true;
	while (more) {
		auto_buf struct buf value;
		buf_init(&value, 16 * KIB);
		ssize_t equals = slice_chr(rest, '=');
		if (equals <= 0)
			return err_input(err, "expected NAME=VALUE, separated by commas");
		struct slice type = slice_trim(slice_sub(rest, 0, (size_t)equals));
		rest = skip_blanks(slice_from(rest, (size_t)equals + 1));
		TRY(take_value(&rest, &value, &more, err));
		if (type.len == 0 || slice_chr(type, ',') >= 0 || value.len == 0)
			return err_input(err, "expected NAME=VALUE, separated by commas");
		struct slice kept = arena_dup(a, buf_slice(&value));
		struct slice name = arena_dup(a, type);
		if (!kept.ptr || !name.ptr)
			return err_oom(err);
		TRY(add_part(to, name, kept, err));
	}
	return 0;
}

int name_parse(struct slice text, struct arena *a, struct sign_name_part **parts, size_t *n,
	       struct err *err)
{
	struct names to = {.parts = arena_array(a, MAX_PARTS, sizeof(*to.parts))};
	if (!to.parts)
		return err_oom(err);
	TRY(parse_parts(slice_trim(text), a, &to, err));
	*parts = to.parts;
	*n = to.n;
	return 0;
}

static struct slice type_of(const ASN1_OBJECT *o, struct arena *a)
{
	char oid[80] = "";
	int nid = OBJ_obj2nid(o);
	for (size_t i = 0; i < ARRAY_LEN(types); i++)
		if (types[i].nid == nid)
			return slice_str(types[i].name);
	OBJ_obj2txt(oid, sizeof(oid), o, 1);
	return arena_dup(a, slice_str(oid));
}

int name_of(const X509_NAME *name, struct arena *a, struct sign_name_part **parts, size_t *n,
	    struct err *err)
{
	struct names to = {.parts = arena_array(a, MAX_PARTS, sizeof(*to.parts))};
	if (!to.parts)
		return err_oom(err);
	for (int i = 0; i < X509_NAME_entry_count(name); i++) {
		const X509_NAME_ENTRY *e = X509_NAME_get_entry(name, i);
		unsigned char *text = NULL;
		int len = ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(e));
		struct slice value =
		    len < 0 ? SL_NONE : arena_dup(a, slice_bytes(text, (size_t)len));
		OPENSSL_free(text);
		struct slice type = type_of(X509_NAME_ENTRY_get_object(e), a);
		if (!type.ptr || len < 0)
			return err_input(err, "a part of it cannot be read");
		TRY(add_part(&to, type, value, err));
	}
	*parts = to.parts;
	*n = to.n;
	return 0;
}

bool name_within(const struct sign_name_part *a, size_t na, const struct sign_name_part *b,
		 size_t nb)
{
	for (size_t i = 0; i < na; i++) {
		bool found = false;
		for (size_t k = 0; k < nb; k++)
			found |= slice_eq(a[i].type, b[k].type) && slice_eq(a[i].value, b[k].value);
		if (!found)
			return false;
	}
	return true;
}
