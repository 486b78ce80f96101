/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "app/feed.h"

/* Fills jobs[i].known of files that the store's state knows. */
int feed_store_read(const char *dir, const struct feed_list *l, struct feed_job *jobs,
		    struct err *err) must_use;
int feed_store_write(const char *dir, const struct feed_list *l, const struct feed_job *jobs,
		     struct err *err) must_use;
/* Downloads everything that is not local, several at once; outcomes stand in jobs. */
int feed_store_fetch(const char *dir, const struct feed_list *l, struct feed_job *jobs,
		     const struct net_options *net, unsigned parallel, bool progress,
		     struct err *err) must_use;
