/* SPDX-License-Identifier: Apache-2.0 */
/* The fixers of Dockerfiles, of both files. */
#pragma once

#include "config/df_facts.h"

int df_fix_replace(struct config_run *r, const struct df_event *e, struct slice part,
		   struct slice text, struct err *err) must_use;
config_fixer df_fix_blank_lines, df_fix_remove_flag, df_fix_lower_stage, df_fix_lower_word,
    df_fix_keyword_case, df_fix_as_case, df_fix_dest_slash, df_fix_add_to_copy, df_fix_add_user,
    df_fix_json_form, df_fix_maintainer, df_fix_key_equals_value, df_fix_flag_after_name,
    df_fix_flag_after_action, df_fix_append_run, df_fix_replace_name, df_fix_remove_first_word,
    df_fix_pin_packages, df_fix_pin_image;
