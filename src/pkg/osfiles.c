/* SPDX-License-Identifier: Apache-2.0 */
/* Keeps the files that pkg_os_detect() asks for once the whole image is known. */
#include "pkg/pkg_internal.h"

static int run(struct pkg_ctx *cx, struct slice file, struct err *err)
{
	return pkg_keep(cx, file, err);
}

const struct pkg_analyser pkg_analyser_osfiles = {
    .name = "os",
    .version = 1,
    .wants = PKG_WANTS(
	{PKG_PATH_IS, "etc/os-release"}, {PKG_PATH_IS, "usr/lib/os-release"},
	{PKG_PATH_IS, "x86_64-bottlerocket-linux-gnu/sys-root/usr/lib/os-release"},
	{PKG_PATH_IS, "aarch64-bottlerocket-linux-gnu/sys-root/usr/lib/os-release"},
	{PKG_PATH_IS, "etc/alpine-release"}, {PKG_PATH_IS, "etc/apk/repositories"},
	{PKG_PATH_IS, "etc/debian_version"}, {PKG_PATH_IS, "etc/lsb-release"},
	{PKG_PATH_IS, "var/lib/ubuntu-advantage/status.json"}, {PKG_PATH_IS, "etc/redhat-release"},
	{PKG_PATH_IS, "etc/centos-release"}, {PKG_PATH_IS, "etc/rocky-release"},
	{PKG_PATH_IS, "etc/almalinux-release"}, {PKG_PATH_IS, "etc/oracle-release"},
	{PKG_PATH_IS, "etc/fedora-release"}, {PKG_PATH_IS, "etc/system-release"},
	{PKG_PATH_IS, "usr/lib/system-release"}, {PKG_PATH_IS, "etc/SuSE-release"},
	{PKG_PATH_IS, "etc/photon-release"}, {PKG_PATH_IS, "etc/mariner-release"},
	{PKG_PATH_IS, "etc/azurelinux-release"}, {PKG_PATH_IS, "etc/openEuler-release"},
	{PKG_PATH_IS, "etc/arch-release"}, {PKG_PATH_IS, "etc/gentoo-release"}),
    .max_size = 64 * KIB,
    .run = run,
};
