/* SPDX-License-Identifier: Apache-2.0 */
#include "pkg/pkg_fuzzing.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const all[][2] = {
	    {"pubspec-lock", "pubspec.lock"},
	    {"hex-lock", "mix.lock"},
	    {"hex-lock", "rebar.lock"},
	    {"gleam", "gleam.toml"},
	    {"gleam", "manifest.toml"},
	    {"swift", "Package.resolved"},
	    {"podfile-lock", "Podfile.lock"},
	    {"conan", "conan.lock"},
	    {"conan", "conanfile.txt"},
	    {"conan-info", "data/x/1/_/_/package/0/conaninfo.txt"},
	    {"cargo-toml", "Cargo.toml"},
	    {"haskell", "stack.yaml.lock"},
	    {"haskell", "stack.yaml"},
	    {"haskell", "cabal.project.freeze"},
	    {"opam", ".opam-switch/packages/x.1/opam"},
	    {"r-description", "library/x/DESCRIPTION"},
	    {"renv-lock", "renv.lock"},
	    {"julia", "Manifest.toml"},
	    {"rockspec", "rocks-5.4/x/1-1/x-1-1.rockspec"},
	    {"perl", "cpanfile.snapshot"},
	    {"perl-meta", ".meta/x-1/install.json"},
	    {"vcpkg", "installed/vcpkg/status"},
	    {"vcpkg-json", "vcpkg.json"},
	    {"homebrew", "Cellar/x/1/INSTALL_RECEIPT.json"},
	    {"homebrew", "Caskroom/x/.metadata/1/2/Casks/x.json"},
	    {"wordpress", "wp-includes/version.php"},
	    {"wordpress-plugin", "wp-content/plugins/x/x.php"},
	    {"vsix", "extensions/extensions.json"},
	    {"vsix", "extensions/x/package.json"},
	    {"vsix-archive", "x.vsix"},
	    {"github-actions", ".github/workflows/x.yml"},
	    {"bazel", "maven_install.json"},
	    {"bazel", "MODULE.bazel.lock"},
	    {"swipl", "pack.pl"},
	    {"runtime", "mise.toml"},
	    {"runtime", ".tool-versions"},
	    {"kernel-module", "lib/modules/x.ko"},
	    {"flatpak", "flatpak/app/x/x.metainfo.xml"},
	    {"snap", "meta/snap.yaml"},
	    {"snap", "snap/manifest.yaml"},
	    {"bazel-module", "MODULE.bazel"},
	    {"nix", "nix/var/nix/db/db.sqlite"},
	    {"cos-packages", "etc/cos-package-info.json"},
	};
	if (!size)
		return 0;
	const char *const *one = all[data[0] % ARRAY_LEN(all)];
	fuzz_analyser(one[0], one[1], slice_of(data + 1, size - 1), 1);
	return 0;
}
