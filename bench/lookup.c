/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Opens an advisory database and asks for 500 packages, half of them known; prints the milliseconds of the
 * fastest of 50 rounds.  usage: lookup DB
 */
#include "adv/adv.h"

#include <stdio.h>
#include <time.h>

#define ASKED 500

struct names {
	struct slice channel[ASKED], name[ASKED];
	char text[ASKED][256];
	size_t n, seen, every;
};

static int pick(void *arg, struct slice channel, struct slice name, uint32_t first, uint32_t n)
{
	struct names *s = arg;
	(void)first, (void)n;
	if (s->seen++ % s->every || s->n == ASKED || channel.len + name.len > 200)
		return 0;
	char *t = s->text[s->n];
	memcpy(t, channel.ptr, channel.len);
	memcpy(t + channel.len, name.ptr, name.len);
	/* every other name is spoilt, so that it is not found */
	if (s->n % 2)
		t[channel.len] = '~';
	s->channel[s->n] = slice_of(t, channel.len);
	s->name[s->n++] = slice_of(t + channel.len, name.len);
	return 0;
}

static double now_ms(void)
{
	struct timespec ts;
	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec * 1e3 + (double)ts.tv_nsec / 1e6;
}

int main(int argc, char **argv)
{
	static struct names names;
	struct err err = {0};
	struct adv_db *db = NULL;
	struct adv_info info;
	double best = 1e9;
	size_t hits = 0;
	if (argc != 2 || adv_open(argv[1], &db, &err) < 0) {
		fprintf(stderr, "%s\n", argc == 2 ? err.text : "usage: lookup DB");
		return 2;
	}
	adv_info_get(db, &info);
	names.every = MAX(info.keys / ASKED, 1);
	adv_each_key(db, SL_NONE, pick, &names);
	adv_close(&db);
	for (int round = 0; round < 50; round++) {
		double start = now_ms();
		hits = 0;
		if (adv_open(argv[1], &db, &err) < 0)
			return 3;
		for (size_t i = 0; i < names.n; i++) {
			uint32_t first, n = adv_lookup(db, names.channel[i], names.name[i], &first);
			struct adv_row row;
			for (uint32_t k = 0; k < n; k++)
				adv_row_get(db, first + k, &row);
			hits += n != 0;
		}
		double took = now_ms() - start;
		best = MIN(best, took);
		adv_close(&db);
	}
	printf("%.3f\n", best);
	fprintf(stderr, "%zu asked, %zu known, database of %llu bytes\n", names.n, hits,
		(unsigned long long)info.size);
	return 0;
}
