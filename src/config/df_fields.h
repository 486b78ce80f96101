/* SPDX-License-Identifier: Apache-2.0 */
/* The fields of Dockerfiles: getter, name, type, flags, what it is. */
#pragma once

/* clang-format off */
#define DF_FIELDS \
	F(evt_type, "evt.type", RULE_STRING, RULE_EVENT_TYPE, "what the event is about: file stage instruction command variable label port source comment undefined") \
	F(file_path, "file.path", RULE_STRING, 0, "path of the file") \
	F(file_ignore, "file.dockerignore", RULE_BOOL, 0, "whether a .dockerignore lies beside it") \
	F(file_mixed, "file.mixed_case", RULE_STRING, 0, "the case of most keywords, where not all have the same") \
	F(file_stages, "file.stages", RULE_INT64, 0, "how many FROM there are") \
	F(instr_name, "instr.name", RULE_STRING, 0, "the instruction in upper case; that behind ONBUILD, with instr.onbuild") \
	F(instr_keyword, "instr.keyword", RULE_STRING, 0, "the instruction as written") \
	F(instr_case, "instr.case", RULE_STRING, 0, "case of the keyword: upper lower mixed") \
	F(instr_as_case, "instr.as_case", RULE_STRING, 0, "case of the word AS of a FROM") \
	F(instr_text, "instr.text", RULE_STRING, 0, "all behind the keyword, lines joined") \
	F(instr_body, "instr.body", RULE_STRING, 0, "all behind the flags") \
	F(instr_args, "instr.args", RULE_STRING, RULE_LIST, "the words behind the flags, without quotes") \
	F(instr_arg, "instr.arg", RULE_STRING, RULE_ARG_INDEX | RULE_ARG_REQUIRED, "one of them, from 0") \
	F(instr_nargs, "instr.nargs", RULE_INT64, 0, "how many words there are") \
	F(instr_flags, "instr.flags", RULE_STRING, RULE_LIST, "names of the flags") \
	F(instr_flag, "instr.flag", RULE_STRING, RULE_ARG_KEY | RULE_ARG_REQUIRED, "value of a flag: instr.flag[platform]") \
	F(instr_form, "instr.form", RULE_STRING, 0, "json, shell or heredoc") \
	F(instr_line, "instr.line", RULE_INT64, 0, "its first line") \
	F(instr_onbuild, "instr.onbuild", RULE_BOOL, 0, "whether it stands behind ONBUILD") \
	F(instr_trigger, "instr.trigger", RULE_STRING, 0, "of ONBUILD: the instruction behind it") \
	F(instr_error, "instr.error", RULE_STRING, 0, "why it could not be understood") \
	F(instr_blank, "instr.blank_line", RULE_BOOL, 0, "whether a blank line stands within it") \
	F(instr_legacy, "instr.legacy", RULE_BOOL, 0, "ENV and LABEL: name and value parted by a blank") \
	F(instr_nth, "instr.nth", RULE_INT64, 0, "its number among those of its kind in the stage, from 1") \
	F(instr_last, "instr.last", RULE_BOOL, 0, "whether it is the last of its kind in the stage") \
	F(instr_before_from, "instr.before_from", RULE_BOOL, 0, "whether it stands before the first FROM of a file that has one") \
	F(instr_path, "instr.path", RULE_STRING, 0, "WORKDIR: the directory, variables replaced") \
	F(instr_relative, "instr.relative", RULE_BOOL, 0, "WORKDIR: whether the directory is relative") \
	F(instr_mounts, "instr.mounts", RULE_STRING, RULE_LIST, "RUN: targets of cache and tmpfs mounts") \
	F(instr_env, "instr.env_names", RULE_STRING, RULE_LIST, "names that are set in the stage so far") \
	F(user_name, "user.name", RULE_STRING, 0, "USER: the user, without the group") \
	F(user_root, "user.root", RULE_BOOL, 0, "USER: whether it is root or 0") \
	F(user_number, "user.numeric", RULE_BOOL, 0, "USER: whether it is a number") \
	F(copy_from, "copy.from", RULE_STRING, 0, "--from of COPY") \
	F(copy_from_self, "copy.from_self", RULE_BOOL, 0, "whether --from names the stage itself") \
	F(copy_from_unknown, "copy.from_unknown", RULE_BOOL, 0, "whether --from names no stage before it") \
	F(copy_dest, "copy.dest", RULE_STRING, 0, "where COPY and ADD copy to") \
	F(copy_relative, "copy.relative", RULE_BOOL, 0, "whether that is a relative path while no WORKDIR is set") \
	F(copy_unpacked, "copy.unpacked", RULE_STRING, 0, "COPY: the archive that a later RUN unpacks") \
	F(src_text, "src.text", RULE_STRING, 0, "a source of COPY or ADD") \
	F(src_archive, "src.archive", RULE_BOOL, 0, "whether its name is that of an archive") \
	F(src_url, "src.url", RULE_BOOL, 0, "whether it is an address") \
	F(src_variable, "src.variable", RULE_BOOL, 0, "whether it contains a variable") \
	F(src_name, "src.name", RULE_STRING, 0, "its last part") \
	F(src_ignored, "src.ignored", RULE_BOOL, 0, "whether .dockerignore leaves it out") \
	F(image_ref, "image.ref", RULE_STRING, 0, "FROM, COPY --from: the image, variables replaced") \
	F(image_name, "image.name", RULE_STRING, 0, "without tag and digest") \
	F(image_repo, "image.repository", RULE_STRING, 0, "without registry, tag and digest") \
	F(image_registry, "image.registry", RULE_STRING, 0, "the registry as written; none: Docker Hub") \
	F(image_tag, "image.tag", RULE_STRING, 0, "the tag") \
	F(image_digest, "image.digest", RULE_STRING, 0, "the digest") \
	F(image_stage, "image.stage", RULE_BOOL, 0, "whether it is an earlier stage") \
	F(image_variable, "image.variable", RULE_BOOL, 0, "whether it has a variable without a known value") \
	F(image_written, "image.written", RULE_STRING, 0, "as written in the file") \
	F(image_untrusted, "image.untrusted", RULE_BOOL, 0, "whether its registry is none of those that are trusted") \
	F(image_default, "image.no_default", RULE_BOOL, 0, "FROM: whether the image's name is no name when no build argument is given") \
	F(stage_name, "stage.name", RULE_STRING, 0, "name of the stage") \
	F(stage_index, "stage.index", RULE_INT64, 0, "its number, from 0; -1 before the first FROM") \
	F(stage_final, "stage.final", RULE_BOOL, 0, "whether it is the last one") \
	F(stage_used, "stage.used", RULE_BOOL, 0, "whether it is the last one or another stage goes on from it") \
	F(stage_twice, "stage.duplicate", RULE_BOOL, 0, "whether an earlier stage has the same name") \
	F(stage_base, "stage.base", RULE_STRING, 0, "the image it is built from in the end, through other stages") \
	F(stage_has_user, "stage.has_user", RULE_BOOL, 0, "whether a USER is set, in the stage or those it is built from") \
	F(stage_count, "stage.count", RULE_INT64, RULE_ARG_KEY | RULE_ARG_REQUIRED, "how many of an instruction it has: stage.count[HEALTHCHECK]") \
	F(stage_shell, "stage.shell", RULE_STRING, 0, "the shell in force, as one text") \
	F(stage_pipefail, "stage.pipefail", RULE_BOOL, 0, "whether the shell in force has pipefail on") \
	F(stage_workdir, "stage.has_workdir", RULE_BOOL, 0, "whether an absolute WORKDIR was set before") \
	F(stage_missing, "stage.missing_label", RULE_STRING, 0, "a label that is asked for and not set") \
	F(stage_platform, "stage.platform", RULE_STRING, 0, "--platform of FROM, as written") \
	F(stage_const, "stage.platform_const", RULE_BOOL, 0, "whether that is a constant, and the stage's name does not say so") \
	F(var_secret, "var.secret", RULE_BOOL, 0, "whether the name is that of a secret: password token key ... but for public_key, password_file and the like") \
	F(var_name, "var.name", RULE_STRING, 0, "ARG, ENV: the name") \
	F(var_value, "var.value", RULE_STRING, 0, "the value, when one is given") \
	F(var_self, "var.refers", RULE_STRING, 0, "a variable that the same ENV sets and the value refers to") \
	F(label_key, "label.key", RULE_STRING, 0, "LABEL: the name") \
	F(label_value, "label.value", RULE_STRING, 0, "the value, variables replaced") \
	F(label_problem, "label.problem", RULE_STRING, 0, "what is wrong with it: key empty url rfc3339 spdx hash semver email superfluous") \
	F(port_text, "port.text", RULE_STRING, 0, "EXPOSE: as written") \
	F(port_number, "port.number", RULE_INT64, 0, "the port; of a range the last") \
	F(port_proto, "port.protocol", RULE_STRING, 0, "the protocol as written") \
	F(port_problem, "port.problem", RULE_STRING, 0, "address or format, when it is not PORT[-PORT][/PROTOCOL]") \
	F(comment_text, "comment.text", RULE_STRING, 0, "without the mark") \
	F(comment_next, "comment.next", RULE_STRING, 0, "the name that the next line declares: a stage or an argument") \
	F(undef_name, "undefined.name", RULE_STRING, 0, "a variable without a value") \
	F(undef_near, "undefined.near", RULE_STRING, 0, "a variable with a value and nearly that name") \
	F(cmd_name, "cmd.name", RULE_STRING, 0, "the program") \
	F(cmd_base, "cmd.base", RULE_STRING, 0, "the program without its directory") \
	F(cmd_text, "cmd.text", RULE_STRING, 0, "the whole command") \
	F(cmd_args, "cmd.args", RULE_STRING, RULE_LIST, "all words behind the program") \
	F(cmd_arg, "cmd.arg", RULE_STRING, RULE_ARG_INDEX | RULE_ARG_REQUIRED, "one of them, from 0") \
	F(cmd_flags, "cmd.flags", RULE_STRING, RULE_LIST, "flags without dashes; -abc are three") \
	F(cmd_flag, "cmd.flag", RULE_STRING, RULE_ARG_KEY | RULE_ARG_REQUIRED, "value of a flag, empty when it has none: cmd.flag[yes]") \
	F(cmd_operands, "cmd.operands", RULE_STRING, RULE_LIST, "words that are no flags") \
	F(cmd_operand, "cmd.operand", RULE_STRING, RULE_ARG_INDEX | RULE_ARG_REQUIRED, "one of them, from 0") \
	F(cmd_in_pipe, "cmd.in_pipe", RULE_BOOL, 0, "whether it is part of a pipe") \
	F(cmd_piped_to, "cmd.piped_to", RULE_STRING, RULE_LIST, "programs behind it in the pipe") \
	F(cmd_url, "cmd.url", RULE_STRING, 0, "the first address among its words") \
	F(cmd_env, "cmd.env", RULE_STRING, RULE_ARG_KEY | RULE_ARG_REQUIRED, "a variable that is set for it: cmd.env[PIP_NO_CACHE_DIR], also by ENV and ARG") \
	F(cmd_writes, "cmd.writes", RULE_STRING, RULE_LIST, "files its output goes to") \
	F(cmd_shell_of, "cmd.inner", RULE_STRING, 0, "what a shell is given with -c") \
	F(cmd_uid, "cmd.large_uid", RULE_BOOL, 0, "useradd: whether a user number of more than five digits is given without -l") \
	F(cmd_into, "cmd.substituted_into", RULE_STRING, 0, "the program that takes its output by $(...) or <(...) as code") \
	F(cmd_userinfo, "cmd.userinfo", RULE_BOOL, 0, "whether an address among its words holds a password") \
	F(run_commands, "run.commands", RULE_STRING, RULE_LIST, "programs of the whole RUN") \
	F(run_pipes, "run.pipes", RULE_BOOL, 0, "whether there is a pipe in it") \
	F(run_repeat, "run.repeated", RULE_BOOL, 0, "whether the RUN before could take it in") \
	F(run_both, "run.wget_and_curl", RULE_BOOL, 0, "whether the stage uses both by now, and this RUN one of them") \
	F(run_update_alone, "run.update_alone", RULE_BOOL, 0, "whether a package index is updated and nothing installed") \
	F(run_uncleaned, "run.apt_lists", RULE_STRING, 0, "what of apt's package lists stays in the layer: all (nothing is removed) or rest (other files are)") \
	F(pkg_manager, "pkg.manager", RULE_STRING, 0, "apt-get apt aptitude apk yum dnf microdnf zypper pip npm yarn gem go") \
	F(pkg_action, "pkg.action", RULE_STRING, 0, "install update upgrade clean ...: the manager's own word") \
	F(pkg_names, "pkg.names", RULE_STRING, RULE_LIST, "packages that it is given, versions cut off") \
	F(pkg_unpinned, "pkg.unpinned", RULE_STRING, RULE_LIST, "those without a version") \
	F(pkg_yes, "pkg.yes", RULE_BOOL, 0, "whether it asks nothing") \
	F(pkg_cleaned, "pkg.cleaned", RULE_BOOL, 0, "whether a later command of the RUN, or a mount, keeps its cache out of the layer") \
	F(pkg_removes, "pkg.removes", RULE_BOOL, 0, "whether a later rm -rf of the RUN removes anything") \
	F(pkg_mounted, "pkg.mounted", RULE_BOOL, 0, "whether a mount takes its cache") \
	F(pkg_no_recommends, "pkg.no_recommends", RULE_BOOL, 0, "whether recommended packages are left out")
/* clang-format on */
