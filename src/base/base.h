/* SPDX-License-Identifier: Apache-2.0 */
/* The ground floor: what every module may use. */
#pragma once

#include "base/attr.h"
#include "base/slice.h"
#include "base/err.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/reader.h"
#include "base/vec.h"
#include "base/map.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/time.h"
#include "base/path.h"
#include "base/sandbox.h"
