/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Packages: the model, and analysers that read package databases. An analyser is one const struct in
 * one file, listed by one word in meson.build. It gets one file's bytes and a context - no path
 * lookup, no system call - so that it can be fuzzed and runs in the layer worker.
 */
#pragma once

#include "base/base.h"

enum pkg_flag {
	PKG_THIRD_PARTY =
	    1, /* not built by the distribution (vendor repository): kept, without feed */
	PKG_OWNS_ONLY =
	    2, /* a file list for a package named elsewhere (dpkg info/NAME.list), no package */
	PKG_PSEUDO = 4, /* listed by the manager, but no software (a trusted key): never judged */
};

/* One installed package. Slices borrow from whoever filled it. Empty = unknown. */
struct pkg {
	struct slice type; /* "deb", "apk", "rpm": purl type and version scheme */
	struct slice name;
	struct slice version; /* whole, as the manager compares it: [epoch:]version[-release] */
	struct slice arch;
	struct slice
	    src_name; /* deb Source, apk origin, name part of rpm SOURCERPM; never empty for these */
	struct slice src_version; /* whole, as version */
	struct slice maintainer;  /* deb Maintainer, apk m:, rpm Vendor */
	struct slice licenses;	  /* as the database has it, one string */
	struct slice module;	  /* rpm modularity "name:stream:version:context" */
	struct slice signer;	  /* rpm: key id, 16 lower-case hex digits */
	struct slice files;	  /* owned files, '\n' between, absolute or relative as stored */
	struct slice
	    digest;	/* of the package itself where the database has one ("sha1:..","md5:..") */
	uint32_t flags; /* enum pkg_flag */
	uint64_t installed_size; /* bytes, 0 unknown */
};

/* What an analyser tells. Strings are copied by the sink. */
struct pkg_sink {
	int (*add)(void *arg, const struct pkg *p, struct err *err);
	/* The file's bytes are wanted again when the whole image is known (os-release and the like). */
	int (*keep)(void *arg, struct slice bytes, struct err *err);
	/* A part could not be analysed; reason is one word ("corrupt", "limit", "unsupported"). */
	void (*warn)(void *arg, const char *reason, const char *message);
	void *arg;
};
struct pkg_ctx {
	struct slice path; /* of the file, normal form without leading slash */
	const struct pkg_sink *sink;
	struct arena *arena; /* scratch for this file, freed after run() */
};
int pkg_add(struct pkg_ctx *cx, const struct pkg *p, struct err *err) must_use;
int pkg_keep(struct pkg_ctx *cx, struct slice bytes, struct err *err) must_use;
void pkg_warn(struct pkg_ctx *cx, const char *reason, const char *fmt, ...) printf_like(3, 4);

enum pkg_want_kind { PKG_PATH_IS = 1, PKG_PATH_PREFIX, PKG_BASENAME_IS, PKG_SUFFIX };
struct pkg_want {
	enum pkg_want_kind kind; /* 0 ends the list */
	const char *pattern;
	const char *suffix; /* with PKG_PATH_PREFIX: the path must also end so; NULL = any */
};
#define PKG_MAX_WANTS 32
struct pkg_analyser {
	const char *name;
	uint32_t version; /* bump: cached layer results become stale */
	struct pkg_want wants[PKG_MAX_WANTS];
	size_t max_size; /* larger files are reported as not analysed */
	bool
	    database; /* holds the packages of a whole system: losing it makes "nothing found" untrue */
	/* < 0: the file as a whole could not be analysed (becomes a warning with the text). */
	int (*run)(struct pkg_ctx *cx, struct slice file, struct err *err);
};

/* All analysers, in the order of meson.build; bit i of a mask is analyser i (at most 64). */
const struct pkg_analyser *const *pkg_analysers(size_t *n);
/* Which analysers want this path (normal form)? One hash look-up per path, not one per analyser. */
uint64_t pkg_wanted(struct slice path);
/* Names and versions of all analysers in one number: part of the layer cache key. */
uint64_t pkg_analysers_key(void);

/* ---- what the image as a whole says ---- */

/* Is the database at path left over beside the one its manager uses now? rpm keeps an old Berkeley DB or ndb
 * store when it moves to SQLite; its packages may be long gone. present tells whether a path is there. */
bool pkg_is_stale(struct slice path, bool (*present)(void *arg, struct slice path), void *arg);

/* Gives the kept bytes of the visible file at path, or an empty slice with ptr NULL. */
struct pkg_files {
	struct slice (*get)(void *arg, const char *path);
	void *arg;
};
struct pkg_os {
	struct slice
	    family; /* Trivy's words: alpine debian ubuntu redhat centos rocky alma oracle amazon fedora
	                         suse.linux.enterprise.server opensuse.leap opensuse.tumbleweed photon cbl-mariner
	                         azurelinux wolfi chainguard bottlerocket flatcar openEuler arch gentoo ...; "" unknown */
	struct slice
	    name; /* release as the distribution counts it: "3.18.4", "12.5", "22.04", "9.2", "2023" */
	struct slice pretty;   /* PRETTY_NAME */
	struct slice codename; /* VERSION_CODENAME */
	struct slice id_like;
	struct slice
	    channel; /* advisory channel, see adv.h: "debian:12", "alpine:3.18", "redhat:9" ... */
	bool esm;    /* Ubuntu Pro esm-infra enabled */
};
/* Strings go to a. Unknown or absent os-release leaves family empty; never an error for odd content. */
int pkg_os_detect(const struct pkg_files *files, struct arena *a, struct pkg_os *ret,
		  struct err *err) must_use;
/* Was p built by the distribution named family? Sets PKG_THIRD_PARTY (maintainer, vendor, version suffix). */
void pkg_mark_third_party(struct pkg *p, const struct pkg_os *os);
/* pkg:deb/debian/libc6@2.36-9?arch=amd64&distro=debian-12 */
struct slice pkg_purl(struct arena *a, const struct pkg *p, const struct pkg_os *os);
/* Splits version into its parts (epoch 0 when absent; release empty for none). */
void pkg_version_split(struct slice type, struct slice version, uint32_t *epoch, struct slice *ver,
		       struct slice *rel);
