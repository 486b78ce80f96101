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
	    2, /* files or licences of a package named elsewhere (dpkg info/NAME.list), no package */
	PKG_PSEUDO = 4, /* listed by the manager, but no software (a trusted key): never judged */
	PKG_DEV = 8,	/* needed to develop or test only */
	PKG_OPTIONAL = 16,
	PKG_DIRECT = 32,   /* asked for by the project itself */
	PKG_INDIRECT = 64, /* needed by another package; neither bit: not known */
	PKG_ROOT = 128,	   /* the project itself, or the main module of a program */
	/* Part of the source tree (workspace member, path dependency): a published package of the same name is
	 * another thing, so it is never judged. */
	PKG_LOCAL = 256,
	/* The file itself, recognised by what is in it: nothing beside the package that owns the file. */
	PKG_IS_FILE = 512,
};

/* One installed or locked package. Slices borrow from whoever filled it. Empty = unknown. */
struct pkg {
	/* Package URL type, names the version scheme: "deb" "apk" "rpm" "npm" "pypi" "golang" "maven"
	 * "cargo" "gem" "composer" "nuget" "hex" "pub" "swift" "cocoapods" "conan" "conda" "generic" ... */
	struct slice type;
	/* As the ecosystem writes it: "@scope/name", "github.com/a/b/v2", "group:artifact", "vendor/name". */
	struct slice name;
	struct slice version; /* whole, as the manager compares it: [epoch:]version[-release] */
	struct slice arch;
	struct slice
	    src_name; /* deb Source, apk origin, name part of rpm SOURCERPM; never empty for these */
	struct slice src_version; /* whole, as version */
	struct slice maintainer;  /* deb Maintainer, apk m:, rpm Vendor */
	struct slice licenses;	  /* as the metadata has it; several: '\n' between */
	struct slice module;	  /* rpm modularity "name:stream:version:context" */
	struct slice signer;	  /* rpm: key id, 16 lower-case hex digits */
	struct slice files;	  /* owned files, '\n' between, absolute or relative as stored */
	struct slice
	    digest; /* of the package itself where the metadata has one: "sha1:HEX", "sha512:HEX" ... */
	struct slice
	    deps; /* what it needs, "name@version" of packages of the same file, '\n' between */
	struct slice
	    path; /* where it lies when that is not the analysed file: "app.war/WEB-INF/lib/x.jar" */
	struct slice
	    origin; /* address it was or would be taken from, where it is not the usual registry */
	struct slice commit;	 /* of a version control dependency */
	uint32_t flags;		 /* enum pkg_flag */
	uint32_t line, end_line; /* in the analysed file, from 1; 0 unknown */
	uint64_t installed_size; /* bytes, 0 unknown */
};

/* What an analyser tells. Strings are copied by the sink. path: the file it is about. */
struct pkg_sink {
	int (*add)(void *arg, struct slice path, const struct pkg *p, struct err *err);
	/* The file's bytes are wanted again when the whole image is known (os-release and the like). */
	int (*keep)(void *arg, struct slice path, struct slice bytes, struct err *err);
	/* The file's bytes are wanted again by the analyser's own combine(). */
	int (*hold)(void *arg, struct slice path, struct slice bytes, struct err *err);
	/* A part could not be analysed; reason is one word ("corrupt", "limit", "unsupported"). */
	void (*warn)(void *arg, struct slice path, const char *reason, const char *message);
	void *arg;
};
struct pkg_ctx {
	struct slice
	    path; /* of the file, normal form without leading slash; combine() sets it itself */
	const struct pkg_sink *sink;
	struct arena *arena; /* scratch for this file, freed after run() */
};
int pkg_add(struct pkg_ctx *cx, const struct pkg *p, struct err *err) must_use;
int pkg_keep(struct pkg_ctx *cx, struct slice bytes, struct err *err) must_use;
int pkg_hold(struct pkg_ctx *cx, struct slice bytes, struct err *err) must_use;
void pkg_warn(struct pkg_ctx *cx, const char *reason, const char *fmt, ...) printf_like(3, 4);

/* Where an analyser's files count. */
enum pkg_scope {
	PKG_SYSTEM = 1,	   /* a system's own package database, kernel, operating system files */
	PKG_INSTALLED = 2, /* what is there to run: images, root file systems */
	PKG_LOCKED = 4,	   /* what a build would take: source trees */
	PKG_LICENSES = 8,  /* what says nothing but licences: read when they are asked for */
};
#define PKG_SCOPES 15

enum pkg_want_kind {
	PKG_PATH_IS = 1,
	PKG_PATH_PREFIX, /* and the path ends with suffix */
	PKG_BASENAME_IS,
	PKG_BASENAME_PREFIX, /* and the path ends with suffix */
	PKG_SUFFIX,
	PKG_IN_DIR,	/* lies directly in a directory of the name pattern, and ends with suffix */
	PKG_EXECUTABLE, /* begins as an ELF, PE or Mach-O file, whatever its name and mode */
};
struct pkg_want {
	enum pkg_want_kind kind; /* 0 ends the list */
	const char *pattern;
	const char *suffix; /* NULL = any */
};
#define PKG_WANTS(...) ((const struct pkg_want[]){__VA_ARGS__, {0}})

struct pkg_held {
	struct slice path, bytes;
};
struct pkg_analyser {
	const char *name;
	uint32_t version; /* bump: cached layer results become stale */
	uint32_t scope;	  /* enum pkg_scope bits; 0 = PKG_SYSTEM */
	const char
	    *kind; /* how reports call what it finds: "npm", "python-pkg"; NULL for systems */
	const char *group; /* "Node.js": all files in one result; NULL: a result for each file */
	const struct pkg_want *wants; /* PKG_WANTS(...) */
	size_t max_size;	      /* larger files are reported as not analysed */
	bool
	    database; /* holds the packages of a whole system: losing it makes "nothing found" untrue */
	/* < 0: the file as a whole could not be analysed (becomes a warning with the text). */
	int (*run)(struct pkg_ctx *cx, struct slice file, struct err *err);
	/* May be NULL. After the last file of a layer or directory: the files that run() held, by path. */
	int (*combine)(struct pkg_ctx *cx, const struct pkg_held *files, size_t n, struct err *err);
};

/* All analysers, in the order of meson.build; bit i of a mask is analyser i. */
const struct pkg_analyser *const *pkg_analysers(size_t *n);
__extension__ typedef unsigned __int128 pkg_mask;
#define PKG_MAX_ANALYSERS 128
static inline bool pkg_mask_has(pkg_mask m, size_t i)
{
	return m >> i & 1;
}
/* Which analysers of these scopes want this path (normal form)? One hash look-up, not one per analyser. */
pkg_mask pkg_wanted(struct slice path, uint32_t scopes);
/* Those that want executables; and whether head (8 bytes or more) begins one. */
pkg_mask pkg_wants_executables(uint32_t scopes);
bool pkg_is_executable(struct slice head);
/* Names and versions of all analysers in one number: part of the layer cache key. */
uint64_t pkg_analysers_key(uint32_t scopes);

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
/* From a family and release as reports and SBOMs name them ("debian", "12.5"). */
int pkg_os_named(struct slice family, struct slice release, struct arena *a, struct pkg_os *ret,
		 struct err *err) must_use;
/* From the qualifier "distro" of a package URL: "debian-12". */
int pkg_os_of_distro(struct slice distro, struct arena *a, struct pkg_os *ret,
		     struct err *err) must_use;
/* Strings go to a. Unknown or absent os-release leaves family empty; never an error for odd content. */
int pkg_os_detect(const struct pkg_files *files, struct arena *a, struct pkg_os *ret,
		  struct err *err) must_use;
/* Was p built by the distribution named family? Sets PKG_THIRD_PARTY (maintainer, vendor, version suffix). */
void pkg_mark_third_party(struct pkg *p, const struct pkg_os *os);
/* Is this the type of a distribution's packages (deb, apk, rpm, alpm, ebuild)? */
bool pkg_is_system(struct slice type);
/* pkg:deb/debian/libc6@2.36-9?arch=amd64&distro=debian-12, pkg:npm/%40scope/name@1.0.0 */
struct slice pkg_purl(struct arena *a, const struct pkg *p, const struct pkg_os *os);
/* Takes a package URL apart; strings go to a or point into purl. distro: that qualifier ("debian-12"), or empty. */
int pkg_from_purl(struct slice purl, struct arena *a, struct pkg *p, struct slice *distro,
		  struct err *err) must_use;
/* Splits version into its parts (epoch 0 when absent; release empty for none). */
void pkg_version_split(struct slice type, struct slice version, uint32_t *epoch, struct slice *ver,
		       struct slice *rel);

/* A package of an image, directory or SBOM with where it came from. */
struct inventory_pkg {
	struct pkg pkg;
	struct slice db_path; /* of the package database or file it was read from */
	int32_t layer;	      /* index of the layer that brought this version; -1 unknown */
	struct slice purl;
	struct slice kind;  /* of a language package, as pkg_analyser.kind; empty: the system's */
	struct slice group; /* of a language package: the result it belongs to */
	/* "name@version" of the distribution's package that owns its file: judged by that one's feed alone. */
	struct slice owner;
};
/* A regular file of the target, where its bytes were hashed. */
struct inventory_file {
	struct slice path; /* normal form without leading slash */
	uint64_t size;
	const unsigned char *sha1, *sha256; /* SHA1_LEN, SHA256_LEN bytes; NULL unknown */
	int32_t layer;			    /* that has it; -1 unknown */
};
struct inventory {
	struct pkg_os os;
	struct inventory_pkg
	    *pkgs;	       /* the system's first; by group; then name, version, arch, path */
	size_t npkgs, nsystem; /* nsystem: how many are the system's */
	const struct inventory_file *files; /* by path; none unless they were asked for */
	size_t nfiles;
};
/* One spelling for a file that packages and layers name differently: without leading "/" and "./", and without "usr/"
 * where a merged /usr makes both the same. */
struct slice pkg_file_key(struct slice path);
/* Puts pkgs in the order above and counts nsystem. */
void inventory_sort(struct inventory *inv);
