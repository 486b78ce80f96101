/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keys that a token keeps (PKCS #11 2.40). The module is a library that the user names; it is loaded for this one key and
 * signs in this process. What it signs is checked with its public key (sign/message.c).
 */
#include "app/token.h"
#include "app/signing.h"

#include <dlfcn.h>
#include <p11-kit/pkcs11.h>
#include <stdio.h>
#include <stdlib.h>

#define MAX_SLOTS 64
#define MAX_VALUE 2048

struct token {
	void *library;
	CK_FUNCTION_LIST *f;
	CK_SESSION_HANDLE session;
	CK_OBJECT_HANDLE key;
	bool started, open;
};

static void token_free(struct token *t)
{
	if (!t)
		return;
	if (t->open)
		t->f->C_CloseSession(t->session);
	if (t->started)
		t->f->C_Finalize(NULL);
	/* The library stays loaded: modules leave threads and handlers behind that must find their code. */
	free(t);
}

static void token_cleanup(struct token **t)
{
	token_free(*t);
}

static void done(void *arg)
{
	token_free(arg);
}

static int failed(struct err *err, CK_RV rv, const char *what)
{
	switch (rv) {
	case CKR_PIN_INCORRECT:
	case CKR_PIN_INVALID:
	case CKR_PIN_LEN_RANGE:
		return err_set(err, ERR_PERMISSION, -EACCES, "the token refuses the PIN");
	case CKR_PIN_LOCKED:
		return err_set(err, ERR_PERMISSION, -EACCES, "the token's PIN is locked");
	default:
		return err_set(err, ERR_INPUT, -EIO, "the token cannot %s (PKCS #11 error 0x%lx)",
			       what, (unsigned long)rv);
	}
}

static int load(struct token *t, const char *module, struct err *err)
{
	CK_C_GetFunctionList get = NULL;
	t->library = dlopen(module, RTLD_NOW | RTLD_LOCAL);
	if (!t->library)
		return err_usage(err, "module %s: %s", module, dlerror());
	void *symbol = dlsym(t->library, "C_GetFunctionList");
	memcpy(&get, &symbol, sizeof(get));
	if (!get || get(&t->f) != CKR_OK || !t->f)
		return err_usage(err, "module %s: is no PKCS #11 module", module);
	CK_RV rv = t->f->C_Initialize(NULL);
	if (rv != CKR_OK && rv != CKR_CRYPTOKI_ALREADY_INITIALIZED)
		return failed(err, rv, "be started");
	t->started = rv == CKR_OK;
	return 0;
}

/* Labels are padded with blanks. */
static bool label_is(const unsigned char *label, size_t n, struct slice want)
{
	while (n && label[n - 1] == ' ')
		n--;
	return slice_eq(slice_of(label, n), want);
}

static int find_slot(struct token *t, const struct token_uri *u, CK_SLOT_ID *ret, struct err *err)
{
	CK_SLOT_ID slots[MAX_SLOTS];
	CK_ULONG n = MAX_SLOTS;
	size_t fits = 0;
	CK_RV rv = t->f->C_GetSlotList(CK_TRUE, slots, &n);
	if (rv != CKR_OK)
		return failed(err, rv, "list its slots");
	for (CK_ULONG i = 0; i < n; i++) {
		CK_TOKEN_INFO info;
		if (t->f->C_GetTokenInfo(slots[i], &info) != CKR_OK ||
		    !(info.flags & CKF_TOKEN_INITIALIZED))
			continue;
		if ((u->has_slot && slots[i] != u->slot) ||
		    (u->token.len && !label_is(info.label, sizeof(info.label), u->token)))
			continue;
		*ret = slots[i];
		fits++;
	}
	if (fits == 1)
		return 0;
	return fits ? err_usage(err, "%zu tokens fit - name one by token= or slot-id=", fits)
		    : err_set(err, ERR_NOT_FOUND, -ENOENT, "no token fits");
}

static int login(struct token *t, const struct token_uri *u, const struct sign_password *ask,
		 struct err *err)
{
	auto_secret struct buf pin;
	const char *from_env = getenv("COSIGN_PKCS11_PIN");
	buf_init(&pin, 4 * KIB);
	if (u->pin.len) {
		buf_puts(&pin, u->pin);
	} else if (u->pin_source.len) {
		char path[4096];
		struct slice rest, line = SL_NONE, name = u->pin_source;
		auto_secret struct buf text;
		buf_init(&text, 4 * KIB);
		if (slice_starts(name, "file:"))
			name = slice_from(name, 5);
		snprintf(path, sizeof(path), "%.*s", SL_FMT(name));
		TRY(file_read(path, &text, err));
		rest = buf_slice(&text);
		slice_line(&rest, &line);
		buf_puts(&pin, line);
	} else if (from_env) {
		buf_puts(&pin, slice_str(from_env));
	} else {
		TRY(ask->ask(ask->arg, &pin, err));
	}
	buf_putc(&pin, '\0');
	CK_RV rv = t->f->C_Login(t->session, CKU_USER, (CK_UTF8CHAR *)pin.ptr, pin.len - 1);
	return rv == CKR_OK || rv == CKR_USER_ALREADY_LOGGED_IN ? 0 : failed(err, rv, "log in");
}

/* 1 found, 0 none. */
static int find_object(struct token *t, const struct token_uri *u, CK_OBJECT_CLASS class,
		       CK_OBJECT_HANDLE *ret, struct err *err)
{
	CK_ATTRIBUTE want[3] = {{CKA_CLASS, &class, sizeof(class)}};
	CK_ULONG n = 1, got = 0;
	CK_OBJECT_HANDLE found[2];
	char object[256], id[256];
	if (u->object.len > sizeof(object) || u->id.len > sizeof(id))
		return err_usage(err, "object or id is over 256 bytes");
	if (u->object.len) {
		memcpy(object, u->object.ptr, u->object.len);
		want[n++] = (CK_ATTRIBUTE){CKA_LABEL, object, u->object.len};
	}
	if (u->id.len) {
		memcpy(id, u->id.ptr, u->id.len);
		want[n++] = (CK_ATTRIBUTE){CKA_ID, id, u->id.len};
	}
	CK_RV rv = t->f->C_FindObjectsInit(t->session, want, n);
	if (rv == CKR_OK)
		rv = t->f->C_FindObjects(t->session, found, 2, &got);
	t->f->C_FindObjectsFinal(t->session);
	if (rv != CKR_OK)
		return failed(err, rv, "look for the key");
	if (got > 1)
		return err_usage(err, "several keys fit - name one by object= and id=");
	*ret = got ? found[0] : 0;
	return got > 0;
}

static int attribute(struct token *t, CK_OBJECT_HANDLE o, CK_ATTRIBUTE_TYPE type, struct buf *out,
		     struct err *err)
{
	char value[MAX_VALUE];
	CK_ATTRIBUTE a = {type, value, sizeof(value)};
	CK_RV rv = t->f->C_GetAttributeValue(t->session, o, &a, 1);
	if (rv != CKR_OK || a.ulValueLen > sizeof(value))
		return failed(err, rv, "tell the public key");
	buf_clear(out);
	buf_put(out, value, a.ulValueLen);
	return 0;
}

/* The public object; where there is none, RSA's private one tells the same. */
static int public_der(struct token *t, const struct token_uri *u, struct buf *der, struct err *err)
{
	auto_buf struct buf one, two;
	CK_OBJECT_HANDLE o = t->key;
	CK_KEY_TYPE type = 0;
	CK_ATTRIBUTE kind = {CKA_KEY_TYPE, &type, sizeof(type)};
	buf_init(&one, MAX_VALUE);
	buf_init(&two, MAX_VALUE);
	int found = find_object(t, u, CKO_PUBLIC_KEY, &o, err);
	TRY(found);
	if (!found)
		o = t->key;
	if (!o)
		return err_set(err, ERR_NOT_FOUND, -ENOENT, "no key of that name is on the token");
	CK_RV rv = t->f->C_GetAttributeValue(t->session, o, &kind, 1);
	if (rv != CKR_OK)
		return failed(err, rv, "tell the key's kind");
	if (type == CKK_RSA) {
		TRY(attribute(t, o, CKA_MODULUS, &one, err));
		TRY(attribute(t, o, CKA_PUBLIC_EXPONENT, &two, err));
		return sign_rsa_der(buf_slice(&one), buf_slice(&two), der, err);
	}
	TRY(attribute(t, o, CKA_EC_PARAMS, &one, err));
	TRY(attribute(t, o, CKA_EC_POINT, &two, err));
	return sign_point_der(buf_slice(&one), buf_slice(&two), der, err);
}

/* RFC 8017 section 9.2, note 1. */
static const unsigned char prefixes[SIGN_HASHES][19] = {
    {0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05,
     0x00, 0x04, 0x20},
    {0x30, 0x41, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02, 0x05,
     0x00, 0x04, 0x30},
    {0x30, 0x51, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x03, 0x05,
     0x00, 0x04, 0x40}};

#ifndef CKM_EDDSA
#define CKM_EDDSA 0x1057UL
#endif

static int token_sign(void *arg, enum sign_kind kind, enum sign_hash h, struct slice what,
		      struct buf *out, struct err *err)
{
	struct token *t = arg;
	auto_buf struct buf in;
	CK_MECHANISM m = {.mechanism = kind == SIGN_RSA	      ? CKM_RSA_PKCS
				       : kind == SIGN_ED25519 ? CKM_EDDSA
							      : CKM_ECDSA};
	CK_ULONG n = SIGN_MAX;
	buf_init(&in, 512 * MIB);
	if (kind == SIGN_RSA)
		buf_put(&in, prefixes[h], sizeof(prefixes[h]));
	buf_puts(&in, what);
	buf_putc(&in, '\0'); /* never empty */
	CK_BYTE *to = buf_reserve(out, n);
	if (in.failed || !to)
		return err_oom(err);
	CK_RV rv = t->f->C_SignInit(t->session, &m, t->key);
	if (rv == CKR_OK)
		rv = t->f->C_Sign(t->session, (CK_BYTE *)in.ptr, in.len - 1, to, &n);
	if (rv != CKR_OK)
		return failed(err, rv, "sign");
	out->len += n;
	return 0;
}

static int open_token(struct token *t, const struct token_uri *u, bool private,
		      const struct sign_password *pin, struct buf *der, struct err *err)
{
	const char *module = getenv("COSIGN_PKCS11_MODULE_PATH");
	char path[4096];
	CK_SLOT_ID slot = 0;
	if (u->module.len) {
		snprintf(path, sizeof(path), "%.*s", SL_FMT(u->module));
		module = path;
	}
	if (!module)
		return err_usage(
		    err, "which module? Give ?module-path=FILE or COSIGN_PKCS11_MODULE_PATH");
	TRY(load(t, module, err));
	TRY(find_slot(t, u, &slot, err));
	CK_RV rv = t->f->C_OpenSession(slot, CKF_SERIAL_SESSION, NULL, NULL, &t->session);
	if (rv != CKR_OK)
		return failed(err, rv, "open a session");
	t->open = true;
	if (private) {
		TRY(login(t, u, pin, err));
		int found = find_object(t, u, CKO_PRIVATE_KEY, &t->key, err);
		TRY(found);
		if (!found)
			return err_set(err, ERR_NOT_FOUND, -ENOENT,
				       "no private key of that name is on the token");
	}
	return public_der(t, u, der, err);
}

int app_token_key(struct slice uri, bool private, const struct sign_password *pin,
		  struct sign_key **ret, struct err *err)
{
	auto_arena struct arena a;
	auto_buf struct buf der;
	struct token_uri u;
	CLEANUP(token_cleanup) struct token *t = calloc(1, sizeof(*t));
	arena_init(&a, 64 * KIB);
	buf_init(&der, 16 * KIB);
	if (!t)
		return err_oom(err);
	TRY(token_uri_read(uri, &a, &u, err));
	if (open_token(t, &u, private, pin, &der, err) < 0)
		return err_wrap(err, "pkcs11: %.*s", SL_FMT(u.object.len ? u.object : u.token));
	if (!private)
		return sign_public_der(buf_slice(&der), ret, err);
	struct sign_foreign f = {token_sign, done, t};
	TRY(sign_foreign(buf_slice(&der), &f, ret, err));
	t = NULL;
	return 0;
}
