/* SPDX-License-Identifier: Apache-2.0 */
/* Helm charts: their parts while they are rendered. */
#pragma once

#include "config/config.h"

#define HELM_MAX_FILES	20000u	    /* of a chart with all that is packed in it */
#define HELM_MAX_BYTES	(128 * MIB) /* of them */
#define HELM_MAX_CHARTS 200u	    /* with subcharts */
#define HELM_MAX_DEPTH	10u	    /* of subcharts */
#define HELM_MAX_OUTPUT (16 * MIB)  /* of a template */
#define HELM_MAX_STEPS	5000000u    /* of a template */
#define HELM_ALL_STEPS                                                                             \
	40000000u /* of all templates of a chart; output counts, a step for 16 bytes */
#define HELM_MAX_MEMORY	  (64 * MIB)  /* of the values that a template makes */
#define HELM_MAX_VALUES	  (160 * MIB) /* memory of all that is read of a chart */
#define HELM_KUBE_VERSION "v1.31.0"

struct helm_files {
	struct config_chart_file *ptr;
	size_t len, cap;
	uint64_t bytes;
};
struct helm_chart {
	struct slice dir;		    /* within the chart at the top: "" or "charts/x/" */
	struct slice name;		    /* or alias: where its values stand */
	struct slice full;		    /* "top/charts/x" */
	struct slice origin;		    /* name in its Chart.yaml */
	struct gotmpl_value meta, defaults; /* Chart.yaml, values.yaml */
	struct gotmpl_value values;	    /* what its templates see */
	struct gotmpl_value dependencies;   /* a list, or nil */
	struct gotmpl_value files;	    /* .Files; nil: not made yet */
	bool is_library;
	bool is_broken; /* its values are not known */
	unsigned depth;
	struct helm_chart *parent, *first, *next;
};
struct helm_template {
	struct slice name, path, text; /* name: as include knows it */
	struct helm_chart *chart;
	struct slice problem; /* why it cannot be read */
};

struct helm {
	struct config *c;
	const struct config_charts *given; /* may be NULL */
	const struct config_settings *settings;
	struct arena arena; /* of the chart */
	struct arena run;   /* of a template */
	struct arena *out;  /* of the results */
	struct helm_files files;
	struct helm_chart *top;
	size_t ncharts;
	uint64_t steps; /* that all templates took */
	VEC(struct helm_template) templates;
	VEC(struct config_chart_result) results;
	struct gotmpl *engine;
	struct gotmpl_value versions; /* a list of API versions */
	struct doc doc;
	struct err *err;
};

/* A place that is not analysed, and why. */
int helm_gap(struct helm *h, struct slice path, const char *fmt, ...) printf_like(3, 4) must_use;

/* ---- YAML (helm_yaml.c) ---- */

/* Values as Helm's YAML library has them: numbers with a point, words of YAML 1.1. An empty text is nil. */
int helm_from_yaml(struct doc *d, struct slice text, struct arena *a, struct gotmpl_value *ret,
		   struct err *err) must_use;
void helm_to_yaml(struct buf *out, const struct gotmpl_value *v);

/* ---- values (helm_values.c) ---- */

/* What m has stays; the rest comes from `from`. clear: a nil of m takes the key away. */
int helm_coalesce(struct arena *a, struct gotmpl_map *m, const struct gotmpl_value *from,
		  bool clear) must_use;
/* "a.b=c,d={e,f}" into m. */
int helm_set(struct arena *a, struct gotmpl_map *m, struct slice text, struct err *err) must_use;
/* The value at a dotted path. */
bool helm_value_at(const struct gotmpl_value *v, struct slice path, struct gotmpl_value *ret);
/* Values of h->top and of all that is below it; subcharts that conditions and tags turn off are taken out. */
int helm_values(struct helm *h) must_use;

/* ---- charts (helm_chart.c) ---- */

/* NULL: there is none. The files have to be sorted. */
const struct config_chart_file *helm_file(const struct helm *h, struct slice dir, const char *name);
/* Reads Chart.yaml and values.yaml of all charts. */
int helm_load(struct helm *h) must_use;
/* Packed subcharts (charts/x.tgz) become files below charts/. */
int helm_unpack(struct helm *h) must_use;

/* ---- what templates see (helm_dot.c, helm_funcs.c) ---- */

int helm_dot(struct helm *h, const struct helm_template *t, struct gotmpl_value *ret) must_use;
extern const struct gotmpl_function helm_functions[];
