/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench-limit --sha256 FILE    SHA-256 of a file and nothing else
 *
 * The limit to compare with: ISA-L inflate and SHA-256 of compressed layers and nothing else, with as many
 * threads as given, largest layers first.  usage: limit THREADS FILE...
 */
#include <fcntl.h>
#include <isa-l/igzip_lib.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define WINDOW (128 * 1024)

static char **files;
static int nfiles, next_file;
static const EVP_MD *md;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void one(const char *path)
{
	static __thread unsigned char in[WINDOW], out[WINDOW];
	unsigned char sum[32];
	struct inflate_state *st = malloc(sizeof(*st));
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	int fd = open(path, O_RDONLY);
	isal_inflate_init(st);
	st->crc_flag = ISAL_GZIP;
	EVP_DigestInit_ex(ctx, md, NULL);
	for (ssize_t n; (n = read(fd, in, sizeof(in))) > 0;) {
		EVP_DigestUpdate(ctx, in, (size_t)n);
		st->next_in = in;
		st->avail_in = (uint32_t)n;
		do {
			st->next_out = out;
			st->avail_out = sizeof(out);
			if (isal_inflate(st) < 0)
				exit(1);
		} while (st->avail_in || st->avail_out == 0);
	}
	EVP_DigestFinal_ex(ctx, sum, NULL);
	EVP_MD_CTX_free(ctx);
	free(st);
	close(fd);
}

static int hash_only(const char *path)
{
	static unsigned char in[2 * WINDOW], sum[32];
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	int fd = open(path, O_RDONLY);
	if (fd < 0 || !ctx)
		return 1;
	EVP_DigestInit_ex(ctx, EVP_sha256(), NULL);
	for (ssize_t n; (n = read(fd, in, sizeof(in))) > 0;)
		EVP_DigestUpdate(ctx, in, (size_t)n);
	EVP_DigestFinal_ex(ctx, sum, NULL);
	EVP_MD_CTX_free(ctx);
	close(fd);
	return 0;
}

static void *worker(void *arg)
{
	(void)arg;
	for (;;) {
		pthread_mutex_lock(&lock);
		int i = next_file++;
		pthread_mutex_unlock(&lock);
		if (i >= nfiles)
			return NULL;
		one(files[i]);
	}
}

static int by_size(const void *a, const void *b)
{
	struct stat x, y;
	if (stat(*(char *const *)a, &x) < 0 || stat(*(char *const *)b, &y) < 0)
		return 0;
	return x.st_size < y.st_size ? 1 : x.st_size > y.st_size ? -1 : 0;
}

int main(int argc, char **argv)
{
	int threads = argc > 2 ? argv[1][0] - '0' : 0;
	pthread_t ids[9];
	if (argc == 3 && strcmp(argv[1], "--sha256") == 0)
		return hash_only(argv[2]);
	if (threads < 1 || threads > 9)
		return 2;
	files = argv + 2;
	nfiles = argc - 2;
	qsort(files, (size_t)nfiles, sizeof(*files), by_size);
	md = EVP_MD_fetch(NULL, "SHA256", NULL);
	for (int i = 0; i < threads; i++)
		pthread_create(&ids[i], NULL, worker, NULL);
	for (int i = 0; i < threads; i++)
		pthread_join(ids[i], NULL);
	return 0;
}
