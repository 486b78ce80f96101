/* SPDX-License-Identifier: Apache-2.0 */
/* Growing arrays: struct { T *ptr; size_t len, cap; }. vec_push gives 0 or -ENOMEM. */
#pragma once

#include "base/attr.h"

#define VEC(T)                                                                                     \
	struct {                                                                                   \
		T *ptr;                                                                            \
		size_t len, cap;                                                                   \
	}

int vec_grow(void *ptr_to_ptr, size_t *cap, size_t len, size_t size) must_use;

#define vec_push(v, item)                                                                          \
	({                                                                                         \
		int grew_ = (v)->len < (v)->cap                                                    \
				? 0                                                                \
				: vec_grow(&(v)->ptr, &(v)->cap, (v)->len, sizeof(*(v)->ptr));     \
		if (grew_ == 0)                                                                    \
			(v)->ptr[(v)->len++] = (item);                                             \
		grew_;                                                                             \
	})
#define vec_free(v)                                                                                \
	do {                                                                                       \
		free((v)->ptr);                                                                    \
		(v)->ptr = NULL;                                                                   \
		(v)->len = (v)->cap = 0;                                                           \
	} while (0)
