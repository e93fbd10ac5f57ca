// Package version tells which program this is, for whoever is asked for help.
package version

import "runtime/debug"

// unknown is told where the program was built without it.
const unknown = "?"

// Program is the version of this program, and of which commit it was built where
// that is known; "?" where nothing is.
func Program() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return unknown
	}
	version := info.Main.Version
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			version += " " + s.Value[:min(len(s.Value), 12)]
		}
	}
	return version
}

// Of is the version of a module that is built in, "?" of any other.
func Of(module string) string {
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, m := range info.Deps {
			if m.Path == module {
				return m.Version
			}
		}
	}
	return unknown
}
